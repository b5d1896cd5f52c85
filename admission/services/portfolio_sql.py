"""Writing what the rules say of a county: only what differs, with one statement a table."""

from datetime import date

import polars as pl
from django.db import connection

from admission.judgement import RuleBook
from admission.judgement.verdict import FACTOR, OUTCOME
from admission.services.portfolio_scores import SCORED
from village.services import copying

_STOOD = {
    "customer_id": "bigint",
    "outcome": "text",
    "limit_factor": "numeric(4,2)",
    "hits": "varchar(10)[]",
    "segment": "text",
    "scorecard_id": "bigint",
    "score": "smallint",
    "risk_band": "text",
}
_COLUMNS = ", ".join(name for name in _STOOD if name != "customer_id")
_HELD, _TOLD = (
    ", ".join(f"{side}.{name}" for name in _STOOD if name != "customer_id") for side in "st"
)
_SAYS = f"({_HELD}) IS DISTINCT FROM ({_TOLD})"
_DIFFERING = f"""
SELECT t.customer_id, s.outcome, t.outcome
  FROM stood t LEFT JOIN admission_standing s USING (customer_id) WHERE {_SAYS}
"""  # noqa: S608 - no word of it comes from outside
_REMEMBER = """
INSERT INTO admission_standingchange
    (customer_id, before, after, hits_before, hits_after, band_before, band_after, "on", run_id)
SELECT s.customer_id, s.outcome, t.outcome, s.hits, t.hits, s.risk_band, t.risk_band, %s, %s
  FROM stood t JOIN admission_standing s USING (customer_id)
 WHERE (s.outcome, s.hits, s.risk_band) IS DISTINCT FROM (t.outcome, t.hits, t.risk_band)
 ORDER BY s.customer_id
"""
_UPDATE = f"""
UPDATE admission_standing s
   SET ({_COLUMNS}) = ({_TOLD}),
       since = CASE WHEN s.outcome = t.outcome THEN s.since ELSE %s END
  FROM stood t WHERE s.customer_id = t.customer_id AND {_SAYS}
"""  # noqa: S608 - no word of it comes from outside
_INSERT = f"""
INSERT INTO admission_standing (customer_id, {_COLUMNS}, since)
SELECT t.customer_id, {_TOLD}, %s
  FROM stood t LEFT JOIN admission_standing s USING (customer_id)
 WHERE s.customer_id IS NULL ORDER BY t.customer_id
ON CONFLICT (customer_id) DO NOTHING
"""  # noqa: S608 - no word of it comes from outside
_DEAD = """
DELETE FROM {} s USING village_customer c, village_village v
 WHERE c.id = s.customer_id AND v.id = c.village_id AND v.code = ANY(%s) AND c.state = 'died'
"""
_MOVED = {"customer_id": pl.Int64(), "before": pl.String(), "after": pl.String()}


def forget_the_dead(villages: list[str]) -> None:
    """The rules say nothing of the dead, and nothing is kept of them."""
    with connection.cursor() as cursor:
        for each in ("admission_standing", "admission_knownfeatures"):
            cursor.execute(_DEAD.format(each), (villages,))


def hits(book: RuleBook) -> pl.Expr:
    """The codes of the rules that hold, as PostgreSQL reads an array."""
    codes = [
        pl.when(pl.col(each.text.code)).then(pl.lit(f'"{each.text.code}"')) for each in book.rules
    ]
    return pl.format("{{{}}}", pl.concat_str(codes, separator=",", ignore_nulls=True))


def write(heard: pl.DataFrame, book: RuleBook, *, day: date, run_id: int) -> pl.DataFrame:
    """Store what differs from what is stored; returns of every row written ``customer_id`` and the
    outcome ``before``, which is None of somebody new, and ``after``."""
    stood = heard.lazy().select(
        "customer_id",
        pl.col(OUTCOME).alias("outcome"),
        pl.col(FACTOR).round(2).alias("limit_factor"),
        hits(book).alias("hits"),
        *SCORED,
    )
    copying.stage("stood", _STOOD, stood.collect())
    moved = copying.in_bulk(_DIFFERING, _MOVED)
    known = moved["before"].count()
    if known:
        copying.run(_REMEMBER, (day, run_id))
        copying.run(_UPDATE, (day,))
    if known < moved.height:
        copying.run(_INSERT, (day,))
    return moved
