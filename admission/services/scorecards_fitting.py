"""Fitting a drafted scorecard, in a worker."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
from django.db import transaction
from django.db.models import QuerySet

from admission.models import Scorecard
from admission.scorecard_words import NEVER_WORKED, kept_remark
from admission.scorecards import Card, Settings, Unusable, examined
from admission.scorecards.reading import read_csv
from core import audit, documents, failures
from core.models import Document
from core.steps import Tell

if TYPE_CHECKING:
    from admission.scorecards.splitting import Split

log = logging.getLogger("qianmo.scorecards")

BY_CHANCE, BY_GROUP, BY_TIME = "chance", "group", "time"
"""How a file is put apart that comes without a test file, as ``origin`` keeps it."""
NEVER_FITTED = {"template": NEVER_WORKED, "params": {}}
PATIENCE, GIVE_UP = timedelta(minutes=5), timedelta(days=1)


def fit_drafted(scorecard_id: int, *, at: datetime, tell: Tell = lambda _step: None) -> None:
    """Fit and examine a draft, or keep the reason why it cannot be. Twice is once."""
    drafted = Scorecard.objects.select_related("train", "test").get(pk=scorecard_id)
    if not drafted.is_fitting:
        return
    try:
        card, fault = _fitted(drafted, tell), None
    except Unusable as exc:
        card, fault = None, kept_remark(exc)
    except failures.UNFORESEEN as exc:
        log.error("Scorecard %s could not be fitted: %s", scorecard_id, failures.told(exc))
        card, fault = None, NEVER_FITTED
    _keep(scorecard_id, card, fault, at)


def give_up(now: datetime) -> None:
    """Say of drafts at which workers died for a day that they could not be fitted."""
    left = _waiting().filter(drafted_at__lt=now - GIVE_UP)
    for scorecard_id in left.values_list("pk", flat=True):
        _keep(scorecard_id, None, NEVER_FITTED, now)


def left_waiting(now: datetime) -> list[int]:
    """Drafts that should long have been fitted; those of the last days only, so that a file at
    which workers die is not tried for ever."""
    drafts = _waiting().filter(drafted_at__range=(now - GIVE_UP, now - PATIENCE))
    return list(drafts.order_by("pk").values_list("pk", flat=True))


def _waiting() -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(
        status=Scorecard.Status.DRAFT, fingerprint="", fault__isnull=True
    )


def _fitted(drafted: Scorecard, tell: Tell) -> Card:
    # Statsmodels takes a second and 80 MB to load: only the worker that fits pays for it.
    from admission.scorecards.fitting import fit

    tell("read")
    settings = Settings.from_json(drafted.settings)
    parts = _parts(drafted, settings)
    tell("fit")
    card = fit(parts.train, drafted.target, settings)
    tell("examine")
    test = _rows(drafted.test, figures=card.figures) if drafted.test else parts.test
    return examined(card, test)


def _parts(drafted: Scorecard, settings: Settings) -> "Split":
    """Who is learnt from and who is kept for the test, put apart as it was asked; where the test
    has a file of its own, everybody is learnt from."""
    # Scikit-learn as well.
    from admission.scorecards.splitting import Split, by_group, by_time, stratified

    frame = _rows(drafted.train, words=settings.categorical)
    if drafted.test:
        return Split(frame, frame.clear())
    how = drafted.origin or {}
    if how.get("split") == BY_GROUP:
        return by_group(frame, how["column"])
    if how.get("split") == BY_TIME:
        return by_time(frame, how["column"])
    return stratified(frame, drafted.target)


def _rows(document: Document, **kinds: Sequence[str]) -> pl.DataFrame:
    return read_csv(documents.content(document), name=document.name, **kinds)


@transaction.atomic
def _keep(scorecard_id: int, card: Card | None, fault: dict | None, at: datetime) -> None:
    locked = Scorecard.objects.select_for_update().get(pk=scorecard_id)
    if not locked.is_fitting:
        return
    locked.card, locked.fault = card.as_json() if card else None, fault
    locked.fingerprint = card.hash if card else ""
    locked.fitted_at = at if card else None
    locked.save(update_fields=["card", "fault", "fingerprint", "fitted_at"])
    deed = "fitted" if card else "not_fitted"
    audit.record(locked, f"admission.scorecard.{deed}", actor=None, fingerprint=locked.fingerprint)
