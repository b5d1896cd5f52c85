"""Bringing in people and their households, 农户名册: judged as columns, written as sets."""

import polars as pl

from core import audit, crypto
from core.audit import Deed
from village.models import Customer, Group, Household, NumberCorrection, Village
from village.roster import households, people, refusals
from village.roster.reading import Delivery
from village.roster.refusals import Check
from village.services import copying, roster_marriages, roster_overtaken, stages
from village.services import roster_images as images
from village.services.roster_facts import flag_households
from village.services.roster_results import Bringing, Brought
from village.services.roster_sealing import sealed, sealed_ahead

_KEYS = {"line": "bigint", "id_index": "text", "number": "text"}
_INCOMING = {
    "line": "bigint",
    "number": "text",
    "village_id": "bigint",
    "group_id": "bigint",
    "address": "text",
    "role": "text",
    "name": "text",
    "id_index": "text",
    "mobile_index": "text",
    "sex": "text",
    "born_on": "date",
    "education": "text",
    "marital": "text",
    "occupation": "text",
    "main_business": "text",
    "state": "text",
}
_ALWAYS_KNOWN = (
    "household_id", "village_id", "role", "name", "id_number", "id_index", "sex", "born_on",
)  # fmt: skip
_MAY_BE_EMPTY = (
    "mobile", "mobile_index", "education", "marital", "occupation", "main_business",
)  # fmt: skip
_AT_ONCE = 50_000
_COMPARED = (
    "role", "name", "mobile_index", "sex", "born_on", "education", "marital", "occupation",
    "main_business", "state",
)  # fmt: skip


_PEOPLE = """
SELECT c.id_index, h.number, c.role, h.village_id, c.state = ANY(%(here)s),
       CASE WHEN c.role = 'head' AND bool_or(n.number <> h.number) THEN
            (SELECT count(*) FROM village_customer o
              WHERE o.household_id = h.id AND o.id <> c.id AND o.state = ANY(%(here)s)) END
  FROM named n JOIN village_customer c USING (id_index)
  JOIN village_household h ON h.id = c.household_id
 GROUP BY c.id, h.id
"""


def bring(delivery: Delivery, by: Bringing) -> Brought:
    """Write every good row; an empty cell says nothing and changes nothing."""
    by.tell("check")
    rows = people.plain(delivery.fields, _places())
    refused = refusals.beside(delivery.faulty, people.check(rows, as_of=by.as_of))
    by.tell("compare")
    rows = rows.with_columns(_indices(rows["id_number"]).alias("id_index"))
    register = _register(rows)
    refused = refused.vstack(_of_others(rows, register, by))
    refused = refused.vstack(_corrected_since(rows))
    if not register.people.is_empty():
        refused = refused.vstack(roster_overtaken.people(rows, as_of=by.as_of))
    refused = refusals.beside(
        delivery.faulty, refused.vstack(households.check(rows, refused, register))
    )
    good = people.finished(refusals.without(rows, refused))
    del rows  # of a county, hundreds of megabytes
    good = good.with_columns(
        _indices(good["mobile"]).alias("mobile_index"),
        pl.col("household_number").alias("number"),
    )
    copying.stage("incoming", _INCOMING, good)
    by.tell("write")
    homes = _write_households(by)
    standing = _standing()
    _write_people(good, standing, by)
    roster_marriages.write_in_laws(good, number=by.number, as_of=by.as_of)
    _carry_black(by)
    new = standing.filter(pl.col("customer_id").is_null()).height
    touched = (pl.col("changed") != "") | pl.col("line").is_in(homes["line"].implode())
    known = standing.filter(pl.col("customer_id").is_not_null())
    changed = known.filter(touched)
    moved = (pl.col("kind") == "moved") | pl.col("line").is_in(
        homes.filter(pl.col("kind") == "moved")["line"].implode()
    )
    return Brought(
        new,
        changed.height,
        known.height - changed.height,
        refused,
        moved=changed.filter(moved).height,
        died=changed.filter(pl.col("kind") == "died").height,
    )


def _of_others(rows: pl.DataFrame, register: households.Register, by: Bringing) -> pl.DataFrame:
    """Rows of villages that are not for whoever brings the file, and rows that would take people
    or households out of such villages."""
    if by.villages is None:
        return refusals.none()
    seen = rows.join(register.heads, on="household_number", how="left").join(
        register.people, on="id_index", how="left"
    )
    places = (
        ("village_code", "village_id"),
        ("household_number", "home_village"),
        ("id_number", "at_village"),
    )
    return refusals.found(
        seen, [refusals.outside(seen, field, where, by.villages) for field, where in places]
    )


def _corrected_since(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that name somebody by a number which was put right since: they would register the same
    person once more."""
    done = NumberCorrection.objects.filter(status=NumberCorrection.Status.DONE).order_by()
    wrong = pl.DataFrame(
        list(done.values_list("old_index", "customer__name")),
        schema={"id_index": pl.String, "name": pl.String},
        orient="row",
    ).unique()
    named = rows.join(wrong, on=["id_index", "name"], how="semi", maintain_order="left")
    return refusals.found(named, [Check("id_number", "number_corrected", pl.lit(value=True))])


def _places() -> people.Places:
    villages = list(Village.objects.order_by().values_list("code", "pk"))
    groups = list(Group.objects.order_by().values_list("village__code", "code", "name", "pk"))
    keys = {
        (village, key): pk
        for village, code, name, pk in groups
        for key in (name, code, code.removeprefix(village))
    }
    return people.Places(
        villages=pl.DataFrame(
            villages, schema={"village_code": pl.String, "village_id": pl.Int64}, orient="row"
        ),
        groups=pl.DataFrame(
            [(village, key, pk) for (village, key), pk in keys.items()],
            schema={"village_code": pl.String, "group_key": pl.String, "group_id": pl.Int64},
            orient="row",
        ),
    )


def _indices(numbers: pl.Series) -> pl.Series:
    """Blind indices; null where there is no number."""
    return pl.Series(crypto.blind_indices(numbers), dtype=pl.String)


def _register(rows: pl.DataFrame) -> households.Register:
    """What is registered of the people and households that the file names."""
    people_of = {
        "id_index": pl.String,
        "at_number": pl.String,
        "at_role": pl.String,
        "at_village": pl.Int64,
        "at_here": pl.Boolean,
        "at_others": pl.Int64,
    }
    heads_of = {
        "household_number": pl.String,
        "head_index": pl.String,
        "home_village": pl.Int64,
    }
    if not Household.objects.exists():
        return households.Register(pl.DataFrame(schema=people_of), pl.DataFrame(schema=heads_of))
    copying.stage("named", _KEYS, rows.with_columns(pl.col("household_number").alias("number")))
    return households.Register(
        people=copying.frame(
            _PEOPLE,
            people_of,
            {"here": [each.value for each in Customer.HERE]},
        ),
        heads=copying.frame(
            "SELECT h.number, c.id_index, h.village_id "
            "FROM (SELECT DISTINCT number FROM named) n JOIN village_household h USING (number) "
            "LEFT JOIN village_customer c ON c.household_id = h.id AND c.role = 'head'",
            heads_of,
        ),
    )


def _write_households(by: Bringing) -> pl.DataFrame:
    """Register new households, correct known ones after their heads' rows; returns line, id, kind
    and changed of the heads whose households changed. Who moves to another village leaves their
    group behind, whether or not the row names a new one."""
    changed = copying.frame(
        "SELECT i.line, h.id, CASE WHEN h.village_id <> i.village_id "
        "OR h.group_id IS DISTINCT FROM COALESCE(i.group_id, h.group_id) "
        "THEN 'moved' ELSE 'changed' END, 'address' "
        "FROM incoming i JOIN village_household h USING (number) "
        "WHERE i.role = 'head' AND (h.village_id, COALESCE(h.group_id, 0), h.address) "
        "IS DISTINCT FROM (i.village_id, COALESCE(i.group_id, h.group_id, 0), "
        "COALESCE(i.address, h.address))",
        {"line": pl.Int64, "id": pl.Int64, "kind": pl.String, "changed": pl.String},
    )
    kept = {"line": "bigint", "id": "bigint", "kind": "text", "changed": "text"}
    copying.stage("moved", kept, changed)
    images.keep_households(by.number, "moved")
    copying.run(
        "UPDATE village_household h SET village_id = i.village_id, "
        "group_id = CASE WHEN i.group_id IS NULL AND h.village_id = i.village_id "
        "THEN h.group_id ELSE i.group_id END, "
        "address = COALESCE(i.address, h.address), updated_at = %s "
        "FROM incoming i JOIN moved m USING (line) WHERE h.id = m.id",
        [by.at],
    )
    audit.record_all(
        Household,
        "village.household.corrected",
        (Deed(pk, {"by": "roster"}) for pk in changed["id"]),
        actor=by.actor,
    )
    copying.run(
        "INSERT INTO village_household (number, village_id, group_id, address, list_flag, "
        "income_kind, main_business, brought_by_id, created_at, updated_at) "
        "SELECT number, village_id, group_id, COALESCE(address, ''), '', '', '', %s, %s, %s "
        "FROM incoming WHERE role = 'head' ORDER BY line ON CONFLICT (number) DO NOTHING",
        [by.number, by.at, by.at],
    )
    return changed


def _standing() -> pl.DataFrame:
    """Each good line beside the person it is about: who that is, which columns differ, whether
    that means that they died, moved or merely changed; and the household where they are to live."""
    differences = ", ".join(
        f"CASE WHEN i.{each} IS NOT NULL AND c.{each} <> i.{each} THEN '{each}' END"
        for each in _COMPARED
    )
    return copying.in_bulk(
        f"SELECT i.line, c.id, array_to_string(ARRAY[{differences}, "  # noqa: S608 - our own names
        "CASE WHEN h.number <> i.number THEN 'household' END], ' '), "
        "CASE WHEN i.state = 'died' AND c.state <> 'died' THEN 'died' "
        "WHEN h.number <> i.number OR (i.state = 'moved' AND c.state <> 'moved') THEN 'moved' "
        "ELSE 'changed' END, home.id, home.village_id "
        "FROM incoming i LEFT JOIN village_customer c USING (id_index) "
        "LEFT JOIN village_household h ON h.id = c.household_id "
        "LEFT JOIN village_household home ON home.number = i.number ORDER BY i.line",
        {
            "line": pl.Int64,
            "customer_id": pl.Int64,
            "changed": pl.String,
            "kind": pl.String,
            "household_id": pl.Int64,
            "village_id": pl.Int64,
        },
    ).with_columns(pl.col("changed").fill_null(""))


def _write_people(good: pl.DataFrame, standing: pl.DataFrame, by: Bringing) -> None:
    """Correct those who are known, register those who are new."""
    altered = standing.filter(pl.col("customer_id").is_not_null() & (pl.col("changed") != ""))
    _correct(good, altered, by)
    _register_new(good, standing.filter(pl.col("customer_id").is_null()), by)


def _correct(good: pl.DataFrame, altered: pl.DataFrame, by: Bringing) -> None:
    """Change those of whom the file says something else. Only new mobile numbers are sealed."""
    if altered.is_empty():
        return
    kept = {"line": "bigint", "customer_id": "bigint", "kind": "text", "changed": "text"}
    copying.stage("altered", kept, altered)
    images.keep_people(by.number, "altered")
    renumbered = altered.filter(pl.col("changed").str.contains("mobile_index"))
    mobiles = good.select("line", "mobile").join(renumbered, on="line", how="semi")
    copying.stage("sealed", {"line": "bigint", "mobile": "text"}, sealed(mobiles))
    # Whoever ceases to head a household goes first: a household never has two heads, not even
    # between two rows of one statement.
    copying.run(
        "UPDATE village_customer c SET role = 'other' FROM incoming i JOIN altered a USING (line), "
        "village_household h WHERE c.id = a.customer_id AND h.id = c.household_id "
        "AND c.role = 'head' AND (i.role <> 'head' OR h.number <> i.number)"
    )
    copied = ("sex", "born_on", "education", "marital", "occupation", "main_business", "state")
    columns = ", ".join(f"{each} = COALESCE(i.{each}, c.{each})" for each in copied)
    copying.run(
        "UPDATE village_customer c SET household_id = h.id, role = i.role, name = i.name, "  # noqa: S608
        f"{columns}, mobile_index = COALESCE(i.mobile_index, c.mobile_index), "
        "mobile = COALESCE(s.mobile, c.mobile), updated_at = %s "
        "FROM incoming i JOIN altered a USING (line) JOIN village_household h USING (number) "
        "LEFT JOIN sealed s USING (line) WHERE c.id = a.customer_id",
        [by.at],
    )
    audit.record_all(
        Customer,
        "village.customer.corrected",
        (
            Deed(pk, {"by": "roster", "columns": columns.split()})
            for pk, columns in altered.select("customer_id", "changed").iter_rows()
        ),
        actor=by.actor,
    )


def _register_new(good: pl.DataFrame, new: pl.DataFrame, by: Bringing) -> None:
    """Register those whom nobody knew, some at a time: while PostgreSQL takes some in, the numbers
    of the next are sealed."""
    filled = {"list_flag": "", "list_reason": "", "brought_by_id": by.number}
    everybody = (
        _people_of(good, some).with_columns(
            **{name: pl.lit(value) for name, value in filled.items()},
            updated_at=pl.lit(by.at.isoformat()),
        )
        for some in new.iter_slices(_AT_ONCE)
    )
    for part in sealed_ahead(everybody):
        copying.append(Customer._meta.db_table, part)


def _people_of(good: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The columns of the register for the people on these lines, which are in order."""
    between = pl.col("line").is_between(lines["line"][0], lines["line"][-1])
    told = good.filter(between).drop("village_id")
    return told.join(lines, on="line", how="inner", maintain_order="right").select(
        *_ALWAYS_KNOWN,
        pl.col("state").fill_null(Customer.State.LIVING),
        *(pl.col(each).fill_null("") for each in _MAY_BE_EMPTY),
    )


def _carry_black(by: Bringing) -> None:
    """A black person takes the list along: the household joined is black, the one left is not."""
    homes = copying.ids(images.homes_left_and_joined(by.number))
    if flag_households(f"SELECT unnest('{homes}'::bigint[])", at=by.at, number=by.number):
        stages.void_black(actor=by.actor)
