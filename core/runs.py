"""Starting, working and finishing batches."""

import logging
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core import notices
from core.models import Run, Shard, User

log = logging.getLogger("qianmo.runs")

LEFT_AFTER = timedelta(minutes=15)
"""A run of which nothing has come for so long is taken up: nobody may be at it any more."""
GIVE_UP = timedelta(days=2)
"""A run that began before is left to people: its day is over, or workers die of it."""


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
        with _claimed_together([shard_id]) as (shard,):
            yield shard
    except AlreadyWorked:
        raise
    except Exception:
        _write_down_failure(shard_id)
        raise


@contextmanager
def held(shard_id: int) -> Iterator[Shard]:
    """One shard whose work asks others over the network, and so holds no transaction.

    The claim is a lock of the session on the run's kind and the shard's key: a second worker
    leaves it to the first. What the block leaves in ``figures`` is kept. A failure is written down
    and raised again. Raises AlreadyWorked.
    """
    shard = Shard.objects.select_related("run").get(pk=shard_id)
    with _held_by_session(f"{shard.run.kind}:{shard.key}"):
        shard.refresh_from_db(fields=["status"])
        if shard.status == Shard.Status.DONE:
            raise AlreadyWorked
        try:
            yield shard
        except Exception:
            _write_down_failure(shard_id)
            raise
        with claimed(shard_id) as kept:
            kept.figures = shard.figures


@contextmanager
def _held_by_session(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise AlreadyWorked
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def work_through(
    shard_ids: Sequence[int],
    work: Callable[[list[Shard]], None],
    *,
    at_once: int,
    workers: int = 1,
) -> Iterator[int]:
    """Work shards, ``at_once`` of them in one transaction; yields how many have had their turn.

    Where a group fails, each of its shards is tried alone, so that a bad one keeps nobody else from
    being worked: its failure is written down and it waits to be worked again. Several ``workers``
    are threads with connections of their own: while the database writes for one, another judges.
    """
    groups = [shard_ids[at : at + at_once] for at in range(0, len(shard_ids), at_once)]
    done = 0
    if workers == 1:
        for group in groups:
            _work_together(group, work)
            yield (done := done + len(group))
        return

    def work_apart(group: Sequence[int]) -> int:
        try:
            _work_together(group, work)
        finally:
            connection.close()
        return len(group)

    with ThreadPoolExecutor(workers, thread_name_prefix="shards") as pool:
        for worked in pool.map(work_apart, groups):
            yield (done := done + worked)


def _work_together(shard_ids: Sequence[int], work: Callable[[list[Shard]], None]) -> None:
    try:
        with _claimed_together(shard_ids) as shards:
            work(shards)
    except AlreadyWorked:
        return
    except Exception:
        log.exception("Shards %s to %s failed together.", shard_ids[0], shard_ids[-1])
        for each in shard_ids:
            _work_alone(each, work)


def _work_alone(shard_id: int, work: Callable[[list[Shard]], None]) -> None:
    try:
        with claimed(shard_id) as shard:
            work([shard])
    except AlreadyWorked:
        return
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is written down on the shard
        log.warning("Shard %s failed alone too.", shard_id)


@contextmanager
def _claimed_together(shard_ids: Iterable[int]) -> Iterator[list[Shard]]:
    """Those of a run's shards that nobody has or has done. Raises AlreadyWorked for none."""
    with transaction.atomic():
        shards = list(
            Shard.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("run")
            .exclude(status=Shard.Status.DONE)
            .filter(pk__in=shard_ids)
            .order_by("pk")
        )
        if not shards:
            raise AlreadyWorked
        yield shards
        for shard in shards:
            shard.status, shard.error = Shard.Status.DONE, ""
            shard.attempts += 1
            shard.finished_at = timezone.now()
            shard.save(update_fields=["status", "error", "attempts", "finished_at", "figures"])
    run_id = shards[0].run_id
    came = finish(run_id)
    notices.nudge(notices.EVERYBODY, run=run_id, done=came.done, of=came.total)


def _write_down_failure(shard_id: int) -> None:
    with transaction.atomic():
        shard = Shard.objects.select_for_update().get(pk=shard_id)
        shard.status = Shard.Status.FAILED
        shard.attempts += 1
        shard.error = traceback.format_exc(limit=-3)
        shard.save(update_fields=["status", "attempts", "error"])
    finish(shard.run_id)


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


def overtake(run_id: int, *, by: int) -> None:
    """End a run whose untried shards a newer one has taken on; what it did is added up. One that
    has ended meanwhile is left as it is."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        if run.status != Run.Status.RUNNING:
            return
        run.status = Run.Status.OVERTAKEN
        run.finished_at = timezone.now()
        run.result = _sum(run) | {Run.OVERTAKEN_BY: by}
        run.save(update_fields=["status", "finished_at", "result"])
    notices.nudge(notices.EVERYBODY, run=run_id)


def waiting(run: Run) -> list[int]:
    """Ids of the shards still to be worked, failed ones included."""
    left = run.shards.exclude(status=Shard.Status.DONE)
    return list(left.order_by("id").values_list("pk", flat=True))


def standing_still(kinds: Collection[str], now: datetime) -> QuerySet[Run]:
    """Runs of these kinds that are not over, and of which nothing has come for a while."""
    moving = Shard.objects.filter(run=OuterRef("pk"), finished_at__gt=now - LEFT_AFTER)
    return Run.objects.filter(
        ~Exists(moving),
        kind__in=kinds,
        status=Run.Status.RUNNING,
        started_at__lte=now - LEFT_AFTER,
    )


def left_waiting(kinds: Collection[str], now: datetime) -> Iterator[tuple[Run, list[int]]]:
    """Runs of these kinds that nobody seems to be at, each with the ids of its shards that nobody
    has tried: the broker lost them, or their worker died. A failed one is left to people.

    A run whose worker died between its last shard and its end is ended here.
    """
    left = standing_still(kinds, now).filter(started_at__gt=now - GIVE_UP)
    for run in left.order_by("pk"):
        untried = run.shards.filter(status=Shard.Status.WAITING).order_by("id")
        if shard_ids := list(untried.values_list("pk", flat=True)):
            yield run, shard_ids
        else:
            finish(run.pk)


def _sum(run: Run) -> dict[str, int]:
    total: dict[str, int] = {}
    for figures in run.shards.values_list("figures", flat=True):
        for name, figure in figures.items():
            if isinstance(figure, int):
                total[name] = total.get(name, 0) + figure
    return total
