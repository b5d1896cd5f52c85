"""Who is married to whom, as roster files tell it: by name in a file of relations, and by the word
for a daughter- or son-in-law where only one child of the household can be meant."""

from datetime import date

import polars as pl

from village.models import Customer
from village.roster import words
from village.roster.ties import MARRIAGE, OF_AGE
from village.selectors_couples import spouses_of
from village.services import copying

_KNOWN = {"customer_id": pl.Int64, "state": pl.String, "born_on": pl.Date, "spouse_id": pl.Int64}
_MAY_BE_MARRIED = "{0}.state <> 'died' AND {0}.born_on <= %s AND {0}.marital IN ('已婚', '')"
_COUPLES = f"""
INSERT INTO village_relation (one_id, other_id, kind, brought_by_id)
SELECT LEAST(c.id, k.id), GREATEST(c.id, k.id), 'spouse', %s::bigint
  FROM in_laws l JOIN village_customer c USING (id_index)
  JOIN LATERAL (
       SELECT min(k.id) AS id FROM village_customer k
        WHERE k.household_id = c.household_id AND k.role = 'child' AND k.sex <> c.sex
          AND {_MAY_BE_MARRIED.format("k")}
       HAVING count(*) = 1) k ON TRUE
 WHERE {_MAY_BE_MARRIED.format("c")}
   AND NOT EXISTS (
       SELECT FROM village_relation r WHERE r.kind = 'spouse'
          AND ((r.ended_on IS NULL AND (r.one_id IN (c.id, k.id) OR r.other_id IN (c.id, k.id)))
           OR (r.one_id = LEAST(c.id, k.id) AND r.other_id = GREATEST(c.id, k.id))))
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names


def beside(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of relations beside what stands for or against marrying their people; nobody is looked
    up where no row speaks of a marriage."""
    sides = ("customer_id", "other_customer_id")
    married = rows.filter(pl.col("tie") == MARRIAGE)
    ids = pl.concat([married[each] for each in sides]).drop_nulls().unique().to_list()
    spouses = spouses_of(ids)
    known = pl.DataFrame(
        [
            (pk, state, born_on, spouses.get(pk, [None])[0])
            for pk, state, born_on in Customer.objects.filter(pk__in=ids)
            .order_by()
            .values_list("pk", "state", "born_on")
        ],
        schema=_KNOWN,
        orient="row",
    )
    for side in sides:
        prefix = side.removesuffix("customer_id")
        renamed = known.rename({each: f"{prefix}{each}" for each in _KNOWN})
        rows = rows.join(renamed, on=side, how="left", maintain_order="left")
    return rows


def write_in_laws(good: pl.DataFrame, *, number: int, as_of: date) -> int:
    """Marry the one daughter- or son-in-law of a household to its only child who can be meant.

    Where two could be, nobody is; what was ended by hand is not made again. Returns how many.
    """
    named = good.filter(pl.col("role_said").is_in(list(words.IN_LAWS)))
    alone = named.filter(pl.len().over("household_number", "sex") == 1).select("id_index")
    if alone.is_empty():
        return 0
    copying.stage("in_laws", {"id_index": "text"}, alone)
    grown = as_of.replace(year=as_of.year - OF_AGE, day=min(as_of.day, 28))
    return copying.run(_COUPLES, [number, grown, grown])
