"""Guarantors: named by staff, asked about under their own leave, decided about, replaced.

A guarantor is judged by the same rules as a borrower, but for what only the loan is asked about:
they earn no part of it, and its instalments weigh on somebody else. Each has an admission decision
of their own; the borrower is told no more than whether somebody else is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import services as admission
from admission.errors import NotAuthorised
from admission.models import Authorisation, Decision
from core import audit, events, fsm, notices
from core.models import User
from credit.errors import GuarantorRefused
from credit.events import GuarantorsChanged
from credit.models import Application, ApplicationStep, Guarantor
from village.models import Customer, Relation
from village.selectors_couples import spouses_of
from village.services import relations

NODE = "guarantors"
PURPOSE = Authorisation.Purpose.GUARANTEE
MOST = 5
"""More people than this answer for no loan; each is asked about at the bureau."""
OF_AGE = 18
GONE = (Customer.State.DIED, Customer.State.MOVED)
Status = Guarantor.Status


@dataclass(frozen=True)
class Heard:
    """What was heard about one guarantor; no decision where they have not allowed questions."""

    guarantor_id: int
    decision: Decision | None = None
    known: dict[str, object] | None = None


@transaction.atomic
def name(application_id: int, *, customer_id: int, actor: User, at: datetime) -> Guarantor:
    """Name somebody to answer for an application; whoever was refused before is thereby replaced.

    That the two are tied is written down with it: neighbours tied so judge each other no more.
    Raises GuarantorRefused.
    """
    application = _held(application_id)
    person = Customer.objects.get(pk=customer_id)
    _must_be_suitable(application, person)
    replaced = application.guarantors.filter(status=Status.REFUSED).order_by("id").first()
    if replaced is not None:
        _release(replaced, because=_("Replaced by another guarantor"), actor=actor)
    made = Guarantor.objects.create(
        application=application, customer=person, named_by=actor, named_at=at
    )
    _tie(application.customer_id, person.pk, actor)
    audit.record(made, "credit.guarantor.named", actor=actor, application=application.number)
    events.publish(GuarantorsChanged(application_id=application.pk))
    return made


@transaction.atomic
def release(guarantor_id: int, *, because: str, actor: User) -> Guarantor:
    """Let a guarantor go; the application waits for another where its product asks for one.

    Raises GuarantorRefused once the guarantors are settled, and without a reason.
    """
    guarantor = Guarantor.objects.get(pk=guarantor_id)
    _held(guarantor.application_id)
    guarantor = Guarantor.objects.select_for_update(of=("self",)).get(pk=guarantor_id)
    if not because.strip():
        raise GuarantorRefused(_("Say why this guarantor is let go."), code="no_reason")
    _release(guarantor, because=because.strip()[:200], actor=actor)
    events.publish(GuarantorsChanged(application_id=guarantor.application_id))
    return guarantor


def may_be_named(application: Application) -> bool:
    """Whether its road passes guarantors and has not left them behind."""
    if application.status in Application.ENDED:
        return False
    left = [ApplicationStep.Status.WAITING, ApplicationStep.Status.ACTIVE]
    return application.steps.filter(node=NODE, status__in=left).exists()


def hear(application: Application, *, at: datetime) -> list[Heard]:
    """Decide about every guarantor who is not decided about, each under their own leave.

    Never inside a transaction. Whoever waits for a source is decided again when something is new.
    """
    named = list(
        application.guarantors.named().select_related("customer", "admission").order_by("id")
    )
    if not named:
        return []
    before = application.steps.get(node=NODE).outcome.get("known", {})
    return [_hear(application, each, before.get(str(each.pk)), at) for each in named]


def settle(application: Application, heard: Iterable[Heard], *, at: datetime) -> None:
    """Accept or refuse whom was decided about; the caller holds the application."""
    for each in heard:
        guarantor = Guarantor.objects.select_for_update(of=("self",)).get(pk=each.guarantor_id)
        if each.decision is None or guarantor.status != Status.NAMED:
            continue
        if each.decision.under_other_number:
            continue
        guarantor.admission = each.decision
        refused = each.decision.outcome == Decision.Outcome.REFUSE
        if each.decision.outcome != Decision.Outcome.WAIT:
            with fsm.refusing(guarantor):
                (guarantor.refuse if refused else guarantor.accept)(at=at)
        guarantor.save(update_fields=["admission", "status", "decided_at"])
        audit.record(
            guarantor,
            "credit.guarantor.decided",
            actor=None,
            decision=each.decision.pk,
            status=guarantor.status,
        )
        if refused:
            _tell_manager(application)


def must_sign_again(application: Application, guarantor: Guarantor) -> bool:
    """Whether the bureau can be asked about a guarantor again only with another signature of theirs
    in favour of this applicant."""
    leave = admission.leave_to_guarantee(
        guarantor.customer_id,
        applicant_id=application.customer_id,
        on=application.business_day,
    )
    return admission.must_sign_again(guarantor.admission, under=leave)


def decisions_of(application: Application) -> list[Decision]:
    """The admission decisions of those who answer for an application."""
    accepted: QuerySet[Guarantor] = application.guarantors.accepted().select_related("admission")
    return [each.admission for each in accepted]


def _hear(application: Application, guarantor: Guarantor, before: object, at: datetime) -> Heard:
    day, person = application.business_day, guarantor.customer
    leave = admission.leave_to_guarantee(person.pk, applicant_id=application.customer_id, on=day)
    if leave is None:
        return Heard(guarantor.pk)
    known = admission.known_of(person, purpose=PURPOSE, as_of=day)
    # What another application decided about the same person is nothing new by itself, or the two
    # would have each other decided anew for ever. What it was answered is asked for below.
    del known["decision"]
    last = guarantor.admission
    is_known = last is not None and before == known
    if is_known and not admission.may_be_asked_again(last, at=at, under=leave):
        return Heard(guarantor.pk, last, known)
    asked = admission.Asked(
        term_months=application.term_months, max_age=application.product.age_at_maturity_max
    )
    try:
        decision = admission.decide(
            person.pk,
            purpose=PURPOSE,
            as_of=day,
            actor=guarantor.named_by,
            asked=asked,
            anew=admission.empty_sources(last) if last else (),
            under=leave.pk,
        )
    except NotAuthorised:
        return Heard(guarantor.pk)
    return Heard(guarantor.pk, decision, known)


def _held(application_id: int) -> Application:
    """An application under lock whose guarantors may still change."""
    application = (
        Application.objects.select_for_update(of=("self",))
        .select_related("customer", "product")
        .get(pk=application_id)
    )
    if not may_be_named(application):
        raise GuarantorRefused(
            _("No guarantor is named here: the product takes none, or they are settled by now."),
            code="settled",
        )
    return application


def _must_be_suitable(application: Application, person: Customer) -> None:
    """Another household's grown member who is here, and is not named already."""
    borrower = application.customer
    if person.household_id == borrower.household_id or person.pk in spouses_of([borrower.pk]).get(
        borrower.pk, ()
    ):
        raise GuarantorRefused(
            _("The borrower's own household and spouse owe the loan anyway; name somebody else."),
            code="same_household",
        )
    if person.state in GONE or person.age_on(application.business_day) < OF_AGE:
        raise GuarantorRefused(
            _("A guarantor is of age and registered as living here."), code="gone"
        )
    standing = list(application.guarantors.not_released().values_list("customer_id", flat=True))
    if person.pk in standing:
        raise GuarantorRefused(_("This person is named already."), code="named")
    if len(standing) >= MOST:
        raise GuarantorRefused(
            _("An application has %(most)d guarantors at most.") % {"most": MOST}, code="too_many"
        )


def _tie(borrower_id: int, guarantor_id: int, actor: User) -> None:
    one, other = sorted((borrower_id, guarantor_id))
    kind = Relation.Kind.GUARANTOR
    if not Relation.objects.standing().filter(one=one, other=other, kind=kind).exists():
        relations.tie(borrower_id, guarantor_id, kind=kind, actor=actor)


def _release(guarantor: Guarantor, *, because: str, actor: User) -> None:
    with fsm.refusing(guarantor):
        guarantor.release(because=because)
    guarantor.save(update_fields=["status", "released_because"])
    audit.record(guarantor, "credit.guarantor.released", actor=actor, because=because)


def _tell_manager(application: Application) -> None:
    manager = application.looked_after_by
    if manager is not None:
        notices.send(
            gettext_lazy("A guarantor of application %(number)s is not accepted; name another."),
            {"number": application.number},
            user=manager,
            level="yellow",
            url=f"/m/applications/{application.pk}/",
        )
