"""Holding a scorecard against people whom it scored: those of a file, or those of its decisions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Mod
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.errors import ScorecardRefused
from admission.models import Authorisation, Decision, Scorecard, ScorecardWatch, ShadowScore
from admission.scorecard_words import in_words
from admission.scorecards import Card, Unusable
from admission.scorecards.comparing import compare
from admission.scorecards.monitoring import watch
from admission.scorecards.reading import read_csv
from admission.scoring.history import BAD, Performing, belonging, labelled
from admission.scoring.vintage import vintages
from admission.services.stored_inputs import frame_of
from admission.sources.performance import first_bad, performance
from core import audit, documents, failures, notices
from core.models import Document, Notice, User
from core.roles import Role
from core.steps import Tell

log = logging.getLogger("qianmo.scorecards")

CSV = "text/csv"
MOST_DECISIONS = 20_000
"""Of more, every second, third … one is looked at: all months and branches stay in proportion."""
_KEYS = {
    "decision": pl.Int64,
    "customer_id": pl.Int64,
    "as_of": pl.Date,
    "branch": pl.String,
}


_BOTH = {
    "decision": pl.Int64,
    "customer_id": pl.Int64,
    "as_of": pl.Date,
    "theirs": pl.Int64,
    "their_band": pl.String,
    "ours": pl.Int64,
    "our_band": pl.String,
}


@dataclass(frozen=True)
class HandedIn:
    """A CSV file of people whom a card scored: kept as a document, which people they are, and the
    columns of the month and the branch, where they are to be told apart by them."""

    document: int
    name: str
    note: str
    month: str = ""
    branch: str = ""


def watch_file(
    scorecard_id: int, people: HandedIn, *, actor: User | None, tell: Tell
) -> ScorecardWatch:
    """Keep what a file of scored people says of a card. Raises ScorecardRefused with the reason."""
    scorecard = Scorecard.objects.get(pk=scorecard_id)
    file = Document.objects.get(pk=people.document)
    with _refusing():
        card = _card(scorecard)
        tell("read")
        rows = read_csv(documents.content(file), name=people.name, figures=card.figures)
        tell("score")
        seen = watch(card, rows, month=people.month or None, branch=people.branch or None)
    tell("write")
    return _kept(scorecard, seen.as_json(), file=file, note=people.note, actor=actor)


def watch_decisions(scorecard_id: int, *, day: date, actor: User | None) -> ScorecardWatch:
    """Keep what the decisions that a card scored say of it, by month and branch, beside the
    champion where it scored in shadow, and by months on book.

    How they ended is known of those who borrowed and were seen for a year. Raises ScorecardRefused
    where the card has scored nobody yet, or cannot be held against whom it scored.
    """
    scorecard = Scorecard.objects.get(pk=scorecard_id)
    with _refusing():
        card = _card(scorecard)
    scored = scored_by(scorecard).filter(as_of__lte=day)
    number = scored.count()
    if not number:
        raise ScorecardRefused(_("This card has scored nobody yet."))
    how = Performing()
    loans = performance(how.months, day=day)
    people = _people(_thinned(scored, number), card, loans, how)
    with _refusing():
        seen = watch(card, people, month="as_of", branch="branch")
        beside = _beside(scorecard, scored, loans, how)
    cohorts = _vintages(scored, how, day)
    return _kept(
        scorecard,
        {
            **seen.as_json(),
            **({"beside": beside} if beside else {}),
            **({"vintages": cohorts} if cohorts else {}),
        },
        file=documents.store(
            people.write_csv().encode(), name="scored.csv", content_type=CSV, by=actor
        ),
        note=_("%(looked_at)s of %(number)s decisions until %(day)s")
        % {"looked_at": people.height, "number": number, "day": day},
        actor=actor,
    )


def watch_champions(*, day: date) -> list[ScorecardWatch]:
    """Watch the cards in use: champions that decisions are scored by, and those in shadow.

    Risk officers are told of what has shifted, and once of a card that cannot be watched; it keeps
    no other from being watched.
    """
    made = []
    for scorecard in _in_use(day):
        try:
            seen = watch_decisions(scorecard.pk, day=day, actor=None)
        except ScorecardRefused as exc:
            _tell_unwatched(scorecard, str(exc))
            continue
        except failures.UNFORESEEN as exc:
            log.error("Scorecard %s was not watched: %s", scorecard.pk, failures.told(exc))
            _tell_unwatched(scorecard, _("Tell those who look after the system."))
            continue
        made.append(seen)
        if seen.shifted:
            _tell_shifted(seen)
    return made


def _in_use(day: date) -> QuerySet[Scorecard]:
    """The cards that score today and have scored somebody by this day."""
    decided = Decision.objects.filter(scorecard=OuterRef("pk"), as_of__lte=day)
    heard = ShadowScore.objects.filter(scorecard=OuterRef("pk"), decision__as_of__lte=day)
    return Scorecard.objects.filter(
        Q(Exists(decided), status=Scorecard.Status.CHAMPION)
        | Q(Exists(heard), status=Scorecard.Status.SHADOW)
    ).order_by("pk")


def _tell_shifted(seen: ScorecardWatch) -> None:
    notices.send(
        gettext_lazy("%(card)s: the people it scores have shifted."),
        {"card": seen.scorecard},
        role=Role.RISK_OFFICER,
        level=Notice.Level.ORANGE,
        url=reverse("admin:admission_scorecard_watched", args=[seen.scorecard_id, seen.pk]),
    )


def _tell_unwatched(scorecard: Scorecard, why: str) -> None:
    """Tell it once: not again in the next months, as long as no watch came in between."""
    says = _("%(card)s could not be held against its decisions: %(why)s")
    title = (says % {"card": scorecard, "why": why})[:200]
    url = reverse("admin:admission_scorecard_change", args=[scorecard.pk])
    told = Notice.objects.filter(title=title, url=url)
    if last := scorecard.watches.first():
        told = told.filter(at__gt=last.at)
    if not told.exists():
        notices.send(title, role=Role.RISK_OFFICER, level=Notice.Level.ORANGE, url=url)


def scored_by(scorecard: Scorecard) -> QuerySet[Decision]:
    """The decisions about people's own borrowing that a card scored, as champion or in shadow: a
    guarantor is none of those whom it was trained on, and their own loans followed from others."""
    heard = ShadowScore.objects.filter(scorecard=scorecard, decision=OuterRef("pk"))
    scored = Decision.objects.filter(Q(scorecard=scorecard) | Exists(heard))
    return scored.exclude(purpose=Authorisation.Purpose.GUARANTEE)


@contextmanager
def _refusing() -> Iterator[None]:
    """What a card cannot be held against is a refusal with a sentence."""
    try:
        yield
    except Unusable as exc:
        raise ScorecardRefused(in_words(exc)) from exc


def _thinned(scored: QuerySet[Decision], number: int) -> QuerySet[Decision]:
    return scored.annotate(nth=Mod(F("id"), -(-number // MOST_DECISIONS))).filter(nth=0)


def _card(scorecard: Scorecard) -> Card:
    card = scorecard.as_card()
    if card is None:
        raise ScorecardRefused(_("It has not been fitted and examined yet."))
    return card


def _people(
    scored: QuerySet[Decision], card: Card, loans: pl.DataFrame, how: Performing
) -> pl.DataFrame:
    """The card's questions as they were answered then, its target where the end is known, the day
    and the branch; no key leads from a row back to a person."""
    rows = list(
        scored.order_by("id").values_list(
            "id", "customer_id", "as_of", "village__grid__branch__name", "inputs"
        )
    )
    decided = pl.DataFrame([row[:-1] for row in rows], schema=_KEYS, orient="row")
    ends = labelled(decided, loans, how).filter("is_mature")
    return (
        decided.hstack(frame_of((inputs for *_keys, inputs in rows), card.names))
        .join(ends.select("decision", pl.col(BAD).alias(card.target)), on="decision", how="left")
        .select(*card.names, card.target, "as_of", "branch")
    )


def _beside(
    scorecard: Scorecard, scored: QuerySet[Decision], loans: pl.DataFrame, how: Performing
) -> dict[str, Any] | None:
    """A card in shadow and the champion of its segment on the decisions that both scored."""
    rivals = Scorecard.objects.filter(segment=scorecard.segment, status=Scorecard.Status.CHAMPION)
    champion = rivals.exclude(pk=scorecard.pk).first()
    if champion is None:
        return None
    both = scored.filter(scorecard=champion, shadow_scores__scorecard=scorecard)
    rows = _thinned(both, max(both.count(), 1)).order_by("id").values_list(
        "id", "customer_id", "as_of", "score", "risk_band",
        "shadow_scores__score", "shadow_scores__risk_band",
    )  # fmt: skip
    decided = pl.DataFrame(list(rows), schema=_BOTH, orient="row")
    if decided.is_empty():
        return None
    ends = labelled(decided, loans, how).filter("is_mature").select("decision", BAD)
    compared = compare(decided.join(ends.rename({BAD: "bad"}), on="decision", how="left"))
    return {"champion": champion.pk, "version": champion.version, **compared.as_json()}


def _vintages(scored: QuerySet[Decision], how: Performing, day: date) -> list[dict[str, Any]]:
    """The loans that followed these decisions, by month and by months on book."""
    rows = scored.values_list("id", "customer_id", "as_of")
    keys = {name: _KEYS[name] for name in ("decision", "customer_id", "as_of")}
    decided = pl.DataFrame(list(rows), schema=keys, orient="row")
    followed = belonging(first_bad(how.bad_days, day=day), decided)
    return [each.as_json() for each in vintages(followed, day=day)]


@transaction.atomic
def _kept(
    scorecard: Scorecard, result: dict, *, file: Document, note: str, actor: User | None
) -> ScorecardWatch:
    made = ScorecardWatch.objects.create(
        scorecard=scorecard,
        file=file,
        note=note,
        by=actor,
        at=timezone.now(),
        result=result,
    )
    audit.record(scorecard, "admission.scorecard.watched", actor=actor, watch=made.pk)
    return made
