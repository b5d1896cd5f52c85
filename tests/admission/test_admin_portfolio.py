"""The pages of the portfolio: figures by place, the customers behind them, one of them, a file."""

import pytest
from django.urls import reverse

from admission.contexts_features import OWN_SOURCES
from admission.models import Standing, StandingChange
from admission.services import portfolio
from admission.sources import SOURCES
from core import sheets
from core.models import AuditEntry, Outbox, Reading
from core.roles import Role
from tests import make
from tests.admission.test_services_portfolio import LATER, run
from village.models import Customer, ListFlag

pytestmark = pytest.mark.django_db
REGISTER = reverse("admin:admission_standing_changelist")


@pytest.fixture
def officer(client):
    made = make.staff(Role.RISK_OFFICER)
    client.force_login(made)
    return made


@pytest.fixture
def heard(rules, tag_set, officer):
    """Two villages heard twice; somebody of the second came onto a list between the runs."""
    quiet, listed = make.village(name="静村"), make.village(name="名单村")
    make.customer(make.household(quiet), name="张三")
    moved = make.customer(make.household(listed), name="李四")
    make.customer(make.household(listed), name="王五", list_flag=ListFlag.BLACK)
    run()
    Customer.objects.filter(pk=moved.pk).update(list_flag=ListFlag.BLACK)
    run(LATER)
    return moved


def test_figures_lead_to_the_customers_they_count(client, heard):
    page = client.get(REGISTER).context["page"]

    by_state = {card.state: card for card in page.cards}
    assert (by_state["refuse"].count, by_state["refuse"].difference) == (2, 1)
    assert (by_state["wait"].count, by_state["wait"].difference) == (1, -1)
    village = next(each for each in page.villages if each.name == "名单村")
    assert [cell.count for cell in village.outcomes][-1] == 2
    for url, count in (
        (by_state["refuse"].url, 2),
        (village.customers.url, 2),
        (page.branches[0].customers.url, page.branches[0].customers.count),
        (page.rules[0].cell.url, page.rules[0].cell.count),
    ):
        assert client.get(url).context["cl"].result_count == count, url
    (move,) = page.moves
    (change,) = client.get(move.cell.url).context["cl"].result_list
    assert change.customer == heard


def test_a_branch_president_is_told_of_their_own_branch(client, heard):
    village = heard.household.village
    client.force_login(make.staff(Role.BRANCH_PRESIDENT, branch=village.grid.branch))

    page = client.get(REGISTER).context["page"]

    assert [each.name for each in page.villages] == ["名单村"]
    assert page.customers == 2
    assert not page.can_work
    other = Standing.objects.exclude(customer__household__village=village).get()
    assert client.get(f"{REGISTER}{other.pk}/change/").status_code == 404


def test_one_customer_is_shown_with_every_rule_as_it_would_be_heard_today(client, heard):
    page = client.get(f"{REGISTER}{heard.pk}/change/")

    context = page.context["page"]
    held = {line.code for line in context.heard.lines if line.state == "refuse"}
    assert held == set(context.standing.hits)
    assert not context.is_other_today
    assert [each.after for each in context.changes] == ["refuse"]
    known = {told.source: told for told in context.known.sources}
    assert "行内名单" in {each.label for each in known[OWN_SOURCES["lists"]].figures}
    assert known[SOURCES["pboc"].zh].figures == []
    assert context.known.known < context.known.total
    assert Reading.objects.filter(object_id=heard.pk).exists()


def test_one_customer_is_heard_again_on_the_bank_s_day(client, heard, behind):
    page = client.get(f"{REGISTER}{heard.pk}/change/")

    assert page.context["page"].as_of == behind


def test_hearing_the_county_is_handed_to_workers_and_on_record(client, heard, officer):
    client.post(reverse("admin:admission_standing_work"))

    assert Outbox.objects.filter(kind__contains="PortfolioAsked").exists()
    assert AuditEntry.objects.filter(action="admission.portfolio.asked", actor=officer).exists()


def test_whoever_may_only_look_cannot_have_the_county_heard(client, heard):
    client.force_login(make.staff(Role.AUDITOR))

    assert client.get(REGISTER).status_code == 200
    assert client.post(reverse("admin:admission_standing_work")).status_code == 403
    assert client.get(reverse("admin:admission_standing_export")).status_code == 403


def test_a_list_leaves_with_a_reason_and_as_narrowed(client, heard, officer):
    export = f"{reverse('admin:admission_standing_export')}?outcome__exact=refuse"

    without = client.post(export, {"reason": "短", "form": sheets.CSV})
    answer = client.post(export, {"reason": "逐户核实黑名单", "form": sheets.CSV})

    assert "reason" in without.context["form"].errors
    text = answer.content.decode("utf-8-sig")
    assert "逐户核实黑名单" in text
    assert "李四" in text
    assert "张三" not in text
    deed = AuditEntry.objects.get(action="admission.portfolio.exported")
    assert deed.detail["customers"] == 2
    assert deed.detail["chosen"] == {"outcome__exact": "refuse"}


def test_before_the_first_run_the_page_says_how_to_begin(client, officer, db):
    answer = client.get(REGISTER)

    assert answer.status_code == 200
    assert "点击按钮" in answer.content.decode()


def test_ten_more_villages_cost_no_more_queries(
    client,
    rules,
    tag_set,
    officer,
    django_assert_max_num_queries,
):
    for _ in range(11):
        make.customer(make.household(make.village()))
    run()
    client.get(REGISTER)

    with django_assert_max_num_queries(22):
        client.get(REGISTER)


def test_a_place_that_does_not_exist_has_no_customers(client, heard):
    for asked in ("branch=x", "branch=999999", "village=999"):
        assert client.get(f"{REGISTER}?{asked}").context["cl"].result_count == 0
    assert StandingChange.objects.count() == 1
    assert portfolio.KIND == "admission.portfolio"
