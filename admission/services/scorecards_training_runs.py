"""Training on the county's history for somebody who looks on: a worker counts and drafts.

How every loan of the county went is read for it, and what was stored with its decisions: no page
waits for that.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from admission.events import TrainingAsked
from admission.scoring.history import Performing
from admission.services import scorecards_training
from core import audit, events, runs, steps
from core.errors import DomainError
from core.models import Run, User
from core.steps import Tell

KIND = "admission.training"
EVERYBODY = "everybody"


@transaction.atomic
def begin(how: Performing, *, segment: str, split: str, day: date, actor: User) -> Run:
    """Have a worker count who ended well or badly, and draft a card for ``segment``; only count
    where none is named. Asked twice meanwhile, it is done once. Raises NoScorePolicy."""
    scorecards_training.scored_by()
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)  # a second click
    run = runs.open_run(
        KIND,
        business_day=day,
        keys=[EVERYBODY],
        actor=actor,
        how=asdict(how),
        segment=segment,
        split=split,
    )
    audit.record(run, "admission.training.asked", actor=actor, segment=segment)
    events.publish(TrainingAsked(run_id=run.pk))
    return run


def work(run_id: int) -> None:
    """Count, and draft where it was asked for. Raises core.runs.AlreadyWorked."""
    run = Run.objects.select_related("started_by").get(pk=run_id)
    with runs.claimed(run.shards.get().pk) as shard:
        shard.figures = _worked(run, steps.telling(run))
    steps.over(run)


def newest_counts() -> Run | None:
    """The newest run that counted everybody."""
    counted = Run.objects.filter(kind=KIND, shards__figures__has_key="counts")
    return counted.order_by("-pk").first()


def _worked(run: Run, tell: Tell) -> dict[str, Any]:
    """The counts by segment, and the draft or why there is none."""
    said = run.settings
    try:
        tell("count")
        known = scorecards_training.history(Performing(**said["how"]), day=run.business_day)
    except DomainError as exc:
        return {"refused": str(exc)}
    told = {"counts": [asdict(each) for each in known.counts()]}
    if not said["segment"]:
        return told
    try:
        tell("draft")
        made = scorecards_training.draft_from(
            known, said["segment"], split=said["split"], actor=run.started_by
        )
    except DomainError as exc:
        return told | {"refused": str(exc)}
    return told | {"draft": made.pk}
