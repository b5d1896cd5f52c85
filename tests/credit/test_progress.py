"""How far villages have come: counted, ranked, looked into, drawn on the map."""

import io
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core import events
from core.models import Reading
from core.roles import Role
from credit.contexts_map import masked
from credit.contexts_progress import DESK, Asked, ProgressPage
from credit.events import DayClosed, LoanDisbursed
from credit.models import Contract, CreditLine, LimitDecision, LimitPolicy, Loan, VillageProgress
from credit.selectors_progress import Stage
from credit.services import progress
from tests import make
from tests.credit import lent
from tests.village import neighbourhood
from village.models import Campaign, HouseholdPosition, Outcome
from village.services import stages
from visits.models import Survey, VisitTask

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def reviewed(household, *, limit=50_000_00, round_=1, concluded=True):
    campaign, _made = Campaign.objects.get_or_create(
        village=household.village,
        round=round_,
        defaults={
            "seed": 1,
            "business_day": DAY,
            "status": Campaign.Status.CONCLUDED,
            "seal": "s",
            "concluded_at": AT if concluded else None,
        },
    )
    Outcome.objects.create(
        campaign=campaign, household=household, sheets=7, valid_sheets=7, reviewed_limit=limit
    )
    return campaign


def visited(household, *, limit=40_000_00, status=VisitTask.Status.ACCEPTED, revisions=1):
    manager = household.village.grid.manager
    task = VisitTask.objects.create(household=household, manager=manager, due_on=DAY, status=status)
    for number in range(1, revisions + 1):
        Survey.objects.create(
            task=task,
            revision=number,
            client_uuid=f"00000000-0000-0000-{number:04d}-{task.pk:012d}",
            met="户主",
            seen_on=DAY,
            surveyed_limit=limit * number // revisions,
            term_months=12,
            by=manager,
            **dict.fromkeys(
                ["income_year", "operating_cost_year", "living_cost_year", "debt_service_year"], 0
            ),
            **dict.fromkeys(["assets", "debts", "need"], 0),
        )
    return task


def granted(household, *, amount=30_000_00, status=CreditLine.Status.GRANTED):
    policy, _made = LimitPolicy.objects.get_or_create(
        code="p", defaults={"name": "额度政策", "author": make.staff(Role.RISK_OFFICER)}
    )
    borrower = household.members.first() or make.customer(household)
    decision = LimitDecision.objects.create(
        household=household,
        borrower=borrower,
        policy=policy,
        decided_on=DAY,
        limit=amount,
        outcome=LimitDecision.Outcome.GRANT,
    )
    return CreditLine.objects.create(
        household=household,
        borrower=borrower,
        decision=decision,
        amount=amount,
        valid_from=DAY,
        valid_to=date(2029, 3, 2),
        status=status,
    )


def borrowing(household, *, amount=20_000_00):
    borrower = household.members.first() or make.customer(household)
    return lent.loan(customer=borrower, amount=amount)


def figures(village):
    row = VillageProgress.objects.get(village=village)
    return {stage.value: (getattr(row, stage), getattr(row, f"{stage}_amount")) for stage in Stage}


@pytest.fixture
def village():
    return make.village()


def test_each_stage_counts_its_households_and_their_money(village):
    one, two, three = (make.household(village) for _number in range(3))
    reviewed(one), reviewed(two, limit=10_000_00), reviewed(three, limit=None)
    visited(one), visited(two, limit=8_000_00)
    granted(one), granted(two, amount=7_000_00, status=CreditLine.Status.PRE_GRANTED)
    borrowing(one)

    progress.count([village.pk])

    assert VillageProgress.objects.get(village=village).households == 3
    assert figures(village) == {
        "reviewed": (3, 60_000_00),
        "visited": (2, 48_000_00),
        "granted": (2, 37_000_00),
        "signed": (1, 20_000_00),
        "drawn": (1, 20_000_00),
    }


def test_only_the_newest_round_and_the_newest_survey_count(village):
    home = make.household(village)
    reviewed(home, limit=50_000_00)
    reviewed(home, limit=60_000_00, round_=2)
    reviewed(home, limit=70_000_00, round_=3, concluded=False)
    visited(home, limit=40_000_00, revisions=2)
    visited(home, limit=40_000_00, status=VisitTask.Status.SUBMITTED)

    progress.count([village.pk])

    assert figures(village)["reviewed"] == (1, 60_000_00)
    assert figures(village)["visited"] == (1, 40_000_00)


def test_what_has_ended_is_not_counted(village):
    home = make.household(village)
    granted(home, status=CreditLine.Status.CLOSED)
    loan = borrowing(home)
    Loan.objects.filter(pk=loan.pk).update(status=Loan.Status.SETTLED, principal_left=0)
    Contract.objects.update(status=Contract.Status.ENDED)

    progress.count([village.pk])

    assert figures(village) == dict.fromkeys(map(str, Stage), (0, 0))


def test_two_loans_of_one_household_are_one_household(village):
    home = make.household(village)
    borrowing(home, amount=20_000_00)
    borrowing(home, amount=10_000_00)

    progress.count()

    assert figures(village)["drawn"] == (1, 30_000_00)
    assert figures(village)["signed"] == (1, 30_000_00)


def test_counting_costs_the_same_queries_for_one_village_and_for_many(village):
    granted(make.household(village))
    progress.count()

    with CaptureQueriesContext(connection) as one:
        progress.count([village.pk])
    for _number in range(10):
        granted(make.household(make.village()))
    progress.count()
    with CaptureQueriesContext(connection) as many:
        progress.count()

    assert len(many) == len(one) <= 14


def test_pages_are_told_only_when_something_moved(
    village, monkeypatch, django_capture_on_commit_callbacks
):
    said = []
    monkeypatch.setattr("core.notices.nudge", lambda group, **what: said.append(what))
    granted(make.household(village))

    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            progress.count()

    assert said == [{"progress": 1}]


def test_an_event_counts_its_own_village_and_a_closed_day_all(village):
    other = make.household(make.village())
    loan = borrowing(make.household(village))
    borrowing(other)

    events.publish(LoanDisbursed(loan_id=loan.pk))
    events.drain()
    own = set(VillageProgress.objects.values_list("village", flat=True))
    events.publish(DayClosed(day="2026-03-02"))
    events.drain()

    assert own == {village.pk}
    assert figures(other.village)["drawn"][0] == 1


def test_an_amount_that_the_branch_lowered_is_counted_at_once():
    campaign = neighbourhood.concluded()
    outcome = campaign.outcomes.ready().filter(reviewed_limit__gt=2_000_000).first()
    progress.count([campaign.village_id])
    before = figures(campaign.village)["reviewed"][1]

    stages.decide(outcome.pk, actor=make.staff("branch_president"), limit=1_000_000)
    events.drain()

    lowered = outcome.reviewed_limit - 1_000_000
    assert figures(campaign.village)["reviewed"][1] == before - lowered


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
