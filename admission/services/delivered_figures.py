"""Setting delivered figures beside the customers they are about, never a row at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from admission.deliveries.classes import DAY, ID, PART, DataClass
from admission.models import Delivery
from core import crypto
from village.services import copying

_DELIVERED = {
    "line": "integer",
    "id_index": "text",
    "part": "text",
    "as_of": "date",
    "newest": "boolean",
    "values": "jsonb",
}
_MATCH = """
CREATE TEMP TABLE matched ON COMMIT DROP AS
SELECT c.id AS customer_id, d.line, coalesce(d.part, '') AS part, d.as_of, d.newest, d.values
FROM delivered d JOIN village_customer c USING (id_index)
"""
_UPSERT = """
INSERT INTO admission_figures AS held
    (customer_id, kind, part, as_of, delivery_id, line, values)
SELECT customer_id, %s, part, as_of, %s, line, values FROM matched WHERE newest
ORDER BY customer_id
ON CONFLICT (customer_id, kind, part) DO UPDATE SET
    as_of = excluded.as_of, delivery_id = excluded.delivery_id, line = excluded.line,
    values = excluded.values
WHERE (held.as_of, held.delivery_id) <= (excluded.as_of, excluded.delivery_id)
    AND (held.delivery_id, held.line, held.as_of, held.values)
        IS DISTINCT FROM (excluded.delivery_id, excluded.line, excluded.as_of, excluded.values)
"""
_ENDED = "CREATE TEMP TABLE ended (customer_id bigint) ON COMMIT DROP"
_GONE = """
WITH gone AS (DELETE FROM admission_figures held
WHERE kind = %s AND delivery_id <> %s AND (as_of, delivery_id) < (%s, %s)
    AND NOT EXISTS (
        SELECT FROM doubtful JOIN village_customer c USING (id_index)
        WHERE c.id = held.customer_id
    )
"""
_ONLY_NAMED = " AND customer_id IN (SELECT customer_id FROM matched)"
_TOLD = " RETURNING customer_id) INSERT INTO ended SELECT customer_id FROM gone"


@dataclass(frozen=True, slots=True)
class Matched:
    """How many rows are about somebody registered, and the lines of the others."""

    rows: int
    unmatched: int


def stage(good: pl.DataFrame, doubtful: Iterable[str], of: DataClass) -> Matched:
    """Put a delivery's good rows beside the register, inside the caller's transaction.

    ``doubtful`` are the ID numbers of refused rows: nothing may be concluded about them.
    """
    with_index = good.join(indexes(good[ID]), on=ID, how="left", maintain_order="left")
    newest = pl.col(DAY) == pl.col(DAY).max().over(ID, PART)
    copying.stage(
        "delivered",
        _DELIVERED,
        with_index.select(
            "line", "id_index", PART, DAY, newest.alias("newest"), as_json(of).alias("values")
        ),
    )
    in_doubt = pl.Series(ID, list(doubtful), dtype=pl.String)
    copying.stage("doubtful", {"id_index": "text"}, indexes(in_doubt))
    copying.run("DROP TABLE IF EXISTS matched")
    rows = copying.run(_MATCH)
    copying.run("DROP TABLE IF EXISTS ended")
    copying.run(_ENDED)
    return Matched(rows, good.height - rows)


def as_json(of: DataClass) -> pl.Expr:
    """The declared columns of a row as one JSON object, days in ISO, unknown ones left out."""
    columns = [
        pl.col(each.name).dt.to_string("%Y-%m-%d") if each.kind == "day" else pl.col(each.name)
        for each in of.columns
    ]
    return pl.struct(columns).struct.json_encode()


_HELD = """
SELECT count(*), count(*) FILTER (WHERE named.customer_id IS NULL)
  FROM (SELECT DISTINCT customer_id FROM admission_figures
         WHERE kind = %s AND as_of <= %s) held
  LEFT JOIN named USING (customer_id)
"""
_NAMED = """
CREATE TEMP TABLE named ON COMMIT DROP AS
SELECT customer_id FROM matched UNION
SELECT c.id FROM doubtful JOIN village_customer c USING (id_index)
"""


def held_and_missing(of: DataClass, as_of: date) -> tuple[int, int]:
    """Of how many people figures are held, and how many of them the staged delivery does not name,
    not even in a row that was refused."""
    copying.run("DROP TABLE IF EXISTS named")
    copying.run(_NAMED)
    copying.run("ANALYZE named")
    counted = {"held": pl.Int64, "missing": pl.Int64}
    return copying.frame(_HELD, counted, [of.name, as_of]).row(0)


def write(delivery: Delivery, of: DataClass, *, conclude_absent: bool) -> tuple[int, int]:
    """Let the staged rows become the newest figures; how many were written and removed.

    Figures of a newer day, or of a later delivery of the same day, are left alone. A person's
    parts that the delivery no longer names are gone; ``conclude_absent`` says that people whom it
    does not name at all have none any more; the table ``ended`` has whose were removed.
    """
    written = copying.run(_UPSERT, [of.name, delivery.pk])
    absent = "" if conclude_absent else _ONLY_NAMED
    removed = 0
    if conclude_absent or of.part:
        key = [of.name, delivery.pk, delivery.as_of, delivery.pk]
        removed = copying.run(_GONE + absent + _TOLD, key)
    return written, removed


_TAKEN_BACK = """
WITH gone AS (
    DELETE FROM admission_figures WHERE kind = %s AND delivery_id = %s RETURNING customer_id
)
INSERT INTO bereft SELECT customer_id FROM gone
"""
_STILL_BEREFT = """
SELECT EXISTS (SELECT FROM bereft b WHERE NOT EXISTS (
    SELECT FROM admission_figures held WHERE held.customer_id = b.customer_id AND held.kind = %s))
"""
_BROUGHT_BACK = """
INSERT INTO admission_figures (customer_id, kind, part, as_of, delivery_id, line, values)
SELECT m.customer_id, %s, m.part, m.as_of, %s, m.line, m.values FROM matched m
 WHERE m.newest AND NOT EXISTS (
    SELECT FROM admission_figures held WHERE held.customer_id = m.customer_id AND held.kind = %s)
 ORDER BY m.customer_id
ON CONFLICT (customer_id, kind, part) DO NOTHING
"""


def take_back(delivery: Delivery) -> int:
    """Remove the figures that stand on one delivery; how many. The table ``bereft`` has whose."""
    copying.run("DROP TABLE IF EXISTS bereft")
    copying.run("CREATE TEMP TABLE bereft (customer_id bigint) ON COMMIT DROP")
    gone = copying.run(_TAKEN_BACK, [delivery.kind, delivery.pk])
    copying.run("ANALYZE bereft")
    return gone


def still_bereft(kind: str) -> bool:
    """Whether somebody whose figures were taken back has none of the class."""
    return copying.frame(_STILL_BEREFT, {"some": pl.Boolean}, [kind]).item()


def bring_back(earlier: Delivery) -> int:
    """Let the staged rows of an earlier delivery speak for whoever has no figures of its class;
    how many were written."""
    return copying.run(_BROUGHT_BACK, [earlier.kind, earlier.pk, earlier.kind])


def indexes(numbers: pl.Series) -> pl.DataFrame:
    """Every different ID number beside its blind index."""
    distinct = numbers.drop_nulls().unique()
    index = pl.Series("id_index", [crypto.blind_index(each) for each in distinct], dtype=pl.String)
    return pl.DataFrame([distinct.alias(ID), index])
