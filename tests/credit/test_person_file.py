"""The file of one person: their own data, lines, loans and warnings, and nobody else's."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from admission.models import Deposit, Figures
from core import publishing
from core.roles import Role
from credit.models import CreditLine, Loan
from postloan import services as postloan
from postloan.models import Warning
from tests import make
from tests.admission.test_services_deliveries import bring, paid
from tests.credit import lend, lent
from tests.credit.conftest import Borrower
from village.file_sections import Topic
from village.models import Campaign

pytestmark = pytest.mark.django_db
LATE_ON = date(2026, 4, 21)
SAVED = {
    "balance": 52_000_00,
    "average_1m": 1,
    "average_3m": 1,
    "average_3m_before": 1,
    "average_12m": 41_000_00,
    "paid_in_12m": 0,
    "payroll_months_12m": 0,
    "months_open": 60,
    "transactions_3m": 3,
}


@pytest.fixture
def home(bank, village):
    return make.household(village, number="H7")


@pytest.fixture
def head(home, village):
    """A main borrower with savings, pay, a line, a late loan and a warning."""
    person = make.customer(home, name="王守田")
    campaign = Campaign.objects.create(
        village=village, seed=1, business_day=LATE_ON, status=Campaign.Status.CONCLUDED, seal="s"
    )
    lend.line(Borrower(home, person, campaign), amount=80_000_00)
    Deposit.objects.create(customer=person, as_of=LATE_ON, **SAVED)
    bring(paid(person, amount=4200))
    late = lent.loan(customer=person, amount=60_000_00)
    Loan.objects.filter(pk=late.pk).update(days_past_due=31, worst_days_past_due=31)
    signals = postloan.draft_signal_set(make.staff(Role.RISK_OFFICER))
    publishing.submit(signals, actor=signals.author)
    publishing.publish(signals, actor=make.staff(Role.RISK_OFFICER))
    postloan.raise_warnings(LATE_ON)
    return person


@pytest.fixture
def spouse(home, head):
    """Somebody of the same household with nothing but a small loan of their own."""
    person = make.customer(home, name="李巧云", role="spouse", sex="female")
    lent.loan(customer=person, amount=9_000_00)
    return person


def opened(client, person, user):
    client.force_login(user)
    return client.get(reverse("village:customer", args=[person.pk]))


def told(page, topic):
    return {str(each.label): each for each in page.figures[topic]}


def test_a_main_borrowers_file_has_data_line_loan_warning_and_timeline(client, bank, head, spouse):
    answer = opened(client, head, bank.manager)

    page, html = answer.context["page"], answer.content.decode()
    standing = told(page, Topic.STANDING)
    assert {each.value for each in standing.values()} >= {"8.00", "6.00", "31", "1"}
    assert all(each.source for each in standing.values())
    for said in ("4,200.00", "payroll.csv", "W01", "王守田"):
        assert said in html, said
    for others in ("9,000.00", head.id_number):
        assert others not in html, others
    links = (
        ("admin:credit_creditline_change", CreditLine.objects.get()),
        ("admin:credit_loan_change", Loan.objects.get(customer=head)),
        ("postloan:warning", Warning.objects.get()),
    )
    for door, record in links:
        assert reverse(door, args=[record.pk]) in html
    assert {each.happening.customer_id for each in page.timeline.all} <= {head.pk, None}
    assert len(page.timeline.all) >= 4


def test_a_members_file_does_not_show_what_is_the_heads(client, bank, head, spouse):
    answer = opened(client, spouse, bank.manager)

    html = answer.content.decode()
    assert "9,000.00" in html
    for other in ("60,000.00", "payroll.csv", "W01"):
        assert other not in html, other
    page = answer.context["page"]
    assert {each.value for each in told(page, Topic.STANDING).values()}.isdisjoint({"8.00", "31"})


@pytest.mark.parametrize("role", [Role.RISK_OFFICER, Role.APPROVER, Role.BRANCH_PRESIDENT])
def test_figures_and_the_lines_they_came_from_are_for_those_who_may_see_them(
    client, bank, head, role
):
    user = make.staff(role, branch=bank.manager.branch)
    origin = reverse("admin:admission_figures_origin", args=[Figures.objects.get().pk])

    answer = opened(client, head, user)

    means = told(answer.context["page"], Topic.MEANS)
    assert (origin in answer.content.decode()) == user.has_perm("admission.view_delivery")
    seen = {"5.20", "4.10"} if user.has_perm("admission.view_deposit") else set()
    assert {each.value for each in means.values()} == seen
    assert all(each.day == LATE_ON and each.source for each in means.values())


def test_another_grids_manager_finds_no_file(client, head):
    assert opened(client, head, make.staff()).status_code == 404


def test_more_loans_and_data_cost_no_more_queries(client, bank, head):
    counts = []
    for _ in range(2):
        opened(client, head, bank.manager)
        with CaptureQueriesContext(connection) as captured:
            opened(client, head, bank.manager)
        counts.append(len(captured))
        for _more in range(3):
            lent.loan(customer=head)
        bring(paid(head, day=date(2026, 5, 31)))

    assert counts[0] == counts[1]


def test_the_desk_and_paper_show_the_same_sections(client, bank, head):
    client.force_login(make.staff(Role.RISK_OFFICER))

    desk = client.get(reverse("admin:village_customer_file", args=[head.pk])).content.decode()
    printed = client.post(
        reverse("village:customer-pdf", args=[head.pk]), {"reason": "面谈前核对资料"}
    )

    assert "payroll.csv" in desk
    assert printed.content.startswith(b"%PDF")
