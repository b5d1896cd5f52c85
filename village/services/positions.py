"""Writing where households stand, so that a whole table can be undone: what stood before each
household it moved is kept, and told in a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import audit, documents, sheets
from core.models import User
from village.errors import ImportRefused
from village.models import PositionsImport
from village.services import copying

LONGEST_REASON = 200
MOST_TOLD = 20_000
"""Of a whole county's households, so many stand in the report; moved ones first."""
Status = PositionsImport.Status

_DIFFERING = """
CREATE TEMP TABLE placed ON COMMIT DROP AS
SELECT household.id AS household_id, given.longitude, given.latitude,
       before.longitude AS old_longitude, before.latitude AS old_latitude,
       before.source AS old_source, before.brought_by_id AS old_import
  FROM given_positions given
  JOIN village_household household ON household.number = given.number
  LEFT JOIN village_householdposition before ON before.household_id = household.id
 WHERE (before.longitude, before.latitude) IS DISTINCT FROM (given.longitude, given.latitude)
"""
_KEEP = """
INSERT INTO village_positionchange
    (positions_import_id, household_id, longitude, latitude, source, brought_by_id)
SELECT %s, household_id, old_longitude, old_latitude, COALESCE(old_source, ''), old_import
  FROM placed ORDER BY old_longitude IS NULL, household_id
"""
_PLACE = """
INSERT INTO village_householdposition (household_id, longitude, latitude, source, brought_by_id)
SELECT household_id, longitude, latitude, %s, %s FROM placed
ON CONFLICT (household_id) DO UPDATE
SET longitude = excluded.longitude, latitude = excluded.latitude, source = excluded.source,
    brought_by_id = excluded.brought_by_id
"""
_TOUCHED_SINCE = """
SELECT count(*) FROM village_positionchange change
  LEFT JOIN village_householdposition here USING (household_id)
 WHERE change.positions_import_id = %s
   AND here.brought_by_id IS DISTINCT FROM change.positions_import_id
"""
_PUT_BACK = """
UPDATE village_householdposition here
   SET longitude = change.longitude, latitude = change.latitude, source = change.source,
       brought_by_id = change.brought_by_id
  FROM village_positionchange change
 WHERE change.positions_import_id = %s AND change.household_id = here.household_id
   AND change.longitude IS NOT NULL
"""
_TAKE_AWAY = """
DELETE FROM village_householdposition here USING village_positionchange change
 WHERE change.positions_import_id = %s AND change.household_id = here.household_id
   AND change.longitude IS NULL
"""
_TOLD = """
SELECT village.name, household.number, change.longitude, change.latitude, here.longitude,
       here.latitude
  FROM village_positionchange change
  JOIN village_household household ON household.id = change.household_id
  JOIN village_village village ON village.id = household.village_id
  JOIN village_householdposition here ON here.household_id = household.id
 WHERE change.positions_import_id = %s ORDER BY change.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Differing:
    """How many households a table places that had no place, and how many it places elsewhere."""

    new: int
    changed: int


def compare() -> Differing:
    """Set the staged table ``given_positions`` beside where households stand now."""
    one_at_a_time()
    copying.run("DROP TABLE IF EXISTS placed")
    copying.run(_DIFFERING)
    counted = copying.frame(
        "SELECT count(*) FILTER (WHERE old_longitude IS NULL), "
        "count(*) FILTER (WHERE old_longitude IS NOT NULL) FROM placed",
        {"new": int, "changed": int},
    )
    return Differing(*counted.row(0))


def place(
    differing: Differing, *, name: str, rows: int, refused: int, placed: int, actor: User | None
) -> PositionsImport:
    """Write what differs, and keep what stood before beside a report of it."""
    made = PositionsImport.objects.create(
        file_name=name[:120],
        imported_by=actor,
        ordered_by=actor,
        written_at=timezone.now(),
        rows=rows,
        new=differing.new,
        changed=differing.changed,
        unchanged=placed - differing.new - differing.changed,
        refused=refused,
    )
    copying.run(_KEEP, [made.pk])
    copying.run(_PLACE, [name, made.pk])
    if differing.new or differing.changed:
        made.report = documents.store(
            report(made.pk),
            name=f"{Path(made.file_name).stem[:80]}-changes.csv",
            content_type="text/csv; charset=utf-8",
            by=actor,
        )
        made.save(update_fields=["report"])
    audit.record(
        made,
        "village.positions.imported",
        actor=actor,
        placed=placed,
        new=made.new,
        changed=made.changed,
    )
    return made


@transaction.atomic
def undo(import_id: int, *, because: str, actor: User) -> PositionsImport:
    """Let every household that a table placed stand where it stood before.

    All of it or nothing. Raises ImportRefused where a later table placed one of them again.
    """
    because = because.strip()
    if not 0 < len(because) <= LONGEST_REASON:
        raise ImportRefused(
            _("Say in up to %(most)s characters why it is undone.") % {"most": LONGEST_REASON}
        )
    made = PositionsImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    one_at_a_time()
    if made.status != Status.BROUGHT:
        raise ImportRefused(_("Only a file that was brought in can be undone."))
    later = copying.frame(_TOUCHED_SINCE, {"count": int}, [made.pk]).item()
    if later:
        raise ImportRefused(
            _("%(count)s of its households were placed again since. Undo the later files first.")
            % {"count": later}
        )
    back, gone = (copying.run(each, [made.pk]) for each in (_PUT_BACK, _TAKE_AWAY))
    made.status = Status.UNDONE
    made.save(update_fields=["status"])
    audit.record(
        made, "village.positions.undone", actor=actor, because=because, back=back, gone=gone
    )
    return made


def report(number: int) -> bytes:
    """What one table changed, household by household, as CSV; while it stands."""
    headings = [
        _("kind"), _("village"), _("household number"), _("before"), pgettext("change", "after"),
    ]  # fmt: skip
    table = [headings, *_lines(number)]
    return sheets.made(table, sheets.CSV, name="changes", customers=0).content


def _lines(number: int) -> Iterator[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [number, MOST_TOLD + 1])
        found = cursor.fetchall()
    for village, home, *before, x, y in found[:MOST_TOLD]:
        kind = _("new") if before[0] is None else _("moved")
        yield [kind, village, home, _at(*before), _at(x, y)]
    if len(found) > MOST_TOLD:
        yield [_("More than are listed here"), *[""] * 4]


def _at(longitude: float | None, latitude: float | None) -> str:
    return "" if longitude is None else f"{longitude:.6f} {latitude:.6f}"


def one_at_a_time() -> None:
    """Two tables at once would each compare with what the other is changing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('village.positions'))")
