"""Votes: blind, one each, by people without a hand in it, and safe against two at once."""

import threading

import pytest
from django.db import connection

from admission.errors import RulesUnanswered
from admission.services import answering
from core.models import Outbox
from core.roles import Role
from credit import selectors
from credit.errors import VoteIncomplete, VoteNotAllowed
from credit.models import Application, ApprovalTask
from credit.services import applications, approvals
from tests import make
from tests.admission.heard import heard
from tests.credit import lend
from tests.credit.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)
BIG = 60_000_00


@pytest.fixture
def asked(bank, borrower, outside):
    """An application that is too large for the machine: two votes are needed."""
    lend.line(borrower)
    lend.authorise(borrower)
    made = lend.application(borrower, amount=BIG, channel="manager", manager=bank.manager)
    applications.advance(made.pk, at=AT)
    made.refresh_from_db()
    assert made.status == Application.Status.APPROVING
    return made


def seats(asked):
    return list(asked.approvals.order_by("seat"))


def vote(task, who, **said):
    approvals.claim(task.pk, actor=who)
    return approvals.vote(task.pk, actor=who, **{"vote": "approve"} | said)


def test_the_least_amount_of_the_approving_votes_is_granted(asked, bank):
    one, two = seats(asked)
    vote(one, bank.approvers[0], amount=50_000_00)
    vote(two, bank.approvers[1], amount=40_000_00)

    done = applications.advance(asked.pk, at=AT)

    assert (done.status, done.approved_amount) == ("signing", 40_000_00)
    assert set(asked.approvals.values_list("status", flat=True)) == {"closed"}


def test_one_vote_of_two_decides_nothing(asked, bank):
    vote(seats(asked)[0], bank.approvers[0])

    assert applications.advance(asked.pk, at=AT).status == Application.Status.APPROVING
    assert not Outbox.objects.filter(kind="credit.VotesComplete").exists()


def test_a_refusal_that_cannot_be_outvoted_ends_the_application(asked, bank):
    vote(seats(asked)[0], bank.approvers[0], vote="refuse", comment="负债过高")

    done = applications.advance(asked.pk, at=AT)

    assert (done.status, done.refusal_code) == ("rejected", "approval")
    assert "负债过高" not in done.refusal_text


def test_nobody_sees_the_others_votes_before_all_is_decided(asked, bank):
    one, two, *_ = bank.approvers
    vote(seats(asked)[0], one, amount=50_000_00, comment="同意")

    seen_by_two = selectors.votes_seen_by(asked, two)
    seen_by_one = selectors.votes_seen_by(asked, one)

    assert [each.vote for each in seen_by_two] == ["", ""]
    assert [each.approver for each in seen_by_two] == ["", ""]
    assert seen_by_one[0].amount == 50_000_00

    vote(seats(asked)[1], two)
    decided = applications.advance(asked.pk, at=AT)
    assert selectors.votes_seen_by(decided, two)[0].amount == 50_000_00


def test_the_manager_who_brought_it_in_does_not_vote(asked, bank):
    bank.manager.role = Role.APPROVER
    bank.manager.save()

    with pytest.raises(VoteNotAllowed):
        approvals.claim(seats(asked)[0].pk, actor=bank.manager)


def test_one_approver_has_one_vote(asked, bank):
    one, two = seats(asked)
    vote(one, bank.approvers[0])

    with pytest.raises(VoteNotAllowed):
        approvals.claim(two.pk, actor=bank.approvers[0])


def test_who_approves_nothing_by_trade_does_not_vote(asked):
    with pytest.raises(VoteNotAllowed):
        approvals.claim(seats(asked)[0].pk, actor=make.staff(Role.AUDITOR))


def test_nobody_votes_from_anothers_seat(asked, bank):
    task = seats(asked)[0]
    approvals.claim(task.pk, actor=bank.approvers[0])

    with pytest.raises(VoteNotAllowed):
        approvals.vote(task.pk, actor=bank.approvers[1], vote="approve")


@pytest.mark.parametrize(
    "said",
    [
        {"vote": "refuse", "comment": " "},
        {"vote": "approve", "amount": BIG + 1},
        {"vote": "approve", "amount": 1},
        {"vote": "abstain"},
    ],
)
def test_a_vote_without_what_it_needs_is_not_cast(asked, bank, said):
    task = seats(asked)[0]
    approvals.claim(task.pk, actor=bank.approvers[0])

    with pytest.raises(VoteIncomplete):
        approvals.vote(task.pk, actor=bank.approvers[0], **said)

    task.refresh_from_db()
    assert task.status == ApprovalTask.Status.CLAIMED


def test_two_approvers_at_once_take_one_seat_once(asked, bank):
    task = seats(asked)[0]
    outcomes = at_once(
        [lambda who=who: approvals.claim(task.pk, actor=who) for who in bank.approvers]
    )

    assert sum(outcome is None for outcome in outcomes) == 1
    assert {getattr(each, "code", None) for each in outcomes} == {None, "move_not_allowed"}


def test_two_last_votes_at_once_decide_once(asked, bank):
    one, two = seats(asked)
    approvals.claim(one.pk, actor=bank.approvers[0])
    approvals.claim(two.pk, actor=bank.approvers[1])

    outcomes = at_once(
        [
            lambda: approvals.vote(one.pk, actor=bank.approvers[0], vote="approve"),
            lambda: approvals.vote(two.pk, actor=bank.approvers[1], vote="approve"),
        ]
    )
    walked = at_once([lambda: applications.advance(asked.pk, at=AT)] * 3)

    assert outcomes == [None, None]
    assert walked == [None, None, None]
    assert Outbox.objects.filter(kind="credit.VotesComplete").count() == 1
    assert Outbox.objects.filter(kind="credit.ApplicationApproved").count() == 1
    asked.refresh_from_db()
    assert asked.status == Application.Status.SIGNING


def test_the_queue_shows_what_a_person_may_vote_on(asked, bank):
    one, two, _three = bank.approvers
    assert len(selectors.approval_queue(one)) == 2
    vote(seats(asked)[0], one)

    assert len(selectors.approval_queue(one)) == 0
    assert len(selectors.approval_queue(two)) == 1


def at_once(works):
    """What each work raised, or None, all begun at the same moment."""
    found, gate = [None] * len(works), threading.Barrier(len(works))

    def run(place):
        gate.wait()
        try:
            works[place]()
        except Exception as exc:  # noqa: BLE001 - the outcome is what is looked at
            found[place] = exc
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_nobody_approves_while_a_rule_that_holds_lacks_its_evidence(asked, bank):
    asked.admission = heard(asked.customer, gov_suit_def_24m=1)
    asked.save(update_fields=["admission"])
    (task, *_rest), who = seats(asked), bank.approvers[0]
    with pytest.raises(RulesUnanswered, match="M02"):
        vote(task, who)

    answering.answer(asked.admission.pk, "M02", actor=bank.manager, text="已撤诉，见裁定书")

    assert approvals.vote(task.pk, actor=who, vote="approve").vote == "approve"


def test_whoever_wrote_down_the_evidence_takes_no_seat(asked, bank):
    asked.admission = heard(asked.customer, gov_suit_def_24m=1)
    asked.save(update_fields=["admission"])
    (task, *_rest), who = seats(asked), bank.approvers[0]
    answering.answer(asked.admission.pk, "M02", actor=who, text="已撤诉，见裁定书")

    with pytest.raises(VoteNotAllowed):
        approvals.claim(task.pk, actor=who)

    assert approvals.claim(task.pk, actor=bank.approvers[1]).status == "claimed"


def test_evidence_written_from_a_seat_lets_nobody_approve_from_it(asked, bank):
    asked.admission = heard(asked.customer, gov_suit_def_24m=1)
    asked.save(update_fields=["admission"])
    (task, *_rest), who = seats(asked), bank.approvers[0]
    approvals.claim(task.pk, actor=who)
    answering.answer(asked.admission.pk, "M02", actor=who, text="已撤诉，见裁定书")

    with pytest.raises(VoteNotAllowed):
        approvals.vote(task.pk, actor=who, vote="approve")

    assert approvals.vote(task.pk, actor=who, vote="refuse", comment="不宜").vote == "refuse"


def test_a_tick_at_a_check_item_is_no_evidence(asked, bank):
    asked.admission = heard(asked.customer, phone_name_match=False)
    asked.save(update_fields=["admission"])
    (task, *_rest), who = seats(asked), bank.approvers[0]
    answering.answer(asked.admission.pk, "L04", actor=who, text="已核对")

    assert vote(task, who).vote == "approve"


def test_two_rules_that_hold_are_approved_by_head_office_alone(asked, bank):
    asked.admission = heard(asked.customer, gov_suit_def_24m=1, pb_q_hard_6m=11)
    asked.save(update_fields=["admission"])
    for code in ("M02", "M03"):
        answering.answer(asked.admission.pk, code, actor=bank.manager, text="已核实")
    of_a_branch = make.staff(Role.APPROVER, branch=make.branch(parent=make.branch()))
    one, two = seats(asked)

    with pytest.raises(VoteNotAllowed, match="总行"):
        vote(one, of_a_branch)

    assert vote(two, bank.approvers[0]).vote == "approve"
