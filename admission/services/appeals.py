"""A customer disagrees with a decision: a person looks again, and says who and why."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import review_words
from admission.errors import AppealNotAllowed
from admission.features import Asked
from admission.models import Appeal, Decision
from admission.services.deciding import decide
from admission.services.waiting import must_sign_first
from core import fsm, second_looks
from core.models import User
from core.roles import Role

MAY_BE_APPEALED = (Decision.Outcome.REFUSE, Decision.Outcome.MANUAL, Decision.Outcome.WAIT)


@transaction.atomic
def open_appeal(
    decision_id: int,
    *,
    customer_id: int,
    statement: str,
    at: datetime,
    taken_down_by: User | None = None,
) -> Appeal:
    """The customer asks for a person's eye on their own decision; a member of staff may take it
    down at their door, in the customer's words. Raises AppealNotAllowed."""
    decision = Decision.objects.select_for_update(of=("self",)).get(
        pk=decision_id, customer=customer_id
    )
    if decision.outcome not in MAY_BE_APPEALED:
        raise AppealNotAllowed(_("There is nothing to appeal against: you were admitted."))
    if is_open(decision):
        raise AppealNotAllowed(_("Your appeal against this decision is being looked at."))
    return second_looks.write_down(
        Appeal(decision=decision, statement=statement),
        at=at,
        actor=taken_down_by,
        answered_by=[Role.RISK_OFFICER],
        notice=gettext_lazy(
            "An appeal against admission decision %(number)s is to be answered by %(day)s."
        ),
    )


def may_be_opened(decision: Decision) -> bool:
    """Whether the customer may ask for a person's eye on this decision now."""
    return decision.outcome in MAY_BE_APPEALED and not is_open(decision)


def is_open(decision: Decision) -> bool:
    """Whether an appeal against it is being looked at."""
    return decision.appeals.filter(status=Appeal.Status.OPENED).exists()


@transaction.atomic
def uphold(appeal_id: int, *, actor: User, answer: str, at: datetime) -> Appeal:
    """The decision stands, and the customer is told why. Raises AppealNotAllowed."""
    return second_looks.uphold(_locked(appeal_id, actor), actor=actor, answer=answer, at=at)


def correct(
    appeal_id: int,
    *,
    actor: User,
    answer: str,
    sources: Collection[str],
    as_of: date,
    at: datetime,
) -> Appeal:
    """Something was wrong and has been put right: ask its sources anew and decide again.

    Call it outside any transaction: others are asked over the network. A new decision stands even
    if the answer cannot then be kept; one that waits for a source answers nobody, so the appeal
    stays open. Raises AppealNotAllowed, NotAuthorised, NoRulesInForce.
    """
    with transaction.atomic():
        appeal = _locked(appeal_id, actor)
    decision = appeal.decision
    _must_be_askable(decision, sources, as_of)
    again = decide(
        decision.customer_id,
        purpose=decision.purpose,
        as_of=as_of,
        actor=actor,
        asked=Asked(**decision.asked_for),
        anew=sources,
    )
    if again.outcome == Decision.Outcome.WAIT:
        raise AppealNotAllowed(
            _(
                "Decided again as number %(number)s, but a source gave no answer. "
                "The appeal stays open."
            )
            % {"number": again.pk}
        )
    with transaction.atomic():
        appeal = _locked(appeal_id, actor)
        with fsm.refusing(appeal):
            appeal.correct(by=actor, at=at, answer=answer.strip(), again=again)
        if review_words.ended_an_application(decision) and again.outcome != Decision.Outcome.REFUSE:
            again.customer_text = review_words.may_apply_again(again)
            again.save(update_fields=["customer_text"])
        return second_looks.answered(
            appeal, actor=actor, sources=sorted(sources), decided_again=again.pk
        )


def _must_be_askable(decision: Decision, sources: Collection[str], as_of: date) -> None:
    """Refuse before anybody is asked what could only end without the bureau."""
    if must_sign_first(decision.customer, purpose=decision.purpose, as_of=as_of, anew=sources):
        raise AppealNotAllowed(
            _(
                "The authorisation has served its one bureau query. %(name)s must sign a new one "
                "for “%(purpose)s” first; the appeal stays open until then."
            )
            % {"name": decision.customer, "purpose": decision.get_purpose_display()}
        )


def _locked(appeal_id: int, actor: User) -> Appeal:
    """An appeal that this person may answer: nobody judges their own decision."""
    appeals = Appeal.objects.select_related("decision__customer")
    appeal = second_looks.locked(appeals, appeal_id, refusal=AppealNotAllowed)
    if actor.pk in appeal.had_part_in:
        raise AppealNotAllowed(_("You had this decision made; somebody else answers the appeal."))
    return appeal
