"""Scoring a file of people with a card: handed in at the back office, worked by a worker."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.errors import ScorecardRefused
from admission.events import PeopleHandedIn
from admission.models import Scorecard, ScoredFile
from admission.scorecard_words import NEVER_WORKED, kept_remark
from admission.scorecards import Scored, Unusable, score_file
from admission.scorecards.reading import read_csv
from core import audit, documents, events, failures
from core.models import User
from core.steps import Tell

log = logging.getLogger("qianmo.scorecards")

CSV = "text/csv"
REASONS = 4
NEVER_SCORED = {"template": NEVER_WORKED, "params": {}}
PATIENCE, GIVE_UP = timedelta(minutes=15), timedelta(days=1)


@transaction.atomic
def hand_in(scorecard_id: int, *, content: bytes, name: str, actor: User) -> ScoredFile:
    """Keep a file of people, to be scored by a worker. Raises ScorecardRefused without a card."""
    scorecard = Scorecard.objects.get(pk=scorecard_id)
    if scorecard.card is None:
        raise ScorecardRefused(_("It has not been fitted and examined yet."))
    made = ScoredFile.objects.create(
        scorecard=scorecard,
        file=documents.store(content, name="people.csv", content_type=CSV, by=actor),
        file_name=name[:120],
        by=actor,
        at=timezone.now(),
    )
    audit.record(scorecard, "admission.scorecard.file_handed_in", actor=actor, file=made.pk)
    events.publish(PeopleHandedIn(scored_file_id=made.pk))
    return made


def score_handed_in(scored_file_id: int, *, at: datetime, tell: Tell) -> None:
    """Score a file that waits, or keep the reason why it cannot be. Twice is once."""
    asked = ScoredFile.objects.select_related("scorecard", "file").get(pk=scored_file_id)
    if not asked.is_waiting:
        return
    try:
        scored, fault = _scored(asked, tell), None
    except Unusable as exc:
        scored, fault = None, kept_remark(exc)
    except failures.UNFORESEEN as exc:
        log.error("File %s could not be scored: %s", scored_file_id, failures.told(exc))
        scored, fault = None, NEVER_SCORED
    tell("write")
    _keep(scored_file_id, scored, fault, at)


def left_waiting(now: datetime) -> list[int]:
    """Files that should long have been scored; those of the last day only, so that one at which
    workers die is not tried for ever."""
    left = ScoredFile.objects.filter(done_at=None, at__range=(now - GIVE_UP, now - PATIENCE))
    return list(left.order_by("pk").values_list("pk", flat=True))


def give_up(now: datetime) -> None:
    """Say of files at which workers died for a day that they could not be scored."""
    left = ScoredFile.objects.filter(done_at=None, at__lt=now - GIVE_UP)
    for scored_file_id in left.values_list("pk", flat=True):
        _keep(scored_file_id, None, NEVER_SCORED, now)


def _scored(asked: ScoredFile, tell: Tell) -> Scored:
    card = asked.scorecard.as_card()
    tell("read")
    people = read_csv(documents.content(asked.file), name=asked.file_name, figures=card.figures)
    tell("score")
    return score_file(card, people, reasons=REASONS)


@transaction.atomic
def _keep(
    scored_file_id: int, scored: Scored | None, fault: dict[str, Any] | None, at: datetime
) -> None:
    locked = ScoredFile.objects.select_for_update(of=("self",)).select_related("scorecard", "by")
    kept = locked.get(pk=scored_file_id)
    if not kept.is_waiting:
        return
    kept.done_at, kept.fault = at, fault
    if scored is not None:
        content = b"\xef\xbb\xbf" + scored.rows.write_csv().encode()
        kept.scores = documents.store(content, name="scores.csv", content_type=CSV, by=kept.by)
        kept.summary = scored.as_json() | {
            "remarks": [kept_remark(each) for each in scored.remarks()]
        }
    kept.save(update_fields=["done_at", "fault", "scores", "summary"])
    audit.record(
        kept.scorecard,
        "admission.scorecard.file_scored",
        actor=None,
        file=kept.pk,
        rows=scored.rows.height if scored else 0,
    )
