"""What a limit policy would grant, before it is put into force.

Every household with a decided review is judged twice, by the version looked at and by the one in
force, on the same facts and with the same engine as granting. Nothing is granted by it. The rows
are kept with the version's hash, so that a published policy shows what it was published on.
"""

import io
from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, events, publishing, runs
from core.models import Run, User
from credit.errors import NothingToSimulate, NotSimulated
from credit.events import PolicySimulationOpened
from credit.loan_rules.limit_policy import text_of
from credit.models import CreditLine, LimitPolicy, PolicySimulation, SimulatedVillage
from credit.reference.limits import POLICY_CODE
from credit.services import granting_frames, granting_policy
from credit.services.granting_policy import Policy
from credit.services.simulating_figures import summed_up
from village.models import Campaign, Outcome

KIND = "credit.simulating"
REVIEWED = [
    Campaign.Status.CONCLUDED,
    Campaign.Status.VISITING,
    Campaign.Status.GRANTED,
    Campaign.Status.CLOSED,
]
GOOD_FOR = timedelta(days=7)  # a week of reviews, visits and repayments changes what comes out
AT_ONCE = 12  # villages that are worked while somebody waits for the page
KEPT = (
    "household_id",
    "village_id",
    "branch_id",
    "risk_band",
    "reviewed_limit",
    "model_limit",
    "surveyed_limit",
    "line",
    "was",
    "was_outcome",
    "now",
    "now_outcome",
    "manual_reasons",
)


def fingerprint(record: LimitPolicy) -> str:
    """The hash of what a version says now."""
    return text_of(record.settings).hash


def last_words() -> QuerySet[Outcome]:
    """What speaks for each household: the newest outcome that granting would read. As long as the
    branch has not spoken on a household's newest round, the round before does."""
    opening = Outcome.objects.opening_granting().filter(campaign=OuterRef("campaign"))
    readable = Outcome.objects.settled().filter(Exists(opening))
    later = readable.filter(household=OuterRef("household"), campaign__gt=OuterRef("campaign"))
    return readable.filter(~Exists(later))


def campaigns_to_look_at() -> QuerySet[Campaign]:
    """The reviews that speak for somebody: of a village whose newest round the branch has decided
    in part, that round and the one before."""
    speaking = last_words().filter(campaign=OuterRef("pk"))
    return Campaign.objects.first_rounds().filter(Exists(speaking), status__in=REVIEWED)


def nothing_settled() -> NothingToSimulate:
    """Why a policy cannot be worked with yet."""
    return NothingToSimulate(_("The branches have not decided any village's review yet."))


def simulate(policy_id: int, *, business_day: date, actor: User | None) -> PolicySimulation:
    """Simulate a version here and now, all villages one after another."""
    simulation = open_simulation(policy_id, business_day=business_day, actor=actor)
    for shard_id in waiting(simulation):
        work_shard(shard_id)
    simulation.refresh_from_db()
    return simulation


def begin(policy_id: int, *, business_day: date, actor: User | None) -> PolicySimulation:
    """Simulate a version for somebody who waits: a few villages at once, more by the workers.

    Raises what ``open_simulation`` raises.
    """
    with transaction.atomic():
        simulation = open_simulation(policy_id, business_day=business_day, actor=actor)
        left = waiting(simulation)
        if len(left) > AT_ONCE:
            events.publish(PolicySimulationOpened(simulation_id=simulation.pk))
            return simulation
    for shard_id in left:
        work_shard(shard_id)
    simulation.refresh_from_db()
    return simulation


@transaction.atomic
def open_simulation(policy_id: int, *, business_day: date, actor: User | None) -> PolicySimulation:
    """A simulation with one shard per village, for workers to take up.

    Raises Unsound for a version that cannot be worked with, NothingToSimulate without reviews.
    """
    record = LimitPolicy.objects.select_for_update().get(pk=policy_id)
    publishing.refuse_unsound(record)
    campaigns = list(campaigns_to_look_at().values_list("pk", flat=True))
    if not campaigns:
        raise nothing_settled()
    against = publishing.in_force(LimitPolicy, POLICY_CODE)
    said = fingerprint(record)
    run = runs.open_run(
        KIND,
        business_day=business_day,
        keys=[str(pk) for pk in campaigns],
        actor=actor,
        policy=record.pk,
        fingerprint=said,
    )
    simulation, _created = PolicySimulation.objects.get_or_create(
        run=run,
        defaults={
            "policy": record,
            "fingerprint": said,
            "against": against,
            "business_day": business_day,
            "made_by": actor,
        },
    )
    audit.record(simulation, "credit.policy.simulated", actor=actor, fingerprint=said)
    return simulation


def work_shard(shard_id: int) -> None:
    """Judge one village; whoever works the last one sums up.

    Raises core.runs.AlreadyWorked, and NotSimulated where the version was changed meanwhile.
    """
    with runs.claimed(shard_id) as shard:
        run = shard.run
        simulation = PolicySimulation.objects.select_related("policy", "against").get(run=run)
        _must_say_the_same(simulation)
        now = granting_policy.read(simulation.policy)
        was = granting_policy.read(simulation.against) if simulation.against else None
        rows = _judged(int(shard.key), day=simulation.business_day, now=now, was=was)
        SimulatedVillage.objects.update_or_create(
            simulation=simulation, campaign_id=int(shard.key), defaults={"rows": _packed(rows)}
        )
        shard.figures = {"households": rows.height}
    if runs.progress(run.pk).over:
        conclude(simulation.pk)


def _must_say_the_same(simulation: PolicySimulation) -> None:
    """Refuse to add another version's figures to those of the one that was to be simulated."""
    if fingerprint(simulation.policy) != simulation.fingerprint:
        raise NotSimulated(_("The version was changed meanwhile; simulate it again."))


def waiting(simulation: PolicySimulation) -> list[int]:
    """Ids of the villages still to be judged."""
    return runs.waiting(simulation.run)


@transaction.atomic
def conclude(simulation_id: int) -> PolicySimulation:
    """Sum up a simulation whose villages are all worked."""
    simulation = PolicySimulation.objects.select_for_update().get(pk=simulation_id)
    simulation.summary = summed_up(rows_of(simulation))
    simulation.save(update_fields=["summary"])
    return simulation


def not_summed_up() -> list[PolicySimulation]:
    """Simulations whose villages are all judged and whose worker died before summing them up."""
    return list(PolicySimulation.objects.filter(summary={}, run__status=Run.Status.DONE))


def rows_of(simulation: PolicySimulation) -> pl.DataFrame:
    """A row per household: what it has, what the version in force gives, what this one gives."""
    blobs = simulation.villages.order_by("campaign_id").values_list("rows", flat=True)
    return pl.concat(pl.read_parquet(io.BytesIO(bytes(blob))) for blob in blobs)


def newest(record: LimitPolicy) -> PolicySimulation | None:
    """The newest finished simulation of exactly what this version says."""
    made = record.simulations.filter(fingerprint=fingerprint(record)).exclude(summary={})
    return made.select_related("run", "against").first()


def must_be_simulated(record: LimitPolicy) -> None:
    """Refuse a version nobody has seen the effect of, on all villages and lately. Raises
    NotSimulated.

    As long as no village has a concluded review, there is nothing to be seen.
    """
    looked_at = dict(campaigns_to_look_at().values_list("pk", "village_id"))
    if not looked_at:
        return
    found = newest(record)
    if found is None:
        raise NotSimulated(
            _("Simulate exactly this version first: it was never run, or changed since.")
        )
    if timezone.now() - found.made_at > GOOD_FOR:
        raise NotSimulated(
            _("The simulation of this version is more than %(days)s days old; simulate it again.")
            % {"days": GOOD_FOR.days}
        )
    missed = looked_at.keys() - set(found.villages.values_list("campaign_id", flat=True))
    if missed:
        villages = set(looked_at.values())
        seen = villages - {looked_at[each] for each in missed}
        raise NotSimulated(
            _(
                "The simulation of this version saw %(seen)s of the %(all)s villages whose review"
                " is concluded today; simulate it again."
            )
            % {"seen": len(seen), "all": len(villages)}
        )


def facts_of(campaign_id: int, *, day: date, policy: Policy) -> pl.DataFrame:
    """What is known of the households that a review speaks for, as the policy chooses their
    borrowers."""
    homes = last_words().filter(campaign=campaign_id).values_list("household_id", flat=True)
    return granting_frames.households(
        [campaign_id], day=day, engine=policy.engine, granting=policy.granting, only=list(homes)
    )


def _judged(campaign_id: int, *, day: date, now: Policy, was: Policy | None) -> pl.DataFrame:
    campaign = Campaign.objects.select_related("village__grid").get(pk=campaign_id)
    frame = granting_policy.judged(facts_of(campaign_id, day=day, policy=now), now.engine)
    frame = frame.rename({"limit": "now", "outcome": "now_outcome"})
    if was is None:
        before = frame.select("household_id").with_columns(
            pl.lit(None, pl.Int64).alias("was"), pl.lit(None, pl.String).alias("was_outcome")
        )
    else:
        facts = facts_of(campaign_id, day=day, policy=was)
        before = granting_policy.judged(facts, was.engine).select(
            "household_id", pl.col("limit").alias("was"), pl.col("outcome").alias("was_outcome")
        )
    ids = frame["household_id"].to_list()
    joined = frame.join(before, on="household_id", how="left").join(
        _lines(ids), on="household_id", how="left"
    )
    return joined.with_columns(
        pl.lit(campaign.village_id, pl.Int64).alias("village_id"),
        pl.lit(campaign.village.grid.branch_id, pl.Int64).alias("branch_id"),
        pl.col("manual_reasons").list.join(","),
    ).select(KEPT)


def _lines(ids: Iterable[int]) -> pl.DataFrame:
    """The open lines of households, fen."""
    rows = CreditLine.objects.filter(household__in=list(ids)).exclude(status__in=CreditLine.ENDED)
    return pl.DataFrame(
        list(rows.values_list("household_id", "amount")),
        schema={"household_id": pl.Int64, "line": pl.Int64},
        orient="row",
    )


def _packed(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()
