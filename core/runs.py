"""Starting, working and finishing batches."""

import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from core import notices
from core.models import Run, Shard, User


@transaction.atomic
def open_run(
    kind: str,
    *,
    business_day: date,
    keys: Iterable[str],
    actor: User | None = None,
    **settings: Any,
) -> Run:
    """Cut a batch into shards, one per key. A running batch of the same kind, day and settings is
    resumed rather than begun again."""
    found = Run.objects.filter(
        kind=kind, business_day=business_day, status=Run.Status.RUNNING, settings=settings
    ).first()
    run = found or Run.objects.create(
        kind=kind, business_day=business_day, started_by=actor, settings=settings
    )
    Shard.objects.bulk_create(
        [Shard(run=run, key=key) for key in keys], ignore_conflicts=True, batch_size=1_000
    )
    return run


class AlreadyWorked(Exception):
    """Another worker has this shard, or has done it."""


@contextmanager
def claimed(shard_id: int) -> Iterator[Shard]:
    """One shard and the transaction that works it. The claim is a row lock: it dies with its
    worker.

    A failure is written down and raised again. Raises AlreadyWorked.
    """
    try:
        with transaction.atomic():
            shard = (
                Shard.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("run")
                .exclude(status=Shard.Status.DONE)
                .filter(pk=shard_id)
                .first()
            )
            if shard is None:
                raise AlreadyWorked
            yield shard
            shard.status, shard.error = Shard.Status.DONE, ""
            shard.attempts += 1
            shard.finished_at = timezone.now()
            shard.save(update_fields=["status", "error", "attempts", "finished_at", "figures"])
    except AlreadyWorked:
        raise
    except Exception:
        _write_down_failure(shard_id)
        raise
    progress = finish(shard.run_id)
    notices.nudge(notices.EVERYBODY, run=shard.run_id, done=progress.done, of=progress.total)


def _write_down_failure(shard_id: int) -> None:
    with transaction.atomic():
        shard = Shard.objects.select_for_update().get(pk=shard_id)
        shard.status = Shard.Status.FAILED
        shard.attempts += 1
        shard.error = traceback.format_exc(limit=-3)
        shard.save(update_fields=["status", "attempts", "error"])


class Progress:
    """How far a run has come."""

    def __init__(self, total: int, done: int, failed: int) -> None:
        self.total, self.done, self.failed = total, done, failed

    @property
    def over(self) -> bool:
        """Whether nothing is left to work."""
        return self.done + self.failed == self.total


def progress(run_id: int) -> Progress:
    """How many shards of a run there are, are done, have failed."""
    counts = Shard.objects.filter(run_id=run_id).aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(status=Shard.Status.DONE)),
        failed=Count("pk", filter=Q(status=Shard.Status.FAILED)),
    )
    return Progress(**counts)


def finish(run_id: int) -> Progress:
    """Close a run whose shards are all worked, adding up their figures; else change nothing."""
    came = progress(run_id)
    if came.over:
        with transaction.atomic():
            run = Run.objects.select_for_update().get(pk=run_id)
            run.status = Run.Status.FAILED if came.failed else Run.Status.DONE
            run.finished_at = timezone.now()
            run.result = _sum(run)
            run.save(update_fields=["status", "finished_at", "result"])
    return came


def waiting(run: Run) -> list[int]:
    """Ids of the shards still to be worked, failed ones included."""
    left = run.shards.exclude(status=Shard.Status.DONE)
    return list(left.order_by("id").values_list("pk", flat=True))


def _sum(run: Run) -> dict[str, int]:
    total: dict[str, int] = {}
    for figures in run.shards.values_list("figures", flat=True):
        for name, figure in figures.items():
            if isinstance(figure, int):
                total[name] = total.get(name, 0) + figure
    return total
