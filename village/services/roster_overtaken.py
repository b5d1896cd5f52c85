"""Rows of an older file about whom a newer one, or somebody's hand, has spoken: they would put the
past back."""

from datetime import date

import polars as pl

from village.models import Customer, Household, RosterImport
from village.roster import refusals
from village.roster.refusals import Check
from village.services import copying

CODE = "overtaken"
_NEWER = """
WITH newer AS (
    SELECT id, as_of FROM village_rosterimport
     WHERE kind = 'roster' AND status = 'brought' AND as_of > %(day)s
), touched AS (
    SELECT c.id AS person, NULL::bigint AS home, n.as_of
      FROM newer n JOIN village_customer c ON c.brought_by_id = n.id
    UNION ALL
    SELECT k.customer_id, k.household_id, n.as_of
      FROM newer n JOIN village_rosterchange k ON k.roster_import_id = n.id
     WHERE k.columns <> 'list_flag'
    UNION ALL
    SELECT id, NULL, corrected_on FROM village_customer WHERE corrected_on > %(day)s
    UNION ALL
    SELECT NULL, id, corrected_on FROM village_household WHERE corrected_on > %(day)s
)
SELECT n.line, max(t.as_of), false FROM named n
  JOIN village_customer c USING (id_index) JOIN touched t ON t.person = c.id GROUP BY n.line
UNION ALL
SELECT n.line, max(t.as_of), true FROM named n
  JOIN village_household h USING (number) JOIN touched t ON t.home = h.id GROUP BY n.line
"""


def people(rows: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Rows about people whom a file true on a later day brought or changed, or whom somebody
    corrected later by hand, and heads' rows about households that were moved or corrected so.
    ``rows`` stand in the temporary table ``named``.

    Files mostly come in the order of their days, and then a look at each table suffices.
    """
    newer = RosterImport.objects.filter(
        kind=RosterImport.Kind.ROSTER, status=RosterImport.Status.BROUGHT, as_of__gt=as_of
    )
    by_hand = (each.objects.filter(corrected_on__gt=as_of) for each in (Customer, Household))
    if not any(each.exists() for each in (newer, *by_hand)):
        return refusals.none()
    schema = {"line": rows.schema["line"], "day": pl.Date, "of_home": pl.Boolean}
    found = copying.frame(_NEWER, schema, {"day": as_of})
    heads = rows.filter(pl.col("role") == "head").select("line")
    told = pl.concat([found.filter(~pl.col("of_home")), found.join(heads, on="line", how="semi")])
    newest = told.group_by("line", maintain_order=True).agg(pl.col("day").max())
    return refusals.found(newest, [_overtaken("id_number", "day", as_of)])


def means(beside: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Rows about households that declared something, or were corrected, on a later day,
    ``told_on``."""
    return refusals.found(beside, [_overtaken("household_number", "told_on", as_of)])


def _overtaken(field: str, day: str, as_of: date) -> Check:
    return Check(field, CODE, pl.col(day) > as_of, pl.col(day))
