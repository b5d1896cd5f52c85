"""How the credit room reacts to what others tell; config/wiring.py says to what.

Handlers run inside a transaction, and an application's next node may ask other systems. So they
only hand the application to a worker, once that transaction has committed.
"""

import logging

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from credit.events import (
    ApplicationSubmitted,
    ContractSigned,
    CostSheetShown,
    PolicySimulationOpened,
    SmsCodeMade,
    VotesComplete,
)
from credit.models import ApplicationStep, PolicySimulation
from credit.services import simulating
from credit.services.lines import confirm_pre_granted
from credit.tasks import advance_application, send_sms_code, simulate_shard
from visits.events import VisitAccepted

__all__ = ["carry_on", "carry_on_after_visit", "confirm_pre_granted", "send_code", "simulate"]

log = logging.getLogger("qianmo.credit")


def carry_on(
    event: ApplicationSubmitted | VotesComplete | CostSheetShown | ContractSigned,
) -> None:
    """Something that an application waited for has happened."""
    _hand_over(advance_application, event.application_id)


def carry_on_after_visit(event: VisitAccepted) -> None:
    """An application may have waited for this visit."""
    waiting = ApplicationStep.objects.filter(
        node="investigation", status="active", outcome__visit=event.task_id
    )
    for application_id in waiting.values_list("application_id", flat=True):
        _hand_over(advance_application, application_id)


def send_code(event: SmsCodeMade) -> None:
    """A code is to go out."""
    _hand_over(send_sms_code, event.code_id)


def simulate(event: PolicySimulationOpened) -> None:
    """A simulation's villages are to be judged."""
    simulation = PolicySimulation.objects.select_related("run").get(pk=event.simulation_id)
    for shard_id in simulating.waiting(simulation):
        _hand_over(simulate_shard, shard_id)


def _hand_over(task: Task, pk: int) -> None:
    """Let a worker do it once this is committed; what the broker loses, a sweeper finds."""

    def tell() -> None:
        try:
            task.delay(pk)
        except OperationalError:
            log.warning("The broker is away; %s %s waits for the sweeper.", task.name, pk)

    transaction.on_commit(tell)
