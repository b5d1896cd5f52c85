"""Signing in at the mini-program: a code to the registered mobile, then a bearer token.

Whoever asks for a code gets the same answer whether or not we know them; the code goes out after
the answer, by a worker, so that the time it takes says nothing either.
"""

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, crypto, parameters
from credit.errors import CodeRefused
from credit.gateways import sms
from credit.models import CustomerSession, SmsCode
from village.models import Customer

log = logging.getLogger("qianmo.credit")

MOST_WRONG_TRIES = 5
GONE = [Customer.State.DIED, Customer.State.MOVED]


@dataclass(frozen=True)
class SignedIn:
    """A fresh session and the token that opens it; the token is shown once and never stored."""

    token: str
    session: CustomerSession


@transaction.atomic
def ask_for_code(id_number: str, mobile: str, *, at: datetime) -> SmsCode | None:
    """Prepare a code for whoever these two belong to; None for somebody we do not know."""
    customer = _known(id_number, mobile)
    if customer is None:
        return None
    minutes = int(parameters.number("sms_code.minutes", on=timezone.localdate(at)))
    SmsCode.objects.filter(customer=customer, used_at=None).delete()
    return SmsCode.objects.create(
        customer=customer,
        code=f"{secrets.randbelow(1_000_000):06d}",
        asked_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )


def send_code(code_id: int, *, at: datetime | None = None) -> bool:
    """Send a code that was not sent yet, while it is good. Never inside a transaction."""
    at = at or timezone.now()
    code = (
        SmsCode.objects.select_related("customer")
        .filter(pk=code_id, sent_at=None, used_at=None, expires_at__gt=at)
        .first()
    )
    if code is None:
        return False
    text = _("Your code is %(code)s. Nobody from the bank will ask you for it.") % {
        "code": code.code
    }
    taken = sms.send(
        code.customer.mobile, template="sign-in", text=text, number=f"sign-in-{code.pk}"
    )
    if taken:
        SmsCode.objects.filter(pk=code.pk).update(sent_at=at)
    else:
        log.warning("The SMS gateway did not take code %s.", code.pk)
    return taken


def sign_in(id_number: str, mobile: str, code: str, *, at: datetime) -> SignedIn:
    """Open a session with a code. Raises CodeRefused, the same for every reason.

    A wrong try is counted in a transaction of its own: the refusal must not undo the count.
    """
    customer = _known(id_number, mobile)
    if customer is None or not _use_code(customer, code, at=at):
        raise CodeRefused(_("This code is wrong or no longer valid. Ask for a new one."))
    return _open_session(customer, at=at)


@transaction.atomic
def _open_session(customer: Customer, *, at: datetime) -> SignedIn:
    minutes = int(parameters.number("session.minutes", on=timezone.localdate(at)))
    token = secrets.token_urlsafe(32)
    session = CustomerSession.objects.create(
        customer=customer,
        token_hash=_hash(token),
        began_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )
    audit.record(customer, "credit.session.began", actor=None, session=session.pk)
    return SignedIn(token, session)


def session_of(token: str, *, at: datetime) -> CustomerSession | None:
    """The live session that a token opens."""
    return (
        CustomerSession.objects.select_related("customer__household__village")
        .filter(token_hash=_hash(token), ended_at=None, expires_at__gt=at)
        .first()
    )


def sign_out(session_id: int, *, at: datetime) -> None:
    """End a session; its token opens nothing any more."""
    CustomerSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=at)


def _known(id_number: str, mobile: str) -> Customer | None:
    return (
        Customer.objects.filter(
            id_index=crypto.blind_index(id_number), mobile_index=crypto.blind_index(mobile)
        )
        .exclude(state__in=GONE)
        .first()
    )


@transaction.atomic
def _use_code(customer: Customer, code: str, *, at: datetime) -> bool:
    """Use up the customer's live code if this is it; the fifth wrong try makes it worthless."""
    live = (
        SmsCode.objects.select_for_update()
        .filter(customer=customer, used_at=None, expires_at__gt=at)
        .filter(wrong_tries__lt=MOST_WRONG_TRIES)
        .first()
    )
    if live is None:
        return False
    is_right = hmac.compare_digest(live.code.encode(), code.strip().encode())
    if is_right:
        live.used_at = at
    else:
        live.wrong_tries += 1
    live.save(update_fields=["used_at", "wrong_tries"])
    return is_right


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
