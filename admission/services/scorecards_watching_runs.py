"""Holding a card against people for somebody who looks on: a worker reads decisions, or a file."""

import logging
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.errors import ScorecardRefused
from admission.events import WatchingAsked
from admission.models import Scorecard, ScorecardWatch
from admission.scorecard_words import NEVER_WORKED
from admission.services import scorecards_watching
from admission.services.scorecards_watching import CSV, HandedIn
from core import audit, documents, events, failures, notices, runs, steps
from core.errors import DomainError
from core.models import Document, Notice, Run, User
from core.steps import Tell

log = logging.getLogger("qianmo.scorecards")

KIND = "admission.watching"


@transaction.atomic
def begin(scorecard_id: int, *, day: date, actor: User) -> Run:
    """Have a worker hold a card against the decisions it scored until a day. Asked twice meanwhile,
    it is done once. Raises ScorecardRefused where it has scored nobody yet."""
    scorecard = _locked(scorecard_id)
    if not scorecards_watching.scored_by(scorecard).filter(as_of__lte=day).exists():
        raise ScorecardRefused(_("This card has scored nobody yet."))
    return _asked(scorecard, day=day, actor=actor)


@transaction.atomic
def hand_in(
    scorecard_id: int,
    *,
    content: bytes,
    name: str,
    note: str,
    month: str,
    branch: str,
    day: date,
    actor: User,
) -> Run:
    """Keep a file of people whom a card scored, and have a worker hold the card against them. The
    same file handed in twice meanwhile is worked once. Raises ScorecardRefused without a card."""
    file = documents.store(content, name="scored.csv", content_type=CSV, by=actor)
    scorecard = _locked(scorecard_id)
    if scorecard.card is None:
        raise ScorecardRefused(_("It has not been fitted and examined yet."))
    people = HandedIn(file.pk, name[:120], note, month, branch)
    return _asked(scorecard, day=day, actor=actor, file=asdict(people))


def work(run_id: int) -> None:
    """Look at the people, and keep what they say, or why they say nothing. Raises
    core.runs.AlreadyWorked."""
    run = Run.objects.select_related("started_by").get(pk=run_id)
    with runs.claimed(run.shards.get().pk) as shard:
        shard.figures = _outcome(run)
    steps.over(run)


def _locked(scorecard_id: int) -> Scorecard:
    """The card; a second click waits, and finds the run that the first has begun."""
    return Scorecard.objects.select_for_update(of=("self",)).get(pk=scorecard_id)


def _asked(scorecard: Scorecard, *, day: date, actor: User, **settings: Any) -> Run:
    run = runs.open_run(
        KIND,
        business_day=day,
        keys=[str(scorecard.pk)],
        actor=actor,
        scorecard=scorecard.pk,
        **settings,
    )
    audit.record(scorecard, "admission.scorecard.watching_asked", actor=actor, run=run.pk)
    events.publish(WatchingAsked(run_id=run.pk))
    return run


def _outcome(run: Run) -> dict[str, Any]:
    """The look that is kept, or why there is none; what a library says may quote the people."""
    try:
        with transaction.atomic():
            return {"watch": _looked(run, steps.telling(run)).pk}
    except DomainError as exc:
        why = str(exc)
    except failures.UNFORESEEN as exc:
        log.error("Run %s over a scorecard's people broke: %s", run.pk, failures.told(exc))
        why = _(NEVER_WORKED)
    if file := run.settings.get("file"):
        _let_go(file["document"], run)
    _tell_refused(run, why)
    return {"refused": why}


def _let_go(document_id: int, run: Run) -> None:
    """Of a file that says nothing of the card nobody has any use, and it is about people. It stays
    where another record holds it, or another card is still to be held against it."""
    waited_for = Run.objects.filter(
        kind=KIND, status=Run.Status.RUNNING, settings__file__document=document_id
    ).exclude(pk=run.pk)
    document = Document.objects.filter(pk=document_id).first()
    if document is not None and not waited_for.exists():
        documents.let_go(document)


def _looked(run: Run, tell: Tell) -> ScorecardWatch:
    scorecard_id, file = run.settings["scorecard"], run.settings.get("file")
    if file:
        return scorecards_watching.watch_file(
            scorecard_id, HandedIn(**file), actor=run.started_by, tell=tell
        )
    tell("count")
    return scorecards_watching.watch_decisions(
        scorecard_id, day=run.business_day, actor=run.started_by
    )


def _tell_refused(run: Run, why: str) -> None:
    """Whoever asked may have left the page; only what was seen is listed with the card."""
    scorecard = Scorecard.objects.get(pk=run.settings["scorecard"])
    notices.send(
        gettext_lazy("%(card)s could not be examined: %(why)s"),
        {"card": scorecard, "why": why},
        user=run.started_by,
        level=Notice.Level.ORANGE,
        url=reverse("admin:admission_scorecard_watching", args=[scorecard.pk, run.pk]),
    )
