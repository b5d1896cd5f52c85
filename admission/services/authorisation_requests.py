"""授权 from afar, the bank's side: a customer manager asks one person by a link to their phone.

The person's side is :mod:`admission.services.authorising`; what a customer begins by themselves in
the mini-program is :mod:`admission.services.authorising_oneself`.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.errors import LinkDead, RequestRefused
from admission.models import Authorisation, AuthorisationRequest
from admission.reference.texts import AUTHORISATION_VERSION, authorisation_hash
from core import audit, documents, fsm, throttling
from core.models import User
from village.models import Customer, Relation
from village.selectors_couples import spouses_of

TOKEN_BYTES = 24
LINK_LIVES = timedelta(minutes=10)
MOST_LINKS_AN_HOUR = 12
FACE_KEPT = timedelta(days=30)
OF_AGE = 18
GONE = (Customer.State.DIED, Customer.State.MOVED)
Capacity = AuthorisationRequest.Capacity


@dataclass(frozen=True)
class Started:
    """A fresh request and the secret of its link, which is shown this once and never stored."""

    token: str
    request: AuthorisationRequest


def hash_of(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def start(
    customer_id: int, *, applicant_id: int, purpose: str, actor: User, at: datetime
) -> Started:
    """Ask one person for their leave, in favour of an applicant.

    Whom one may ask: an applicant whom one sees, that applicant's spouse, and their guarantors. An
    open link of the same person for the same purpose stops working. Raises RequestRefused.
    """
    person = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    applicant = Customer.objects.visible_to(actor).filter(pk=applicant_id).first()
    capacity = capacity_of(person, applicant) if applicant else ""
    if not capacity:
        raise RequestRefused(_("Only the applicant, their spouse and their guarantors are asked."))
    must_be_able(person, at)
    if not throttling.allowed(
        "authorisation-links", str(person.pk), most=MOST_LINKS_AN_HOUR, seconds=3600
    ):
        raise RequestRefused(_("Too many links for this person within an hour. Wait a while."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    request = put_down(
        person,
        applicant=applicant,
        capacity=capacity,
        purpose=purpose_of(capacity, purpose),
        token=token,
        by=actor,
        at=at,
    )
    return Started(token, request)


def put_down(
    person: Customer,
    *,
    applicant: Customer,
    capacity: str,
    purpose: str,
    token: str,
    by: User | None,
    at: datetime,
    door: str = AuthorisationRequest.Door.LINK,
) -> AuthorisationRequest:
    """A fresh request in place of an open one of the same person for the same purpose."""
    open_ones = AuthorisationRequest.objects.open().filter(customer=person, purpose=purpose)
    for earlier in open_ones.select_for_update(of=("self",)):
        move(earlier, "cancel", actor=by, at=at)
        earlier.save()
    request = AuthorisationRequest.objects.create(
        customer=person,
        applicant=applicant,
        capacity=capacity,
        door=door,
        purpose=Authorisation.Purpose(purpose),
        text_version=AUTHORISATION_VERSION,
        text_hash=authorisation_hash(),
        token_hash=hash_of(token),
        asked_by=by,
        asked_at=at,
        expires_at=at + LINK_LIVES,
    )
    audit.record(
        request,
        "admission.authorisation_request.sent",
        actor=by,
        customer=person.pk,
        applicant=applicant.pk,
        purpose=purpose,
        door=door,
    )
    return request


def capacity_of(person: Customer, applicant: Customer) -> str:
    """As what somebody would sign for an applicant; empty for whoever has nothing to sign."""
    if person.pk == applicant.pk:
        return Capacity.APPLICANT
    if person.pk in spouses_of([applicant.pk]).get(applicant.pk, ()):
        return Capacity.SPOUSE
    one, other = sorted((person.pk, applicant.pk))
    tie = Relation.objects.standing().filter(one=one, other=other, kind=Relation.Kind.GUARANTOR)
    return Capacity.GUARANTOR if tie.exists() else ""


def purpose_of(capacity: str, purpose: str) -> Authorisation.Purpose:
    """For what somebody signs: a guarantor always to be accepted as one, before a loan is made.

    Raises RequestRefused where an applicant would sign to guarantee their own loan.
    """
    wanted, own = Authorisation.Purpose(purpose), Authorisation.Purpose
    if capacity == Capacity.GUARANTOR and wanted != own.POST_LOAN:
        return own.GUARANTEE
    if capacity == Capacity.APPLICANT and wanted == own.GUARANTEE:
        raise RequestRefused(
            _("Whoever guarantees somebody else's loan is asked from the borrower's file.")
        )
    return wanted


def must_be_able(person: Customer, at: datetime) -> None:
    """Whoever authorises is alive, here and of age. Raises RequestRefused."""
    if person.state in GONE or person.age_on(timezone.localdate(at)) < OF_AGE:
        raise RequestRefused(
            _("%(name)s is registered as gone or not of age and cannot authorise anything.")
            % {"name": person}
        )


@transaction.atomic
def cancel(request_id: int, *, actor: User, at: datetime) -> None:
    """Take the question back; its link stops working at once. Raises MoveNotAllowed."""
    request = AuthorisationRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    move(request, "cancel", actor=actor, at=at)
    request.save()


@transaction.atomic
def expire(at: datetime) -> int:
    """Close the links whose time is over; returns how many."""
    over = AuthorisationRequest.objects.open().filter(expires_at__lte=at)
    found = list(over.select_for_update(of=("self",), skip_locked=True))
    for each in found:
        move(each, "expire", actor=None, at=at)
        each.save()
    return len(found)


def forget_faces(on: date) -> int:
    """Delete the photos of faces of what was closed long enough ago; their fingerprints and scores
    stay in the evidence. Returns how many.

    Personal information is kept for the shortest time that its purpose needs (PIPL art. 19); the
    bank's own days, in which a doubt can be heard, are FACE_KEPT.
    """
    seen_until = timezone.make_aware(datetime.combine(on - FACE_KEPT, time.min))
    over = AuthorisationRequest.objects.filter(closed_at__lt=seen_until, face__isnull=False)
    gone = 0
    for pk in over.order_by("id").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            request = AuthorisationRequest.objects.select_for_update(of=("self",)).get(pk=pk)
            face, request.face = request.face, None
            request.save()
            audit.record(request, "admission.authorisation_request.face_forgotten", actor=None)
            documents.let_go(face)
        gone += 1
    return gone


@contextmanager
def held(request_id: int, *, at: datetime) -> Iterator[AuthorisationRequest]:
    """An open request under lock, saved at the end. Raises LinkDead where it is open no more."""
    with transaction.atomic():
        request = (
            AuthorisationRequest.objects.select_for_update(of=("self",))
            .select_related("customer", "applicant", "asked_by")
            .get(pk=request_id)
        )
        if request.has_run_out(at=at):
            raise LinkDead(code=AuthorisationRequest.Status.EXPIRED)
        if not request.is_open:
            raise LinkDead(code=request.status)
        yield request
        request.save()


def move(request: AuthorisationRequest, step: str, *, actor: User | None, **given: Any) -> None:
    """Take one step of the drawing and write it down. Raises MoveNotAllowed."""
    with fsm.refusing(request):
        getattr(request, step)(**given)
    audit.record(request, f"admission.authorisation_request.{request.status}", actor=actor)
