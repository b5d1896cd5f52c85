"""What was told of somebody under a wrong ID number, once the right one is known: it was about
somebody else, and counts no longer. Answers and decisions stay on file as they were."""

from django.utils.translation import gettext_noop

from admission.models import Decision, Deposit, Figures, KnownFeatures, SourceRecord
from core import audit
from core.audit import Deed

WHY = gettext_noop("The customer's ID number was corrected after this was asked.")
RECEIVED = (SourceRecord.Status.ANSWERED, SourceRecord.Status.QUARANTINED)


def forget(customer_id: int) -> None:
    """Let nothing that sources and files told of a customer until now, nor what was decided on it,
    be used any more.

    Files that were taken in tell of the right number when they come again; the newest black and
    grey lists are looked through at once.
    """
    told = SourceRecord.objects.filter(customer=customer_id, status__in=RECEIVED)
    told.update(
        status=SourceRecord.Status.OTHER_NUMBER,
        error=WHY,
    )
    for each in (Figures, Deposit, KnownFeatures):
        each.objects.filter(customer=customer_id).delete()
    _mark_decisions(customer_id)


def _mark_decisions(customer_id: int) -> None:
    made = Decision.objects.standing().filter(customer=customer_id)
    outcomes = dict(made.order_by("pk").values_list("pk", "outcome"))
    Decision.objects.filter(pk__in=outcomes).update(under_other_number=True)
    deeds = (Deed(pk, {"outcome": outcome}) for pk, outcome in outcomes.items())
    audit.record_all(Decision, "admission.decision.under_other_number", deeds, actor=None)
