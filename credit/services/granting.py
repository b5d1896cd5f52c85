"""Granting: three limits become one line per household, a village at a time.

The judgement is columns in, columns out (``credit.loan_rules.limits``); here the village is read
into one table, and what comes out is written with one statement per table. Working a village
again adds what is missing and changes nothing else.
"""

from collections.abc import Collection, Iterable
from datetime import date

import polars as pl
from django.db import connection, transaction
from django.utils.translation import gettext as _

from admission.services import answering
from core import audit, events, runs
from core.errors import SameHands
from core.models import Run, Shard, User
from credit.errors import AmountNotOffered, ManualCaseOnly
from credit.events import LinesGranted
from credit.loan_rules.months import add_months
from credit.models import CreditLine, LimitDecision
from credit.services import granting_frames, granting_policy
from credit.services.granting_policy import Policy
from credit.services.granting_rounds import move_lines
from credit.services.granting_sql import INSERT_DECISIONS, INSERT_LINES
from credit.services.products import draft_limit_policy
from village.models import Campaign, Outcome
from village.services import campaigns

__all__ = [
    "draft_limit_policy",
    "grant_campaign",
    "open_granting",
    "open_granting_of_all",
    "settle_manual",
    "work_again",
    "work_shard",
]

KIND = "credit.granting"
TO_BE_GRANTED = {Campaign.Status.CONCLUDED, Campaign.Status.VISITING}
FIGURES = (
    "reviewed_limit",
    "model_limit",
    "surveyed_limit",
    "annual_net_income",
    "net_worth",
    "deposit_avg_12m",
    "other_credit_debt",
    "given_to_members",
    "product_cap",
    "dti_cap",
    "household_cap",
    "combined",
    "age_at_maturity",
)
WORDS = ("combined_by", "capped_by", "zero_reasons", "manual_reasons", "admission", "risk_band")
SIGNS = ("is_visited", "is_blacklisted", "has_high_hit", "has_medium_hit")


def grant_campaign(campaign_id: int, *, business_day: date, actor: User | None) -> Run:
    """Grant lines to one village, here and now. Raises NotPublished without a policy."""
    run = open_granting([campaign_id], business_day=business_day, actor=actor)
    for shard_id in runs.waiting(run):
        work_shard(shard_id)
    run.refresh_from_db()
    return run


def open_granting(campaign_ids: Iterable[int], *, business_day: date, actor: User | None) -> Run:
    """A run with one shard per village, for workers to take up."""
    ids = sorted(campaign_ids)
    return runs.open_run(
        KIND,
        business_day=business_day,
        keys=[str(pk) for pk in ids],
        actor=actor,
        policy=granting_policy.in_force().record.pk,
        campaigns=ids,
    )


def open_granting_of_all(*, business_day: date, actor: User | None) -> Run:
    """A run over every village whose review is concluded and decided, at least in part."""
    ready = (
        Campaign.objects.first_rounds()
        .filter(status__in=TO_BE_GRANTED, outcomes__in=Outcome.objects.settled())
        .distinct()
    )
    return open_granting(ready.values_list("pk", flat=True), business_day=business_day, actor=actor)


def work_shard(shard_id: int) -> None:
    """Grant one village of a run. Raises core.runs.AlreadyWorked when another has it."""
    with runs.claimed(shard_id) as shard:
        shard.figures = _grant_village(shard)


def _grant_village(shard: Shard) -> dict[str, int]:
    run = shard.run
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=int(shard.key))
    if campaign.status in TO_BE_GRANTED:
        campaigns.mark_granted(campaign.pk, actor=run.started_by)
    policy = granting_policy.in_force()
    table = _work_out(campaign.pk, day=run.business_day, policy=policy)
    decided = _write_decisions(table, campaign=campaign, run=run, policy=policy)
    moved = move_lines(campaign, day=run.business_day, actor=run.started_by)
    lines = _write_lines(campaign, day=run.business_day)
    audit.record_all(
        LimitDecision,
        "credit.limit.decided",
        (audit.Deed(pk, {"outcome": outcome, "limit": limit}) for pk, outcome, limit in decided),
        actor=run.started_by,
    )
    audit.record_all(
        CreditLine,
        "credit.line.granted",
        (audit.Deed(pk, {"amount": amount}) for pk, amount in lines),
        actor=run.started_by,
    )
    if decided:
        events.publish(LinesGranted(campaign_id=campaign.pk))
    return _figures_of(decided, lines) | {"moved": len(moved)}


def _figures_of(
    decided: list[tuple[int, str, int]], lines: list[tuple[int, int]]
) -> dict[str, int]:
    """What a shard reports; amounts in fen."""
    outcomes = [outcome for _pk, outcome, _limit in decided]
    return {
        "households": len(decided),
        **{each.value: outcomes.count(each.value) for each in LimitDecision.Outcome},
        "lines": len(lines),
        "amount": sum(amount for _pk, amount in lines),
    }


def _work_out(
    campaign_id: int, *, day: date, policy: Policy, only: list[int] | None = None
) -> pl.DataFrame:
    """Every household's limit with all that led to it."""
    table = granting_frames.households(
        campaign_id, day=day, engine=policy.engine, granting=policy.granting, only=only
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
    table: pl.DataFrame, *, campaign: Campaign, run: Run, policy: Policy
) -> list[tuple[int, str, int]]:
    """One row per household not yet decided in this campaign: (id, outcome, limit)."""
    rows = table.select(
        household="household_id",
        borrower="borrower_id",
        admission="admission_id",
        reviewed="reviewed_limit",
        model="model_limit",
        surveyed="surveyed_limit",
        lim="limit",
        outcome="outcome",
        explanation="explanation",
    )
    if rows.is_empty():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_DECISIONS,
            {
                "rows": rows.write_json(),
                "campaign": campaign.pk,
                "policy": policy.record.pk,
                "run": run.pk,
                "day": run.business_day,
            },
        )
        return cursor.fetchall()


def _write_lines(campaign: Campaign, *, day: date) -> list[tuple[int, int]]:
    """One line per decision that grants, unless the household has an open one: (id, amount)."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT_LINES, {"campaign": campaign.pk, "day": day})
        return cursor.fetchall()


def work_again(decision: LimitDecision) -> LimitDecision:
    """Work one household's limit out once more, with what is known now; the caller holds its line.

    The same columns and the same engine as the village's, on a table of one row. What was decided
    before stays in the explanation.
    """
    policy = granting_policy.read(decision.policy)
    table = _work_out(
        decision.campaign_id,
        day=decision.decided_on,
        policy=policy,
        only=[decision.household_id],
    )
    row = table.row(0, named=True)
    before = {"outcome": decision.outcome, "limit": decision.limit}
    decision.reviewed_limit, decision.model_limit = row["reviewed_limit"], row["model_limit"]
    decision.surveyed_limit, decision.limit = row["surveyed_limit"], row["limit"]
    decision.outcome = row["outcome"]
    decision.explanation = row["explanation"] | {"before": before}
    decision.save(
        update_fields=[
            "reviewed_limit",
            "model_limit",
            "surveyed_limit",
            "limit",
            "outcome",
            "explanation",
        ]
    )
    audit.record(
        decision,
        "credit.limit.worked_again",
        actor=None,
        before=before,
        outcome=decision.outcome,
        limit=decision.limit,
    )
    return decision


@transaction.atomic
def settle_manual(decision_id: int, *, amount: int, actor: User, reason: str) -> LimitDecision:
    """A person decides where the machine may not: ``amount`` fen, or 0 for no line.

    Raises ManualCaseOnly, SameHands for the household's own customer manager, AmountNotOffered
    above the policy's caps or without a reason, RulesUnanswered while a rule lacks its evidence.
    """
    decision = (
        LimitDecision.objects.select_for_update(of=("self",))
        .select_related("policy", "household__village__grid")
        .get(pk=decision_id)
    )
    if decision.outcome != LimitDecision.Outcome.MANUAL:
        raise ManualCaseOnly(_("This limit does not wait for a person."))
    if actor.pk == decision.household.village.grid.manager_id:
        raise SameHands
    if amount:
        answering.must_be_answered(decision.admission)
    _must_be_settled_soundly(decision, amount, reason)
    is_visited = decision.surveyed_limit is not None
    outcomes = LimitDecision.Outcome
    granted = outcomes.GRANT if is_visited else outcomes.PRE_GRANT
    decision.outcome = granted if amount else outcomes.NONE
    decision.limit, decision.settled_by = amount, actor
    decision.explanation = decision.explanation | {"settled": {"amount": amount, "why": reason}}
    decision.save(update_fields=["outcome", "limit", "settled_by", "explanation"])
    audit.record(decision, "credit.limit.settled", actor=actor, amount=amount, reason=reason)
    if amount:
        _settle_line(decision, actor)
    else:
        _end_line(decision, actor)
    return decision


def _must_be_settled_soundly(decision: LimitDecision, amount: int, reason: str) -> None:
    policy = granting_policy.read(decision.policy)
    most = min(policy.granting.product_cap, policy.granting.household_cap)
    if decision.surveyed_limit is None:
        most = min(most, policy.engine.pre_limit_at_most)
    if not 0 <= amount <= most:
        raise AmountNotOffered(
            _("Before the visit and above all caps, at most %(most)s yuan can be settled.")
            % {"most": most // 100}
        )
    if not reason.strip():
        raise AmountNotOffered(_("Say why you decide so."), code="reason_missing")


def _settle_line(decision: LimitDecision, actor: User) -> None:
    """The line that a settled limit opens, or confirms where it was granted in advance."""
    line = CreditLine.objects.select_for_update(of=("self",)).filter(decision=decision).first()
    if line is not None and line.status == CreditLine.Status.PRE_GRANTED:
        if decision.outcome == LimitDecision.Outcome.GRANT:
            line.confirm(amount=decision.limit)
            line.save(update_fields=["status", "amount"])
            audit.record(line, "credit.line.confirmed", actor=actor, amount=decision.limit)
        return
    ended = [CreditLine.Status.EXPIRED, CreditLine.Status.CLOSED]
    others = CreditLine.objects.filter(household=decision.household).exclude(status__in=ended)
    if line is not None or others.exists():
        return
    visited = decision.outcome == LimitDecision.Outcome.GRANT
    line = CreditLine.objects.create(
        household=decision.household,
        borrower=decision.borrower,
        decision=decision,
        amount=decision.limit,
        valid_from=decision.decided_on,
        valid_to=add_months(decision.decided_on, decision.explanation["line_months"]),
        status=CreditLine.Status.GRANTED if visited else CreditLine.Status.PRE_GRANTED,
    )
    audit.record(line, "credit.line.granted", actor=actor, amount=line.amount)


def _end_line(decision: LimitDecision, actor: User) -> None:
    """What was granted in advance and then refused by a person is closed."""
    status = CreditLine.Status.PRE_GRANTED
    for line in CreditLine.objects.select_for_update().filter(decision=decision, status=status):
        line.close()
        line.save(update_fields=["status"])
        audit.record(line, "credit.line.closed", actor=actor)
