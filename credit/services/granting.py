"""Granting: three limits become one line per household, some villages at a time.

The judgement is columns in, columns out (``credit.loan_rules.limits``); here villages are read
into one table, and what comes out is written with one statement per table. Working a village
again decides on who was not decided on before and changes nothing else.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from core import audit, events, runs
from core.models import Run, Shard, User
from credit.events import LinesGranted
from credit.models import CreditLine, LimitDecision, LimitPolicy
from credit.selectors_granting import undecided
from credit.services import granting_frames, granting_policy, line_ends
from credit.services.granting_policy import Policy
from credit.services.granting_rounds import move_lines
from credit.services.granting_sql import INSERT_LINES
from credit.services.products import draft_limit_policy
from village.models import Campaign, Outcome
from village.services import copying
from village.services.campaigns import mark_granted

__all__ = [
    "draft_limit_policy",
    "grant_campaign",
    "open_granting",
    "open_granting_of_all",
    "take_over",
    "work_again",
    "work_shard",
    "work_through",
    "worked_out_now",
]

KIND = "credit.granting"
VILLAGES_AT_ONCE = 12
"""Granted in one transaction: what a crash costs, and what waits while somebody settles a case."""
THREADS = (os.cpu_count() or 1) + 1
"""One more than there are cores: mostly one of them waits for the database."""
TO_BE_GRANTED = {Campaign.Status.CONCLUDED, Campaign.Status.VISITING}
EVERY = "every"
"""Stands for the campaigns of a run over all that are ready: begun again, it is the same run."""
FIGURES = (
    "reviewed_limit",
    "model_limit",
    "surveyed_limit",
    "annual_net_income",
    "net_worth",
    "deposit_avg_12m",
    "other_credit_debt",
    "given_to_members",
    "given_to_borrower",
    "product_cap",
    "dti_cap",
    "household_cap",
    "person_cap",
    "most_by_caps",
    "combined",
    "age_at_maturity",
)
WORDS = ("combined_by", "capped_by", "zero_reasons", "manual_reasons", "admission", "risk_band")
DECIDED_ONCE = ("household_id", "campaign_id")
LINES = {"id": pl.Int64, "decision_id": pl.Int64, "amount": pl.Int64}
ANSWERED = (
    "borrower_id",
    "admission_id",
    "reviewed_limit",
    "model_limit",
    "surveyed_limit",
    "limit",
    "outcome",
)
SIGNS = ("is_visited", "is_blacklisted", "has_high_hit", "has_medium_hit")


def grant_campaign(campaign_id: int, *, business_day: date, actor: User | None) -> Run:
    """Grant lines to one village, here and now. Raises NotPublished without a policy."""
    run = open_granting([campaign_id], business_day=business_day, actor=actor)
    for shard_id in runs.waiting(run):
        work_shard(shard_id)
    run.refresh_from_db()
    return run


def open_granting(campaign_ids: Iterable[int], *, business_day: date, actor: User | None) -> Run:
    """A run with one shard per village, for workers to take up, by the policy in force today."""
    ids = sorted(campaign_ids)
    return _opened(ids, ids, business_day=business_day, actor=actor)


def open_granting_of_all(*, business_day: date, actor: User | None) -> Run:
    """A run over every village with households that the branch decided on and nobody granted yet.

    One that was cut off on that day is gone on with, and takes in what became ready since.
    """
    whole = (
        Campaign.objects.first_rounds()
        .filter(status__in=TO_BE_GRANTED, outcomes__in=Outcome.objects.opening_granting())
        .distinct()
    )
    late = undecided(Campaign.objects.filter(status=Campaign.Status.GRANTED))
    ids = {*whole.values_list("pk", flat=True), *late.values_list("campaign_id", flat=True)}
    return _opened(sorted(ids), EVERY, business_day=business_day, actor=actor)


def _opened(
    ids: Iterable[int], named: list[int] | str, *, business_day: date, actor: User | None
) -> Run:
    policy = granting_policy.in_force().record.pk
    line_ends.end_past(business_day)
    line_ends.end_of_gone()
    return runs.open_run(
        KIND,
        business_day=business_day,
        keys=[str(pk) for pk in ids],
        actor=actor,
        policy=policy,
        campaigns=named,
    )


def work_through(shard_ids: Sequence[int], *, workers: int = 1) -> Iterator[int]:
    """Grant these villages of a run, some in one transaction; yields how many had their turn."""
    return runs.work_through(shard_ids, _grant, at_once=VILLAGES_AT_ONCE, workers=workers)


def work_shard(shard_id: int) -> None:
    """Grant one village of a run. Raises core.runs.AlreadyWorked when another has it."""
    with runs.claimed(shard_id) as shard:
        _grant([shard])


def _grant(shards: Sequence[Shard]) -> None:
    """Grant the villages of these shards together; two rounds of one village, one after another."""
    shard_of = {int(each.key): each for each in shards}
    locked = Campaign.objects.select_for_update(of=("self",)).filter(pk__in=shard_of)
    for together in _one_round_of_each_village(locked.order_by("pk")):
        figures = _grant_together(together, run=shards[0].run)
        for campaign in together:
            shard_of[campaign.pk].figures = figures[campaign.pk]


def _one_round_of_each_village(campaigns: Iterable[Campaign]) -> list[list[Campaign]]:
    """A later round moves the lines of the one before, so those must stand first."""
    rounds: list[dict[int, Campaign]] = []
    for campaign in campaigns:
        for earlier in rounds:
            if campaign.village_id not in earlier:
                break
        else:
            earlier = {}
            rounds.append(earlier)
        earlier[campaign.village_id] = campaign
    return [list(each.values()) for each in rounds]


def _grant_together(campaigns: list[Campaign], *, run: Run) -> dict[int, dict[str, int]]:
    """What came of each campaign, by its id; amounts in fen."""
    day, actor, ids = run.business_day, run.started_by, [each.pk for each in campaigns]
    mark_granted([each.pk for each in campaigns if each.status in TO_BE_GRANTED], actor=actor)
    policy = granting_policy.read(LimitPolicy.objects.get(pk=run.settings["policy"]))
    worked_out = _work_out(ids, day=day, policy=policy)
    decided = _write_decisions(worked_out, ids, run=run, policy=policy)
    moved = move_lines(ids, day=day, actor=actor)
    lines = _write_lines(decided, day=day)
    _record(decided, lines, actor=actor)
    for campaign_id in decided["campaign_id"].unique(maintain_order=True):
        events.publish(LinesGranted(campaign_id=campaign_id))
    return _figures_of(ids, decided, lines, moved)


def _record(decided: pl.DataFrame, lines: pl.DataFrame, *, actor: User | None) -> None:
    """One deed for each limit and one for each line, amounts in fen."""
    decision = cache(lambda outcome, limit: audit.told(outcome=outcome, limit=limit))
    line = cache(lambda amount: audit.told(amount=amount))
    limits = decided.select("id", "outcome", "limit").rows()
    audit.record_all(
        LimitDecision,
        "credit.limit.decided",
        (audit.Deed(pk, decision(outcome, limit)) for pk, outcome, limit in limits),
        actor=actor,
    )
    audit.record_all(
        CreditLine,
        "credit.line.granted",
        (audit.Deed(pk, line(amount)) for pk, amount in lines.select("id", "amount").rows()),
        actor=actor,
    )


def _figures_of(
    campaign_ids: Collection[int], decided: pl.DataFrame, lines: pl.DataFrame, moved: Counter[int]
) -> dict[int, dict[str, int]]:
    """What each shard reports, by campaign; amounts in fen."""
    outcome = pl.col("outcome")
    counts = decided.group_by("campaign_id").agg(
        pl.len().alias("households"),
        *((outcome == each.value).sum().alias(each.value) for each in LimitDecision.Outcome),
    )
    sums = lines.group_by("campaign_id").agg(
        pl.len().alias("lines"), pl.col("amount").sum().alias("amount")
    )
    joined = (
        pl.DataFrame({"campaign_id": list(campaign_ids)})
        .join(counts, on="campaign_id", how="left")
        .join(sums, on="campaign_id", how="left")
        .fill_null(0)
    )
    return {
        row.pop("campaign_id"): row | {"moved": moved[campaign_id]}
        for campaign_id, row in zip(joined["campaign_id"], joined.rows(named=True), strict=True)
    }


def _work_out(
    campaign_ids: Collection[int],
    *,
    day: date,
    policy: Policy,
    only: Collection[int] | None = None,
) -> pl.DataFrame:
    """Every household's limit with all that led to it."""
    table = granting_frames.households(
        campaign_ids, day=day, engine=policy.engine, granting=policy.granting, only=only
    )
    judged = granting_policy.judged(table, policy.engine)
    return judged.with_columns(_explanation(policy, judged.columns))


def _explanation(policy: Policy, known: Collection[str]) -> pl.Expr:
    """Every figure behind one limit, in fen, and which bound decided; a policy may do without a
    cap, which is then nothing."""
    figures = [
        pl.col(each) if each in known else pl.lit(None, pl.Int64).alias(each) for each in FIGURES
    ]
    return pl.struct(
        pl.struct(figures).alias("figures"),
        pl.struct(SIGNS).alias("signs"),
        *WORDS,
        pl.col("limit_factor").cast(pl.String),
        pl.col("survey_id").alias("survey"),
        "line_months",
        pl.lit(str(policy.record)).alias("policy"),
    ).alias("explanation")


def _write_decisions(
    table: pl.DataFrame, campaign_ids: Collection[int], *, run: Run, policy: Policy
) -> pl.DataFrame:
    """One row per household not yet decided in its campaign, as written.

    The campaigns are locked, so nobody else decides about their households meanwhile.
    """
    written = LimitDecision.objects.filter(campaign__in=campaign_ids)
    before = copying.columns(
        written.order_by().values_list(*DECIDED_ONCE),
        dict.fromkeys(DECIDED_ONCE, pl.Int64),
    )
    fresh = table.join(before, on=DECIDED_ONCE, how="anti").sort("household_id")
    rows = fresh.select(
        pl.Series("id", copying.new_ids(LimitDecision, fresh.height), pl.Int64),
        "household_id",
        "borrower_id",
        "campaign_id",
        pl.lit(policy.record.pk).alias("policy_id"),
        "admission_id",
        pl.lit(run.pk).alias("run_id"),
        pl.lit(run.business_day).alias("decided_on"),
        "reviewed_limit",
        "model_limit",
        "surveyed_limit",
        "limit",
        "outcome",
        pl.col("explanation").struct.json_encode(),
    )
    copying.append(LimitDecision._meta.db_table, rows)
    return rows


def _write_lines(decided: pl.DataFrame, *, day: date) -> pl.DataFrame:
    """One line per limit just written that grants, unless the household has an open one, as
    written. Of these campaigns nothing was written meanwhile, so the first id tells the new ones.
    """
    if decided.is_empty():
        return pl.DataFrame(schema=LINES | {"campaign_id": pl.Int64})
    campaigns = decided["campaign_id"].unique().to_list()
    asked = {"campaigns": campaigns, "first": decided["id"].min(), "day": day}
    of_campaign = decided.select("campaign_id", decision_id="id")
    return copying.frame(INSERT_LINES, LINES, asked).join(of_campaign, on="decision_id").sort("id")


def work_again(decision: LimitDecision) -> LimitDecision:
    """Work one household's limit out once more, with what is known now; the caller holds it.

    What was decided before stays in the explanation; what a person settled before is to be settled
    anew. Where nobody who may borrow belongs to the household any more, the limit stays as it is.
    """
    row = worked_out_now(decision)
    return decision if row is None else take_over(decision, row)


def worked_out_now(decision: LimitDecision) -> dict[str, Any] | None:
    """What one household's limit would be by what is known now: a row of the village's table, or
    None where nobody who may borrow belongs to it any more.

    The same columns and the same engine as the village's, on a table of one row.
    """
    table = _work_out(
        [decision.campaign_id],
        day=decision.decided_on,
        policy=granting_policy.read(decision.policy),
        only=[decision.household_id],
    )
    return None if table.is_empty() else table.row(0, named=True)


def take_over(decision: LimitDecision, row: Mapping[str, Any]) -> LimitDecision:
    """The limit is from now on what was worked out again."""
    before = {"outcome": decision.outcome, "limit": decision.limit}
    settled = {name: told for name, told in decision.explanation.items() if name == "settled"}
    for name in ANSWERED:
        setattr(decision, name, row[name])
    decision.settled_by = None
    decision.explanation = row["explanation"] | {"before": before | settled}
    decision.save(update_fields=[*ANSWERED, "settled_by", "explanation"])
    audit.record(
        decision,
        "credit.limit.worked_again",
        actor=None,
        before=before,
        outcome=decision.outcome,
        limit=decision.limit,
    )
    return decision
