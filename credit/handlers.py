"""How the credit room reacts to what others tell; config/wiring.py says to what.

Handlers run inside a transaction, and an application's next node may ask other systems. So they
only hand the application to a worker, once that transaction has committed.
"""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from credit.events import ApplicationSubmitted, ContractSigned, CostSheetShown, VotesComplete
from credit.models import ApplicationStep
from credit.services.lines import confirm_pre_granted
from credit.tasks import advance_application
from visits.events import VisitAccepted

__all__ = ["carry_on", "carry_on_after_visit", "confirm_pre_granted"]

log = logging.getLogger("qianmo.credit")


def carry_on(
    event: ApplicationSubmitted | VotesComplete | CostSheetShown | ContractSigned,
) -> None:
    """Something that an application waited for has happened."""
    _hand_over(event.application_id)


def carry_on_after_visit(event: VisitAccepted) -> None:
    """An application may have waited for this visit."""
    waiting = ApplicationStep.objects.filter(
        node="investigation", status="active", outcome__visit=event.task_id
    )
    for application_id in waiting.values_list("application_id", flat=True):
        _hand_over(application_id)


def _hand_over(application_id: int) -> None:
    def tell() -> None:
        try:
            advance_application.delay(application_id)
        except OperationalError:
            log.warning("The broker is away; application %s waits for the sweeper.", application_id)

    transaction.on_commit(tell)
