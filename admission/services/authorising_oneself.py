"""授权 of one's own accord: customers sign in the mini-program, after showing who they are.

The steps after the beginning are those of :mod:`admission.services.authorising`: the same police,
the same sealed form, the same evidence. What takes the place of the link is the customer's session.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import LeaveNotUsable, LinkDead, RequestRefused, TextNotInForce
from admission.models import Authorisation, AuthorisationRequest
from admission.reference.texts import (
    AUTHORISATION_VERSION,
    authorisation_hash,
    authorisation_text,
)
from admission.services import authorisations, authorising
from admission.services.authorisation_requests import (
    TOKEN_BYTES,
    move,
    must_be_able,
    purpose_of,
    put_down,
)
from core import throttling
from village.models import Customer

MOST_BEGUN_A_DAY = 8
LOCKED_FOR = timedelta(days=1)
DAY = 24 * 3600
Door = AuthorisationRequest.Door
Status = AuthorisationRequest.Status


@dataclass(frozen=True)
class Text:
    """The text that is signed now, and until when the signature would hold."""

    version: str
    sha256: str
    text: str
    valid_until: date


def text_in_force(purpose: str, *, at: datetime) -> Text:
    """What somebody reads before they sign for a purpose."""
    until = authorisations.lasts_until(purpose, signed_at=at)
    return Text(AUTHORISATION_VERSION, authorisation_hash(), authorisation_text(), until)


@transaction.atomic
def begin(
    customer_id: int, *, purpose: str, text_version: str, text_hash: str, at: datetime
) -> AuthorisationRequest:
    """A customer who has the text before them begins to authorise the bank.

    What stood open for the same purpose, a link too, is called off. Raises TextNotInForce for
    another text than the one in force, RequestRefused.
    """
    if text_version != AUTHORISATION_VERSION or not hmac.compare_digest(
        text_hash.encode(), authorisation_hash().encode()
    ):
        raise TextNotInForce(
            _("The text in force is version %(version)s. Read it and begin again.")
            % {"version": AUTHORISATION_VERSION}
        )
    person = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    must_be_able(person, at)
    capacity = AuthorisationRequest.Capacity.APPLICANT
    wanted = purpose_of(capacity, purpose)
    _must_not_be_guessing(person, at)
    request = put_down(
        person,
        applicant=person,
        capacity=capacity,
        purpose=wanted,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        by=None,
        at=at,
        door=Door.MINI_PROGRAM,
    )
    move(request, "open", actor=None, at=at)
    request.save()
    return request


def _must_not_be_guessing(person: Customer, at: datetime) -> None:
    """Whoever has a stolen phone in hand does not get to try faces for as long as they like."""
    locked = AuthorisationRequest.objects.filter(
        customer=person,
        door=Door.MINI_PROGRAM,
        status=Status.LOCKED,
        closed_at__gt=at - LOCKED_FOR,
    )
    if locked.exists():
        raise RequestRefused(
            _(
                "Name, number or photo did not match several times. For a day it can only be "
                "signed with your customer manager or at a branch."
            )
        )
    if not throttling.allowed(
        "authorising-oneself", str(person.pk), most=MOST_BEGUN_A_DAY, seconds=DAY
    ):
        raise RequestRefused(_("Begun too often today. Try again tomorrow, or come to a branch."))


def find(customer_id: int, request_id: int, *, session: str, at: datetime) -> AuthorisationRequest:
    """What a customer began, for the session in which they made themselves known.

    Raises AuthorisationRequest.DoesNotExist for what is not theirs, LinkDead for what is over.
    """
    found = (
        AuthorisationRequest.objects.filter(door=Door.MINI_PROGRAM, customer=customer_id)
        .select_related("customer", "authorisation")
        .get(pk=request_id)
    )
    authorising.must_lead_on(found, phone=session, at=at)
    return found


def says(dead: LinkDead) -> str:
    """Why something begun leads no further, and what to do, in words for the customer."""
    return {
        Status.EXPIRED: _("For your safety this is good for ten minutes. Begin again."),
        Status.SIGNED: _("This was signed already."),
        Status.DECLINED: _("You did not authorise. Begin again if you change your mind."),
        Status.CANCELLED: _("A newer one was begun, or the bank has called this one off."),
        Status.LOCKED: _(
            "Name, number or photo did not match several times. Nothing was signed. See your "
            "customer manager, or come to a branch with your ID card."
        ),
    }.get(dead.code, _("This was begun in another session. Go on there, or begin again."))


def leave_named(customer_id: int, number: int, *, purpose: str, on: date) -> Authorisation:
    """The authorisation that a customer names for a request of a day.

    It is live, the newest or the one under which sources are asked, and a bureau query is left or
    an answer still fresh. Raises LeaveNotUsable, whose code and text say why not.
    """
    own = Authorisation.objects.filter(customer=customer_id, purpose=purpose)
    named = own.filter(pk=number).first()
    if named is None:
        raise LeaveNotUsable(
            _("You have not signed an authorisation %(number)s for this purpose.")
            % {"number": number},
            code="authorisation_unknown",
        )
    live = list(authorisations.usable(purpose=purpose, on=on).filter(customer=customer_id))
    if named not in live:
        raise LeaveNotUsable(
            _("Authorisation %(number)s has ended or was withdrawn. Sign a new one.")
            % {"number": number},
            code="authorisation_ended",
        )
    newest = max(live, key=lambda each: each.pk)
    if named not in (newest, authorisations.first_choice(live)):
        raise LeaveNotUsable(
            _("You have signed a newer authorisation: %(newest)s. Name that one.")
            % {"newest": newest.pk},
            code="authorisation_replaced",
        )
    if not authorisations.askable([customer_id], purpose=purpose, on=on)[customer_id]:
        raise LeaveNotUsable(
            _("The bureau query of authorisation %(number)s is used. Sign a new one.")
            % {"number": number},
            code="authorisation_spent",
        )
    return named
