"""Rows that did not go in: why, and the file in which they come back corrected."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from village.roster.reading import OURS, Delivery

SCHEMA = {"line": pl.UInt32, "field": pl.String, "code": pl.String, "detail": pl.String}
LINE, FIELD, REASON, REASON_OF_RETURN = OURS
_AND = "；"
PLACES = "where refused rows go: a folder or, of one file, a file ending in .csv"
"""What commands say of the place that ``places`` reads."""
_LOOKS_LIKE_A_FORMULA = r"^[=+\-@]"
_LONG_NUMBER = r"^\d{12,}[\dXx]?$"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be wrong: with which field, under which code, when, and one detail."""

    field: str
    code: str
    fails: pl.Expr
    detail: pl.Expr | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that did not go in, as its correction file tells it."""

    line: str
    field: str
    reason: str


def none() -> pl.DataFrame:
    """No refusals."""
    return pl.DataFrame(schema=SCHEMA)


def found(rows: pl.DataFrame, checks: Iterable[Check]) -> pl.DataFrame:
    """Every check that fails, a line per row and fault. An unknown answer is no fault.

    Details are worked out on all rows: the line that is repeated is itself no fault.
    """
    faults = [
        rows.select(
            pl.col("line").cast(pl.UInt32),
            pl.lit(check.field).alias("field"),
            pl.lit(check.code).alias("code"),
            (pl.lit("") if check.detail is None else check.detail.cast(pl.String)).alias("detail"),
            check.fails.fill_null(value=False).alias("fails"),
        )
        .filter("fails")
        .drop("fails")
        for check in checks
    ]
    return pl.concat([none(), *faults])


def twice(
    rows: pl.DataFrame, key: Sequence[str], content: Sequence[str | pl.Expr], code: str
) -> pl.DataFrame:
    """Lines that speak of the same as another, which ``key`` names by its first column.

    Which of two that say different things is right nobody can tell from here, so none goes in; but
    a line whose ``content`` is the same once more is no contradiction: its first stays.
    """
    named = pl.col(key[0])
    again = named.is_not_null() & named.is_duplicated()
    if len(key) > 1:
        again &= pl.struct(key).is_duplicated()
    repeats = rows.filter(again).with_columns(
        pl.col("line").first().over([*key, *content]).alias("same_as")
    )
    copies = repeats.filter(pl.col("same_as") != pl.col("line"))
    singles = repeats.filter(pl.col("same_as") == pl.col("line")).with_columns(
        pl.col("line").first().over(key).alias("first"),
        pl.col("line").last().over(key).alias("last"),
    )
    other = pl.when(pl.col("first") == pl.col("line")).then("last").otherwise("first")
    return pl.concat(
        [
            found(copies, [Check(key[0], "repeats", pl.lit(value=True), pl.col("same_as"))]),
            found(singles, [Check(key[0], code, pl.col("first") != pl.col("last"), other)]),
        ]
    )


def beside(faulty: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """``refused`` beside lines that are no rows at all: of those nothing else is said."""
    if faulty.is_empty():
        return refused
    return pl.concat([faulty, refused.join(faulty.select("line"), on="line", how="anti")])


def outside(rows: pl.DataFrame, field: str, village: str, mine: frozenset[int]) -> Check:
    """Refuses what stands in somebody else's village; ``mine`` are the villages of whoever brings
    the file. ``village`` names the column that says where it stands."""
    theirs = rows[village].unique().drop_nulls().to_list()
    return Check(
        field, "not_yours", pl.col(village).is_in([each for each in theirs if each not in mine])
    )


def without(rows: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """The rows that nothing is wrong with, in their order."""
    lines = refused.select("line").unique()
    return rows.join(lines, on="line", how="anti", maintain_order="left")


def correction_file(
    delivery: Delivery,
    refused: pl.DataFrame,
    *,
    comment: str,
    reason: Callable[[str, str], str],
) -> bytes:
    """The refused rows as they came, each with line, field and reason: a CSV that comes back.

    ``reason`` turns a code and its detail into a sentence. UTF-8 with mark, so that Excel reads
    it; long numbers and what looks like a formula are guarded by a tab, which the reader takes
    off again.
    """
    because = _reason_heading(delivery)
    said = [reason(code, detail) for code, detail in refused.select("code", "detail").iter_rows()]
    names = {each.name: each.heading for each in delivery.kind.columns}
    reasons = (
        refused.with_columns(pl.Series("said", said, dtype=pl.String))
        .with_columns(pl.col("field").replace(names))
        .sort("line", maintain_order=True)
        .group_by("line", maintain_order=True)
        .agg(
            pl.col("field").unique(maintain_order=True), pl.col("said").unique(maintain_order=True)
        )
        .select(
            "line",
            pl.col("field").list.join(_AND).alias(FIELD),
            pl.col("said").list.join(_AND).alias(because),
        )
    )
    ours = [at for at, each in enumerate(delivery.headings) if each not in {LINE, FIELD, because}]
    lines = reasons.join(delivery.rows, on="line", how="left", maintain_order="left")
    guarded = lines.select(
        *(_guarded(f"c{at}") for at in ours),
        pl.col("line").cast(pl.String).alias(LINE),
        pl.col(FIELD),
        pl.col(because),
    )
    headings = pl.DataFrame(
        [[delivery.headings[at] for at in ours] + [LINE, FIELD, because]], orient="row"
    )
    target = io.BytesIO()
    target.write(f"\ufeff# {comment}\n".encode())
    headings.write_csv(target, include_header=False)
    guarded.write_csv(target, include_header=False)
    return target.getvalue()


def beginning(file: bytes, most: int) -> list[Refused]:
    """The first lines of a correction file: on which line, which field, why; nothing of the row."""
    below_comment = file.partition(b"\n")[2]
    rows = pl.read_csv(
        below_comment,
        has_header=False,
        infer_schema=False,
        n_rows=1 + most,
    ).fill_null("")
    return [Refused(*row[-3:]) for row in rows.slice(1).iter_rows()]


def places(paths: Sequence[Path], out: Path | None) -> list[Path | None]:
    """Where the rows to correct of each of these go: a file of theirs in the folder ``out``. One
    alone goes into ``out`` itself where that is named as a table."""
    if out is None:
        return [None] * len(paths)
    if len(paths) == 1 and out.suffix.lower() == ".csv" and not out.is_dir():
        return [out]
    return [out / name for name in names_beside(paths)]


def names_beside(paths: Sequence[Path]) -> list[str]:
    """What the file of rows to correct of each of these is called, side by side in one folder.

    After the file it comes from; where several bear one name, after their folders too.
    """
    alike = Counter(each.stem.casefold() for each in paths)
    given: list[str] = []
    taken: set[str] = set()
    for each in paths:
        stem = each.stem[:60]
        if alike[each.stem.casefold()] > 1:
            stem = f"{each.absolute().parent.name[:20]}-{each.stem[:40]}"
        name, more = f"{stem}-refused.csv", 1
        while name.casefold() in taken:
            more += 1
            name = f"{stem}-{more}-refused.csv"
        taken.add(name.casefold())
        given.append(name)
    return given


def _reason_heading(delivery: Delivery) -> str:
    """What the column of reasons is called: a list of people already has a 原因 of its own."""
    own = {heading for each in delivery.kind.columns for heading in each.headings}
    return REASON_OF_RETURN if REASON in own else REASON


def _guarded(column: str) -> pl.Expr:
    text = pl.col(column).fill_null("")
    risky = text.str.contains(_LOOKS_LIKE_A_FORMULA) | text.str.contains(_LONG_NUMBER)
    return pl.when(risky).then(pl.lit("\t") + text).otherwise(text).alias(column)
