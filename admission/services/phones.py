"""Whose number a customer signs from: where a rule asks for it, the operator confirms a number in
the customer's own name before anything is signed.

A confirmation counts while nothing about the customer changed since: it is about the number that
was registered when the operator was asked.
"""

from datetime import date

from django.utils.translation import gettext as _

from admission.errors import NotAuthorised
from admission.judgement.treatment import PHONE
from admission.models import Decision, SourceRecord
from admission.services.authorisations import usable
from admission.services.gathering import Person, gather
from village.models import Customer

SOURCE = "phone"


def must_be_bound(decision: Decision | None) -> bool:
    """Whether a rule that holds wants another number, and none was confirmed since."""
    return (
        decision is not None
        and decision.asks_before_signing(PHONE)
        and not _is_confirmed(decision, _customer(decision))
    )


def is_worth_asking(decision: Decision) -> bool:
    """Whether something about the customer changed since the operator was asked last."""
    customer, last = _customer(decision), _newest(decision)
    return customer.updated_at > (last.asked_at if last else decision.decided_at)


def ask_again(decision: Decision, *, on: date) -> bool:
    """Ask the operator about the number registered now; whether it is the customer's own.

    Call it outside any transaction. Raises NotAuthorised where the leave to ask has ended.
    """
    live = usable(purpose=decision.purpose, on=on).filter(customer=decision.customer_id)
    leave = live.select_related("customer", "request").order_by("-id").first()
    if leave is None:
        raise NotAuthorised(_("The customer has not authorised questions for this purpose."))
    gather([Person(leave.customer, leave)], [SOURCE], as_of=on, at_once=1, anew=[SOURCE])
    return _is_confirmed(decision, leave.customer)


def _is_confirmed(decision: Decision, customer: Customer) -> bool:
    last = _newest(decision)
    return (
        last is not None
        and last.status == SourceRecord.Status.ANSWERED
        and last.asked_at > customer.updated_at
        and last.values.get("name_match") is True
    )


def _newest(decision: Decision) -> SourceRecord | None:
    """The newest question to the operator after the decision, whatever came of it."""
    asked = SourceRecord.objects.filter(
        customer=decision.customer_id, source=SOURCE, asked_at__gt=decision.decided_at
    )
    return asked.defer("raw").order_by("-id").first()


def _customer(decision: Decision) -> Customer:
    return Customer.objects.only("pk", "updated_at").get(pk=decision.customer_id)
