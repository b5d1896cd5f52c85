"""Keeping the count of how far villages have come."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from core import notices
from credit.models import VillageProgress
from credit.selectors_progress import NOBODY, Stage, households_by_village, stage_by_village
from village.models import Village

FIGURES = ["households", *(f"{stage}{end}" for stage in Stage for end in ("", "_amount"))]


@transaction.atomic
def count(village_ids: Iterable[int] | None = None) -> int:
    """Count some villages anew, or all; returns in how many something has changed.

    Two who count the same village do so one after the other, so that the later count stands. Pages
    that show it are told to ask again, where anything changed.
    """
    named = None if village_ids is None else list(village_ids)
    before = _held(named)
    now = timezone.now()
    counted = _counted(named, list(before))
    changed = [
        VillageProgress(village_id=village, counted_at=now, **figures)
        for village, figures in counted.items()
        if figures != {name: getattr(before[village], name) for name in FIGURES}
    ]
    VillageProgress.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["village"],
        update_fields=[*FIGURES, "counted_at"],
    )
    VillageProgress.objects.filter(pk__in=counted.keys()).update(counted_at=now)
    if changed:
        transaction.on_commit(lambda: notices.nudge(notices.EVERYBODY, progress=len(changed)))
    return len(changed)


def _held(village_ids: list[int] | None) -> dict[int, VillageProgress]:
    """The rows to be counted, each made if it is missing, and locked in one order."""
    villages = Village.objects.all()
    if village_ids is not None:
        villages = villages.filter(pk__in=village_ids)
    now = timezone.now()
    VillageProgress.objects.bulk_create(
        [
            VillageProgress(village_id=pk, counted_at=now)
            for pk in villages.filter(progress=None).values_list("pk", flat=True)
        ],
        ignore_conflicts=True,
    )
    rows = VillageProgress.objects.filter(village__in=villages)
    return {each.pk: each for each in rows.select_for_update(of=("self",)).order_by("pk")}


def _counted(village_ids: list[int] | None, villages: list[int]) -> dict[int, dict[str, int]]:
    """The figures of each village by their names."""
    households = households_by_village(village_ids)
    figures = {pk: {"households": households.get(pk, 0)} for pk in villages}
    for stage in Stage:
        counted = stage_by_village(stage, village_ids)
        for pk, row in figures.items():
            here = counted.get(pk, NOBODY)
            row[stage.value], row[f"{stage}_amount"] = here.households, here.amount
    return figures
