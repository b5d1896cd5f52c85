"""A household disagrees with its limit: somebody who had no part in it looks again and says why.

The limit and the line stay what they are until the answer, and no answer lowers them. More is
granted by the rules for limits that wait for a person: within the policy's caps, not against its
conditions; what was signed is raised by an offer that the borrower signs.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, fsm, second_looks
from core.errors import SameHands
from core.models import User
from core.roles import Role
from credit import selectors
from credit.errors import LimitAppealNotAllowed
from credit.models import CreditLine, LimitAppeal, LimitDecision
from credit.services import granting, lines, raises, settling
from village.models import Customer

NOT_SIGNED = (CreditLine.Status.PRE_GRANTED, CreditLine.Status.GRANTED)
SIGNED = (CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE)


@transaction.atomic
def open_appeal(
    decision_id: int, *, statement: str, at: datetime, brought_by: User | None = None
) -> LimitAppeal:
    """A household asks for a second look, through the mini-program or ``brought_by`` its manager.

    Raises LimitAppealNotAllowed for an older decision, one that waits for a person anyway, one that
    is being looked at, or nothing said. A household whose line has ended may ask too: it has none.
    """
    decision = _locked_decision(decision_id)
    if not statement.strip():
        raise LimitAppealNotAllowed(_("Write down what the household says."))
    if obstacle := _obstacle(decision):
        raise LimitAppealNotAllowed(obstacle)
    return second_looks.write_down(
        LimitAppeal(
            decision=decision,
            statement=statement,
            brought_by=brought_by,
            limit_before=_amount_now(decision),
        ),
        at=at,
        actor=brought_by,
        answered_by=[Role.RISK_OFFICER, Role.APPROVER],
        notice=gettext_lazy(
            "An appeal against limit decision %(number)s is to be answered by %(day)s."
        ),
    )


def may_be_appealed(decision: LimitDecision) -> bool:
    """Whether a second look can be asked for now."""
    return not _obstacle(decision)


@transaction.atomic
def uphold(appeal_id: int, *, actor: User, answer: str, at: datetime) -> LimitAppeal:
    """The limit stands, and the household is told why. Raises LimitAppealNotAllowed, SameHands."""
    return second_looks.uphold(_locked(appeal_id, actor, answer), actor=actor, answer=answer, at=at)


@transaction.atomic
def change(
    appeal_id: int, *, amount: int, actor: User, answer: str, at: datetime, on: date
) -> LimitAppeal:
    """The household gets ``amount`` fen, more than before; ``on`` is the bank's day.

    A line that nobody signed is raised at once; for one that was signed, a raise is offered; where
    the line has ended, a new one is given.
    The limit of who has died or moved away is worked out for another of the household first.
    Raises LimitAppealNotAllowed, SameHands, and what settling a limit by hand raises.
    """
    appeal = _locked(appeal_id, actor, answer)
    decision = _locked_decision(appeal.decision_id)
    if decision.borrower.state not in Customer.HERE:
        granting.work_again(decision)
    if decision.explanation.get("zero_reasons"):
        raise LimitAppealNotAllowed(
            _("The policy gives this household no line. Have what is wrong put right first.")
        )
    if amount <= max(appeal.limit_before, _amount_now(decision)):
        raise LimitAppealNotAllowed(_("More than before, or uphold the limit."))
    with fsm.refusing(appeal):
        appeal.change(by=actor, at=at, answer=answer.strip(), limit=amount)
    second_looks.answered(appeal, actor=actor, before=appeal.limit_before, limit=amount)
    _settle_anew(decision, amount, actor=actor, reason=answer.strip(), on=on)
    return appeal


def _settle_anew(
    decision: LimitDecision, amount: int, *, actor: User, reason: str, on: date
) -> None:
    """The decision is settled by a person, and its line follows."""
    before = {"outcome": decision.outcome, "limit": decision.limit}
    # What the round made of the line is overtaken: a person has looked, and says how much.
    told = {name: said for name, said in decision.explanation.items() if name != "moved"}
    decision.explanation = told | {"before": before}
    settling.settle(decision, amount=amount, actor=actor, reason=reason)
    line = _open_line(decision)
    if line is not None and _froze(decision, line):
        line = _thawed(line, amount, actor)
    if line is None or line.amount >= amount:
        return
    if line.status in NOT_SIGNED:
        was = line.amount
        line.raise_to(amount, decision=line.decision, valid_to=line.valid_to)
        line.save(update_fields=["amount"])
        audit.record(line, "credit.line.raised", actor=actor, before=was, amount=amount)
    elif line.status in SIGNED:
        LimitDecision.objects.filter(pk=decision.pk).update(movement=LimitDecision.Movement.RAISE)
        if not raises.offer([decision.pk], actor=actor, on=on):
            raise LimitAppealNotAllowed(
                _("A raise of this line was offered, signed or taken back before; uphold it.")
            )


def _froze(decision: LimitDecision, line: CreditLine) -> bool:
    """Whether this limit itself froze the line; whoever froze it otherwise thaws it too."""
    return line.status == CreditLine.Status.FROZEN and line.decision_id == decision.pk


def _thawed(line: CreditLine, amount: int, actor: User) -> CreditLine:
    """The line that this round froze, drawn under again up to ``amount`` or what is owed."""
    line = lines.thaw(line.pk, actor=actor)
    if amount < line.amount:
        was, line.amount = line.amount, max(amount, line.amount - selectors.room_under(line))
        line.save(update_fields=["amount"])
        audit.record(line, "credit.line.lowered", actor=actor, before=was, amount=line.amount)
    return line


def _obstacle(decision: LimitDecision) -> str:
    """Why no second look can be asked for; empty where one can."""
    if not LimitDecision.objects.newest().filter(pk=decision.pk).exists():
        return _("A later round has worked the limit out anew; appeal against that.")
    if decision.outcome == LimitDecision.Outcome.MANUAL:
        return _("A person is looking at this limit already.")
    if decision.appeals.filter(status=LimitAppeal.Status.OPENED).exists():
        return _("An appeal against this limit is being looked at.")
    line = _open_line(decision, lock=False)
    is_frozen = line is not None and line.status == CreditLine.Status.FROZEN
    if is_frozen and decision.movement != LimitDecision.Movement.EXIT:
        return _("The line is frozen; ask why, and have it thawed first.")
    return ""


def _amount_now(decision: LimitDecision) -> int:
    """What the household may owe at most as things stand, fen."""
    line = _open_line(decision, lock=False)
    if line is None and CreditLine.objects.filter(decision=decision).exists():
        return 0
    if line is None or line.status == CreditLine.Status.FROZEN:
        return decision.limit
    return line.amount


def _open_line(decision: LimitDecision, *, lock: bool = True) -> CreditLine | None:
    found = CreditLine.objects.filter(household=decision.household_id).exclude(
        status__in=CreditLine.ENDED
    )
    if lock:
        found = found.select_for_update(of=("self",))
    return found.select_related("decision").first()


def _locked_decision(decision_id: int) -> LimitDecision:
    return LimitDecision.objects.select_for_update(of=("self",)).get(pk=decision_id)


def _locked(appeal_id: int, actor: User, answer: str) -> LimitAppeal:
    """An appeal that this person may answer: nobody judges what they had part in."""
    appeals = LimitAppeal.objects.select_related(
        "decision__household__village__grid", "decision__run"
    )
    appeal = second_looks.locked(appeals, appeal_id, refusal=LimitAppealNotAllowed)
    if actor.pk in appeal.had_part_in:
        raise SameHands(_("You had part in this limit; somebody else answers the appeal."))
    if not answer.strip():
        raise LimitAppealNotAllowed(_("Say why: the household reads your answer."))
    return appeal
