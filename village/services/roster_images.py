"""What stood in the register before a file changed it, kept so that the file can be undone."""

from village.models import RosterChange
from village.services import copying

_UNSEALED = "- '{id,id_number,mobile,id_index,photo_id}'::text[]"


def keep_people(number: int, source: str) -> None:
    """Keep people as they are now. ``source`` is a table of customer_id, kind and changed."""
    copying.run(
        "INSERT INTO village_rosterchange "  # noqa: S608 - our own names
        "(roster_import_id, customer_id, kind, columns, before, mobile) "
        f"SELECT %s, c.id, s.kind, s.changed, to_jsonb(c) {_UNSEALED}, c.mobile "
        f"FROM {source} s JOIN village_customer c ON c.id = s.customer_id",
        [number],
    )


def keep_households(number: int, source: str) -> None:
    """Keep households as they are now. ``source`` is a table of id, kind and changed. One that a
    file changes twice is kept once, as it stood before the file."""
    # Who is kept already is read once, beforehand: asked for each household, the table that the
    # statement itself fills would be gone through again and again.
    copying.run(
        "WITH kept AS MATERIALIZED (SELECT household_id FROM village_rosterchange "  # noqa: S608
        "WHERE roster_import_id = %s AND household_id IS NOT NULL) "
        "INSERT INTO village_rosterchange "
        "(roster_import_id, household_id, kind, columns, before, mobile) "
        "SELECT %s, h.id, s.kind, s.changed, to_jsonb(h) - 'id', '' "
        f"FROM {source} s JOIN village_household h ON h.id = s.id "
        "WHERE h.id NOT IN (SELECT household_id FROM kept)",
        [number, number],
    )


def put_back_people(number: int, columns: tuple[str, ...]) -> int:
    """Give people these columns as they were before a file; returns how many."""
    if "role" in columns:  # no household has two heads, not even between two rows
        copying.run(
            "UPDATE village_customer SET role = 'other' WHERE role = 'head' "
            "AND (brought_by_id = %s OR id IN "
            "(SELECT customer_id FROM village_rosterchange WHERE roster_import_id = %s))",
            [number, number],
        )
    return _put_back("village_customer", "customer_id", number, columns)


def put_back_households(number: int, columns: tuple[str, ...]) -> int:
    """Give households these columns as they were before a file; returns how many."""
    return _put_back("village_household", "household_id", number, columns)


def forget_of_undone(number: int) -> None:
    """Let go of what files that are undone already had changed of the people and households that a
    file brought: these are to go, and what the others had changed is undone on everybody else."""
    for each in ("customer", "household"):
        copying.run(
            f"DELETE FROM village_rosterchange ch USING village_rosterimport i, village_{each} t "  # noqa: S608
            "WHERE i.id = ch.roster_import_id AND i.status = 'undone' "
            f"AND t.id = ch.{each}_id AND t.brought_by_id = %s",
            [number],
        )


def touched_since(number: int) -> int:
    """How many of the people and households that a file brought or changed were changed again."""
    later = 0
    for each in ("customer", "household"):
        table, column = f"village_{each}", f"{each}_id"
        later += copying.frame(
            f"SELECT count(*) FROM {table} t, village_rosterimport i "  # noqa: S608 - our own names
            "WHERE i.id = %s AND t.updated_at <> i.written_at AND (t.brought_by_id = i.id OR t.id "
            f"IN (SELECT {column} FROM village_rosterchange WHERE roster_import_id = i.id))",
            {"count": int},
            [number],
        ).item()
    return later


def changed_ids(number: int) -> tuple[list[int], list[int]]:
    """Customers and households that a file changed."""
    changes = RosterChange.objects.filter(roster_import=number).order_by("id")
    people = changes.filter(customer__isnull=False).values_list("customer_id", flat=True)
    homes = changes.filter(household__isnull=False).values_list("household_id", flat=True)
    return list(people), list(homes)


def homes_left_and_joined(number: int) -> list[int]:
    """The households that people left or joined by a file, old and new; asked before it is undone,
    too."""
    return copying.frame(
        "WITH moves AS (SELECT customer_id, (before ->> 'household_id')::bigint AS home "
        "FROM village_rosterchange WHERE roster_import_id = %s AND customer_id IS NOT NULL "
        "AND 'household' = ANY(string_to_array(columns, ' '))) "
        "SELECT home FROM moves UNION "
        "SELECT c.household_id FROM moves JOIN village_customer c ON c.id = moves.customer_id",
        {"id": int},
        [number],
    )["id"].to_list()


def _put_back(table: str, column: str, number: int, columns: tuple[str, ...]) -> int:
    values = ", ".join(
        f"{each} = ch.mobile" if each == "mobile" else f"{each} = was.{each}" for each in columns
    )
    return copying.run(
        f"UPDATE {table} t SET {values}, updated_at = was.updated_at "  # noqa: S608 - our own names
        "FROM village_rosterchange ch "
        f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, ch.before) was "
        f"WHERE ch.roster_import_id = %s AND t.id = ch.{column}",
        [number],
    )
