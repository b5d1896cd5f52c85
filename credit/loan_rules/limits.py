"""From three limits to one line, with the reasons: one definition for a household and a county.

``combine`` takes the facts about households as columns (``HOUSEHOLD_COLUMNS``), works the policy's
formulas out in their order, and adds the answer. For one household the same expressions run on a
frame of one row (``combine_one``).
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import polars as pl

from credit.loan_rules.limit_facts import DTYPES, HOUSEHOLD_COLUMNS
from credit.loan_rules.limit_policy import THOUSANDTHS, LimitPolicy, Named
from credit.loan_rules.limit_texts import Mode

__all__ = ["ANSWER_COLUMNS", "HOUSEHOLD_COLUMNS", "Outcome", "combine", "combine_one"]


class Outcome(StrEnum):
    """What becomes of a household's limit."""

    GRANT = "grant"
    PRE_GRANT = "pre_grant"  # before the visit; drawn only once the visit has confirmed it
    MANUAL = "manual"
    WAIT = "wait"  # what is known makes no amount yet; the visit will say
    NONE = "none"


ANSWER_COLUMNS = (
    "limit",  # fen
    "outcome",
    "combined",  # the three limits as one, before the caps, fen
    "combined_by",  # which of them it is
    "capped_by",  # which cap lies below it, if any
    "zero_reasons",
    "manual_reasons",
)
MOST_BY_CAPS = "most_by_caps"  # the lowest of the known caps, fen: more nobody may grant
FIGURE_COLUMNS = ("product_cap", "household_cap", "person_cap")
"""Shown beside what they led to, fen, as far as a policy has them."""

REVIEWED, MODEL, SURVEYED = (pl.col(name) for name in ("reviewed", "model_limit", "surveyed_limit"))
LIMITS = (REVIEWED, MODEL, SURVEYED)
IS_VISITED = pl.col("is_visited")


def combine(households: pl.DataFrame, policy: LimitPolicy) -> pl.DataFrame:
    """The households with what the policy's formulas say, their limit, its outcome and the reasons.

    Needs ``HOUSEHOLD_COLUMNS``; others pass through. Where a limit, cap or flag is unknown, the
    known ones make a proposal and a person looks at it: only the fully known is granted.
    """
    own = [each.name for each in policy.formulas]
    made = [*own, *_shown(policy), MOST_BY_CAPS, *ANSWER_COLUMNS]
    clean = households.drop(made, strict=False)
    combined = _combined(_worked_out(clean, policy), policy)
    capped = _capped(combined, policy)
    reasoned = _with_reasons(capped, "zero_reasons", _conditions(policy.zero_if))
    reasoned = _with_reasons(reasoned, "manual_reasons", _manual_if(policy))
    answered = reasoned.with_columns(_limit().alias("limit")).with_columns(
        _outcome().alias("outcome")
    )
    return answered.select(*clean.columns, *made)


def combine_one(household: Mapping[str, object], policy: LimitPolicy) -> dict[str, object]:
    """The answer for one household (``ANSWER_COLUMNS``); facts not given are unknown."""
    known = {name: household.get(name) for name in HOUSEHOLD_COLUMNS}
    row = pl.DataFrame([known], schema=HOUSEHOLD_COLUMNS)
    return combine(row, policy).select(ANSWER_COLUMNS).row(0, named=True)


def _shown(policy: LimitPolicy) -> list[str]:
    return [name for name in FIGURE_COLUMNS if name in policy.figures]


def share_of(amount: pl.Expr, share: Decimal) -> pl.Expr:
    """``share`` of a column of fen, whole fen, rounded down, exact."""
    numerator, denominator = share.as_integer_ratio()
    return amount * numerator // denominator


def _worked_out(households: pl.DataFrame, policy: LimitPolicy) -> pl.DataFrame:
    """The policy's own formulas, each a column; they may name those before them."""
    # A surveyed limit is known only from a visit, whatever the visit book says.
    visited = pl.col("is_visited").fill_null(False) | SURVEYED.is_not_null()
    frame = households.with_columns(
        visited.alias("is_visited"),
        *(pl.lit(policy.fen(name), pl.Int64).alias(name) for name in _shown(policy)),
    )
    kinds = {each.name: each.kind for each in policy.text.formulas}
    for each in policy.formulas:
        column = each.rule.column().cast(DTYPES[kinds[each.name]])
        frame = frame.with_columns(column.alias(each.name))
    return frame


def _combined(frame: pl.DataFrame, policy: LimitPolicy) -> pl.DataFrame:
    candidates = _candidates(policy)
    visited = pl.when(IS_VISITED)
    return frame.with_columns(
        median_of_known().alias("median"),
        pl.max_horizontal(*LIMITS).alias("highest"),
        pl.min_horizontal(*LIMITS).alias("lowest"),
    ).with_columns(
        visited.then(_least(candidates)).otherwise("pre_limit").alias("combined"),
        visited.then(_name_of_least(candidates))
        .when(pl.col("pre_limit").is_not_null())
        .then(pl.lit("pre_limit"))
        .alias("combined_by"),
    )


def _capped(frame: pl.DataFrame, policy: LimitPolicy) -> pl.DataFrame:
    columns = {each.name: f"cap of {each.name}" for each in policy.caps}
    capped = frame.with_columns(
        each.rule.column().cast(pl.Int64).alias(columns[each.name]) for each in policy.caps
    )
    caps = {name: pl.col(column) for name, column in columns.items()}
    lowest = pl.min_horizontal("combined", *caps.values())
    return capped.with_columns(
        _least(caps).alias(MOST_BY_CAPS),
        pl.when(_least(caps) < pl.col("combined")).then(_name_of_least(caps)).alias("capped_by"),
        pl.when(pl.col("combined").is_not_null()).then(_rounded(lowest, policy)).alias("limit"),
        pl.any_horizontal(*(cap.is_null() for cap in caps.values())).alias("cap is unknown"),
    )


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
                "median": pl.col("median"),
                "surveyed": SURVEYED,
                "model_stretched": share_of(MODEL, policy.figures["model_stretch"]),
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


def _weighted(policy: LimitPolicy) -> pl.Expr:
    """The weighted mean of the known limits, weights in thousandths so that fen stay whole."""
    worth, weight = pl.lit(0), pl.lit(0)
    for limit, share in zip(LIMITS, policy.weights, strict=True):
        thousandths = int(share * THOUSANDTHS)
        worth = worth + (limit * thousandths).fill_null(0)
        weight = weight + pl.when(limit.is_not_null()).then(thousandths).otherwise(0)
    return pl.when(weight > 0).then(worth // weight)


def _conditions(named: tuple[Named, ...]) -> dict[str, pl.Expr]:
    return {each.name: each.rule.column() for each in named}


def _manual_if(policy: LimitPolicy) -> dict[str, pl.Expr]:
    """The policy's own conditions; besides, whatever could refuse and is not known."""
    zero_if = _conditions(policy.zero_if)
    return {
        **_conditions(policy.manual_if),
        "unknown_cap": pl.col("cap is unknown"),
        **{f"unknown_{name}": sign.is_null() for name, sign in zero_if.items()},
    }


def _limit() -> pl.Expr:
    is_zero = (pl.col("zero_reasons").list.len() > 0) | (IS_VISITED & SURVEYED.is_null())
    return pl.when(is_zero).then(0).otherwise(pl.col("limit")).fill_null(0)


def _outcome() -> pl.Expr:
    """No machine grants where a person has to look; an amount of nothing is no line, an amount that
    nobody knows yet is not."""
    needs_a_look = pl.col("manual_reasons").list.len() > 0
    is_refused = pl.col("zero_reasons").list.len() > 0
    unsurveyed = IS_VISITED & SURVEYED.is_null()
    is_unknown = pl.col("combined").is_null()
    return (
        pl.when(is_refused)
        .then(pl.lit(Outcome.NONE.value))
        .when(is_unknown & ~IS_VISITED)
        .then(pl.lit(Outcome.WAIT.value))
        .when(unsurveyed | is_unknown)
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
    marks = households.select((bits + pl.lit(0, pl.Int64)).alias("_bits"))
    found = marks["_bits"].unique().to_list()
    lists = [[name for place, name in enumerate(names) if each >> place & 1] for each in found]
    reasons = pl.DataFrame(
        {"_bits": found, column: lists}, schema={"_bits": pl.Int64, column: pl.List(pl.String)}
    )
    joined = marks.join(reasons, on="_bits", how="left", maintain_order="left")
    return households.with_columns(joined[column])
