"""From three limits to one line, with the reasons: one definition for a household and a county.

``combine`` takes the three limits and the facts about a household as columns and adds the answer.
For one household the same expressions run on a frame of one row (``combine_one``).
"""

from collections.abc import Mapping
from enum import StrEnum

import polars as pl

from tests.credit.former.limit_policy import LimitPolicy, Mode
from tests.credit.former.three_limits import share_of


class Outcome(StrEnum):
    """What becomes of a household's limit."""

    GRANT = "grant"
    PRE_GRANT = "pre_grant"  # before the visit; drawn only once the visit has confirmed it
    MANUAL = "manual"
    NONE = "none"


HOUSEHOLD_COLUMNS: dict[str, pl.DataType] = {
    "reviewed_limit": pl.Int64(),
    "model_limit": pl.Int64(),
    "surveyed_limit": pl.Int64(),
    "product_cap": pl.Int64(),
    "dti_cap": pl.Int64(),  # what the household's income can repay
    "household_cap": pl.Int64(),
    "given_to_members": pl.Int64(),  # lines other members already have
    "is_visited": pl.Boolean(),
    "is_blacklisted": pl.Boolean(),
    "has_high_hit": pl.Boolean(),  # a rule that refuses
    "has_medium_hit": pl.Boolean(),  # a rule that asks for a look
    "hard_negative_reviewers": pl.Int64(),  # reviewers who named a hard item of the 13 kinds
    "has_hard_negative_evidence": pl.Boolean(),
    "age_at_maturity": pl.Int64(),
}
ANSWER_COLUMNS = (
    "limit",  # fen
    "outcome",
    "combined",  # the three limits as one, before the caps, fen
    "combined_by",  # which of them it is
    "capped_by",  # which cap lies below it, if any
    "zero_reasons",
    "manual_reasons",
)

REVIEWED, MODEL, SURVEYED = (
    pl.col(name) for name in ("reviewed_limit", "model_limit", "surveyed_limit")
)
LIMITS = (REVIEWED, MODEL, SURVEYED)
# A surveyed limit is known only from a visit, whatever the visit book says.
IS_VISITED = pl.col("is_visited").fill_null(False) | SURVEYED.is_not_null()


def combine(households: pl.DataFrame, policy: LimitPolicy) -> pl.DataFrame:
    """The households with their limit, its outcome and the reasons (``ANSWER_COLUMNS``).

    Needs ``HOUSEHOLD_COLUMNS``; others pass through. Where a limit, cap or flag is unknown, the
    known ones make a proposal and a person looks at it: only the fully known is granted.
    """
    candidates, caps = _candidates(policy), _caps()
    clean = households.drop(ANSWER_COLUMNS, strict=False)
    combined = clean.with_columns(
        _least(candidates).alias("_visited"),
        _pre_limit(policy).alias("_pre"),
        median_of_known().alias("_median"),
    ).with_columns(
        pl.when(IS_VISITED).then("_visited").otherwise("_pre").alias("combined"),
        pl.when(IS_VISITED)
        .then(_name_of_least(candidates))
        .when(pl.col("_pre").is_not_null())
        .then(pl.lit("pre_limit"))
        .alias("combined_by"),
    )
    capped = combined.with_columns(
        _named_if_below(caps, pl.col("combined")).alias("capped_by"),
        pl.when(pl.col("combined").is_not_null())
        .then(_rounded(pl.min_horizontal("combined", *caps.values()), policy))
        .alias("_limit"),
    )
    reasoned = _with_reasons(capped, "zero_reasons", _zero_if(policy))
    reasoned = _with_reasons(reasoned, "manual_reasons", _manual_if(policy))
    answered = reasoned.with_columns(_limit().alias("limit")).with_columns(
        _outcome().alias("outcome")
    )
    return answered.select(*clean.columns, *ANSWER_COLUMNS)


def combine_one(household: Mapping[str, object], policy: LimitPolicy) -> dict[str, object]:
    """The answer for one household (``ANSWER_COLUMNS``); facts not given are unknown."""
    known = {name: household.get(name) for name in HOUSEHOLD_COLUMNS}
    row = pl.DataFrame([known], schema=HOUSEHOLD_COLUMNS)
    return combine(row, policy).select(ANSWER_COLUMNS).row(0, named=True)


def median_of_known() -> pl.Expr:
    """The middle of the known limits; of two the lower, since nobody vouches for the higher."""
    known = sum((limit.is_not_null().cast(pl.Int8) for limit in LIMITS), start=pl.lit(0))
    highest, lowest = pl.max_horizontal(*LIMITS), pl.min_horizontal(*LIMITS)
    middle = REVIEWED + MODEL + SURVEYED - highest - lowest
    return pl.when(known == 3).then(middle).otherwise(lowest)


def _candidates(policy: LimitPolicy) -> dict[str, pl.Expr]:
    """The amounts whose lowest is the combined limit, in the order in which ties are named."""
    match policy.mode:
        case Mode.MIN:
            return {"reviewed": REVIEWED, "model": MODEL, "surveyed": SURVEYED}
        case Mode.MEDIAN_CAPPED:
            return {
                "median": median_of_known(),
                "surveyed": SURVEYED,
                "model_stretched": share_of(MODEL, policy.model_stretch),
            }
        case Mode.WEIGHTED:
            return {"weighted": _weighted(policy), "surveyed": SURVEYED}
        case Mode.PRIORITY:
            unsurveyed = SURVEYED.is_null()
            return {
                "surveyed": SURVEYED,
                "reviewed": pl.when(unsurveyed).then(REVIEWED),
                "model": pl.when(unsurveyed & REVIEWED.is_null()).then(MODEL),
            }


def _caps() -> dict[str, pl.Expr]:
    left = (pl.col("household_cap") - pl.col("given_to_members")).clip(lower_bound=0)
    return {"product": pl.col("product_cap"), "dti": pl.col("dti_cap"), "household": left}


def _weighted(policy: LimitPolicy) -> pl.Expr:
    """The weighted mean of the known limits, weights in thousandths so that fen stay whole."""
    worth, weight = pl.lit(0), pl.lit(0)
    for limit, share in zip(LIMITS, policy.weights, strict=True):
        thousandths = int(share * 1000)
        worth = worth + (limit * thousandths).fill_null(0)
        weight = weight + pl.when(limit.is_not_null()).then(thousandths).otherwise(0)
    return pl.when(weight > 0).then(worth // weight)


def _pre_limit(policy: LimitPolicy) -> pl.Expr:
    """预授信 before the visit: needs both what neighbours and what the data say."""
    lower = pl.min_horizontal(REVIEWED, MODEL)
    share = share_of(lower, policy.pre_limit_share).clip(upper_bound=policy.pre_limit_at_most)
    return pl.when(REVIEWED.is_not_null() & MODEL.is_not_null()).then(share)


def _zero_if(policy: LimitPolicy) -> dict[str, pl.Expr]:
    return {
        "blacklisted": pl.col("is_blacklisted"),
        "high_rule": pl.col("has_high_hit"),
        "hard_negative": (pl.col("hard_negative_reviewers") >= policy.hard_negative_reviewers)
        | pl.col("has_hard_negative_evidence"),
        "too_old_at_maturity": pl.col("age_at_maturity") > policy.oldest_at_maturity,
    }


def _manual_if(policy: LimitPolicy) -> dict[str, pl.Expr]:
    highest, lowest = pl.max_horizontal(*LIMITS), pl.min_horizontal(*LIMITS)
    return {
        "limits_far_apart": highest > lowest * policy.widest_spread,
        "survey_above_median": share_of(pl.col("_median"), policy.survey_over_median) < SURVEYED,
        "too_few_reviews": REVIEWED.is_null() & IS_VISITED,
        "medium_rule": pl.col("has_medium_hit"),
        "large_limit": pl.col("_limit") > policy.manual_above,
        "no_model_limit": MODEL.is_null() & IS_VISITED,
        "visited_without_survey": SURVEYED.is_null() & IS_VISITED,
        "unknown_cap": pl.any_horizontal(*(cap.is_null() for cap in _caps().values())),
        **{f"unknown_{name}": sign.is_null() for name, sign in _zero_if(policy).items()},
        "unknown_medium_rule": pl.col("has_medium_hit").is_null(),
    }


def _limit() -> pl.Expr:
    is_zero = (pl.col("zero_reasons").list.len() > 0) | (IS_VISITED & SURVEYED.is_null())
    return pl.when(is_zero).then(0).otherwise(pl.col("_limit")).fill_null(0)


def _outcome() -> pl.Expr:
    """No machine grants where a person has to look; without an amount there is no line."""
    needs_a_look = pl.col("manual_reasons").list.len() > 0
    is_refused = pl.col("zero_reasons").list.len() > 0
    unsurveyed = IS_VISITED & SURVEYED.is_null()
    return (
        pl.when(is_refused)
        .then(pl.lit(Outcome.NONE.value))
        .when(unsurveyed)
        .then(pl.lit(Outcome.MANUAL.value))
        .when(pl.col("limit") == 0)
        .then(pl.lit(Outcome.NONE.value))
        .when(needs_a_look)
        .then(pl.lit(Outcome.MANUAL.value))
        .when(IS_VISITED)
        .then(pl.lit(Outcome.GRANT.value))
        .otherwise(pl.lit(Outcome.PRE_GRANT.value))
    )


def _rounded(amount: pl.Expr, policy: LimitPolicy) -> pl.Expr:
    return amount.clip(lower_bound=0) // policy.rounds_down_to * policy.rounds_down_to


def _least(named: Mapping[str, pl.Expr]) -> pl.Expr:
    return pl.min_horizontal(*named.values())


def _name_of_least(named: Mapping[str, pl.Expr]) -> pl.Expr:
    least = _least(named)
    found: pl.Expr = pl.lit(None, pl.String)
    for name, amount in reversed(named.items()):  # of equal ones the first is named
        found = pl.when(amount == least).then(pl.lit(name)).otherwise(found)
    return found


def _named_if_below(caps: Mapping[str, pl.Expr], amount: pl.Expr) -> pl.Expr:
    return pl.when(_least(caps) < amount).then(_name_of_least(caps))


def _with_reasons(
    households: pl.DataFrame, column: str, conditions: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    """Add the names of the conditions that hold, as a list; one that is unknown does not hold.

    Each condition is a bit of a number, and a county has few different numbers: every list is
    made once and joined, ten times faster than making one for each household.
    """
    names = list(conditions)
    holds = [condition.fill_null(False).cast(pl.Int64) for condition in conditions.values()]
    bits = pl.sum_horizontal([each * (1 << place) for place, each in enumerate(holds)])
    marks = households.select(bits.alias("_bits"))
    found = marks["_bits"].unique().to_list()
    lists = [[name for place, name in enumerate(names) if each >> place & 1] for each in found]
    reasons = pl.DataFrame(
        {"_bits": found, column: lists}, schema={"_bits": pl.Int64, column: pl.List(pl.String)}
    )
    joined = marks.join(reasons, on="_bits", how="left", maintain_order="left")
    return households.with_columns(joined[column])
