"""What a later round, a visit or a person makes of what was granted or left open."""

from datetime import date

import polars as pl
import pytest
from django.urls import reverse

from core import events
from core.errors import SameHands
from core.models import AuditEntry
from core.roles import Role
from credit.errors import AmountNotOffered, ManualCaseOnly
from credit.loan_rules.limit_policy import text_of
from credit.loan_rules.months import add_months
from credit.models import CreditLine, LimitDecision, LimitPolicy
from credit.services import granting, lines, settling, signing_lists
from tests import make
from tests.credit import lent
from tests.credit.conftest import DAY
from tests.credit.judged import (
    YUAN,
    decide,
    decision_of,
    grant,
    next_round,
    reviewed,
    scored,
    visited,
)
from village.models import Household, ListFlag
from village.services import watch_lists
from visits.events import VisitAccepted

pytestmark = pytest.mark.django_db


def well_used(household):
    """The household is in the best risk band, and has drawn half of its line."""
    scored(household, "A")
    line = CreditLine.objects.get(household=household)
    lent.loan(customer=line.borrower, line=line, amount=line.amount // 2)


@pytest.mark.parametrize(
    ("limit", "movement", "amount", "status"),
    [
        (40_000, "lower", 32_000, "pre_granted"),
        (60_000, "keep", 48_000, "pre_granted"),
        (62_000, "raise", 49_000, "pre_granted"),
        (0, "exit", 48_000, "closed"),
    ],
)
def test_the_next_round_raises_keeps_lowers_or_ends_a_line(
    campaign, limit, movement, amount, status
):
    household = reviewed(campaign)
    grant(campaign)
    assert CreditLine.objects.get().amount == 48_000 * YUAN
    second = next_round(household, campaign, limit=limit * YUAN)

    grant(second)
    grant(second)

    line = CreditLine.objects.get()
    assert LimitDecision.objects.get(campaign=second).movement == movement
    assert (line.amount, line.status) == (amount * YUAN, status)
    assert AuditEntry.objects.filter(action="credit.line.moved").count() == 1


def test_a_signed_line_is_lowered_by_the_bank_but_raised_only_by_a_signature(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    line = CreditLine.objects.get()
    CreditLine.objects.filter(pk=line.pk).update(status="signed", amount=30_000 * YUAN)
    well_used(household)
    second = next_round(household, campaign, limit=60_000 * YUAN)

    grant(second)

    assert LimitDecision.objects.get(campaign=second).movement == "raise"
    assert CreditLine.objects.get().amount == 30_000 * YUAN


def test_money_in_use_is_frozen_and_not_closed_when_a_household_leaves(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status="active")
    second = next_round(household, campaign, limit=60_000 * YUAN)
    Household.objects.update(list_flag=ListFlag.BLACK)

    grant(second)

    line = CreditLine.objects.get()
    assert (line.status, bool(line.frozen_because)) == ("frozen", True)


def test_a_visit_confirms_what_was_granted_in_advance(campaign):
    household = reviewed(campaign)
    grant(campaign)
    task = visited(household, campaign, 70_000 * YUAN)

    settling.hear_visit(VisitAccepted(task_id=task.pk))

    line = CreditLine.objects.get()
    assert (line.status, line.amount) == ("granted", 70_000 * YUAN)
    assert decision_of(household).explanation["before"]["limit"] == 48_000 * YUAN


def test_a_visit_that_finds_nothing_ends_what_was_granted_in_advance(campaign):
    household = reviewed(campaign)
    grant(campaign)
    task = visited(household, campaign, 0)

    settling.hear_visit(VisitAccepted(task_id=task.pk))

    assert CreditLine.objects.get().status == "closed"
    assert decision_of(household).outcome == "none"


A_YEAR_LATER = date(DAY.year + 1, DAY.month, DAY.day)


def test_in_a_new_round_the_visit_of_the_old_one_confirms_nothing_and_moves_nothing(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    line = CreditLine.objects.get()
    second = next_round(household, campaign, limit=60_000 * YUAN, on=A_YEAR_LATER)

    grant(second, on=A_YEAR_LATER)

    found = LimitDecision.objects.get(campaign=second)
    assert (found.outcome, found.surveyed_limit, found.movement) == ("pre_grant", None, "")
    line.refresh_from_db()
    assert (line.status, line.amount) == ("granted", 60_000 * YUAN)


def test_the_visit_of_a_new_round_moves_the_line_to_what_it_found(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    second = next_round(household, campaign, limit=60_000 * YUAN, on=A_YEAR_LATER)
    grant(second, on=A_YEAR_LATER)

    task = visited(household, second, 40_000 * YUAN, on=A_YEAR_LATER)
    settling.hear_visit(VisitAccepted(task_id=task.pk))

    found = LimitDecision.objects.get(campaign=second)
    assert (found.outcome, found.movement) == ("grant", "lower")
    assert CreditLine.objects.get().amount == 40_000 * YUAN


@pytest.mark.parametrize("status", ["pre_granted", "granted"])
def test_what_nobody_signed_runs_from_the_new_round_for_no_longer_than_the_policy_gives(
    campaign, status
):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status=status)
    second = next_round(household, campaign, limit=60_000 * YUAN, on=A_YEAR_LATER)
    visited(household, second, 60_000 * YUAN, on=A_YEAR_LATER)

    grant(second, on=A_YEAR_LATER)

    line = CreditLine.objects.get()
    assert (line.valid_from, line.valid_to) == (A_YEAR_LATER, add_months(A_YEAR_LATER, 36))


def test_a_term_that_is_shorter_by_now_is_the_term_of_what_nobody_signed(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    second = next_round(household, campaign, limit=60_000 * YUAN, on=A_YEAR_LATER)
    visited(household, second, 60_000 * YUAN, on=A_YEAR_LATER)
    settings = text_of(LimitPolicy.objects.get().settings).with_figure("line_months_at_most", "12")
    LimitPolicy.objects.update(settings=settings.settings())

    grant(second, on=A_YEAR_LATER)

    line = CreditLine.objects.get()
    assert (line.valid_from, line.valid_to) == (A_YEAR_LATER, add_months(A_YEAR_LATER, 12))


@pytest.mark.parametrize(
    ("found", "movement", "amount"),
    [
        (50_000, "keep", 60_000),
        (47_000, "lower", 47_000),
        (71_000, "keep", 60_000),
        (73_000, "raise", 60_000),
    ],
)
def test_a_signed_line_is_kept_where_the_new_limit_differs_by_little(
    campaign, found, movement, amount
):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status="signed")
    well_used(household)
    second = next_round(household, campaign, limit=found * YUAN, on=A_YEAR_LATER)
    visited(household, second, found * YUAN, on=A_YEAR_LATER)

    grant(second, on=A_YEAR_LATER)

    assert LimitDecision.objects.get(campaign=second).movement == movement
    assert CreditLine.objects.get().amount == amount * YUAN


def test_a_line_is_not_lowered_below_what_is_owed_under_it(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    line = CreditLine.objects.get()
    CreditLine.objects.update(status="active")
    lent.loan(customer=line.borrower, line=line, amount=55_000 * YUAN)
    second = next_round(household, campaign, limit=30_000 * YUAN, on=A_YEAR_LATER)
    visited(household, second, 30_000 * YUAN, on=A_YEAR_LATER)

    grant(second, on=A_YEAR_LATER)

    found = LimitDecision.objects.get(campaign=second)
    assert (found.movement, found.limit) == ("lower", 30_000 * YUAN)
    assert CreditLine.objects.get().amount == 55_000 * YUAN


def test_a_case_of_a_new_round_may_be_settled_though_the_old_visit_is_there(campaign):
    household = reviewed(campaign, admission="manual")
    visited(household, campaign, 60_000 * YUAN)
    second = next_round(household, campaign, limit=60_000 * YUAN, on=A_YEAR_LATER)
    grant(second, on=A_YEAR_LATER)
    waiting = LimitDecision.objects.get(campaign=second)

    settled = settling.settle_manual(
        waiting.pk, amount=10_000 * YUAN, actor=make.staff(Role.RISK_OFFICER), reason="核实无误"
    )

    assert settled.outcome == "pre_grant"


class TestWaitsBesideALine:
    """A case for a person, of a household whose line of the round before still stands."""

    @pytest.fixture
    def waiting(self, campaign):
        household = reviewed(campaign)
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        decide(household.members.get(), "manual")
        second = next_round(household, campaign, limit=60_000 * YUAN, on=A_YEAR_LATER)
        grant(second, on=A_YEAR_LATER)
        return LimitDecision.objects.get(campaign=second)

    @pytest.fixture
    def desk(self, client, settings, in_english):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        client.force_login(make.staff(Role.RISK_OFFICER))
        return client

    def page(self, desk, waiting):
        return desk.get(reverse("admin:credit_limitdecision_change", args=[waiting.pk]))

    def test_the_queue_does_not_call_it_a_first_line(self, desk, waiting):
        queue = desk.get(reverse("admin:credit_limitdecision_changelist"), {"work": "manual"})

        assert "Not moved" in queue.content.decode()
        assert "No earlier line" not in queue.content.decode()

    def test_its_page_shows_the_line_and_that_only_the_visit_changes_it(self, desk, waiting):
        line = CreditLine.objects.get()

        page = self.page(desk, waiting)

        address = reverse("admin:credit_creditline_change", args=[line.pk])
        assert f'<a href="{address}">6.00 · Granted · of an earlier round</a>' in (
            page.content.decode()
        )
        (offered,) = page.context["deeds"]
        assert "changes only after the visit" in offered.deed.says
        settling.settle_manual(
            waiting.pk, amount=10_000 * YUAN, actor=make.staff(Role.RISK_OFFICER), reason="核实"
        )
        line.refresh_from_db()
        assert (line.status, line.amount) == ("granted", 60_000 * YUAN)

    def test_no_line_ends_it_at_once_as_the_page_says(self, desk, waiting):
        (offered,) = self.page(desk, waiting).context["deeds"]
        assert "ended at once" in offered.deed.says

        settling.settle_manual(
            waiting.pk, amount=0, actor=make.staff(Role.RISK_OFFICER), reason="不宜授信"
        )

        assert CreditLine.objects.get().status == "closed"

    def test_what_was_granted_in_advance_follows_at_once_as_the_page_says(self, desk, waiting):
        CreditLine.objects.update(status="pre_granted")
        (offered,) = self.page(desk, waiting).context["deeds"]
        assert "follows at once" in offered.deed.says

        settling.settle_manual(
            waiting.pk, amount=10_000 * YUAN, actor=make.staff(Role.RISK_OFFICER), reason="核实"
        )

        assert CreditLine.objects.get().amount == 10_000 * YUAN


@pytest.mark.parametrize("state", ["died", "moved"])
def test_nobody_lends_to_who_has_died_or_moved_away(campaign, state):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    household.members.update(state=state)

    grant(campaign)

    found = decision_of(household)
    assert (found.outcome, found.limit) == ("none", 0)
    assert found.explanation["zero_reasons"][0] == "nobody_here"
    assert not CreditLine.objects.exists()


def test_nobody_settles_a_limit_of_who_has_died_meanwhile(campaign):
    household = reviewed(campaign, admission="manual")
    grant(campaign)
    household.members.update(state="died")

    with pytest.raises(AmountNotOffered, match="居住|live here"):
        settling.settle_manual(
            decision_of(household).pk,
            amount=1_000 * YUAN,
            actor=make.staff(Role.RISK_OFFICER),
            reason="x",
        )


def test_a_person_is_bound_by_what_the_household_owes_and_can_bear(campaign):
    household = reviewed(
        campaign, admission="manual", income_year=60_000 * YUAN, operating_cost_year=52_000 * YUAN
    )
    grant(campaign)
    waiting = decision_of(household)
    most = waiting.explanation["figures"]["most_by_caps"]
    officer = make.staff(Role.RISK_OFFICER)

    assert 0 < most < 50_000 * YUAN
    with pytest.raises(AmountNotOffered):
        settling.settle_manual(waiting.pk, amount=most + 1, actor=officer, reason="x")


@pytest.mark.parametrize(
    ("status", "stopped"),
    [
        ("pre_granted", "closed"),
        ("granted", "closed"),
        ("signed", "frozen"),
        ("active", "frozen"),
        ("frozen", "frozen"),
    ],
)
def test_a_black_list_stops_the_lines_of_the_household(campaign, status, stopped):
    households = [reviewed(campaign), reviewed(campaign)]
    grant(campaign)
    CreditLine.objects.update(status=status)
    person = households[0].members.get()
    bank = make.staff()

    listed = pl.DataFrame({"customer_id": [person.pk], "flag": ["black"]})
    watch_lists.take_over(listed, actor=bank)
    events.drain()

    found = dict(CreditLine.objects.values_list("household_id", "status"))
    assert found == {households[0].pk: stopped, households[1].pk: status}


def test_a_line_is_not_thawed_while_the_household_is_on_the_black_list(campaign):
    household = reviewed(campaign)
    grant(campaign)
    CreditLine.objects.update(status="frozen")
    Household.objects.filter(pk=household.pk).update(list_flag=ListFlag.BLACK)

    with pytest.raises(lines.OnBlackList):
        lines.thaw(CreditLine.objects.get().pk, actor=make.staff())

    assert CreditLine.objects.get().status == "frozen"


@pytest.mark.parametrize("status", ["granted", "signed", "active"])
def test_a_line_that_is_thawed_is_what_it_was_before_it_was_frozen(campaign, status):
    household = reviewed(campaign)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status=status)
    officer = make.staff(Role.RISK_OFFICER)
    line = CreditLine.objects.get()
    lines.freeze(line.pk, reason="待核实", actor=officer)

    lines.thaw(line.pk, actor=officer)

    line.refresh_from_db()
    assert (line.status, line.frozen_because, line.frozen_from) == (status, "", "")
    to_sign = signing_lists.to_sign(household.village, officer)
    assert bool(to_sign) == (status == "granted")


def test_one_household_worked_again_comes_to_the_same_as_its_village(campaign):
    household = reviewed(campaign)
    visited(household, campaign, 70_000 * YUAN)
    grant(campaign)
    decided = decision_of(household)
    before = (decided.limit, decided.outcome, decided.explanation["figures"])

    again = granting.work_again(decided)

    assert (again.limit, again.outcome, again.explanation["figures"]) == before


def test_a_person_settles_what_the_machine_may_not(campaign):
    household = reviewed(campaign, admission="manual")
    grant(campaign)
    officer = make.staff(Role.RISK_OFFICER)

    settling.settle_manual(
        decision_of(household).pk, amount=30_000 * YUAN, actor=officer, reason="核实无误"
    )

    line = CreditLine.objects.get()
    assert (line.amount, line.status) == (30_000 * YUAN, "pre_granted")
    assert decision_of(household).settled_by == officer


def test_the_households_own_manager_does_not_settle_its_limit(campaign, bank):
    household = reviewed(campaign, admission="manual")
    grant(campaign)

    with pytest.raises(SameHands):
        settling.settle_manual(
            decision_of(household).pk, amount=1_000 * YUAN, actor=bank.manager, reason="x"
        )


def test_nobody_settles_above_what_the_policy_allows_before_a_visit(campaign):
    household = reviewed(campaign, admission="manual")
    grant(campaign)
    officer = make.staff(Role.RISK_OFFICER)
    pk = decision_of(household).pk

    with pytest.raises(AmountNotOffered):
        settling.settle_manual(pk, amount=50_001 * YUAN, actor=officer, reason="x")
    settling.settle_manual(pk, amount=0, actor=officer, reason="经核实不宜授信")
    with pytest.raises(ManualCaseOnly):
        settling.settle_manual(pk, amount=1_000 * YUAN, actor=officer, reason="x")
