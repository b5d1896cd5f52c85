"""What a version of the rules would say of every customer of the county, beside the one in force.

Both versions are heard on the features that the portfolio's last run kept, spouses included: nobody
is asked and nothing is decided. Customers are worked some thousands at a time, each piece a task of
a worker: of a piece its figures are kept, and the rows of those treated differently alone. A draft
is not put into force on the strength of it: that takes a simulation on past decisions.
"""

from datetime import date
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from admission.errors import NothingToSimulate
from admission.events import RuleSimulationOpened
from admission.judgement import RuleBook
from admission.models import KnownFeatures, RuleSet, RuleSimulation, SimulatedPiece
from admission.selectors import rules_in_force
from admission.services import portfolio
from admission.services.portfolio_spouses import with_spouses, without_spouses
from admission.services.rule_simulating_figures import added_up, changed, summed_up
from admission.services.simulated_rows import answers, packed
from admission.services.stored_features import KEPT, stored_features
from admission.sources.afterwards import afterwards
from core import audit, events, publishing, runs
from core.errors import MoveNotAllowed
from core.models import Run, User
from village.models import Customer
from village.services import copying

KIND = "admission.simulating_portfolio"
PIECE = 10_000  # customers judged in one transaction
EVER = date(1900, 1, 1)
"""Loans since then count: a customer of the portfolio need never have been decided about."""


@transaction.atomic
def begin(rule_set_id: int, *, day: date, actor: User | None) -> RuleSimulation:
    """A simulation over the portfolio, cut into ranges of customers and handed to the workers.

    Raises Unsound for rules that cannot be heard, NoRulesInForce and RulesChanged where there is
    nothing to compare with, NothingToSimulate while no run has kept features of anybody.
    """
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set_id)
    publishing.refuse_unsound(rule_set)
    against, _book = rules_in_force()
    if not KnownFeatures.objects.exists():
        raise NothingToSimulate(
            _("Nothing is kept of anybody yet: have the portfolio heard first, then simulate.")
        )
    run = runs.open_run(
        KIND,
        business_day=day,
        keys=_keys(),
        actor=actor,
        rule_set=rule_set.pk,
        fingerprint=rule_set.fingerprint,
        against=against.pk,
        kept_on=_kept_on(),
    )
    simulation, is_new = RuleSimulation.objects.get_or_create(
        run=run,
        defaults={
            "among": RuleSimulation.Among.PORTFOLIO,
            "rule_set": rule_set,
            "fingerprint": rule_set.fingerprint,
            "against": against,
            "business_day": day,
            "made_by": actor,
        },
    )
    if is_new:
        audit.record(
            simulation,
            "admission.rule_set.simulated_on_portfolio",
            actor=actor,
            fingerprint=rule_set.fingerprint,
        )
    events.publish(RuleSimulationOpened(simulation_id=simulation.pk))
    return simulation


def _kept_on() -> str | None:
    """The day of the portfolio's newest finished run, whose features are heard."""
    newest = Run.objects.filter(kind=portfolio.KIND, status=Run.Status.DONE).order_by("-pk").first()
    return newest.business_day.isoformat() if newest else None


def _keys() -> list[str]:
    """Ranges of the ids of customers."""
    ends = Customer.objects.aggregate(low=Min("pk"), high=Max("pk"))
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
        rows, unknown = _judged(simulation, shard.key)
        figures = summed_up(rows) | {
            "unknown": unknown,
            "not_kept": rows[KEPT].not_().sum(),
            "reads": _reads(simulation),
        }
        differing = changed(rows).drop(KEPT, "was_unknown", "now_unknown")
        SimulatedPiece.objects.update_or_create(
            simulation=simulation,
            key=shard.key,
            defaults={"rows": packed(differing), "figures": figures},
        )
        shard.figures = {"customers": rows.height}
    if runs.progress(run.pk).over:
        conclude(simulation.pk)


@transaction.atomic
def conclude(simulation_id: int) -> RuleSimulation:
    """Sum up a simulation whose pieces are all worked; nothing is summed up while one failed."""
    simulation = RuleSimulation.objects.select_for_update(of=("self",)).get(pk=simulation_id)
    if runs.waiting(simulation.run):
        return simulation
    pieces = list(simulation.pieces.order_by("id").values_list("figures", flat=True))
    unknown: dict[str, int] = {}
    for each in pieces:
        for name, customers in each["unknown"].items():
            unknown[name] = unknown.get(name, 0) + customers
    simulation.summary = added_up(pieces) | {
        "unknown": unknown,
        "not_kept": sum(each["not_kept"] for each in pieces),
        "reads": pieces[0]["reads"],
    }
    simulation.save(update_fields=["summary"])
    return simulation


def _reads(simulation: RuleSimulation) -> dict[str, dict[str, Any]]:
    """By field that this version reads: by which rules, and whether the version in force does not
    read it at all."""
    was = simulation.against.book().fields
    found: dict[str, dict[str, Any]] = {}
    for each in simulation.rule_set.book().rules:
        for name in sorted(each.expression.fields | each.treatment.fields):
            line = found.setdefault(name, {"rules": [], "newly": name not in was})
            line["rules"].append(each.text.code)
    return found


_PEOPLE = """
SELECT c.id, c.household_id, c.role, c.marital, v.id AS village_id, g.branch_id
  FROM village_customer c
  JOIN village_village v ON v.id = c.village_id
  JOIN village_grid g ON g.id = v.grid_id
 WHERE c.id BETWEEN %s AND %s AND c.state <> 'died' ORDER BY c.id
"""
_PERSON = {
    "customer_id": pl.Int64(),
    "household_id": pl.Int64(),
    "role": pl.String(),
    "marital": pl.String(),
    "village_id": pl.Int64(),
    "branch_id": pl.Int64(),
}


def _judged(simulation: RuleSimulation, key: str) -> tuple[pl.DataFrame, dict[str, int]]:
    """A row a customer with what both versions say and how their loans went; and by field that this
    version reads, of how many it is unknown."""
    now, was, day = simulation.rule_set.book(), simulation.against.book(), simulation.business_day
    low, high = (int(each) for each in key.split("-"))
    people = copying.in_bulk(_PEOPLE, _PERSON, (low, high))
    names = without_spouses(now.fields | was.fields)
    features = stored_features(people["customer_id"], names, as_of=day)
    whom = Q(customer__gte=low, customer__lte=high)

    def heard(book: RuleBook) -> pl.DataFrame:
        return with_spouses(people, features, book, whom=whom, day=day, read=stored_features)

    inputs = heard(now)
    about = people.select("customer_id", "village_id", "branch_id")
    ever = about.select(
        "customer_id", pl.col("customer_id").alias("decision"), pl.lit(EVER).alias("as_of")
    )
    went = afterwards(ever, day=day).rename({"decision": "customer_id"})
    rows = pl.concat(
        [
            about,
            features.select(KEPT),
            answers(was, heard(was), "was"),
            answers(now, inputs, "now"),
        ],
        how="horizontal",
    ).join(went, on="customer_id", how="left", maintain_order="left")
    counted = inputs.select(pl.col(name).null_count() for name in sorted(now.fields))
    return rows, {name: count for name, count in counted.row(0, named=True).items() if count}
