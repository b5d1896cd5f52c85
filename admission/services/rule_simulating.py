"""What a version of the rules would have decided, before it decides anything.

What was decided last about each customer, for each purpose, within some months is judged twice, by
the version looked at and by the one in force, on the very inputs that were stored with that
decision; and so is every earlier decision that a loan followed, since only these tell how it went.
Who offered to guarantee is counted apart: they borrowed nothing by it. Nothing is decided by it.
The rows are kept with the fingerprint of what the version said, so that a published version shows
what it was published on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.db import transaction
from django.db.models import Max, Min, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from admission.errors import NothingToSimulate, NotSimulated
from admission.events import RuleSimulationOpened
from admission.models import CHAMPION, Decision, RuleSet, RuleSimulation, SimulatedPiece
from admission.services.rule_simulating_figures import WENT, outcomes, summed_up
from admission.services.simulated_rows import (
    answers,
    of_borrowers,
    of_guarantors,
    packed,
    rows_of,
)
from admission.services.stored_inputs import columns_of
from admission.sources.afterwards import afterwards
from core import audit, events, publishing, runs
from core.errors import MoveNotAllowed
from core.models import Run, User

KIND = "admission.simulating"
PIECE = 20_000  # customers judged in one transaction
MONTH = timedelta(days=30)
AT_ONCE = 2  # pieces that are worked while somebody waits for the page
ABOUT = {
    "decision_id": pl.Int64(),
    "customer_id": pl.Int64(),
    "as_of": pl.Date(),
    "purpose": pl.String(),
    "rule_set_id": pl.Int64(),
    "given": pl.String(),
    "village_id": pl.Int64(),
    "branch_id": pl.Int64(),
    "inputs": pl.String(),
}
"""What is read of each decision."""


@dataclass(frozen=True)
class Scope:
    """Which decisions are heard again: those from ``since`` to ``day``."""

    since: date
    day: date

    def decisions(self) -> QuerySet[Decision]:
        """All decisions of these days."""
        return Decision.objects.filter(as_of__gte=self.since, as_of__lte=self.day)

    def of_customers(self, low: int, high: int) -> QuerySet[Decision]:
        """Those about customers whose id lies between the two, the newest of each last."""
        return self.decisions().filter(customer__gte=low, customer__lte=high).order_by("id")


def lately(months: int, *, today: date) -> Scope:
    """The last ``months`` up to ``today``, the bank's own: its books may be ahead of the calendar,
    and a decision of a day to come must not move the months away from everybody else."""
    return Scope(since=today - months * MONTH, day=today)


def simulate(rule_set_id: int, *, scope: Scope, actor: User | None) -> RuleSimulation:
    """Simulate a version here and now, all pieces one after another."""
    simulation = open_simulation(rule_set_id, scope=scope, actor=actor)
    for shard_id in waiting(simulation):
        work_shard(shard_id)
    simulation.refresh_from_db()
    return simulation


def begin(rule_set_id: int, *, scope: Scope, actor: User | None) -> RuleSimulation:
    """Simulate a version for somebody who waits: a small portfolio at once, more by the workers.

    Raises what ``open_simulation`` raises.
    """
    with transaction.atomic():
        simulation = open_simulation(rule_set_id, scope=scope, actor=actor)
        left = waiting(simulation)
        if len(left) > AT_ONCE:
            events.publish(RuleSimulationOpened(simulation_id=simulation.pk))
            return simulation
    for shard_id in left:
        work_shard(shard_id)
    simulation.refresh_from_db()
    return simulation


@transaction.atomic
def open_simulation(rule_set_id: int, *, scope: Scope, actor: User | None) -> RuleSimulation:
    """A simulation cut into ranges of customers, for workers to take up.

    Raises Unsound for rules that cannot be heard, NothingToSimulate where nobody was decided about.
    """
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set_id)
    publishing.refuse_unsound(rule_set)
    if not (keys := _keys(scope)):
        raise NothingToSimulate(_("Nobody was decided about in these months."))
    against = publishing.in_force(RuleSet, CHAMPION)
    run = runs.open_run(
        KIND,
        business_day=scope.day,
        keys=keys,
        actor=actor,
        rule_set=rule_set.pk,
        fingerprint=rule_set.fingerprint,
        against=against.pk if against else None,
        since=scope.since.isoformat(),
    )
    simulation, _created = RuleSimulation.objects.get_or_create(
        run=run,
        defaults={
            "rule_set": rule_set,
            "fingerprint": rule_set.fingerprint,
            "against": against,
            "since": scope.since,
            "business_day": scope.day,
            "made_by": actor,
        },
    )
    audit.record(
        simulation, "admission.rule_set.simulated", actor=actor, fingerprint=rule_set.fingerprint
    )
    return simulation


def _keys(scope: Scope) -> list[str]:
    """Ranges of customer ids with somebody to judge in them."""
    ends = scope.decisions().aggregate(low=Min("customer_id"), high=Max("customer_id"))
    if ends["low"] is None:
        return []
    starts = range(ends["low"], ends["high"] + 1, PIECE)
    return [f"{low}-{min(low + PIECE - 1, ends['high'])}" for low in starts]


def work_shard(shard_id: int) -> None:
    """Judge one range of customers; whoever works the last one sums up.

    Raises core.runs.AlreadyWorked.
    """
    with runs.claimed(shard_id) as shard:
        run = shard.run
        simulation = RuleSimulation.objects.select_related("rule_set", "against").get(run=run)
        if simulation.rule_set.fingerprint != simulation.fingerprint:
            raise MoveNotAllowed(_("The version was changed meanwhile; simulate it again."))
        rows = _judged(simulation, shard.key)
        SimulatedPiece.objects.update_or_create(
            simulation=simulation, key=shard.key, defaults={"rows": packed(rows)}
        )
        shard.figures = {"customers": rows.height}
    if runs.progress(run.pk).over:
        conclude(simulation.pk)


def waiting(simulation: RuleSimulation) -> list[int]:
    """Ids of the pieces still to be judged."""
    return runs.waiting(simulation.run)


@transaction.atomic
def conclude(simulation_id: int) -> RuleSimulation:
    """Sum up a simulation whose pieces are all worked; nothing is summed up while one failed."""
    simulation = RuleSimulation.objects.select_for_update().get(pk=simulation_id)
    if waiting(simulation):
        return simulation
    rows = rows_of(simulation)
    summary = summed_up(of_borrowers(rows))
    summary["people"] = of_borrowers(rows)["customer_id"].n_unique()
    summary["guarantees"] = outcomes(of_guarantors(rows))
    summary["not_stored"] = _not_stored(simulation.rule_set, rows)
    simulation.summary = summary
    simulation.save(update_fields=["summary"])
    return simulation


def not_summed_up() -> list[RuleSimulation]:
    """Simulations whose pieces are all judged and whose worker died before summing them up."""
    return list(RuleSimulation.objects.filter(summary={}, run__status=Run.Status.DONE))


def newest(rule_set: RuleSet) -> RuleSimulation | None:
    """The newest finished simulation of exactly what this version says."""
    made = rule_set.simulations.filter(
        fingerprint=rule_set.fingerprint, among=RuleSimulation.Among.DECISIONS
    ).exclude(summary={})
    return made.select_related("run", "against").first()


def must_be_simulated(rule_set: RuleSet) -> None:
    """Refuse a version nobody has seen the effect of, beside the one in force. Raises NotSimulated.

    As long as nobody was decided about there is nothing to be seen; the very rules of a version
    that was in force before were seen then; a challenger decides nothing.
    """
    if rule_set.is_challenger or not Decision.objects.exists() or _was_in_force(rule_set):
        return
    found = newest(rule_set)
    if found is None:
        raise NotSimulated(
            _("Simulate exactly this version first: it was never run, or changed since.")
        )
    in_force = publishing.in_force(RuleSet, CHAMPION)
    if in_force and found.against_id != in_force.pk:
        raise NotSimulated(
            _(
                "This version was simulated before %(version)s took force. Simulate it again: it "
                "may undo what was changed there."
            )
            % {"version": in_force}
        )


def _was_in_force(rule_set: RuleSet) -> bool:
    return (
        RuleSet.objects.filter(
            code=CHAMPION, fingerprint=rule_set.fingerprint, published_at__isnull=False
        )
        .exclude(pk=rule_set.pk)
        .exists()
    )


def _judged(simulation: RuleSimulation, key: str) -> pl.DataFrame:
    now = simulation.rule_set.book()
    was = simulation.against.book() if simulation.against else None
    low, high = (int(each) for each in key.split("-"))
    scope = Scope(simulation.since, simulation.business_day)
    about = _about(scope.of_customers(low, high), simulation.business_day)
    names = now.inputs | (was.inputs if was else frozenset())
    inputs = columns_of(about["inputs"], names)
    after = answers(now, inputs, "now")
    before = (
        answers(was, inputs, "was")
        if was
        else about.select(
            pl.col("given").alias("was"),
            pl.lit(None, pl.Float64).alias("was_factor"),
            pl.lit([], pl.List(pl.String)).alias("was_hits"),
            pl.lit([], pl.List(pl.String)).alias("was_unknown"),
        )
    )
    return pl.concat([about.drop("inputs"), before, after], how="horizontal")


def _about(decisions: QuerySet[Decision], day: date) -> pl.DataFrame:
    """The decisions worth hearing again, a row each, and how the loans went that followed them."""
    made = pl.DataFrame(
        list(decisions.values_list("id", "customer_id", "purpose", "as_of")),
        schema={
            "decision": pl.Int64,
            "customer_id": pl.Int64,
            "purpose": pl.String,
            "as_of": pl.Date,
        },
        orient="row",
    )
    became = afterwards(of_borrowers(made), day=day)
    newest = made.group_by("customer_id", "purpose").agg(pl.col("decision").max())["decision"]
    followed = became.filter("borrowed")["decision"]
    told = _read(decisions.filter(pk__in={*newest, *followed}))
    return told.join(
        became, left_on="decision_id", right_on="decision", how="left", maintain_order="left"
    ).with_columns(pl.col(WENT).fill_null(False))


def _read(decisions: QuerySet[Decision]) -> pl.DataFrame:
    rows = decisions.values_list(
        "id",
        "customer_id",
        "as_of",
        "purpose",
        "rule_set_id",
        "outcome",
        "village_id",
        "village__grid__branch_id",
        Cast("inputs", TextField()),
    )
    return pl.DataFrame(list(rows), schema=ABOUT, orient="row")


def _not_stored(rule_set: RuleSet, rows: pl.DataFrame) -> dict[str, int]:
    """By field, in how many of the decisions it was never stored, so that it counts as unknown."""
    wanted = rule_set.book().fields
    samples = rows.group_by("rule_set_id").agg(pl.len(), pl.col("decision_id").min())
    missing: dict[str, int] = {}
    for _rule_set, decisions, sample in samples.sort("rule_set_id").iter_rows():
        for name in wanted - _stored_by(sample).keys():
            missing[name] = missing.get(name, 0) + decisions
    return missing


def _stored_by(decision_id: int) -> Mapping[str, object]:
    return Decision.objects.values_list("inputs", flat=True).get(pk=decision_id)
