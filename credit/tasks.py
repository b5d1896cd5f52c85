"""Work that the broker hands to the credit room."""

from datetime import date

from celery import shared_task
from django.utils import timezone

from core import runs
from credit.errors import DayIsBeingClosed
from credit.models import SmsCode
from credit.services import (
    applications,
    calibrating,
    close_of_business,
    granting,
    progress,
    sessions,
    simulating,
    sweeping,
)


@shared_task(acks_late=True)
def grant_shard(shard_id: int) -> None:
    """Grant lines to one village. Safe to run again: the second time is a no-op."""
    try:
        granting.work_shard(shard_id)
    except runs.AlreadyWorked:
        return


@shared_task(acks_late=True)
def simulate_shard(shard_id: int) -> None:
    """Judge one village by a version of the limit policy; nothing is granted by it."""
    try:
        simulating.work_shard(shard_id)
    except runs.AlreadyWorked:
        return


@shared_task(acks_late=True)
def calibrate_run(run_id: int) -> None:
    """Find the figure that a calibration asks for, and draft it."""
    try:
        calibrating.work(run_id)
    except runs.AlreadyWorked:
        return


WORKED_BY = {granting.KIND: grant_shard, simulating.KIND: simulate_shard}
LOOK_AT_RUNS_SECONDS = 300
"""How often the beat looks for shards of runs that were left."""


@shared_task
def go_on_with_runs() -> None:
    """Hand over anew the villages, and the calibrations, that the broker lost or whose worker died.
    A turn that has not come by the next look is forgotten: the next look gives another."""
    now = timezone.now()
    for run, left in runs.left_waiting(WORKED_BY, now):
        for shard_id in left:
            WORKED_BY[run.kind].apply_async((shard_id,), expires=LOOK_AT_RUNS_SECONDS)
    for run, _left in runs.left_waiting([calibrating.KIND], now):
        calibrate_run.apply_async((run.pk,), expires=LOOK_AT_RUNS_SECONDS)
    for each in simulating.not_summed_up():
        simulating.conclude(each.pk)


@shared_task(acks_late=True)
def advance_application(application_id: int) -> None:
    """Take one application as far as it goes without waiting."""
    applications.advance(application_id)


@shared_task
def sweep_applications() -> None:
    """Go on wherever an application can: a source was away, a message was lost, a worker died."""
    sweeping.go_on_everywhere()


@shared_task
def settle_payments() -> None:
    """Ask the core bank about payments that nobody has heard of again."""
    sweeping.settle_payments()


@shared_task
def send_sms_code(code_id: int) -> None:
    """Send one code."""
    sessions.send_code(code_id)


@shared_task
def sweep_sms_codes() -> None:
    """Send the codes that the broker lost, while they are still good."""
    for pk in SmsCode.objects.filter(sent_at=None).values_list("pk", flat=True):
        sessions.send_code(pk)


@shared_task(acks_late=True)
def close_business_day(day: str) -> None:
    """Close a day, written as 2026-03-02; whoever comes second leaves it to the first."""
    try:
        close_of_business.close_day(date.fromisoformat(day))
    except DayIsBeingClosed:
        return


@shared_task
def count_progress() -> None:
    """Count every village anew: rosters, corrections and limits settled by hand tell nobody."""
    progress.count()
