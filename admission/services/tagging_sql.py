"""Writing what a village's customers are called: words as numbers, and only what changed."""

from datetime import date

import polars as pl

from admission.models import TagWord
from admission.services.segments import YES_WORD
from admission.tags import TagBook
from admission.tags.book import CUSTOMER, FIGURE, TAG
from admission.tags.judging import GROUPS, PORTRAITS
from village.services import copying

LONGEST_WORD = 120
_TAGGED = {
    "customer_id": "bigint",
    "words": "integer[]",
    "figures": "jsonb",
    "since": "jsonb",
}
_UPSERT = """
INSERT INTO admission_profile AS held (customer_id, words, figures, first_on, since)
SELECT customer_id, words, figures, %s, since FROM tagged ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET words = excluded.words, figures = excluded.figures,
    since = held.since || excluded.since
WHERE (held.words, held.figures) IS DISTINCT FROM (excluded.words, excluded.figures)
"""
_CHANGED = {"customer_id": "bigint", "code": "text", "before": "integer", "after": "integer"}
_REMEMBER = """
INSERT INTO admission_tagchange (customer_id, code, before_id, after_id, "on", run_id)
SELECT customer_id, code, before, after, %s, %s FROM changed ORDER BY customer_id, code
"""
_HELD = (
    "SELECT customer_id, words::text FROM admission_profile WHERE customer_id = ANY(%s::bigint[])"
)
_DEAD = """
DELETE FROM admission_profile p USING village_customer c, village_household h, village_village v
 WHERE c.id = p.customer_id AND h.id = c.household_id AND v.id = h.village_id
   AND v.code = %s AND c.state = 'died'
"""


def forget_the_dead(village: str) -> int:
    """Nobody calls the dead anything; returns how many profiles went."""
    return copying.run(_DEAD, (village,))


def write(judged: pl.DataFrame, book: TagBook, *, day: date, run_id: int) -> tuple[int, int]:
    """Store what changed: how many profiles were written, how many tags changed their word."""
    codes = [each.text.code for each in book.of(TAG, CUSTOMER)] + [GROUPS, PORTRAITS]
    figures = [each.text.code for each in book.of(FIGURE)]
    now = (
        _numbered(judged.with_columns(_worded(book)), codes)
        .select(
            "customer_id",
            _listed(pl.concat_str(codes, separator=",", ignore_nulls=True)).alias("words"),
            _json(figures).alias("figures"),
        )
        .collect()
    )
    held = copying.frame(
        _HELD, {"customer_id": pl.Int64, "held": pl.String}, (copying.ids(now["customer_id"]),)
    )
    changed = _changes(now.join(held, on="customer_id").filter(pl.col("words") != pl.col("held")))
    since = changed.group_by("customer_id").agg(
        pl.format('"{}":"{}"', "code", pl.lit(day.isoformat())).str.join(",").alias("since")
    )
    tagged = now.join(since, on="customer_id", how="left").with_columns(
        _listed(pl.col("since").fill_null("")).alias("since")
    )
    copying.stage("tagged", _TAGGED, tagged, analyse=False)
    written = copying.run(_UPSERT, (day,))
    if changed.height:
        copying.stage("changed", _CHANGED, changed, analyse=False)
        copying.run(_REMEMBER, (day, run_id))
    return written, changed.height


def _listed(inside: pl.Expr) -> pl.Expr:
    return pl.format("{{{}}}", inside)


def _worded(book: TagBook) -> list[pl.Expr]:
    """Words no longer than they may be; a yes as a word, a no as none."""
    words = [pl.col(each.text.code).str.slice(0, LONGEST_WORD) for each in book.of(TAG)]
    return words + [
        pl.when(pl.col(each.text.code)).then(pl.lit(YES_WORD)).alias(each.text.code)
        for each in book.of(CUSTOMER)
    ]


def _numbered(judged: pl.DataFrame, codes: list[str]) -> pl.LazyFrame:
    """Words as their numbers, in text; a word that has none yet gets one. Numbers never change."""
    known = _stored(codes)
    said = judged.select(
        pl.col(code).is_not_null().sum() - pl.col(code).is_in(list(known[code])).sum()
        for code in codes
    ).row(0, named=True)
    if strange := [code for code, missing in said.items() if missing]:
        words = judged.select(pl.col(code).unique().implode() for code in strange).row(
            0, named=True
        )
        made = (
            TagWord(code=code, word=word)
            for code in strange
            for word in sorted(set(filter(None, words[code])) - known[code].keys())
        )
        TagWord.objects.bulk_create(made, ignore_conflicts=True)
        known = _stored(codes)
    return judged.lazy().with_columns(
        pl.col(code).replace_strict(known[code], default=None, return_dtype=pl.String)
        if known[code]
        else pl.lit(None, pl.String).alias(code)
        for code in codes
    )


def _stored(codes: list[str]) -> dict[str, dict[str, str]]:
    """The number of each word, by tag."""
    found: dict[str, dict[str, str]] = {code: {} for code in codes}
    rows = TagWord.objects.filter(code__in=codes).values_list("code", "word", "id")
    for code, word, number in rows.order_by():
        found[code][word] = str(number)
    return found


def _json(codes: list[str]) -> pl.Expr:
    """Figures by code as JSON; those that are unknown are left out."""
    told = [
        pl.when(pl.col(code).is_not_null()).then(
            pl.format('"{}":{}', pl.lit(code), pl.col(code).cast(pl.String))
        )
        for code in codes
    ]
    if not told:
        return pl.lit("{}")
    return pl.format("{{{}}}", pl.concat_str(told, separator=",", ignore_nulls=True))


def _changes(differing: pl.DataFrame) -> pl.DataFrame:
    """Each tag whose word came, went or became another."""
    sides = {name: _exploded(differing, name) for name in ("words", "held")}
    numbers = sides["words"]["number"].append(sides["held"]["number"]).unique().to_list()
    codes = dict(TagWord.objects.filter(pk__in=numbers).values_list("pk", "code"))
    now, before = (
        side.with_columns(
            pl.col("number")
            .replace_strict(codes, default=None, return_dtype=pl.String)
            .alias("code")
        )
        for side in sides.values()
    )
    both = now.rename({"number": "after"}).join(
        before.rename({"number": "before"}), on=["customer_id", "code"], how="full", coalesce=True
    )
    return both.filter(pl.col("after").ne_missing(pl.col("before"))).select(*_CHANGED)


def _exploded(differing: pl.DataFrame, name: str) -> pl.DataFrame:
    return (
        differing.select(
            "customer_id",
            pl.col(name).str.strip_chars("{}").str.split(",").alias("number"),
        )
        .explode("number")
        .filter(pl.col("number") != "")
        .with_columns(pl.col("number").cast(pl.Int64))
    )
