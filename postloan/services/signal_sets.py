"""Versions of the early-warning signals."""

from django.db import transaction

from core import audit
from core.models import User
from postloan.models import SignalSet
from postloan.reference import SIGNALS

CODE = "early-warning"


@transaction.atomic
def draft_signal_set(author: User) -> SignalSet:
    """A first version of the signals, for a second person to read and publish."""
    newest = SignalSet.objects.filter(code=CODE).order_by("-version").first()
    drafted = SignalSet.objects.create(
        code=CODE,
        name="预警信号",
        version=newest.version + 1 if newest else 1,
        author=author,
        signals=SIGNALS,
    )
    audit.record(drafted, "postloan.signalset.drafted", actor=author)
    return drafted
