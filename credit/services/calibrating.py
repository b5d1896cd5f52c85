"""Calibration: the figure with which a policy grants the mean, or the sum, the bank wants.

One figure of the policy is varied between its bounds, by bisection over the simulation of every
reviewed household. What comes out near the target is a new draft, which is simulated and published
like any other.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, events, publishing, runs, steps
from core.models import Run, User
from credit.errors import NotToBeVaried
from credit.events import PolicyCalibrationOpened
from credit.loan_rules.limit_facts import FIGURES, Figure
from credit.loan_rules.limit_policy import read
from credit.models import LimitPolicy
from credit.services import granting_policy, products
from credit.services.simulating import (
    campaigns_to_look_at,
    facts_of,
    fingerprint,
    nothing_settled,
)
from credit.services.simulating_figures import mean_and_total

KIND = "credit.calibrating"
VARIABLE = tuple(each.name for each in FIGURES.values() if each.step is not None)
LOOKS = 9  # figures tried across the bounds before halving
AROUND = ("0.5", "0.7", "0.8", "0.9", "1.1", "1.2", "1.5", "2")  # times today's figure
KEEPS = Decimal("0.9")  # of today's lines; a mean is easily met by granting to almost nobody
HALVINGS = 24
NEAR = Decimal("0.0005")  # of the target: near enough to stop
TOLERANCE = Decimal("0.05")  # of the target: further off than this is no proposal


@dataclass(frozen=True)
class Target:
    """What the bank wants: a mean line or a sum of all lines, fen; one of the two."""

    mean: int | None = None
    total: int | None = None

    @property
    def wanted(self) -> int:
        """The amount, fen."""
        return self.mean if self.mean is not None else (self.total or 0)

    def reached(self, mean: int, total: int) -> int:
        """Which of the two came out, fen."""
        return mean if self.mean is not None else total


@dataclass(frozen=True)
class Tried:
    """One figure and what it leads to: lines, their mean and sum, fen."""

    figure: Decimal
    lines: int
    mean: int
    total: int


@dataclass(frozen=True)
class Calibration:
    """The figure found, what it was before, and all that was tried on the way."""

    vary: str
    before: Tried
    found: Tried
    target: Target
    tried: list[Tried]

    @property
    def off_by(self) -> Decimal:
        """How far the result lies from the target, as a fraction of it."""
        reached = self.target.reached(self.found.mean, self.found.total)
        return (Decimal(reached - self.target.wanted) / self.target.wanted).quantize(
            Decimal("0.000001")
        )

    @property
    def is_near(self) -> bool:
        """Whether what was found may be proposed as a way to the target."""
        return abs(self.off_by) <= TOLERANCE


@transaction.atomic
def begin(policy_id: int, target: Target, *, vary: str, business_day: date, actor: User) -> Run:
    """Calibrate for somebody who looks on: a worker does it, since a county takes minutes.

    Asked twice meanwhile, it is done once. Raises what ``calibrate`` raises, before anything
    begins, and Unsound for a version that cannot be worked with.
    """
    record = LimitPolicy.objects.select_for_update().get(pk=policy_id)
    publishing.refuse_unsound(record)
    _must_be_possible(target, vary)
    if not campaigns_to_look_at().exists():
        raise nothing_settled()
    run = runs.open_run(
        KIND,
        business_day=business_day,
        keys=[str(record.pk)],
        actor=actor,
        policy=record.pk,
        fingerprint=fingerprint(record),
        vary=vary,
        target=asdict(target),
    )
    audit.record(record, "credit.policy.calibrating", actor=actor, run=run.pk, vary=vary)
    events.publish(PolicyCalibrationOpened(run_id=run.pk))
    return run


def work(run_id: int) -> None:
    """Do the calibration of a run, and draft what comes near the target; of what does not, the
    figures are kept. Raises core.runs.AlreadyWorked."""
    run = Run.objects.select_related("started_by").get(pk=run_id)
    told = steps.telling(run)
    tried: list[Decimal] = []

    def tell(figure: Decimal) -> None:
        tried.append(figure)
        told(str(len(tried)))

    with runs.claimed(run.shards.get().pk) as shard:
        record = LimitPolicy.objects.get(pk=run.settings["policy"])
        if fingerprint(record) != run.settings["fingerprint"]:
            raise NotToBeVaried(_("The version was changed meanwhile; calibrate it again."))
        found = calibrate(
            record,
            Target(**run.settings["target"]),
            vary=run.settings["vary"],
            business_day=run.business_day,
            tell=tell,
        )
        draft = propose(record, found, actor=run.started_by) if found.is_near else None
        shard.figures = {
            "draft": draft.pk if draft else None,
            "before": str(found.before.figure),
            "found": str(found.found.figure),
            "lines": found.found.lines,
            "mean": found.found.mean,
            "total": found.found.total,
            "off_by": str(found.off_by),
            "tried": len(found.tried),
        }
    steps.over(run)


def calibrate(
    record: LimitPolicy,
    target: Target,
    *,
    vary: str,
    business_day: date,
    tell: Callable[[Decimal], None] = lambda figure: None,
) -> Calibration:
    """The figure ``vary`` with which ``record`` comes nearest to the target; nothing is changed.

    At least nine tenths of today's lines have to stay. ``tell`` hears each figure
    before it is tried.

    Raises NotToBeVaried for another figure or no positive target, NothingToSimulate.
    """
    _must_be_possible(target, vary)
    policy = granting_policy.read(record)
    facts = _facts(policy, business_day)

    def look(figure: Decimal) -> Tried:
        tell(figure)
        engine = read(policy.engine.text.with_figure(vary, f"{figure:f}"))
        return Tried(figure, *mean_and_total(granting_policy.judged(facts, engine)))

    before = look(policy.engine.figures[vary])
    tried = _search(look, target, vary, before)
    kept = [each for each in tried if _keeps(each, before)]
    found = min(kept, key=lambda each: (_distance(each, target), abs(each.figure - before.figure)))
    return Calibration(vary, before, found, target, tried)


@transaction.atomic
def propose(record: LimitPolicy, found: Calibration, *, actor: User) -> LimitPolicy:
    """A new draft that says what ``record`` says, with the figure found."""
    draft = products.new_version(record, actor=actor)
    text = granting_policy.read(record).engine.text.with_figure(
        found.vary, f"{found.found.figure:f}"
    )
    draft.settings = text.settings()
    draft.note = _("%(name)s calibrated to %(figure)s") % {
        "name": found.vary,
        "figure": f"{found.found.figure:f}",
    }
    draft.save(update_fields=["settings", "note"])
    return draft


def _must_be_possible(target: Target, vary: str) -> None:
    if vary not in VARIABLE:
        raise NotToBeVaried(
            _("“%(name)s” is not varied; choose one of %(names)s.")
            % {"name": vary, "names": ", ".join(VARIABLE)}
        )
    if target.wanted <= 0 or (target.mean is not None and target.total is not None):
        raise NotToBeVaried(_("Name one target above zero: a mean or a total."))


def _search(
    look: Callable[[Decimal], Tried], target: Target, vary: str, before: Tried
) -> list[Tried]:
    """Look across the bounds, then halve where the target lies between two neighbours.

    A higher figure gives no household less, yet a limit that grows too large goes to a person and
    leaves the sum; so the crossing nearest to today's figure is taken, not the whole range.
    """
    figure = FIGURES[vary]
    step = figure.step or Decimal(1)
    places = _places(figure, before.figure, step)
    tried = sorted([before, *map(look, places - {before.figure})], key=lambda each: each.figure)
    pairs = [
        (low, high)
        for low, high in pairwise(tried)
        if _sign(low, target) != _sign(high, target)
        and _keeps(low, before)
        and _keeps(high, before)
    ]
    if not pairs:
        return tried
    low, high = min(pairs, key=lambda pair: abs(pair[0].figure - before.figure))
    for _halving in range(HALVINGS):
        middle = _on_step((low.figure + high.figure) / 2, step)
        if middle in (low.figure, high.figure):
            break
        between = look(middle)
        tried.append(between)
        if _distance(between, target) <= NEAR * target.wanted:
            break
        low, high = (
            (between, high) if _sign(between, target) == _sign(low, target) else (low, between)
        )
    return tried


def _places(figure: Figure, today: Decimal, step: Decimal) -> set[Decimal]:
    """The figures looked at first: evenly across the bounds, and closer around today's."""
    width = (figure.high - figure.low) / (LOOKS - 1)
    across = [figure.low + width * place for place in range(LOOKS)]
    around = [today * Decimal(times) for times in AROUND]
    return {
        _on_step(each, step) for each in (*across, *around) if figure.low <= each <= figure.high
    }


def _keeps(tried: Tried, before: Tried) -> bool:
    return tried.lines >= before.lines * KEEPS


def _sign(tried: Tried, target: Target) -> bool:
    return target.reached(tried.mean, tried.total) >= target.wanted


def _distance(tried: Tried, target: Target) -> int:
    return abs(target.reached(tried.mean, tried.total) - target.wanted)


def _on_step(figure: Decimal, step: Decimal) -> Decimal:
    return (figure / step).quantize(Decimal(1), ROUND_DOWN) * step


def _facts(policy: granting_policy.Policy, day: date) -> pl.DataFrame:
    campaigns = list(campaigns_to_look_at().values_list("pk", flat=True))
    if not campaigns:
        raise nothing_settled()
    return pl.concat(
        (facts_of(campaign, day=day, policy=policy) for campaign in campaigns),
        how="vertical_relaxed",
    )
