"""Measuring every feature over the county: coverage, distribution, drift; a source a shard."""

from datetime import date

import polars as pl
from django.db import transaction

from admission.events import MeasuringAsked
from admission.features import FEATURES
from admission.features.measuring import measure
from admission.models import FeatureFigures
from admission.services.known_features import features_of
from core import audit, events, runs
from core.models import Run, Shard, User
from village.models import Customer

KIND = "admission.features"
PEOPLE_AT_ONCE = 2_000
"""Whose answers are read together. An answer of the bureau takes 20 kB: those of a county at once
would be 5 GB, where the figures drawn from them are some numbers a person."""


@transaction.atomic
def ask_for_measuring(actor: User) -> None:
    """Have workers measure all features now."""
    audit.record(actor, "admission.measuring.asked", actor=actor)
    events.publish(MeasuringAsked(actor.pk))


def open_measuring(*, business_day: date, actor: User | None) -> Run:
    """A run with one shard per source of features; one that was cut off is gone on with."""
    sources = sorted({each.source for each in FEATURES.values()})
    return runs.open_run(KIND, business_day=business_day, keys=sources, actor=actor)


def work_shard(shard_id: int) -> None:
    """Measure the features of one source. Raises core.runs.AlreadyWorked."""
    with runs.claimed(shard_id) as shard:
        shard.figures = _measure_source(shard)


def _measure_source(shard: Shard) -> dict[str, int]:
    run = shard.run
    names = [each.name for each in FEATURES.values() if each.source == shard.key]
    people = list(
        Customer.objects.exclude(state=Customer.State.DIED)
        .order_by("id")
        .values_list("id", flat=True)
    )
    told = pl.concat(
        features_of(people[start : start + PEOPLE_AT_ONCE], names, as_of=run.business_day)
        for start in range(0, max(len(people), 1), PEOPLE_AT_ONCE)
    )
    before = _before(names, run)
    made = []
    for name in names:
        then = before.get(name)
        found = measure(told[name], then.bins if then else None)
        made.append(
            FeatureFigures(
                run=run,
                name=name,
                as_of=run.business_day,
                customers=found.customers,
                known=found.known,
                shape=found.shape,
                bins=found.bins,
                psi=found.psi,
            )
        )
    FeatureFigures.objects.filter(run=run, name__in=names).delete()
    FeatureFigures.objects.bulk_create(made)
    return {"features": len(made), "known": sum(each.known > 0 for each in made)}


def _before(names: list[str], run: Run) -> dict[str, FeatureFigures]:
    """The figures of the run before, by feature."""
    newest = (
        FeatureFigures.objects.filter(name__in=names, run__lt=run)
        .order_by("name", "-run_id")
        .distinct("name")
    )
    return {each.name: each for each in newest}
