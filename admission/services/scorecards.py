"""Drafting scorecards and taking them, step by step and with evidence, to judging."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.errors import ScorecardRefused
from admission.events import ScorecardDrafted
from admission.models import Scorecard, ScorecardStep
from admission.scorecard_words import in_words
from admission.scorecards import Settings, Unusable, from_json
from admission.scorecards.judging import must_be_fit_to_judge
from admission.scoring import SCORABLE
from core import audit, documents, events, fsm, publishing
from core.errors import SameHands
from core.models import Document, User

CSV = "text/csv"
FEWEST_OF_A_KIND = 20
Move = Callable[[Scorecard], None]


@transaction.atomic
def draft(
    segment: str,
    *,
    train: bytes,
    test: bytes | None,
    target: str,
    settings: Mapping[str, Any],
    actor: User,
    note: str = "",
    origin: Mapping[str, Any] | None = None,
) -> Scorecard:
    """A new version for a segment, to be fitted by a worker on the CSV file ``train``.

    Without ``test``, 30 % of the rows are kept for the examination. Settings as a card keeps them.
    """
    return _drafted(
        segment,
        actor,
        note=note,
        origin=origin,
        target=target,
        settings=_must_be_meant(settings).as_json(),
        train=documents.store(train, name="training.csv", content_type=CSV, by=actor),
        test=_stored_test(test, actor),
    )


@transaction.atomic
def redraw(
    scorecard_id: int, *, column: str, override: Mapping[str, Any], actor: User
) -> Scorecard:
    """A new draft version on the same files, with the bins of one column drawn by hand.

    ``override`` has ``edges`` or ``groups``; empty, the column is cut by itself again.
    """
    before = Scorecard.objects.get(pk=scorecard_id)
    overrides = {**before.settings.get("overrides", {}), column: dict(override)}
    if not override:
        del overrides[column]
    settings = {**before.settings, "overrides": overrides}
    _must_be_meant(settings)
    return _drafted(
        before.segment,
        actor,
        note=_("Bins of %(column)s drawn by hand.") % {"column": column},
        target=before.target,
        settings=settings,
        train=before.train,
        test=before.test,
        origin=before.origin,
        revises=before,
    )


def pass_test(scorecard_id: int, *, actor: User, evidence: str) -> Scorecard:
    """Find a draft examined well enough to be put before somebody else."""
    return _step(scorecard_id, actor, evidence, Scorecard.pass_test, needs=_is_examined)


def approve(scorecard_id: int, *, actor: User, evidence: str) -> Scorecard:
    """Stand for a tested card; never its author."""

    def move(scorecard: Scorecard) -> None:
        scorecard.approve(by=actor, at=timezone.now())

    return _step(scorecard_id, actor, evidence, move)


def shadow(scorecard_id: int, *, actor: User, evidence: str) -> Scorecard:
    """Let an approved card score beside the champion."""
    return _step(scorecard_id, actor, evidence, Scorecard.shadow, needs=_is_askable)


@transaction.atomic
def crown(scorecard_id: int, *, actor: User, evidence: str) -> Scorecard:
    """Make a card the champion of its segment; the champion before it is retired."""
    challenger = Scorecard.objects.get(pk=scorecard_id)
    if actor.pk == challenger.author_id:
        raise SameHands
    # All of a segment, in one order, so that two crownings wait for one another.
    rivals = list(
        Scorecard.objects.select_for_update().filter(segment=challenger.segment).order_by("pk")
    )
    for each in rivals:
        if each.status == Scorecard.Status.CHAMPION and each.pk != scorecard_id:
            words = _("Followed by %(card)s: %(evidence)s")
            told = words % {"card": challenger, "evidence": evidence}
            _step(each.pk, actor, told, Scorecard.retire)
    return _step(scorecard_id, actor, evidence, Scorecard.crown, needs=_is_askable)


def suspend(scorecard_id: int, *, actor: User, evidence: str) -> Scorecard:
    """Stop a champion from scoring."""
    return _step(scorecard_id, actor, evidence, Scorecard.suspend)


def retire(scorecard_id: int, *, actor: User, evidence: str) -> Scorecard:
    """Take a card out for good."""
    return _step(scorecard_id, actor, evidence, Scorecard.retire)


@transaction.atomic
def _step(
    scorecard_id: int,
    actor: User,
    evidence: str,
    move: Move,
    *,
    needs: Callable[[Scorecard], None] = lambda _scorecard: None,
) -> Scorecard:
    """One move with its evidence: locked, checked, taken, written down twice."""
    if not evidence.strip():
        raise ScorecardRefused(_("Say on what evidence this step rests."))
    scorecard = Scorecard.objects.select_for_update().get(pk=scorecard_id)
    before = scorecard.status
    with fsm.refusing(scorecard):
        move(scorecard)
    needs(scorecard)
    scorecard.save(update_fields=["status", "approver", "approved_at"])
    figures = figures_of(scorecard)
    ScorecardStep.objects.create(
        scorecard=scorecard,
        before=before,
        after=scorecard.status,
        by=actor,
        at=timezone.now(),
        evidence=evidence.strip(),
        figures=figures,
    )
    audit.record(
        scorecard,
        f"admission.scorecard.{scorecard.status}",
        actor=actor,
        evidence=evidence.strip(),
        fingerprint=scorecard.fingerprint,
        **figures,
    )
    return scorecard


def figures_of(scorecard: Scorecard) -> dict[str, Any]:
    """What the examination says, as it is kept with a step."""
    told = ((scorecard.card or {}).get("evidence") or {}).get("test") or {}
    names = ("rows", "bads", "auc", "ks", "calibration_error")
    return {name: told[name] for name in names if told.get(name) is not None}


def _is_examined(scorecard: Scorecard) -> None:
    """Refuse what nobody could judge: a card without, or with too small an examination."""
    told = figures_of(scorecard)
    if "auc" not in told:
        raise ScorecardRefused(_("It has not been fitted and examined yet."))
    fewest = min(told["bads"], told["rows"] - told["bads"])
    if fewest < FEWEST_OF_A_KIND:
        raise ScorecardRefused(
            _("The test part has %(few)s people of one kind; at least %(least)s are needed.")
            % {"few": fewest, "least": FEWEST_OF_A_KIND}
        )


def _is_askable(scorecard: Scorecard) -> None:
    """Refuse a card that asks what decisions do not know of a customer."""
    try:
        must_be_fit_to_judge(from_json(scorecard.card), SCORABLE)
    except Unusable as exc:
        raise ScorecardRefused(in_words(exc)) from exc


def _must_be_meant(settings: Mapping[str, Any]) -> Settings:
    """The settings, read. Raises ScorecardRefused for what cannot be meant."""
    try:
        return Settings.from_json(settings)
    except Unusable as exc:
        raise ScorecardRefused(in_words(exc)) from exc


def _stored_test(test: bytes | None, actor: User) -> Document | None:
    if test is None:
        return None
    return documents.store(test, name="test.csv", content_type=CSV, by=actor)


def _drafted(segment: str, actor: User, **given: Any) -> Scorecard:
    made = Scorecard.objects.create(
        segment=segment,
        version=publishing.next_version(Scorecard, segment=segment),
        author=actor,
        drafted_at=timezone.now(),
        **given,
    )
    audit.record(made, "admission.scorecard.drafted", actor=actor)
    events.publish(ScorecardDrafted(scorecard_id=made.pk))
    return made
