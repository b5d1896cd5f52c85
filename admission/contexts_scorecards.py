"""What the page of one scorecard shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admission.bin_words import bin_in_words
from admission.contexts import feature_in_words, figure
from admission.contexts_scorecard_beside import Beside
from admission.contexts_scorecards_charts import Chart, Line
from admission.contexts_scored_files import missing_lines
from admission.models import Scorecard, ScorecardStep, ScorecardWatch, ScoredFile
from admission.scorecard_words import fault_in_words, in_words, why_left_out
from admission.scorecards import Card, Feature, Unusable
from admission.scorecards.bins import Bin
from core.models import User

TRENDS = {
    "up": _("risk rises"),
    "down": _("risk falls"),
    "peak": _("risk rises, then falls"),
    "valley": _("risk falls, then rises"),
    "by hand": _("drawn by hand"),
}
WATCHES_SHOWN = 24
PARTS = {"train": _("Training part"), "test": _("Test part")}


@dataclass(frozen=True)
class Move:
    """A step that may be taken: its name, its words, what follows from it, who may."""

    name: str
    label: str | Promise
    says: str | Promise
    permission: str = "admission.move_scorecard"
    never_by_author: bool = False


MOVES = {
    Scorecard.Status.DRAFT: Move(
        "pass_test",
        _("Pass the test"),
        _("It goes to somebody else for approval; its figures on the test part are kept."),
    ),
    Scorecard.Status.TESTED: Move(
        "approve",
        _("Approve"),
        _("You stand for this card. Its author cannot approve it."),
        permission="admission.approve_scorecard",
        never_by_author=True,
    ),
    Scorecard.Status.APPROVED: Move(
        "shadow",
        _("Let it run in shadow"),
        _("It scores beside the champion and decides nothing."),
    ),
    Scorecard.Status.SHADOW: Move(
        "crown",
        _("Make it the champion"),
        _("It becomes the card of its segment; the champion before it is retired."),
        permission="admission.approve_scorecard",
        never_by_author=True,
    ),
    Scorecard.Status.CHAMPION: Move(
        "suspend",
        _("Suspend"),
        _("Its segment has no card until another is made champion."),
    ),
}
RETIRE = Move("retire", _("Retire"), _("It is kept and can never be used again."))


def moves_of(scorecard: Scorecard, user: User) -> list[Move]:
    """The steps that this person may take now."""
    if scorecard.status == Scorecard.Status.RETIRED:
        return []
    found = [MOVES[scorecard.status]] if scorecard.status in MOVES else []
    if scorecard.status == Scorecard.Status.DRAFT and not scorecard.card:
        found = []
    return [
        each
        for each in [*found, RETIRE]
        if user.has_perm(each.permission)
        and not (each.never_by_author and user.pk == scorecard.author_id)
    ]


@dataclass(frozen=True)
class BinLine:
    """One bin in figures."""

    label: str
    share: str
    count: int
    bad_rate: str
    woe: str
    points: int


@dataclass(frozen=True)
class FeatureBlock:
    """One question: its coefficient, its bins, and the way to draw them by hand."""

    name: str
    unit: str | Promise
    trend: str | Promise
    iv: str
    coefficient: str
    between: str
    p: str
    inflation: str
    bins: list[BinLine]
    edit: str


@dataclass(frozen=True)
class LeftOutLine:
    """A column that is not asked: why, whether bins drawn by hand did not keep it, and the way to
    draw them where it could be cut."""

    column: str
    why: str
    is_by_hand: bool
    edit: str


@dataclass(frozen=True)
class PartFigures:
    """What one set of people says of the card."""

    name: str | Promise
    rows: int
    bads: int
    auc: str
    ks: str
    gini: str
    off: str


@dataclass(frozen=True)
class StepLine:
    """One step of the road so far, as a timeline shows it."""

    title: str
    state: str
    at: Any
    who: Any
    note: str


@dataclass(frozen=True)
class ScorecardPage:
    """A scorecard from top to bottom: figures, charts, bins, columns left out, evidence."""

    scorecard: Scorecard
    fault: str
    parts: list[PartFigures]
    charts: list[Chart]
    features: list[FeatureBlock]
    left_out: list[LeftOutLine]
    base_points: int | None
    scale: Mapping[str, str]
    steps: list[StepLine]
    moves: list[Move]
    waits_for_other: bool
    watches: list[ScorecardWatch]
    may_watch: bool
    as_missing: list[tuple[str, str]]
    files: list[ScoredFile]
    beside: Beside | None
    is_in_shadow: bool

    @classmethod
    def build(cls, scorecard: Scorecard, user: User) -> "ScorecardPage":
        """Everything that the register knows of one version."""
        card, fault = _read(scorecard)
        may_draw = user.has_perm("admission.add_scorecard")
        move = MOVES.get(scorecard.status)
        watches = list(scorecard.watches.select_related("by")[:WATCHES_SHOWN])
        return cls(
            scorecard=scorecard,
            fault=fault,
            parts=_parts(card) if card else [],
            charts=_charts(card) if card else [],
            features=[_block(scorecard, at, each, may_draw) for at, each in _numbered(card)],
            left_out=_left_out(scorecard, card, may_draw) if card else [],
            base_points=card.base_points if card else None,
            scale=_scale(card) if card else {},
            steps=[_step_line(each) for each in scorecard.steps.select_related("by")],
            moves=moves_of(scorecard, user),
            watches=watches,
            beside=beside_of(watches),
            is_in_shadow=scorecard.status == Scorecard.Status.SHADOW,
            may_watch=bool(card) and user.has_perm("admission.move_scorecard"),
            as_missing=missing_lines(card.sample.get("as_missing", {})) if card else [],
            files=list(scorecard.scored_files.filter(by=user)[:WATCHES_SHOWN]) if card else [],
            waits_for_other=bool(move and move.never_by_author and user.pk == scorecard.author_id),
        )


def beside_of(watches: Iterable[ScorecardWatch]) -> Beside | None:
    """The newest comparison with a champion among these looks, of which the newest come first."""
    found = (each.result.get("beside") for each in watches)
    return Beside.build(next(filter(None, found), None))


def _read(scorecard: Scorecard) -> tuple[Card | None, str]:
    """The card, or why there is none that can be shown."""
    if scorecard.fault:
        return None, fault_in_words(scorecard.fault["template"], scorecard.fault["params"])
    try:
        return scorecard.as_card(), ""
    except Unusable as exc:
        return None, in_words(exc)


def _numbered(card: Card | None) -> list[tuple[int, Feature]]:
    return list(enumerate(card.features)) if card else []


def _parts(card: Card) -> list[PartFigures]:
    return [
        PartFigures(
            name=PARTS.get(name, name),
            rows=told["rows"],
            bads=told["bads"],
            auc=f"{told['auc']:.4f}",
            ks=f"{told['ks']:.4f}",
            gini=f"{told['gini']:.4f}",
            off=f"{told['calibration_error']:.2%}",
        )
        for name, told in card.evidence.items()
        if told["auc"] is not None
    ]


def _scale(card: Card) -> dict[str, str]:
    scale = card.scale
    return {
        "base_score": f"{scale.base_score:g}",
        "base_odds": f"{scale.base_odds:g}",
        "pdo": f"{scale.pdo:g}",
    }


def _block(scorecard: Scorecard, at: int, feature: Feature, may_draw: bool) -> FeatureBlock:
    told = feature.regression
    people = sum(each.count for each in feature.binned.bins)
    return FeatureBlock(
        name=feature_in_words(feature.name),
        unit=figure(feature.name, 0).unit if not feature.binned.is_text else "",
        trend=TRENDS[feature.binned.trend],
        iv=f"{feature.binned.iv:.3f}",
        coefficient=f"{told['coefficient']:.3f}",
        between=f"{told['low_95']:.3f} … {told['high_95']:.3f}",
        p="< 0.001" if told["p_value"] < 0.001 else f"{told['p_value']:.3f}",
        inflation=f"{told['inflation']:.2f}",
        bins=[_bin_line(feature.name, each, people) for each in feature.binned.bins],
        edit=reverse("admin:admission_scorecard_bins", args=[scorecard.pk, at]) if may_draw else "",
    )


def _left_out(scorecard: Scorecard, card: Card, may_draw: bool) -> list[LeftOutLine]:
    drawn = {name for name, each in card.settings.overrides.items() if each.edges or each.groups}
    return [
        LeftOutLine(
            column=str(each["column"]),
            why=why_left_out(each),
            is_by_hand=each["column"] in drawn,
            edit=_draws_left_out(scorecard, at) if may_draw and "cut" in each else "",
        )
        for at, each in enumerate(card.left_out)
    ]


def _draws_left_out(scorecard: Scorecard, at: int) -> str:
    return reverse("admin:admission_scorecard_bins_left_out", args=[scorecard.pk, at])


def _bin_line(feature: str, each: Bin, people: int) -> BinLine:
    return BinLine(
        label=bin_in_words(feature, each.label),
        share=f"{each.count / people:.1%}",
        count=each.count,
        bad_rate="—" if each.bad_rate is None else f"{each.bad_rate:.1%}",
        woe=f"{each.woe:+.3f}",
        points=each.points,
    )


def _charts(card: Card) -> list[Chart]:
    """Gains, calibration, KS and ROC of the test part, or of training where there is no test."""
    part = "test" if card.evidence.get("test", {}).get("auc") is not None else "train"
    told = card.evidence[part]
    if told["auc"] is None:
        return []
    return [_gains(told), _calibration(told), _ks(told), _roc(told)]


def _gains(told: Mapping[str, Any]) -> Chart:
    bands = told["gains"]
    message = gettext("The riskiest %(rows)s of people hold %(bads)s of the bad") % {
        "rows": f"{bands[0]['share_of_rows']:.0%}",
        "bads": f"{bands[0]['share_of_bads']:.0%}",
    }
    lines = [
        Line(
            f"{each['share_of_rows']:.0%}",
            [
                (each["share_of_bads"], f"{each['share_of_bads']:.1%}"),
                (each["share_of_rows"], f"{each['share_of_rows']:.1%}"),
            ],
            at=each["share_of_rows"],
        )
        for each in bands
    ]
    start = Line("0%", [(0, "0.0%"), (0, "0.0%")], at=0)
    headings = [_("People, the riskiest first"), _("Share of the bad"), _("By chance")]
    return Chart("line", message, headings, [start, *lines])


def _calibration(told: Mapping[str, Any]) -> Chart:
    message = gettext("What was expected is %(off)s from what came, on average") % {
        "off": f"{told['calibration_error']:.1%}"
    }
    lines = [
        Line(
            f"{each['lowest']:.0f} … {each['highest']:.0f}",
            [
                (each["bad_rate"], f"{each['bad_rate']:.1%}"),
                (each["expected_rate"], f"{each['expected_rate']:.1%}"),
            ],
        )
        for each in told["gains"]
    ]
    return Chart("line", message, [_("Score"), _("Bad rate"), _("Expected bad rate")], lines)


def _ks(told: Mapping[str, Any]) -> Chart:
    curve = told["curve"]
    widest = max(range(len(curve["scores"])), key=lambda at: curve["bads"][at] - curve["goods"][at])
    message = gettext("Good and bad are furthest apart at score %(score)s: KS %(ks)s") % {
        "score": f"{curve['scores'][widest]:.0f}",
        "ks": f"{told['ks']:.3f}",
    }
    lines = [
        Line(f"{score:.0f}", [(bad, f"{bad:.1%}"), (good, f"{good:.1%}")], at=score)
        for score, good, bad in zip(curve["scores"], curve["goods"], curve["bads"], strict=True)
    ]
    headings = [_("Score"), _("Bad at or below"), _("Good at or below")]
    return Chart("line", message, headings, lines)


def _roc(told: Mapping[str, Any]) -> Chart:
    curve = told["curve"]
    message = gettext(
        "Of a bad and a good person the card knows which is which %(auc)s of the time"
    ) % {"auc": f"{told['auc']:.1%}"}
    lines = [
        Line(f"{good:.1%}", [(bad, f"{bad:.1%}"), (good, f"{good:.1%}")], at=good)
        for good, bad in zip([0, *curve["goods"]], [0, *curve["bads"]], strict=True)
    ]
    headings = [_("Good turned away"), _("Bad turned away"), _("By chance")]
    return Chart("line", message, headings, lines)


def _step_line(step: ScorecardStep) -> StepLine:
    return StepLine(
        title=step.get_after_display(), state="done", at=step.at, who=step.by, note=step.evidence
    )
