"""What was told of somebody under a wrong ID number, once the right one is known: it was about
somebody else, and counts no longer. Answers stay on file as they were received."""

from django.utils.translation import gettext_noop

from admission.models import Deposit, Figures, KnownFeatures, SourceRecord

WHY = gettext_noop("The customer's ID number was corrected after this was asked.")


def forget(customer_id: int) -> None:
    """Let nothing that sources and files told of a customer until now be used any more.

    Files that were taken in tell of the right number when they come again; the newest black and
    grey lists are looked through at once.
    """
    told = SourceRecord.objects.filter(customer=customer_id, status=SourceRecord.Status.ANSWERED)
    told.update(
        status=SourceRecord.Status.OTHER_NUMBER,
        error=WHY,
    )
    for each in (Figures, Deposit, KnownFeatures):
        each.objects.filter(customer=customer_id).delete()
