"""Writing what a village's customers are called: words as numbers, and only what changed."""

from datetime import date

import polars as pl
from django.db import connection

from admission.models import TagWord
from admission.services.tag_names import YES_WORD
from admission.tags import TagBook
from admission.tags.book import CUSTOMER, FIGURE, TAG
from admission.tags.judging import GROUPS, PORTRAITS
from village.services import copying

LONGEST_WORD = 120
_TAGGED = {"customer_id": "bigint", "words": "integer[]", "figures": "jsonb"}
_DIFFERING = """
SELECT t.customer_id, t.words::text, p.words::text
  FROM tagged t LEFT JOIN admission_profile p USING (customer_id)
 WHERE p.customer_id IS NULL
    OR (p.words, p.figures) IS DISTINCT FROM (t.words, t.figures)
"""
_INSERT = """
INSERT INTO admission_profile (customer_id, words, figures, first_on, since)
SELECT t.customer_id, t.words, t.figures, %s, '{}'
  FROM tagged t LEFT JOIN admission_profile p USING (customer_id)
 WHERE p.customer_id IS NULL ORDER BY t.customer_id
ON CONFLICT (customer_id) DO NOTHING
"""
_SINCE = {"customer_id": "bigint", "since": "jsonb"}
_UPDATE = """
UPDATE admission_profile p
   SET words = t.words, figures = t.figures, since = p.since || coalesce(s.since, '{}')
  FROM tagged t LEFT JOIN since s USING (customer_id)
 WHERE p.customer_id = t.customer_id
   AND (p.words, p.figures) IS DISTINCT FROM (t.words, t.figures)
"""
_CHANGED = {"customer_id": "bigint", "code": "text", "before": "integer", "after": "integer"}
_REMEMBER = """
INSERT INTO admission_tagchange (customer_id, code, before_id, after_id, "on", run_id)
SELECT customer_id, code, before, after, %s, %s FROM changed ORDER BY customer_id, code
"""
_DEAD = """
WITH gone AS (
    DELETE FROM admission_profile p USING village_customer c, village_household h, village_village v
     WHERE c.id = p.customer_id AND h.id = c.household_id AND v.id = h.village_id
       AND v.code = ANY(%s) AND c.state = 'died' RETURNING v.code
)
SELECT code, count(*) FROM gone GROUP BY code
"""


def forget_the_dead(villages: list[str]) -> dict[str, int]:
    """Nobody calls the dead anything; returns how many profiles went, by village."""
    with connection.cursor() as cursor:
        cursor.execute(_DEAD, (villages,))
        return dict(cursor.fetchall())


def write(judged: pl.DataFrame, book: TagBook, *, day: date, run_id: int) -> pl.DataFrame:
    """Store what differs from what is stored; returns ``customer_id`` of every profile written
    and how many of its tags ``changed``."""
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
    copying.stage("tagged", _TAGGED, now)
    schema = {"customer_id": pl.Int64(), "words": pl.String(), "held": pl.String()}
    differing = copying.in_bulk(_DIFFERING, schema)
    known = differing.drop_nulls("held")
    changed = _changes(known.filter(pl.col("words") != pl.col("held")))
    if known.height < differing.height:
        copying.run(_INSERT, (day,))
    if known.height:
        since = changed.group_by("customer_id").agg(
            _listed(pl.format('"{}":"{}"', "code", pl.lit(day.isoformat())).str.join(",")).alias(
                "since"
            )
        )
        copying.stage("since", _SINCE, since)
        copying.run(_UPDATE)
    if changed.height:
        copying.stage("changed", _CHANGED, changed, analyse=False)
        copying.run(_REMEMBER, (day, run_id))
    return (
        differing.select("customer_id")
        .join(changed.group_by("customer_id").len("changed"), on="customer_id", how="left")
        .with_columns(pl.col("changed").fill_null(0))
    )


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
