"""Holding a card against its decisions for somebody who looks on: a worker reads them."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import ScorecardRefused
from admission.events import WatchingAsked
from admission.models import Scorecard
from admission.services import scorecards_watching
from core import audit, events, runs, steps
from core.errors import DomainError
from core.models import Run, User

KIND = "admission.watching"


@transaction.atomic
def begin(scorecard_id: int, *, day: date, actor: User) -> Run:
    """Have a worker hold a card against the decisions it scored until a day. Asked twice meanwhile,
    it is done once. Raises ScorecardRefused where it has scored nobody yet."""
    scorecard = Scorecard.objects.select_for_update(of=("self",)).get(pk=scorecard_id)
    if not scorecards_watching.scored_by(scorecard).filter(as_of__lte=day).exists():
        raise ScorecardRefused(_("This card has scored nobody yet."))
    run = runs.open_run(
        KIND, business_day=day, keys=[str(scorecard.pk)], actor=actor, scorecard=scorecard.pk
    )
    audit.record(scorecard, "admission.scorecard.watching_asked", actor=actor, run=run.pk)
    events.publish(WatchingAsked(run_id=run.pk))
    return run


def work(run_id: int) -> None:
    """Look at the decisions, and keep what they say, or why they say nothing. Raises
    core.runs.AlreadyWorked."""
    run = Run.objects.select_related("started_by").get(pk=run_id)
    steps.telling(run)("count")
    with runs.claimed(run.shards.get().pk) as shard:
        try:
            seen = scorecards_watching.watch_decisions(
                run.settings["scorecard"], day=run.business_day, actor=run.started_by
            )
            shard.figures = {"watch": seen.pk}
        except DomainError as exc:
            shard.figures = {"refused": str(exc)}
    steps.over(run)
