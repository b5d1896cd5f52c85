"""From a file as it arrives to rows of text with their line numbers."""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl
from fastexcel import FastExcelError

from village.roster.kinds import KINDS, Kind, Recognised, recognise

Recogniser = Callable[[Sequence[str | None]], Recognised | None]

HEADINGS_WITHIN = 20
_BEGINNING = 256 * 1024
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEPARATORS = (",", "\t", ";")


class FileNotReadable(ValueError):
    """A file that holds no table we can read; the text says why."""


class HeadingsNotFound(FileNotReadable):
    """A table none of whose first lines has headings we know."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        needed = "; ".join(
            "、".join(each.heading for each in kind.columns if each.needed) for kind in kinds
        )
        super().__init__(needed)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that was read. ``rows`` holds ``line`` and, as text, every column as it came, named
    by position; ``fields`` holds ``line`` and the columns we know, by our names, null if absent.
    """

    kind: Kind
    headings: tuple[str, ...]
    rows: pl.DataFrame
    fields: pl.DataFrame
    in_wan: frozenset[str]


def nothing_else(_headings: Sequence[str | None]) -> Recognised | None:
    """No shape is known but by its headings."""
    return None


def read(
    content: bytes, kinds: Sequence[Kind] = KINDS, *, known: Recogniser = nothing_else
) -> Delivery:
    """Read a CSV (UTF-8 with or without mark, or GB18030) or an Excel file of one of ``kinds``.

    A comment or title above the headings is passed over. ``known`` recognises shapes that somebody
    explained; it is asked first. Raises FileNotReadable.
    """
    if content.startswith((_ZIP, _OLD_EXCEL)):
        return _read_excel(content, kinds, known)
    return _read_csv(content, kinds, known)


def kind_of(
    content: bytes, kinds: Sequence[Kind] = KINDS, *, known: Recogniser = nothing_else
) -> Kind:
    """Which of ``kinds`` a file is, by its first lines. Raises FileNotReadable."""
    for cells in beginning(content):
        if found := known(cells) or recognise(cells, kinds):
            return found.kind
    raise HeadingsNotFound(kinds)


def beginning(content: bytes) -> list[list[str]]:
    """The first lines of a file as cells of text. Raises FileNotReadable."""
    if content.startswith((_ZIP, _OLD_EXCEL)):
        rows = _sheet(content, HEADINGS_WITHIN).iter_rows()
        return [[cell or "" for cell in cells] for cells in rows]
    # A cut may fall inside a character, so only whole lines are looked at.
    text = _as_utf8(content[:_BEGINNING].rpartition(b"\n")[0] or content[:_BEGINNING]).decode()
    separator = max(_SEPARATORS, key=text.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return list(islice(lines, HEADINGS_WITHIN))
    except csv.Error as exc:
        raise FileNotReadable(str(exc)) from exc


def _read_csv(content: bytes, kinds: Sequence[Kind], known: Recogniser) -> Delivery:
    content = _as_utf8(content)
    first = content[:_BEGINNING].decode(errors="ignore")
    for separator in _SEPARATORS:
        opening = csv.reader(io.StringIO(first, newline=""), delimiter=separator)
        try:
            for cells in islice(opening, HEADINGS_WITHIN):
                if found := known(cells) or recognise(cells, kinds):
                    above = opening.line_num
                    return _rest_of_csv(_below(content, above), separator, above, cells, found)
        except csv.Error as exc:
            raise FileNotReadable(str(exc)) from exc
    raise HeadingsNotFound(kinds)


def _rest_of_csv(
    body: bytes, separator: str, lines_above: int, headings: list[str], found: Recognised
) -> Delivery:
    """Everything below the headings, through polars' reader."""
    schema = {f"c{at}": pl.String for at in range(len(headings))}
    if not body.strip():
        return _delivery(pl.DataFrame(schema=schema), lines_above, headings, found)
    try:
        rows = pl.read_csv(
            body,
            has_header=False,
            separator=separator,
            schema=schema,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as exc:
        raise FileNotReadable(str(exc)) from exc
    return _delivery(rows, lines_above, headings, found)


def _below(content: bytes, lines: int) -> bytes:
    at = 0
    for _ in range(lines):
        at = content.find(b"\n", at) + 1
        if not at:
            return b""
    return content[at:]


def _sheet(content: bytes, most: int | None = None) -> pl.DataFrame:
    """The first sheet of an Excel file as text."""
    try:
        return pl.read_excel(
            io.BytesIO(content),
            has_header=False,
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
            read_options={"dtypes": "string", "skip_rows": 0, "n_rows": most},
        )
    except (pl.exceptions.PolarsError, FastExcelError) as exc:
        raise FileNotReadable(str(exc)) from exc


def _read_excel(content: bytes, kinds: Sequence[Kind], known: Recogniser) -> Delivery:
    sheet = _sheet(content)
    for at, cells in enumerate(sheet.head(HEADINGS_WITHIN).iter_rows()):
        if found := known(cells) or recognise(cells, kinds):
            names = {old: f"c{place}" for place, old in enumerate(sheet.columns)}
            headings = [each or "" for each in cells]
            return _delivery(sheet.slice(at + 1).rename(names), at + 1, headings, found)
    raise HeadingsNotFound(kinds)


def _delivery(
    rows: pl.DataFrame, lines_above: int, headings: list[str], found: Recognised
) -> Delivery:
    comment = pl.col("c0").str.starts_with("#").fill_null(value=False)
    nothing = pl.all_horizontal(pl.all().is_null() | pl.all().str.contains(r"^\s*$"))
    suspects = rows.with_row_index("line").filter(pl.col("c0").is_null() | comment)
    dropped = suspects.filter(suspects.drop("line").select(comment | nothing).to_series())
    numbered = rows.with_row_index("line", offset=lines_above + 1)
    if dropped.height:
        gone = dropped.select(pl.col("line") + lines_above + 1)
        numbered = numbered.join(gone, on="line", how="anti", maintain_order="left")
    fields = numbered.select(
        pl.col("line"),
        *(
            (pl.col(f"c{found.place[each.name]}") if each.name in found.place else pl.lit(None))
            .cast(pl.String)
            .alias(each.name)
            for each in found.kind.columns
        ),
    )
    return Delivery(found.kind, tuple(headings), numbered, fields, found.in_wan)


def _as_utf8(content: bytes) -> bytes:
    """The file in UTF-8 without mark, whichever of the two encodings it came in."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return content.decode("gb18030").encode()
        except UnicodeDecodeError as exc:
            raise FileNotReadable("Neither UTF-8 nor GB18030.") from exc
    return content
