"""The map beyond the road: arrears, warnings, lists, deposits, customers to keep, per village."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.models import Deposit, Profile, TagWord
from admission.services import tagging
from core.models import Run
from core.roles import Role
from credit import map_layers
from credit.models import BusinessDay, Loan
from postloan.models import SignalSet, Warning
from tests import make
from tests.credit import lent
from tests.credit.conftest import AT
from village.models import Customer, Household, ListFlag

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 1)
MAPS = ["credit:map", "admin:credit_villageprogress_map"]
KEYS = [
    each.key
    for layer in (
        map_layers.LOANS,
        map_layers.LISTS,
        map_layers.DEPOSITS,
        map_layers.CUSTOMERS,
    )
    for each in layer.measures
] + ["warnings_open", "warnings_red", "warned_households"]


@pytest.fixture
def officer():
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def village():
    return make.village()


def shown(client, user, figure, address="credit:map"):
    client.force_login(user)
    return client.get(reverse(address), {"figure": figure}).context["page"]


def figures(client, user, figure):
    """What the table says of each village."""
    return {each.row.key: each.written for each in shown(client, user, figure).rows}


def borrowing(village, *, late=0, amount=20_000_00, **given):
    """A household that owes ``amount``, of which a tenth is overdue where it is ``late``."""
    loan = lent.loan(customer=make.customer(make.household(village)), amount=amount)
    overdue = {"overdue_principal": amount // 10, "overdue_interest": 300_00} if late else {}
    Loan.objects.filter(pk=loan.pk).update(days_past_due=late, **overdue, **given)
    return loan


def deposit(customer, as_of, balance):
    return Deposit.objects.create(
        customer=customer,
        as_of=as_of,
        balance=balance,
        average_12m=balance // 2,
        **dict.fromkeys(["average_1m", "average_3m", "average_3m_before", "paid_in_12m"], balance),
        payroll_months_12m=0,
        months_open=9,
    )


@pytest.mark.parametrize(
    ("figure", "here"),
    [
        ("loans_balance", "6.00"),
        ("loans_count", "3"),
        ("overdue_households", "1"),
        ("overdue_share", "33"),
        ("overdue_amount", "0.23"),
    ],
)
def test_loans_and_arrears_are_counted_by_village(client, officer, village, figure, here):
    other = make.village()
    borrowing(village, late=12)
    borrowing(village), borrowing(village)
    borrowing(village, late=40, status="settled", principal_left=0)
    BusinessDay.objects.create(day=DAY, status="closed", closed_at=AT)

    page = shown(client, officer, figure)

    assert {each.row.key: each.written for each in page.rows} == {
        village.pk: here,
        other.pk: "0.00" if "." in here else "0",
    }
    assert page.rows[0].shade
    assert (page.rows[1].shade, page.as_of) == (0, DAY)
    assert [each.word for each in page.legend][0] in ("无", "none")


@pytest.mark.parametrize(
    ("figure", "here"), [("warnings_open", "2"), ("warnings_red", "1"), ("warned_households", "1")]
)
def test_open_warnings_are_counted_by_village(client, officer, village, figure, here):
    person = make.customer(make.household(village))
    signals = SignalSet.objects.create(code="signals", author=officer)
    for number, (level, status) in enumerate(
        [("red", "raised"), ("yellow", "handling"), ("red", "resolved")]
    ):
        closed = {"closed_by": make.staff(), "evidence": "还清"} if status == "resolved" else {}
        Warning.objects.create(
            customer=person,
            signal_set=signals,
            code=f"W{number}",
            name="信号",
            level=level,
            status=status,
            raised_on=DAY,
            due_on=DAY,
            **closed,
        )

    page = shown(client, officer, figure)

    assert [each.written for each in page.rows] == [here]
    assert page.as_of == timezone.localdate()


def test_a_household_counts_on_the_gravest_list_it_or_its_people_stand_on(client, officer, village):
    black, grey, both, _clean = (make.household(village) for _number in range(4))
    Household.objects.filter(pk=black.pk).update(list_flag=ListFlag.BLACK)
    make.customer(grey, list_flag=ListFlag.GREY)
    make.customer(both, watch_flag=ListFlag.BLACK)
    Household.objects.filter(pk=both.pk).update(list_flag=ListFlag.GREY)

    assert figures(client, officer, "black_households") == {village.pk: "2"}
    assert figures(client, officer, "grey_households") == {village.pk: "1"}


@pytest.mark.parametrize(
    ("figure", "here"),
    [("deposits_balance", "5.00"), ("deposits_average", "2.50"), ("depositors", "1")],
)
def test_the_newest_deposits_of_each_person_are_counted(client, officer, village, figure, here):
    saver, empty = (make.customer(make.household(village)) for _number in range(2))
    deposit(saver, DAY - timedelta(days=30), 9_000_000)
    deposit(saver, DAY, 5_000_000)
    deposit(empty, DAY, 0)

    page = shown(client, officer, figure)

    assert [each.written for each in page.rows] == [here]
    assert page.as_of == DAY


def test_people_who_may_leave_or_are_asleep_are_counted_by_their_tags(client, officer, village):
    said = {
        (code, word): TagWord.objects.create(code=code, word=word).pk
        for code, word in [
            ("T10-03", "红"),
            ("T10-03", "橙"),
            ("T10-03", "绿"),
            ("T09-02", "睡眠"),
            ("T09-01", "红"),
        ]
    }
    for words, state in [
        ([("T10-03", "红"), ("T09-02", "睡眠")], "living"),
        ([("T10-03", "橙")], "living"),
        ([("T10-03", "绿"), ("T09-01", "红")], "living"),
        ([("T10-03", "红")], Customer.State.MOVED),
    ]:
        Profile.objects.create(
            customer=make.customer(make.household(village), state=state),
            words=[said[each] for each in words],
            first_on=DAY,
        )
    Run.objects.create(kind=tagging.KIND, business_day=DAY, status=Run.Status.DONE)

    page = shown(client, officer, "churn_people")

    assert [each.written for each in page.rows] == ["2"]
    assert page.as_of == DAY
    assert figures(client, officer, "dormant_people") == {village.pk: "1"}


def test_a_manager_counts_the_own_villages_alone(client, village):
    borrowing(village, late=3)
    other = make.village()
    borrowing(other, late=3)

    assert figures(client, village.grid.manager, "overdue_households") == {village.pk: "1"}


def test_who_may_not_see_is_offered_and_told_nothing(client, village):
    """A product manager sees loans and the map, but neither people's lists nor their deposits."""
    deposit(make.customer(make.household(village)), DAY, 5_000_000)
    reader = make.staff(Role.PRODUCT_MANAGER)

    page = shown(client, reader, "deposits_balance", "admin:credit_villageprogress_map")

    offered = {each.key for _title, choices in page.choices for each in choices}
    assert page.figure.key == "granted_share"
    assert {"loans_balance", "overdue_amount"} <= offered
    assert not offered & {"deposits_balance", "black_households", "warnings_open", "churn_people"}


@pytest.mark.parametrize("address", MAPS)
@pytest.mark.parametrize("figure", KEYS)
def test_each_group_is_one_query_however_many_villages(client, officer, figure, address):
    borrowing(make.village(), late=2)
    client.force_login(officer)
    client.get(reverse(address))

    with CaptureQueriesContext(connection) as road:
        client.get(reverse(address))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(address), {"figure": figure})
    for _number in range(4):
        borrowing(make.village(), late=2)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(reverse(address), {"figure": figure})

    assert len(answer.context["page"].rows) == 5
    assert len(many) == len(few) == len(road) + 1


def test_figures_are_grouped_and_named_in_the_select(client, officer, village):
    client.force_login(officer)
    page = client.get(reverse("credit:map"), {"figure": "overdue_amount"}).content.decode()

    assert page.count("<optgroup") == 8
    assert '<option value="overdue_amount" selected>' in page
    assert page.count("<option") == 16 + len(KEYS)
