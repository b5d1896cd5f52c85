"""Nothing is signed from a number that the operator knows under another name."""

from django.db import transaction
from django.utils.translation import gettext as _

from admission.services import phones
from core import audit, events, throttling
from core.models import User
from credit.errors import PhoneNotBound
from credit.events import PhoneConfirmed
from credit.models import Application

MOST_AN_HOUR = 6


def is_open(application: Application) -> bool:
    """Whether the borrower still has to be found under a number of their own."""
    return phones.must_be_bound(application.admission)


def must_be_bound(application: Application) -> None:
    """Refuse what would be signed from somebody else's number. Raises PhoneNotBound."""
    if is_open(application):
        raise _refusal()


def look(application: Application) -> None:
    """Ask the operator once more where the number, or anything else, was changed since.

    Call it outside any transaction; where the leave to ask has ended, nobody is asked.
    Raises NotAuthorised.
    """
    if is_open(application) and phones.is_worth_asking(application.admission):
        phones.ask_again(application.admission, on=application.business_day)


def ask(application: Application, *, actor: User | None = None) -> None:
    """Ask the operator now, at somebody's wish. Never inside a transaction.

    Raises NotAuthorised, and PhoneNotBound where the number is not known to be the borrower's.
    """
    if not is_open(application):
        return
    if not throttling.allowed(
        "phone-binding", str(application.customer_id), most=MOST_AN_HOUR, seconds=3600
    ):
        raise PhoneNotBound(_("The operator was asked often within this hour. Wait a while."))
    bound = phones.ask_again(application.admission, on=application.business_day)
    with transaction.atomic():
        audit.record(application, "credit.application.phone_asked", actor=actor, bound=bound)
        if bound:
            events.publish(PhoneConfirmed(application_id=application.pk))
    if not bound:
        raise _refusal()


def _refusal() -> PhoneNotBound:
    return PhoneNotBound(
        _(
            "The mobile number on file is not confirmed as the borrower's own. Have it changed to "
            "a number under the borrower's real name; once the operator confirms it, the contract "
            "can be signed."
        )
    )
