"""Villages as a table: a row per household with everything its limit is worked out from."""

from collections.abc import Collection
from datetime import date

import polars as pl
from django.db.models import (
    BigIntegerField,
    Case,
    F,
    FloatField,
    Func,
    IntegerField,
    Max,
    QuerySet,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import IsNull

from admission.models import Decision, Deposit
from credit.loan_rules.limit_policy import LimitPolicy as Engine
from credit.loan_rules.months import add_months
from credit.models import MAY_BORROW
from credit.selectors_granting import admission_since
from credit.services import granting_owed
from credit.services.granting_policy import Granting
from village.models import Campaign, Customer, Household, ListFlag, Outcome
from village.services.copying import columns
from visits import selectors as visits

Homes = QuerySet[Outcome, int]
"""The ids of the households asked about, as a query: the database need not be told them again."""

JUDGED = [
    Campaign.Status.CONCLUDED,
    Campaign.Status.VISITING,
    Campaign.Status.GRANTED,
    Campaign.Status.CLOSED,
]
"""Rounds that have outcomes."""
PURPOSE = "granting"
HERE = [state.value for state in Customer.HERE]
ADMISSION_ORDER = {"admit": 0, "notice": 0, "manual": 1, "wait": 2, "refuse": 3}
UNDECIDED = 2

OUTCOMES = {
    "campaign_id": pl.Int64,
    "household_id": pl.Int64,
    "reviewed_limit": pl.Int64,
    "review_points": pl.Float64,
    "list_flag": pl.String,
    "hard_negative": pl.Boolean,
    "hard_negative_reviewers": pl.Int64,
}
DECLARED = {
    "household_id": pl.Int64,
    "village_id": pl.Int64,
    "household_flag": pl.String,
    "house_value": pl.Int64,
    "vehicle_value": pl.Int64,
    "income_year": pl.Int64,
    "operating_cost_year": pl.Int64,
    "debt": pl.Int64,
    "private_debt": pl.Int64,
}
MEMBERS = {
    "borrower_id": pl.Int64,
    "household_id": pl.Int64,
    "role": pl.String,
    "state": pl.String,
    "borrower_flag": pl.String,
    "born_on": pl.Date,
}
DECISIONS = {
    "borrower_id": pl.Int64,
    "admission_id": pl.Int64,
    "admission": pl.String,
    "limit_factor": pl.Decimal(4, 2),
    "scored_band": pl.String,
    "admission_at_most": pl.Int64,
}
LEAST_ALLOWED = Func(
    "hits",
    template="(CASE WHEN %(expressions)s <> '[]' THEN (SELECT min((each->>'limit_at_most')::bigint)"
    " FROM jsonb_array_elements(%(expressions)s) each) END)",
    output_field=BigIntegerField(),
)
"""The least that a rule which holds allows at most, fen; NULL where none does."""
BLACK_OR_OWN_LIST = Case(
    When(watch_flag=ListFlag.BLACK, then=Value(ListFlag.BLACK.value)), default=F("list_flag")
)
"""A person's list: black where the files of others or the bank's own say so, else the bank's."""
SURVEYS = {
    "household_id": pl.Int64,
    "seen_on": pl.Date,
    "survey_id": pl.Int64,
    "surveyed_limit": pl.Int64,
    "surveyed_income": pl.Int64,
    "surveyed_costs": pl.Int64,
    "surveyed_assets": pl.Int64,
    "surveyed_debts": pl.Int64,
}


def households(
    campaign_ids: Collection[int],
    *,
    day: date,
    engine: Engine,
    granting: Granting,
    only: Collection[int] | None = None,
) -> pl.DataFrame:
    """The reviewed households of some campaigns, ready for the limit engine.

    Only outcomes that the branch has decided, or that are void and give nothing, are read, and not
    those of a household that a later round has judged. ``only`` narrows to some households, whose
    limits stand already: one uses the very same columns as a county.
    """
    outcomes = Outcome.objects.settled().filter(campaign__in=campaign_ids)
    if only is not None:
        outcomes = outcomes.filter(household__in=only)
    homes = outcomes.values_list("household_id", flat=True)
    declared = _declared(homes)
    # Whole villages are read from an index, in the order in which they lie; what belongs to nobody
    # who was reviewed falls away. To look each household's people up takes five times as long.
    villages = declared["village_id"].unique().to_list()
    borrowers = _borrowers(declared, villages, day=day, engine=engine, granting=granting)
    by_members, by_borrowers = granting_owed.by_households_and_people(villages)
    reviewed = _outcomes(outcomes)
    if only is None:
        reviewed = _standing(reviewed, declared)
    surveys = _surveys(homes, reviewed, _begun(campaign_ids))
    frame = (
        reviewed.lazy()
        .join(declared.lazy().drop("village_id"), on="household_id")
        .join(borrowers, on="household_id")
        .join(surveys.lazy(), on="household_id", how="left")
        .join(_deposits(villages).lazy(), on="household_id", how="left")
        .join(by_members.lazy(), on="household_id", how="left")
        .join(by_borrowers.lazy(), on="borrower_id", how="left")
    )
    return frame.with_columns(_figures(granting)).with_columns(_signs()).collect()


def main_borrowers(
    outcomes: QuerySet[Outcome], *, day: date, engine: Engine, granting: Granting
) -> pl.Series:
    """The customers to whom granting would lend by these outcomes; nobody for a household without
    anybody fit, or on a black list."""
    asked = outcomes.exclude(list_flag=ListFlag.BLACK).exclude(household__list_flag=ListFlag.BLACK)
    declared = _declared(asked.values_list("household_id", flat=True))
    if declared.is_empty():
        return declared["household_id"]
    villages = declared["village_id"].unique().to_list()
    chosen = _borrowers(declared, villages, day=day, engine=engine, granting=granting)
    return chosen.filter("is_fit").sort("household_id").collect()["borrower_id"]


def _figures(granting: Granting) -> list[pl.Expr]:
    """What an accepted visit found, and where nobody has been, what the household declared."""
    declared_net = pl.col("income_year") - pl.col("operating_cost_year")
    surveyed_net = pl.col("surveyed_income") - pl.col("surveyed_costs")
    debts = pl.coalesce("surveyed_debts", _told("debt", "private_debt"))
    owned = pl.coalesce("surveyed_assets", _told("house_value", "vehicle_value"))
    return [
        pl.coalesce(surveyed_net, declared_net).alias("annual_net_income"),
        (owned - debts).alias("net_worth"),
        pl.col("deposit_avg_12m").fill_null(0),
        pl.col("given_to_members").fill_null(0),
        pl.col("given_to_borrower").fill_null(0),
        debts.alias("other_credit_debt"),
        # Whoever has no score is in the band that the policy names for them.
        pl.coalesce(pl.col("scored_band").replace("", None), pl.lit(granting.risk_band)).alias(
            "risk_band"
        ),
    ]


def _told(*columns: str) -> pl.Expr:
    """What was told of these together; unknown where nothing was told of any."""
    told = pl.any_horizontal(pl.col(each).is_not_null() for each in columns)
    return pl.when(told).then(pl.sum_horizontal(columns))


def _signs() -> list[pl.Expr]:
    """What stops a line, and what sends it to a person. Unknown stays unknown."""
    black = ListFlag.BLACK.value
    on_black_list = pl.any_horizontal(
        pl.col("list_flag") == black,
        pl.col("household_flag") == black,
        pl.col("borrower_flag") == black,
    )
    known = pl.col("admission").is_in(["admit", "notice", "manual", "refuse"])
    return [
        pl.col("survey_id").is_not_null().alias("is_visited"),
        pl.col("state").is_in(HERE).alias("is_here"),
        on_black_list.alias("is_blacklisted"),
        pl.when(known).then(pl.col("admission") == "refuse").alias("has_high_hit"),
        pl.when(known).then(pl.col("admission") == "manual").alias("has_medium_hit"),
        pl.col("hard_negative_reviewers").fill_null(0),
        pl.col("hard_negative").alias("has_hard_negative_evidence"),
    ]


def _outcomes(outcomes: QuerySet[Outcome]) -> pl.DataFrame:
    first_confirmed = KT("explanation__confirmed_hard__0")
    return columns(
        outcomes.order_by().values_list(
            "campaign_id",
            "household_id",
            "reviewed_limit",
            Cast("points", FloatField()),
            "list_flag",
            IsNull(first_confirmed, False),
            Cast(KT("explanation__hard_reporters"), IntegerField()),
        ),
        OUTCOMES,
    )


def _standing(reviewed: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """Without the households that a later round has judged by now: that round speaks for them.

    Hardly a village has a later round, and households are asked about only where it has.
    """
    villages = declared["village_id"].unique().to_list()
    rounds = columns(
        Campaign.objects.first_rounds()
        .filter(village__in=villages, status__in=JUDGED)
        .order_by()
        .values_list("village_id")
        .annotate(newest=Max("pk")),
        {"village_id": pl.Int64, "newest": pl.Int64},
    )
    homes = declared.select("household_id", "village_id").join(rounds, on="village_id")
    asked = reviewed.join(homes, on="household_id").filter(pl.col("newest") > pl.col("campaign_id"))
    if asked.is_empty():
        return reviewed
    overtaken = columns(
        Outcome.objects.overtaken()
        .filter(
            campaign__in=asked["campaign_id"].unique().to_list(),
            household__in=asked["household_id"].to_list(),
        )
        .order_by()
        .values_list("campaign_id", "household_id"),
        {"campaign_id": pl.Int64, "household_id": pl.Int64},
    )
    return reviewed.join(overtaken, on=["campaign_id", "household_id"], how="anti")


def _declared(homes: Homes) -> pl.DataFrame:
    found = Household.objects.filter(pk__in=homes).order_by()
    figures = list(DECLARED)[3:]
    return columns(found.values_list("id", "village_id", "list_flag", *figures), DECLARED)


def _borrowers(
    declared: pl.DataFrame, villages: list[int], *, day: date, engine: Engine, granting: Granting
) -> pl.LazyFrame:
    """Each household's main borrower: the head where age and rules allow, else the spouse, else a
    grown child unless the head was refused. Nobody fit: the head, so that the reason is on file."""
    members = columns(
        Customer.objects.filter(village__in=villages, role__in=MAY_BORROW)
        .order_by()
        .values_list("id", "household_id", "role", "state", BLACK_OR_OWN_LIST, "born_on"),
        MEMBERS,
    )
    people = (
        members.lazy()
        .join(declared.lazy().select("household_id"), on="household_id", how="semi")
        .join(_decisions(villages, day).lazy(), on="borrower_id", how="left")
        .with_columns(
            _age("born_on", day).alias("age"),
            _line_months(day, engine, granting).alias("line_months"),
            pl.col("admission")
            .replace_strict(ADMISSION_ORDER, default=UNDECIDED, return_dtype=pl.Int64)
            .alias("_admission"),
            pl.col("role")
            .replace_strict(
                {role.value: n for n, role in enumerate(MAY_BORROW)}, return_dtype=pl.Int64
            )
            .alias("_role"),
        )
    )
    head_refused = pl.any_horizontal((pl.col("role") == "head") & (pl.col("admission") == "refuse"))
    is_fit = (
        pl.col("state").is_in(HERE)
        & (pl.col("age") >= granting.youngest)
        & pl.col("line_months").is_not_null()
        & (pl.col("borrower_flag") != ListFlag.BLACK.value)
        & ~((pl.col("role") == "child") & head_refused.any().over("household_id"))
    )
    order = people.with_columns(
        is_fit.alias("is_fit"),
        pl.when(is_fit).then("_admission").otherwise(0).alias("_admission"),
    ).sort(
        ["household_id", "is_fit", "_admission", "_role", "borrower_id"],
        descending=[False, True, False, False, False],
    )
    least = granting.line_months_at_least
    chosen = order.unique("household_id", keep="first", maintain_order=True)
    months = pl.col("line_months").fill_null(least)
    return chosen.with_columns(months.alias("line_months")).with_columns(
        _age_after(day, months_column="line_months", granting=granting).alias("age_at_maturity")
    )


def _age(column: str, on: date) -> pl.Expr:
    """Full years of age on a day."""
    born = pl.col(column)
    no_birthday_yet = (born.dt.month() > on.month) | (
        (born.dt.month() == on.month) & (born.dt.day() > on.day)
    )
    return (on.year - born.dt.year() - no_birthday_yet.cast(pl.Int32)).cast(pl.Int64)


def _terms(granting: Granting) -> list[int]:
    """Lengths of a line, months, the longest first, by whole years; the shortest is the last."""
    longest, least = granting.line_months_at_most, granting.line_months_at_least
    return [*range(longest, least, -12), least]


def _line_months(day: date, engine: Engine, granting: Granting) -> pl.Expr:
    """The longest line after which the borrower is not too old; null where none is."""
    fits = [
        pl.when(_age("born_on", add_months(day, months)) <= engine.oldest_at_maturity).then(
            pl.lit(months, pl.Int64)
        )
        for months in _terms(granting)
    ]
    return pl.coalesce(*fits)


def _age_after(day: date, *, months_column: str, granting: Granting) -> pl.Expr:
    ages = [
        pl.when(pl.col(months_column) == months).then(_age("born_on", add_months(day, months)))
        for months in _terms(granting)
    ]
    return pl.coalesce(*ages)


def _decisions(villages: list[int], day: date) -> pl.DataFrame:
    since = admission_since(day)
    newest = (
        Decision.objects.standing()
        .filter(village__in=villages, purpose=PURPOSE, as_of__gte=since)
        .order_by("customer_id", "-id")
        .distinct("customer_id")
    )
    told = newest.values_list(
        "customer_id", "id", "outcome", "limit_factor", "risk_band", LEAST_ALLOWED
    )
    return columns(told, DECISIONS)


def _begun(campaign_ids: Collection[int]) -> pl.DataFrame:
    """The day on which each campaign's round began; a second panel belongs to the first's round."""
    began = Coalesce("follows__business_day", "business_day")
    found = Campaign.objects.filter(pk__in=campaign_ids).values_list("id", began)
    return columns(found, {"campaign_id": pl.Int64, "began_on": pl.Date})


def _surveys(homes: Homes, reviewed: pl.DataFrame, begun: pl.DataFrame) -> pl.DataFrame:
    """What was found in this round. A visit of an earlier one no longer says what a household can
    bear: until somebody has been there again, it counts as not visited."""
    newest = visits.newest_surveys(homes).values_list(
        "task__household_id",
        "seen_on",
        "id",
        "surveyed_limit",
        "income_year",
        "operating_cost_year",
        "assets",
        "debts",
    )
    rounds = reviewed.select("household_id", "campaign_id").join(begun, on="campaign_id")
    of_round = columns(newest, SURVEYS).join(rounds, on="household_id")
    return of_round.filter(pl.col("seen_on") >= pl.col("began_on")).select(
        name for name in SURVEYS if name != "seen_on"
    )


def _deposits(villages: list[int]) -> pl.DataFrame:
    newest = (
        Deposit.objects.filter(village__in=villages)
        .order_by("customer_id", "-as_of")
        .distinct("customer_id")
        .values_list("customer__household_id", "average_12m")
    )
    frame = columns(newest, {"household_id": pl.Int64, "deposit_avg_12m": pl.Int64})
    return frame.group_by("household_id").agg(pl.col("deposit_avg_12m").sum())
