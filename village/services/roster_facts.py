"""Bringing in what is known about registered households and people: means, ties, lists."""

from datetime import datetime

import polars as pl
from django.utils.translation import gettext as _

from core import audit, crypto, events
from core.audit import Deed
from village.events import BlackListChanged
from village.models import Customer, Household, Relation
from village.roster import means, numbers, refusals, ties
from village.roster.reading import Delivery
from village.services import copying, roster_overtaken, stages
from village.services import roster_images as images
from village.services import roster_marriages as marriages
from village.services.roster_results import Bringing, Brought

_MEANS = (
    {"line": "bigint", "household_id": "bigint"}
    | dict.fromkeys(means.AMOUNTS, "bigint")
    | dict.fromkeys(means.LANDS, "numeric")
    | dict.fromkeys(means.WORDS, "text")
)
_DECLARED = (*means.AMOUNTS, *means.LANDS, *means.WORDS)
_EARLIER = "jsonb_strip_nulls(jsonb_build_object({}))".format(
    ", ".join(
        f"'{each}', CASE WHEN d.{each} IS NULL AND h.{each} IS NOT NULL "
        f"THEN COALESCE(h.figure_days ->> '{each}', h.declared_on::text) END"
        for each in (*means.AMOUNTS, *means.LANDS)
    )
)
"""The days of figures about which a file is silent: they stay as old as they are."""


def bring_means(delivery: Delivery, by: Bringing) -> Brought:
    """Write what households declared. ``declared_on`` moves only when a figure does, and never
    back."""
    by.tell("check")
    rows = means.plain(delivery.fields, delivery.in_wan)
    copying.stage(
        "named",
        {"household_number": "text"},
        rows.filter(~numbers.impossible()).select("household_number").unique(),
    )
    known = copying.frame(
        "SELECT n.household_number, h.id, h.village_id, "
        "GREATEST(h.declared_on, h.corrected_on) FROM named n "
        "JOIN village_household h ON h.number = n.household_number",
        {
            "household_number": pl.String,
            "household_id": pl.Int64,
            "village_id": pl.Int64,
            "told_on": pl.Date,
        },
    )
    about = rows.join(known, on="household_number", how="left")
    refused = refusals.beside(
        delivery.faulty,
        means.check(rows, known.select("household_number", "household_id"))
        .vstack(_of_others(about, "household_number", by))
        .vstack(roster_overtaken.means(about, as_of=by.as_of)),
    )
    good = refusals.without(rows, refused).join(known, on="household_number", how="left")
    by.tell("write")
    return _write_means(good, refused, by)


def _write_means(good: pl.DataFrame, refused: pl.DataFrame, by: Bringing) -> Brought:
    """Write what good rows declare where it differs; each household is kept as it was before."""
    copying.stage("declared", _MEANS, good)
    differs = " OR ".join(
        f"(d.{each} IS NOT NULL AND d.{each} IS DISTINCT FROM h.{each})" for each in _DECLARED
    )
    never = "h.declared_on IS NULL"
    standing = copying.frame(
        f"SELECT d.line, h.id, {never}, {differs} FROM declared d "  # noqa: S608 - our own names
        "JOIN village_household h ON h.id = d.household_id",
        {"line": pl.Int64, "id": pl.Int64, "first": pl.Boolean, "differs": pl.Boolean},
    )
    new = standing.filter("first")
    changed = standing.filter(~pl.col("first") & pl.col("differs"))
    altered = pl.concat([new, changed]).with_columns(
        pl.lit("changed").alias("kind"), pl.lit("declared").alias("changed")
    )
    copying.stage("altered", {"id": "bigint", "kind": "text", "changed": "text"}, altered)
    images.keep_households(by.number, "altered")
    columns = ", ".join(f"{each} = COALESCE(d.{each}, h.{each})" for each in _DECLARED)
    copying.run(
        f"UPDATE village_household h SET {columns}, figure_days = {_EARLIER}, "  # noqa: S608
        "declared_on = %s, "
        "updated_at = %s FROM declared d JOIN altered a ON a.id = d.household_id "
        "WHERE h.id = d.household_id",
        [by.as_of, by.at],
    )
    audit.record_all(
        Household,
        "village.household.declared_anew",
        (Deed(pk, {"declared_on": by.as_of.isoformat()}) for pk in changed["id"]),
        actor=by.actor,
    )
    unchanged = standing.height - new.height - changed.height
    return Brought(new.height, changed.height, unchanged, refused)


def bring_relations(delivery: Delivery, by: Bringing) -> Brought:
    """Tie people of different households together, or husband and wife, or end their ties.

    The order within a pair does not matter. Endings come first: who is tied and untied in one file
    is tied.

    One of the two has to be of a village that is for whoever brings the file.
    """
    by.tell("check")
    rows = ties.plain_relations(delivery.fields)
    rows = _with_people(rows, "id_number", "")
    rows = _with_people(rows, "other_id_number", "other_")
    rows = marriages.beside(rows)
    theirs = _of_others(rows, "id_number", by).join(
        _of_others(rows, "id_number", by, prefix="other_"), on="line", how="semi"
    )
    refused = refusals.beside(
        delivery.faulty, ties.check_relations(rows, as_of=by.as_of).vstack(theirs)
    )
    good = refusals.without(rows, refused).select(
        "line",
        pl.min_horizontal("customer_id", "other_customer_id").alias("one_id"),
        pl.max_horizontal("customer_id", "other_customer_id").alias("other_id"),
        pl.col("tie").alias("kind"),
        "ended_kind",
    )
    by.tell("write")
    pair = {"one_id": "bigint", "other_id": "bigint", "kind": "text"}
    ends = pl.col("kind") == ties.ENDS
    changed = _end(good.filter(ends).with_columns(kind="ended_kind"), pair, by)
    copying.stage("tied", pair, good.filter(~ends))
    new = copying.run(
        "INSERT INTO village_relation (one_id, other_id, kind, brought_by_id) "
        "SELECT DISTINCT one_id, other_id, kind, %s::bigint FROM tied "
        "ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING",
        [by.number],
    )
    return Brought(new, changed, good.height - new - changed, refused)


def _end(good: pl.DataFrame, pair: dict[str, str], by: Bringing) -> int:
    """End standing ties; returns how many rows ended any."""
    copying.stage("untied", {"line": "bigint"} | pair, good)
    ended = copying.frame(
        "UPDATE village_relation r SET ended_on = %s, ended_because = %s, ended_by_file_id = %s "
        "FROM untied u WHERE r.one_id = u.one_id AND r.other_id = u.other_id "
        "AND r.ended_on IS NULL AND u.kind IN ('', r.kind) RETURNING r.id, u.line",
        {"id": pl.Int64, "line": pl.Int64},
        [by.as_of, _("Ended by a file"), by.number],
    )
    audit.record_all(
        Relation,
        "village.relation.ended",
        (Deed(pk, {"on": by.as_of.isoformat(), "file": by.number}) for pk in ended["id"].sort()),
        actor=by.actor,
    )
    return ended["line"].n_unique()


def bring_lists(delivery: Delivery, by: Bringing) -> Brought:
    """Put people on the bank's lists or take them off; one black member makes a black household."""
    by.tell("check")
    rows = _with_people(ties.plain_lists(delivery.fields), "id_number", "")
    refused = refusals.beside(
        delivery.faulty, ties.check_lists(rows).vstack(_of_others(rows, "id_number", by))
    )
    good = refusals.without(rows, refused)
    by.tell("write")
    columns = {"line": "bigint", "customer_id": "bigint", "list": "text", "reason": "text"}
    copying.stage("listed", columns, good)
    changed = copying.frame(
        "SELECT l.customer_id, c.list_flag = '', l.list FROM listed l "
        "JOIN village_customer c ON c.id = l.customer_id "
        "WHERE (c.list_flag, c.list_reason) <> (l.list, l.reason)",
        {"id": pl.Int64, "first": pl.Boolean, "list": pl.String},
    )
    altered = changed.select(
        pl.col("id").alias("customer_id"),
        pl.lit("changed").alias("kind"),
        pl.lit("list_flag list_reason").alias("changed"),
    )
    copying.stage("altered", {"customer_id": "bigint", "kind": "text", "changed": "text"}, altered)
    images.keep_people(by.number, "altered")
    copying.run(
        "UPDATE village_customer c SET list_flag = l.list, list_reason = l.reason, "
        "updated_at = %s FROM listed l WHERE c.id = l.customer_id "
        "AND (c.list_flag, c.list_reason) <> (l.list, l.reason)",
        [by.at],
    )
    audit.record_all(
        Customer,
        "village.customer.listed",
        (Deed(pk, {"list": flag or ""}) for pk, flag in changed.select("id", "list").iter_rows()),
        actor=by.actor,
    )
    flag_households(homes_of("SELECT customer_id FROM listed"), at=by.at, number=by.number)
    stages.void_black(actor=by.actor)
    new = changed.filter("first").height
    return Brought(new, changed.height - new, good.height - changed.height, refused)


def homes_of(people: str) -> str:
    """A query of the ids of the households of ``people``, who are a query of ids themselves."""
    return f"SELECT c.household_id FROM village_customer c WHERE c.id IN ({people})"  # noqa: S608


def flag_households(homes: str, *, at: datetime, number: int | None = None) -> int:
    """Carry the black list over to ``homes`` (a query of their ids); where it is lifted, the last
    review counts again. Keeps what stood before for the import ``number``; returns how many
    households came to stand on the list, or off it."""
    black = (
        "EXISTS (SELECT FROM village_customer m WHERE m.household_id = h.id "
        "AND 'black' IN (m.list_flag, m.watch_flag))"
    )
    copying.run("DROP TABLE IF EXISTS flagged")
    copying.run(
        "CREATE TEMP TABLE flagged ON COMMIT DROP AS "  # noqa: S608 - our own names
        f"SELECT h.id, {black} AS black, 'changed' AS kind, 'list_flag' AS changed "
        f"FROM village_household h WHERE h.id IN ({homes}) "
        f"AND (h.list_flag = 'black') <> {black}"
    )
    if number is not None:
        images.keep_households(number, "flagged")
    copying.run(
        "UPDATE village_household h SET updated_at = %s, list_flag = CASE WHEN f.black "
        "THEN 'black' ELSE COALESCE((SELECT o.list_flag FROM village_outcome o "
        "WHERE o.household_id = h.id AND (o.stage = 'decided' OR o.list_flag = 'grey') "
        "ORDER BY o.id DESC LIMIT 1), '') "
        "END FROM flagged f WHERE h.id = f.id",
        [at],
    )
    changed = copying.frame("SELECT count(*) FROM flagged", {"households": pl.Int64}).item()
    if changed:
        events.publish(BlackListChanged(households=changed))
    return changed


def _of_others(rows: pl.DataFrame, field: str, by: Bringing, *, prefix: str = "") -> pl.DataFrame:
    """Rows about villages that are not for whoever brings the file."""
    if by.villages is None:
        return refusals.none()
    return refusals.found(rows, [refusals.outside(rows, field, f"{prefix}village_id", by.villages)])


def _with_people(rows: pl.DataFrame, number: str, prefix: str) -> pl.DataFrame:
    """Rows beside the registered person whose ID number stands in a column, null where nobody."""
    distinct = rows[number].drop_nulls().unique()
    copying.stage(
        "sought",
        {"id_number": "text", "id_index": "text"},
        pl.DataFrame(
            {
                "id_number": distinct,
                "id_index": pl.Series(crypto.blind_indices(distinct), dtype=pl.String),
            }
        ),
    )
    people = copying.frame(
        "SELECT s.id_number, c.id, c.household_id, c.village_id FROM sought s "
        "JOIN village_customer c USING (id_index)",
        {
            number: pl.String,
            f"{prefix}customer_id": pl.Int64,
            f"{prefix}household_id": pl.Int64,
            f"{prefix}village_id": pl.Int64,
        },
    )
    return rows.join(people, on=number, how="left", maintain_order="left")
