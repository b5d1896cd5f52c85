"""What a line rests on was found wrong: its review by a spot check, or the ID number under which
its borrower was judged. What the visit that followed, or what is left of admission, leads to.

A line is never raised by it. What nobody signed is lowered or ended at once; what was signed is
frozen until a person has said how much of it stays.
"""

from typing import Any

from django.utils.translation import gettext as _

from core import audit
from core.models import User
from credit import selectors
from credit.models import CreditLine, LimitDecision
from credit.services import granting, lines
from visits.models import VisitTask

Outcome, Status = LimitDecision.Outcome, CreditLine.Status
CHECK, NUMBER = "spot_check", "other_number"
"""Why such a limit waits for a person, among the reasons of the limit engine."""
MARK = "second_look"
DRAWABLE = (Status.GRANTED, Status.SIGNED, Status.ACTIVE)
UNSIGNED = (Status.PRE_GRANTED, Status.GRANTED)


def is_doubted(decision: LimitDecision, task: VisitTask) -> bool:
    """Whether the accepted visit looks again at a limit that was settled, or still is in doubt."""
    of_check = task.reason == VisitTask.Reason.SPOT_CHECK
    is_granted = decision.outcome == Outcome.GRANT and decision.campaign_id == task.campaign_id
    return MARK in decision.explanation or (of_check and is_granted)


def heed(decision: LimitDecision) -> None:
    """Work the limit out with what the second look found; the caller holds the decision."""
    line = _open_line(decision)
    if line is None:
        return
    found = granting.worked_out_now(decision)
    mark = decision.explanation.get(MARK)
    if found is None:
        return
    if mark is None and found["outcome"] == Outcome.GRANT and found["limit"] >= line.amount:
        audit.record(decision, "credit.limit.stands", actor=None, found=found["limit"])
        return
    granting.take_over(decision, found)
    _follow(decision, line, already=mark, because=(mark or {}).get("because", CHECK))


def heed_number(decision: LimitDecision) -> bool:
    """Work the limit out without the admission of somebody whose ID number the borrower was
    registered under; the caller holds the decision. Whether the line is still to follow, since
    nobody could draw under it: there is none, or it was granted in advance."""
    found = granting.worked_out_now(decision)
    if found is None:
        return False
    mark = decision.explanation.get(MARK)
    granting.take_over(decision, found)
    line = _open_line(decision)
    if line is None or line.status == Status.PRE_GRANTED:
        return True
    stands = decision.outcome == Outcome.GRANT and decision.limit >= line.amount
    if not stands or decision.borrower_id != line.borrower_id:
        _follow(decision, line, already=mark, because=NUMBER)
    return False


def _follow(
    decision: LimitDecision, line: CreditLine, *, already: dict[str, Any] | None, because: str
) -> None:
    """The line becomes what its limit says now; what is in doubt waits for a person."""
    if _is_unsigned(line) and decision.outcome == Outcome.NONE:
        lines.close(line.pk, actor=None)
    elif _is_unsigned(line) and decision.outcome == Outcome.GRANT and already is None:
        _hand_over(line, decision)
        _lower(line, decision.limit, actor=None)
    else:
        _leave_to_a_person(decision, line, already=already, because=because)


def _leave_to_a_person(
    decision: LimitDecision, line: CreditLine, *, already: dict[str, Any] | None, because: str
) -> None:
    """The line is not drawn under until somebody has settled its limit."""
    is_frozen_here = already is not None and already["froze"]
    if line.status in DRAWABLE:
        told = {
            CHECK: _("A second look after a spot check found less"),
            NUMBER: _("The borrower was judged under another ID number"),
        }
        lines.freeze(line.pk, reason=told[because], actor=None)
        is_frozen_here = True
    reasons = [*decision.explanation.get("manual_reasons", []), because]
    decision.outcome = Outcome.MANUAL
    decision.explanation = decision.explanation | {
        "manual_reasons": list(dict.fromkeys(reasons)),
        MARK: {"froze": is_frozen_here, "because": because},
    }
    decision.save(update_fields=["outcome", "explanation"])


def settle(decision: LimitDecision, line: CreditLine, *, actor: User) -> None:
    """A person has said what of the line stays; nothing is taken below what is owed under it.

    The doubt is over: what the line is frozen for after this is another matter.
    """
    told = dict(decision.explanation)
    was_frozen_here = told.pop(MARK)["froze"]
    decision.explanation = told
    decision.save(update_fields=["explanation"])
    if decision.limit:
        _lower(line, decision.limit, actor=actor)
        if was_frozen_here and line.status == Status.FROZEN:
            lines.thaw(line.pk, actor=actor)
    elif line.frozen_from != Status.ACTIVE:
        lines.close(line.pk, actor=actor)


def _hand_over(line: CreditLine, decision: LimitDecision) -> None:
    """What nobody signed is for whoever the limit was worked out for."""
    if line.borrower_id == decision.borrower_id:
        return
    line.borrower_id = decision.borrower_id
    line.save(update_fields=["borrower"])
    audit.record(line, "credit.line.borrower_changed", actor=None, borrower=line.borrower_id)


def _lower(line: CreditLine, amount: int, *, actor: User | None) -> None:
    amount = max(amount, line.amount - selectors.room_under(line))
    if amount >= line.amount:
        return
    before, line.amount = line.amount, amount
    line.save(update_fields=["amount"])
    audit.record(line, "credit.line.lowered", actor=actor, before=before, amount=amount)


def _is_unsigned(line: CreditLine) -> bool:
    return line.status in UNSIGNED or line.frozen_from == Status.GRANTED


def _open_line(decision: LimitDecision) -> CreditLine | None:
    open_ones = CreditLine.objects.filter(household=decision.household_id)
    held = open_ones.exclude(status__in=CreditLine.ENDED).select_for_update(of=("self",))
    return held.first()
