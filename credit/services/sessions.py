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
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, crypto, events, parameters
from credit.errors import CodeRefused
from credit.events import SmsCodeMade
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
    return code_for(customer, SmsCode.Purpose.SIGN_IN, at=at)


@transaction.atomic
def code_for(customer: Customer, purpose: str, *, at: datetime) -> SmsCode:
    """A fresh code for one thing; the one before it is worthless now."""
    minutes = int(parameters.number("sms_code.minutes", on=timezone.localdate(at)))
    SmsCode.objects.filter(customer=customer, purpose=purpose, used_at=None).delete()
    made = SmsCode.objects.create(
        customer=customer,
        purpose=purpose,
        code=f"{secrets.randbelow(1_000_000):06d}",
        asked_at=at,
        expires_at=at + timedelta(minutes=minutes),
    )
    events.publish(SmsCodeMade(code_id=made.pk))
    return made


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
    text = _texts()[code.purpose] % {"code": code.code}
    taken = sms.send(
        code.customer.mobile, template=code.purpose, text=text, number=f"code-{code.pk}"
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
    if customer is None:
        raise _refused()
    use_code(customer, SmsCode.Purpose.SIGN_IN, code, at=at)
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


def use_code(customer: Customer, purpose: str, code: str, *, at: datetime) -> int:
    """Use up a customer's code; its id is the reference to it. Raises CodeRefused.

    Inside a caller's transaction a refusal undoes the count of wrong tries with everything else:
    such a caller counts it afterwards (``count_wrong_try``).
    """
    used = _use(customer, purpose, code, at=at)
    if used is None:
        raise _refused()
    return used


def count_wrong_try(customer: Customer, purpose: str) -> None:
    """Remember that a wrong code was tried."""
    SmsCode.objects.filter(customer=customer, purpose=purpose, used_at=None).update(
        wrong_tries=F("wrong_tries") + 1
    )


@transaction.atomic
def _use(customer: Customer, purpose: str, code: str, *, at: datetime) -> int | None:
    """The id of the customer's live code if this is it; the fifth wrong try makes it worthless."""
    live = (
        SmsCode.objects.select_for_update()
        .filter(customer=customer, purpose=purpose, used_at=None, expires_at__gt=at)
        .filter(wrong_tries__lt=MOST_WRONG_TRIES)
        .first()
    )
    if live is None:
        return None
    is_right = hmac.compare_digest(live.code.encode(), code.strip().encode())
    if is_right:
        live.used_at = at
    else:
        live.wrong_tries += 1
    live.save(update_fields=["used_at", "wrong_tries"])
    return live.pk if is_right else None


def _refused() -> CodeRefused:
    return CodeRefused(_("This code is wrong or no longer valid. Ask for a new one."))


def _texts() -> dict[str, str]:
    """What the messages say."""
    return {
        SmsCode.Purpose.SIGN_IN: _(
            "Your code is %(code)s. Nobody from the bank will ask you for it."
        ),
        SmsCode.Purpose.CONTRACT: _(
            "Your code to sign the loan contract is %(code)s. Whoever has it can sign for you."
        ),
        SmsCode.Purpose.LINE_RAISE: _(
            "Your code to sign for a higher line is %(code)s. Whoever has it can sign for you."
        ),
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
