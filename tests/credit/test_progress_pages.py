"""How far villages have come, as people see it: ranked, looked into, drawn on the map."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.models import Reading
from core.roles import Role
from credit.contexts_map import masked
from credit.contexts_progress import DESK, Asked, ProgressPage
from credit.models import VillageProgress
from credit.services import progress
from tests import make
from tests.credit.stages import figures, granted, reviewed, visited
from village.models import HouseholdPosition

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    return make.village()


def county(villages=3):
    """Villages of two branches, the n-th with n lines."""
    made = [make.village() for _number in range(villages)]
    for number, each in enumerate(made, start=1):
        for _line in range(number):
            granted(make.household(each))
    progress.count()
    return made


def page(user, **query):
    return ProgressPage.build(user, Asked.of(query), door=DESK)


def test_villages_are_ranked_by_any_column_either_way():
    first, second, third = county()
    officer = make.staff(Role.RISK_OFFICER)

    falling = page(officer)
    rising = page(officer, sort="granted_amount")

    assert [row.key for row in falling.rows] == [third.pk, second.pk, first.pk]
    assert [row.rank for row in falling.rows] == [1, 2, 3]
    assert [row.key for row in rising.rows] == [first.pk, second.pk, third.pk]
    assert falling.total.cells[2].amount == 6 * 30_000_00
    assert page(officer, sort="-granted_share").rows[0].rank == 1
    assert {row.rank for row in page(officer, sort="-granted_share").rows} == {1}


@pytest.mark.parametrize("level", ["branch", "town"])
def test_branches_and_towns_add_up_and_lead_to_their_villages(level):
    first, _second, _third = county()
    officer = make.staff(Role.RISK_OFFICER)

    rows = page(officer, by=level).rows
    inside = page(officer, **{level: str(_unit(first, level))})

    assert [row.cells[2].count for row in rows] == [3, 2, 1]
    assert [row.key for row in inside.rows] == [first.pk]
    assert inside.within


def _unit(village, level):
    return village.grid.branch_id if level == "branch" else village.town_id


def test_odd_questions_are_answered_with_the_ranking():
    county(1)

    shown = page(
        make.staff(Role.RISK_OFFICER), by="planet", sort="-password", branch="x", town="-1"
    )

    assert len(shown.rows) == 1


ADDRESSES = ["credit:progress", "credit:map"]
DESK_ADDRESSES = ["admin:credit_villageprogress_changelist", "admin:credit_villageprogress_map"]


@pytest.mark.parametrize("address", [*ADDRESSES, *DESK_ADDRESSES])
def test_more_villages_cost_no_more_queries(client, address):
    county(2)
    client.force_login(make.staff(Role.RISK_OFFICER))
    client.get(reverse(address))

    with CaptureQueriesContext(connection) as few:
        client.get(reverse(address))
    county(8)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(reverse(address))

    assert len(answer.context["page"].rows) == 10
    assert len(many) == len(few) <= 5


def test_more_households_cost_a_villages_page_no_more_queries(client, village):
    client.force_login(village.grid.manager)
    address = reverse("credit:progress-village", args=[village.pk])
    granted(make.household(village))
    client.get(address)

    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _number in range(10):
        granted(make.household(village))
    with CaptureQueriesContext(connection) as many:
        answer = client.get(address)

    assert len(answer.context["page"].rows) == 11
    assert len(many) == len(few) <= 7


@pytest.mark.parametrize("name", ["credit:progress-village", "credit:map-households"])
def test_another_branchs_village_is_not_there(client, village, name):
    address = reverse(name, args=[village.pk])

    client.force_login(make.staff())
    assert client.get(address).status_code == 404
    client.force_login(make.staff(Role.BRANCH_PRESIDENT))
    assert client.get(address).status_code == 404
    client.force_login(village.grid.manager)
    assert client.get(address).status_code == 200


def test_at_the_desk_another_branchs_village_is_not_there_either(client, village):
    address = reverse("admin:credit_villageprogress_village", args=[village.pk])

    client.force_login(make.staff(Role.BRANCH_PRESIDENT))
    assert client.get(address).status_code == 404
    client.force_login(make.staff(Role.BRANCH_PRESIDENT, branch=village.grid.branch))
    assert client.get(address).status_code == 200


def test_a_manager_sees_and_adds_up_the_own_villages_alone(client):
    first, second, _third = county()
    client.force_login(second.grid.manager)

    ranking = client.get(reverse("credit:progress")).context["page"]
    shaded = client.get(reverse("credit:map")).context["page"]

    assert [row.key for row in ranking.rows] == [second.pk]
    assert ranking.total.households == 2
    assert [each.row.key for each in shaded.rows] == [second.pk]


@pytest.mark.parametrize("address", [*ADDRESSES, *DESK_ADDRESSES])
def test_who_sees_no_loans_sees_no_progress(client, address):
    client.force_login(make.staff(Role.ADMINISTRATOR))

    assert client.get(reverse(address)).status_code == 403


def test_lists_say_who_has_come_so_far_and_who_is_next(client, village):
    seen, unseen = make.household(village), make.household(village)
    reviewed(seen), reviewed(unseen)
    visited(seen)
    client.force_login(village.grid.manager)
    address = reverse("credit:progress-village", args=[village.pk])

    def listed(query):
        return [row.household.pk for row in client.get(address + query).context["page"].rows]

    assert listed("?stage=visited") == [seen.pk]
    assert listed("?stage=visited&list=next") == [unseen.pk]
    assert listed("?stage=granted&list=next") == [seen.pk]
    assert listed("?stage=reviewed&list=next") == []


def test_figures_without_households_for_who_may_see_no_household(client, village):
    make.household(village)
    client.force_login(make.staff(Role.PRODUCT_MANAGER))

    shown = client.get(reverse("admin:credit_villageprogress_village", args=[village.pk]))
    points = client.get(reverse("credit:map-households", args=[village.pk]))

    assert shown.status_code == 200
    assert shown.context["page"].rows == []
    assert points.status_code == 403


def test_households_are_drawn_where_the_village_has_no_polygon(client, village):
    home = make.household(village)
    client.force_login(village.grid.manager)
    address = reverse("credit:progress-village", args=[village.pk])
    assert "<village-map" not in client.get(address).content.decode()

    HouseholdPosition.objects.create(household=home, longitude=119.2, latitude=34.3, source="f")

    points = reverse("credit:map-households", args=[village.pk])
    assert f'points="{points}"' in client.get(address).content.decode()


def test_points_bear_masked_names_and_who_asked_is_written_down(client, village):
    home = make.household(village)
    make.customer(home, name="王小明")
    granted(home)
    HouseholdPosition.objects.create(household=home, longitude=119.2, latitude=34.3, source="f")
    make.household(village)
    client.force_login(village.grid.manager)

    answer = client.get(reverse("credit:map-households", args=[village.pk]))

    ((x, y, stage, who, _group, word, url),) = answer.json()["points"]
    assert (x, y, stage, who, word) == (119.2, 34.3, 3, "王**", "授信")
    assert url == reverse("village:household", args=[home.pk])
    assert "王小明" not in answer.content.decode()
    assert Reading.objects.get(what="household positions").object_id == village.pk


@pytest.mark.parametrize(("name", "shown"), [("王小明", "王**"), ("王", "王"), ("", "")])
def test_a_masked_name_shows_the_familys_part(name, shown):
    assert masked(name) == shown


def test_the_export_holds_the_whole_ranking_and_its_total(client):
    county(3)
    client.force_login(make.staff(Role.RISK_OFFICER))
    address = reverse("admin:credit_villageprogress_export")

    text = client.get(address + "?format=csv").content
    book = load_workbook(io.BytesIO(client.get(address + "?format=xlsx").content))

    assert text.startswith(b"\xef\xbb\xbf")
    assert len(text.decode("utf-8-sig").splitlines()) == 5
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [1, 2, 3, None]
    assert rows[-1][12] == 18


def test_a_name_that_a_spreadsheet_would_run_is_quoted(client):
    (village,) = county(1)
    village.name = "=1+1"
    village.save()
    client.force_login(make.staff(Role.RISK_OFFICER))

    text = client.get(reverse("admin:credit_villageprogress_export") + "?format=csv").content

    assert b",'=1+1," in text


@pytest.mark.parametrize("address", [*ADDRESSES, *DESK_ADDRESSES])
def test_a_page_that_asks_again_is_given_its_figures_alone(client, address):
    (village,) = county(1)
    client.force_login(make.staff(Role.RISK_OFFICER))

    part = client.get(reverse(address), headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert village.name in part


@pytest.mark.parametrize(
    ("figure", "shades"), [("granted", [4, 3, 2]), ("granted_share", [5] * 3), ("drawn", [0] * 3)]
)
def test_villages_are_shaded_by_any_figure(client, figure, shades):
    county(3)
    client.force_login(make.staff(Role.RISK_OFFICER))

    shown = client.get(reverse("credit:map"), {"figure": figure}).context["page"]

    assert [each.shade for each in shown.rows] == shades
    assert len(shown.legend) == 6
    assert sum(int(each.villages.split()[0]) for each in shown.legend) == 3


def test_counting_again_takes_a_press_and_not_a_look(client):
    (village,) = county(1)
    granted(make.household(village))
    client.force_login(make.staff(Role.RISK_OFFICER))
    address = reverse("admin:credit_villageprogress_count")

    client.get(address)
    looked = figures(village)["granted"][0]
    client.post(address)

    assert (looked, figures(village)["granted"][0]) == (1, 2)
    assert VillageProgress.objects.get().counted_at <= timezone.now()
