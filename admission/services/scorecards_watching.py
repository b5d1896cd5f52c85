"""Holding a scorecard against people whom it scored."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.errors import ScorecardRefused
from admission.models import Scorecard, ScorecardWatch
from admission.scorecard_words import in_words
from admission.scorecards import Unusable
from admission.scorecards.monitoring import watch
from admission.scorecards.reading import read_csv
from core import audit, documents
from core.models import User


def watch_scorecard(
    scorecard_id: int, *, content: bytes, note: str, month: str, branch: str, actor: User
) -> ScorecardWatch:
    """Keep what a CSV file of scored people says of a card. ``month`` and ``branch`` name columns,
    or are empty. Raises ScorecardRefused with the reason."""
    scorecard = Scorecard.objects.get(pk=scorecard_id)
    try:
        card = scorecard.as_card()
        if card is None:
            raise ScorecardRefused(_("It has not been fitted and examined yet."))
        rows = read_csv(content, name=note)
        seen = watch(card, rows, month=month or None, branch=branch or None)
    except Unusable as exc:
        raise ScorecardRefused(in_words(exc)) from exc
    return _kept(scorecard, seen.as_json(), content=content, note=note, actor=actor)


@transaction.atomic
def _kept(
    scorecard: Scorecard, result: dict, *, content: bytes, note: str, actor: User
) -> ScorecardWatch:
    made = ScorecardWatch.objects.create(
        scorecard=scorecard,
        file=documents.store(content, name="scored.csv", content_type="text/csv", by=actor),
        note=note,
        by=actor,
        at=timezone.now(),
        result=result,
    )
    audit.record(scorecard, "admission.scorecard.watched", actor=actor, watch=made.pk)
    return made
