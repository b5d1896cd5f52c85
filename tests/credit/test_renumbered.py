"""What was decided under a wrong ID number grants and pays nothing once the right one is known."""

from datetime import date

import pytest

from config.wiring import HANDLERS
from core.models import AuditEntry, Notice
from core.roles import Role
from credit import handlers
from credit.errors import AmountNotOffered, ManualCaseOnly, VoteNotAllowed
from credit.models import Application, ApprovalTask, CreditLine
from credit.nodes.base import Waiting
from credit.nodes.screening import Admission, Heard
from credit.services import applications, approvals, disbursement, settling
from tests import make
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT
from tests.credit.judged import YUAN, decide, decision_of, grant, reviewed, visited
from village.events import NumberCorrected
from village.services import number_corrections

pytestmark = pytest.mark.django_db
RIGHT = make.id_number(date(1981, 3, 9), serial=627)


def correct(person, *, hear=True):
    """Two people put the number right, and the rooms are told."""
    made = number_corrections.ask(person.pk, number=RIGHT, because="身份证核对", actor=make.staff())
    number_corrections.agree(made.pk, number=RIGHT, actor=make.staff())
    person.refresh_from_db()
    if hear:
        handlers.decide_renumbered_anew(NumberCorrected(customer_id=person.pk))


def head_of(household):
    return household.members.get(role="head")


def test_the_room_hears_of_it():
    assert handlers.decide_renumbered_anew in HANDLERS[NumberCorrected]


class TestLimits:
    @pytest.fixture
    def household(self, campaign):
        """A household with a line of 60,000 yuan that a visit confirmed."""
        household = reviewed(campaign)
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        return household

    def test_a_village_granted_later_does_not_rest_on_it(self, campaign):
        household = reviewed(campaign)
        visited(household, campaign, 60_000 * YUAN)
        correct(head_of(household))

        grant(campaign)

        made = decision_of(household)
        assert (made.outcome, made.admission) == ("manual", None)
        assert "unknown_high_rule" in made.explanation["manual_reasons"]

    @pytest.mark.parametrize("status", ["granted", "signed", "active"])
    def test_a_line_is_drawn_under_no_more_until_a_person_has_settled_it(self, household, status):
        CreditLine.objects.update(status=status)

        correct(head_of(household))

        line, made = CreditLine.objects.get(), decision_of(household)
        assert (line.status, line.frozen_from, line.amount) == ("frozen", status, 60_000 * YUAN)
        assert (made.outcome, made.admission) == ("manual", None)
        assert {"other_number", "unknown_high_rule"} <= set(made.explanation["manual_reasons"])
        assert AuditEntry.objects.filter(action="credit.limit.worked_again").exists()

    def test_a_person_gives_the_line_back(self, household):
        CreditLine.objects.update(status="signed")
        correct(head_of(household))
        decide(head_of(household), "admit")

        settling.settle_manual(
            decision_of(household).pk,
            amount=60_000 * YUAN,
            actor=make.staff(Role.RISK_OFFICER),
            reason="证号更正后重新准入",
        )

        line = CreditLine.objects.get()
        assert (line.status, line.amount) == ("signed", 60_000 * YUAN)

    def test_a_refusal_of_somebody_else_takes_no_line_from_the_household(self, campaign):
        household = reviewed(campaign, admission="refuse")
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        assert decision_of(household).outcome == "none"

        correct(head_of(household))

        assert decision_of(household).outcome == "manual"

    def test_whom_the_rules_admit_by_the_right_number_keeps_the_line(self, household):
        correct(head_of(household), hear=False)
        now = decide(head_of(household), "admit")

        handlers.decide_renumbered_anew(NumberCorrected(customer_id=head_of(household).pk))

        assert CreditLine.objects.get().status == "granted"
        assert decision_of(household).admission == now

    @pytest.mark.parametrize(("status", "now"), [("granted", "granted"), ("signed", "frozen")])
    def test_where_the_spouse_is_admitted_only_what_nobody_signed_is_theirs(
        self, household, status, now
    ):
        head = head_of(household)
        spouse = make.customer(household, role="spouse", born_on=date(1982, 4, 6))
        decide(spouse, "admit")
        CreditLine.objects.update(status=status)

        correct(head)

        line = CreditLine.objects.get()
        assert (line.status, line.borrower) == (now, spouse if now == "granted" else head)

    def test_a_signed_line_is_not_given_back_to_whom_the_rules_refuse_by_now(self, household):
        head = head_of(household)
        decide(make.customer(household, role="spouse", born_on=date(1982, 4, 6)), "admit")
        CreditLine.objects.update(status="signed")
        correct(head)
        decide(head, "refuse")

        with pytest.raises(AmountNotOffered):
            settling.settle_manual(
                decision_of(household).pk,
                amount=10_000 * YUAN,
                actor=make.staff(Role.RISK_OFFICER),
                reason="核实",
            )

    def test_a_neighbours_line_stays(self, campaign, household):
        neighbour = reviewed(campaign)

        correct(head_of(neighbour))

        assert CreditLine.objects.get().status == "granted"

    def test_a_case_is_not_settled_on_it_before_the_room_has_heard(self, campaign):
        household = reviewed(campaign, admission="manual")
        visited(household, campaign, 60_000 * YUAN)
        grant(campaign)
        assert decision_of(household).outcome == "manual"

        correct(head_of(household), hear=False)

        with pytest.raises(ManualCaseOnly):
            settling.settle_manual(
                decision_of(household).pk,
                amount=10_000 * YUAN,
                actor=make.staff(Role.RISK_OFFICER),
                reason="核实",
            )


@pytest.fixture
def asked(bank, borrower):
    lend.line(borrower)
    return lend.application(borrower)


def at_step(asked, node, *, status):
    """An application whose road was walked as far as one node."""
    position = asked.steps.get(node=node).position
    asked.steps.filter(position__lt=position).update(status="done")
    asked.steps.filter(node=node).update(status="active")
    asked.refresh_from_db()
    asked.admission = heard(asked.customer, gov_suit_def_24m=1)
    asked.save(update_fields=["admission"])
    Application.objects.filter(pk=asked.pk).update(status=status)
    asked.refresh_from_db()


class TestApplications:
    def test_it_is_decided_again_from_its_first_step(self, asked, monkeypatch):
        at_step(asked, "approval", status="approving")
        handed = []
        monkeypatch.setattr(handlers, "hand_over", lambda _task, pk: handed.append(pk))

        correct(asked.customer)

        asked.refresh_from_db()
        assert (asked.status, asked.admission) == ("screening", None)
        assert set(asked.steps.values_list("status", flat=True)) == {"waiting"}
        assert handed == [asked.pk]

    def test_votes_on_somebody_else_count_no_more_and_stay_on_record(self, asked, bank):
        at_step(asked, "approval", status="approving")
        approvals.open_seats(asked, seats=2, needed=2)
        seat = asked.approvals.first()
        approvals.claim(seat.pk, actor=bank.approvers[0])
        approvals.vote(seat.pk, actor=bank.approvers[0], vote="refuse", comment="证据不足")

        correct(asked.customer)

        assert not ApprovalTask.objects.exists()
        noted = AuditEntry.objects.get(action="credit.application.to_be_decided_again")
        assert noted.detail["votes"] == [
            {"seat": seat.seat, "by": bank.approvers[0].pk, "vote": "refuse", "amount": None}
        ]

    def test_nobody_votes_before_the_room_has_heard(self, asked, bank):
        at_step(asked, "approval", status="approving")
        approvals.open_seats(asked, seats=2, needed=2)
        seat = asked.approvals.first()
        approvals.claim(seat.pk, actor=bank.approvers[0])

        correct(asked.customer, hear=False)

        with pytest.raises(VoteNotAllowed):
            approvals.vote(seat.pk, actor=bank.approvers[0], vote="approve")

    def test_told_twice_it_leaves_alone_what_was_decided_since(self, asked):
        at_step(asked, "approval", status="approving")
        correct(asked.customer)
        at_step(asked, "approval", status="approving")

        handlers.decide_renumbered_anew(NumberCorrected(customer_id=asked.customer_id))

        asked.refresh_from_db()
        assert asked.status == "approving"

    def test_a_decision_that_came_too_late_is_not_taken(self, asked):
        decision = heard(asked.customer)
        decision.under_other_number = True

        answer = Admission().settle(asked, {}, Heard(decision, {}), at=AT)

        assert answer == Waiting("source")
        asked.refresh_from_db()
        assert asked.admission is None


@pytest.mark.django_db(transaction=True)
def test_no_money_follows_a_contract_made_under_the_wrong_number(bank, borrower, outside):
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    applications.advance(asked.pk, at=AT)
    lend.read_and_sign(asked)

    correct(borrower.customer)
    done = applications.advance(asked.pk, at=AT + lend.READ)

    assert done.status == "ready"
    assert "other_number" in disbursement.obstacles(done)
    assert outside.app.bank.payments == []
    assert Notice.objects.filter(
        user=bank.manager, url=f"/m/applications/{asked.pk}/", level="orange"
    ).exists()
    assert applications.withdraw(asked.pk).status == "withdrawn"
