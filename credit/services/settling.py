"""Limits that the machine left open: settled by a person, or by what a visit found."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.models import Decision
from admission.selectors import newest_decisions
from admission.services import answering
from admission.services.overriding import is_head_office
from core import audit, events, fsm
from core.errors import SameHands
from core.models import User
from credit.errors import AmountNotOffered, HeadOfficeOnly, ManualCaseOnly
from credit.events import LineConfirmed
from credit.loan_rules.months import add_months
from credit.models import CreditLine, LimitDecision
from credit.services import doubted_lines, granting, granting_frames, granting_policy
from credit.services.business_days import being_worked
from credit.services.granting_rounds import move_lines
from credit.services.lines import OnBlackList
from village.models import Campaign, Customer, ListFlag
from visits import selectors as visits
from visits.events import VisitAccepted
from visits.models import VisitTask

Outcome = LimitDecision.Outcome


@transaction.atomic
def hear_visit(event: VisitAccepted) -> None:
    """A household's limit is worked out once more with what the accepted visit found.

    Only what nobody has settled for good: what was granted in advance, waits for the visit or for
    a person, or came to nothing. A line becomes larger, smaller, or is made or ended here; what
    wants a person's eye waits in the manual queue and stays undrawable meanwhile. What was settled
    is looked at again only after a spot check, and only to give less.
    """
    task = VisitTask.objects.get(pk=event.task_id)
    # Whoever grants the village holds its campaign, and may not have seen this visit yet.
    list(Campaign.objects.select_for_update(of=("self",)).filter(pk=task.campaign_id))
    decision = (
        LimitDecision.objects.select_for_update(of=("self",))
        .filter(household=task.household_id, campaign__isnull=False)
        .order_by("-pk")
        .first()
    )
    if decision is None:
        return
    if doubted_lines.is_doubted(decision, task):
        doubted_lines.heed(decision)
    elif _is_open(decision):
        granting.work_again(decision)
        put_into_effect(decision, actor=None)


def _is_open(decision: LimitDecision) -> bool:
    """Whether a visit may still change it."""
    if decision.settled_by_id is not None:
        return decision.outcome == Outcome.PRE_GRANT
    return decision.outcome != Outcome.GRANT


@transaction.atomic
def settle_manual(decision_id: int, *, amount: int, actor: User, reason: str) -> LimitDecision:
    """A person decides where the machine may not: ``amount`` fen, or 0 for no line.

    Raises ManualCaseOnly, also where a visit was accepted since the limit was worked out, or a
    later round has overtaken it; SameHands for the household's own customer manager, and for
    whoever wrote down evidence about a rule that holds;
    AmountNotOffered above the policy's caps, without a reason, or where the rules refuse the main
    borrower by now; OnBlackList; RulesUnanswered while a rule lacks its evidence; HeadOfficeOnly in
    grave cases.
    """
    decision = (
        LimitDecision.objects.select_for_update(of=("self",))
        .select_related("policy", "household__village__grid", "borrower", "campaign__follows")
        .get(pk=decision_id)
    )
    _must_wait_for_a_person(decision)
    return settle(decision, amount=amount, actor=actor, reason=reason)


def settle(decision: LimitDecision, *, amount: int, actor: User, reason: str) -> LimitDecision:
    """A person's word on a limit that the caller holds and may settle; its line follows.

    Raises as settling a case that waits for a person does, but for its waiting.
    """
    if actor.pk == decision.household.village.grid.manager_id:
        raise SameHands
    _must_be_newest(decision)
    if amount:
        _must_be_lent_to(decision)
        _heed_newest_admission(decision)
        _rules_must_let_pass(decision, actor)
    _must_be_settled_soundly(decision, amount, reason)
    granted = Outcome.GRANT if decision.surveyed_limit is not None else Outcome.PRE_GRANT
    decision.outcome = granted if amount else Outcome.NONE
    decision.limit, decision.settled_by = amount, actor
    decision.explanation = decision.explanation | {"settled": {"amount": amount, "why": reason}}
    decision.save(update_fields=["outcome", "limit", "settled_by", "explanation", "admission"])
    audit.record(decision, "credit.limit.settled", actor=actor, amount=amount, reason=reason)
    put_into_effect(decision, actor=actor)
    return decision


def _must_wait_for_a_person(decision: LimitDecision) -> None:
    if decision.outcome != Outcome.MANUAL:
        raise ManualCaseOnly(_("This limit does not wait for a person."))
    found = visits.newest_surveys([decision.household_id]).first()
    began_on = decision.campaign.began_on if decision.campaign else decision.decided_on
    is_of_round = found is not None and found.seen_on >= began_on
    if is_of_round and found.pk != decision.explanation.get("survey"):
        raise ManualCaseOnly(
            _("A visit was accepted meanwhile; look again in a minute, with what it found."),
            code="visit_accepted",
        )


def _must_be_newest(decision: LimitDecision) -> None:
    """A line that a later round refused, lowered or ended is not given back by an earlier case."""
    if not LimitDecision.objects.newest().filter(pk=decision.pk).exists():
        raise ManualCaseOnly(
            _("A later round has worked the limit out anew; settle that one."), code="overtaken"
        )


def _must_be_lent_to(decision: LimitDecision) -> None:
    """What came to light after the limit was worked out bars a line as it would have then."""
    if decision.admission is not None and decision.admission.under_other_number:
        raise ManualCaseOnly(
            _("The borrower's ID number was corrected meanwhile; look again in a minute."),
            code="number_corrected",
        )
    borrower = decision.borrower
    lists = {decision.household.list_flag, borrower.list_flag, borrower.watch_flag}
    if ListFlag.BLACK in lists:
        raise OnBlackList(_("The household is on the black list: no line can be given."))
    people = {borrower.pk}
    if doubted_lines.MARK in decision.explanation:
        # What was signed stays with whoever signed it.
        held = CreditLine.objects.filter(household=decision.household_id)
        people |= set(held.exclude(status__in=CreditLine.ENDED).values_list("borrower", flat=True))
    newest = newest_decisions(people, granting_frames.PURPOSE)
    if any(each.outcome == Decision.Outcome.REFUSE for each in newest):
        raise AmountNotOffered(
            _("Admission refuses the main borrower by now: no line can be given."),
            code="refused_since",
        )


def _heed_newest_admission(decision: LimitDecision) -> None:
    """What the rules said of the main borrower since the limit was worked out is what it rests on:
    their evidence is wanted, and their factor and their most bound the amount."""
    newest = newest_decisions([decision.borrower_id], granting_frames.PURPOSE).first()
    if newest is None or newest.pk == decision.admission_id:
        return
    decision.admission = newest
    told = {"limit_factor": str(newest.limit_factor), "admission": newest.outcome}
    decision.explanation = decision.explanation | told


def _rules_must_let_pass(decision: LimitDecision, actor: User) -> None:
    """Every rule that holds has its evidence, of somebody else; grave cases are settled by head
    office."""
    if answering.gave_evidence(decision.admission, actor):
        raise SameHands(
            _("You wrote down the evidence about a rule that holds; others decide on it.")
        )
    answering.must_be_answered(decision.admission)
    if answering.asks_head_office(decision.admission) and not is_head_office(actor):
        raise HeadOfficeOnly(_("Two rules and more hold here: head office settles this limit."))


def _must_be_settled_soundly(decision: LimitDecision, amount: int, reason: str) -> None:
    """Within the caps, and no more of them than admission leaves."""
    if amount and decision.borrower.state not in Customer.HERE:
        raise AmountNotOffered(
            _("The main borrower does not live here any more: no line can be given."),
            code="nobody_here",
        )
    policy = granting_policy.read(decision.policy)
    most = decision.explanation.get("figures", {}).get("most_by_caps")
    if most is None:
        most = min(policy.granting.product_cap, policy.granting.household_cap)
    most = max(most, 0)
    if decision.surveyed_limit is None:
        most = min(most, policy.engine.pre_limit_at_most)
    most = int(most * Decimal(decision.explanation.get("limit_factor") or 1))
    if decision.admission and decision.admission.limit_at_most is not None:
        most = min(most, decision.admission.limit_at_most)
    if not 0 <= amount <= most:
        raise AmountNotOffered(
            _("By the caps, the visit and admission, at most %(most)s yuan can be settled.")
            % {"most": most // 100}
        )
    if not reason.strip():
        raise AmountNotOffered(_("Say why you decide so."), code="reason_missing")


def put_into_effect(decision: LimitDecision, *, actor: User | None) -> None:
    """The household's line becomes what its limit now says; the caller holds the decision.

    Opened where there is none, confirmed or ended where it was granted in advance, and moved where
    it comes from an earlier round.
    """
    line = (
        CreditLine.objects.select_for_update(of=("self",))
        .filter(household=decision.household_id)
        .exclude(status__in=CreditLine.ENDED)
        .first()
    )
    if line is None:
        _open_line(decision, actor)
    elif doubted_lines.MARK in decision.explanation:
        doubted_lines.settle(decision, line, actor=actor)
    elif line.decision_id == decision.pk:
        _confirm_or_end(line, decision, actor)
    else:
        move_lines([decision.campaign_id], day=decision.decided_on, actor=actor, only=[decision.pk])


def _open_line(decision: LimitDecision, actor: User | None) -> None:
    statuses = {
        Outcome.GRANT: CreditLine.Status.GRANTED,
        Outcome.PRE_GRANT: CreditLine.Status.PRE_GRANTED,
    }
    if decision.outcome not in statuses:
        return
    begins = _begins(decision)
    line = CreditLine.objects.create(
        household_id=decision.household_id,
        borrower_id=decision.borrower_id,
        decision=decision,
        amount=decision.limit,
        valid_from=begins,
        valid_to=add_months(begins, decision.explanation["line_months"]),
        status=statuses[decision.outcome],
    )
    audit.record(line, "credit.line.granted", actor=actor, amount=line.amount)
    events.publish(LineConfirmed(line_id=line.pk))


def _begins(decision: LimitDecision) -> date:
    """The first day of a new line: when its limit was worked out, or where a line on that limit has
    ended since, the bank's day."""
    if not CreditLine.objects.filter(decision=decision).exists():
        return decision.decided_on
    return max(decision.decided_on, being_worked(timezone.localdate()))


def _confirm_or_end(line: CreditLine, decision: LimitDecision, actor: User | None) -> None:
    """A line granted in advance, now that its limit is known better."""
    if line.status != CreditLine.Status.PRE_GRANTED:
        return
    if decision.outcome == Outcome.GRANT:
        with fsm.refusing(line):
            line.confirm(amount=decision.limit, borrower=decision.borrower)
        line.save(update_fields=["status", "amount", "borrower"])
        audit.record(
            line,
            "credit.line.confirmed",
            actor=actor,
            amount=decision.limit,
            borrower=decision.borrower_id,
        )
        events.publish(LineConfirmed(line_id=line.pk))
    elif decision.outcome == Outcome.NONE:
        with fsm.refusing(line):
            line.close()
        line.save(update_fields=["status"])
        audit.record(line, "credit.line.closed", actor=actor)
