"""Tables of household positions: what each changed is kept and told, and can be undone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import documents
from core.models import AuditEntry
from tests import make
from tests.village.roster_files import DAY, row, table
from village.errors import ImportRefused
from village.models import HouseholdPosition, PositionChange, PositionsImport
from village.services import positions, roster_undo, rosters, shapes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def clerk():
    return make.staff(role="administrator")


def bring(*placed, name="positions.csv", **given):
    lines = [f"{home.number},{x},{y}" for home, x, y in placed]
    content = "\n".join(["户号,经度,纬度", *lines]).encode()
    return shapes.import_positions(content, name=name, actor=None, **given)


def made(brought):
    return PositionsImport.objects.get(pk=brought.import_id)


def where(home):
    found = HouseholdPosition.objects.filter(household=home).first()
    return found and (found.longitude, found.latitude, found.source)


def test_what_is_new_moved_and_as_it_was_is_counted():
    one, two, three = (make.household() for _number in range(3))
    bring((one, 119.1, 34.1), (two, 119.2, 34.2))

    told = bring((one, 119.1, 34.1), (two, 119.25, 34.2), (three, 119.3, 34.3))

    assert (told.placed, told.new, told.changed) == (3, 1, 1)
    kept = made(told)
    assert (kept.rows, kept.new, kept.changed, kept.unchanged) == (3, 1, 1, 1)
    assert PositionChange.objects.filter(positions_import=kept).count() == 2


def test_the_report_tells_every_household_old_beside_new():
    one, two = make.household(), make.household()
    bring((one, 119.1, 34.1))

    told = bring((one, 119.15, 34.1), (two, 119.2, 34.2))

    text = documents.content(made(told).report).decode("utf-8-sig").splitlines()
    assert text[1:] == [
        f"moved,{one.village.name},{one.number},119.100000 34.100000,119.150000 34.100000",
        f"new,{two.village.name},{two.number},,119.200000 34.200000",
    ]


def test_undone_everybody_stands_where_they_stood(clerk):
    one, two = make.household(), make.household()
    bring((one, 119.1, 34.1), name="first.csv")
    wrong = bring((one, 119.9, 34.9), (two, 119.9, 34.9), name="wrong.csv")

    positions.undo(wrong.import_id, because="经纬度写反", actor=clerk)

    assert where(one) == (119.1, 34.1, "first.csv")
    assert where(two) is None
    assert made(wrong).status == "undone"
    assert AuditEntry.objects.get(action="village.positions.undone").detail["because"]


def test_a_household_placed_again_since_stands_against_it_until_that_is_undone(clerk):
    home = make.household()
    first = bring((home, 119.1, 34.1))
    second = bring((home, 119.2, 34.2))

    with pytest.raises(ImportRefused):
        positions.undo(first.import_id, because="错", actor=clerk)
    assert where(home)[:2] == (119.2, 34.2)
    positions.undo(second.import_id, because="错", actor=clerk)
    positions.undo(first.import_id, because="错", actor=clerk)

    assert where(home) is None


def test_a_table_is_undone_once_and_with_a_reason(clerk):
    told = bring((make.household(), 119.1, 34.1))

    with pytest.raises(ImportRefused):
        positions.undo(told.import_id, because=" ", actor=clerk)
    positions.undo(told.import_id, because="错", actor=clerk)
    with pytest.raises(ImportRefused):
        positions.undo(told.import_id, because="错", actor=clerk)


def test_a_table_only_checked_is_not_kept():
    told = bring((make.household(), 119.1, 34.1), dry_run=True)

    assert (told.new, told.import_id) == (1, None)
    assert not PositionsImport.objects.exists()
    assert not HouseholdPosition.objects.exists()


def test_a_roster_whose_households_were_placed_can_still_be_undone(clerk):
    village = make.village(code="320723100200")
    brought = rosters.import_content(table(row(组号="")), name="roster.csv", actor=None, as_of=DAY)
    home = village.households.get()
    bring((home, 119.1, 34.1))
    bring((home, 119.2, 34.2))

    roster_undo.undo(brought.pk, because="错", actor=clerk)

    assert not PositionChange.objects.exists()
    assert not village.households.exists()


def test_more_households_cost_no_more_queries():
    def queries(count):
        homes = [(make.household(), 119.1, 34.1) for _number in range(count)]
        with CaptureQueriesContext(connection) as seen:
            bring(*homes)
        return len(seen)

    queries(1)

    assert queries(2) == queries(30)
