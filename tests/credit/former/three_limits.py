"""The three limits of a household: what neighbours, the bank's data and the visit each say.

Polars expressions in fen over the columns they name. Unknown stays unknown (null): a household
without a deposit account has deposits of 0, one whose deposits were never asked for has null.
"""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from tests.credit.former.limit_policy import LimitPolicy

UNKNOWN = -1  # a factor that cannot be told, since null would fall through to the next step


def share_of(amount: pl.Expr, share: Decimal) -> pl.Expr:
    """``share`` of a column of fen, whole fen, rounded down, exact."""
    numerator, denominator = share.as_integer_ratio()
    return amount * numerator // denominator


def least_of(*amounts: pl.Expr) -> pl.Expr:
    """The lowest of several columns, unknown where one of them is."""
    known = pl.all_horizontal(*(amount.is_not_null() for amount in amounts))
    return pl.when(known).then(pl.min_horizontal(*amounts))


def reviewed_limit(policy: LimitPolicy) -> pl.Expr:
    """评议额度 from the amounts of valid sheets and the review score.

    Needs ``suggested_amounts`` (list of fen) and ``review_score`` (0 to 100). Few sheets count
    the lowest; more count the mean without the highest and the lowest, kept near the median so
    that two friends cannot lift it. Null below the fewest sheets or without a score.
    """
    sheets = pl.col("suggested_amounts")
    count = sheets.list.len()
    trimmed = (sheets.list.sum() - sheets.list.max() - sheets.list.min()) // (
        count.cast(pl.Int64) - 2
    )
    capped = pl.min_horizontal(trimmed, share_of(_median(sheets), policy.review_over_median))
    amount = (
        pl.when(count >= policy.trims_from)
        .then(capped)
        .when(count >= policy.fewest_sheets)
        .then(sheets.list.min())
    )
    score = pl.col("review_score")
    steps = [(score >= least, factor) for least, factor in policy.score_factors]
    return _scaled(amount, [(score.is_null(), None), *steps, (pl.lit(True), Decimal(0))])


def model_limit(policy: LimitPolicy) -> pl.Expr:
    """模型额度 from income, wealth and the risk band, less what is owed elsewhere.

    Needs ``annual_net_income``, ``net_worth``, ``deposit_avg_12m``, ``other_credit_debt`` in fen,
    ``term_months`` and ``risk_band``. Null where one is unknown or the band is not in the policy.
    """
    months = pl.col("term_months").clip(upper_bound=policy.income_months_at_most)
    bearable = least_of(
        share_of(pl.col("annual_net_income") * months, policy.income_share) // 12,
        share_of(pl.col("net_worth"), policy.net_worth_share)
        + share_of(pl.col("deposit_avg_12m"), policy.deposit_share),
        pl.lit(policy.model_at_most),
    )
    steps = [(pl.col("risk_band") == band, factor) for band, factor in policy.risk_factors]
    return (_scaled(bearable, steps) - pl.col("other_credit_debt")).clip(lower_bound=0)


def surveyed_limit(policy: LimitPolicy) -> pl.Expr:
    """调查额度 from what the manager found at the door.

    Needs ``surveyed_income``, ``surveyed_costs``, ``living_costs``, ``debt_service`` (fen a year),
    ``surveyed_net_worth``, ``need_amount`` (fen) and ``term_months``.
    """
    surplus = (
        pl.col("surveyed_income")
        - pl.col("surveyed_costs")
        - pl.col("living_costs")
        - pl.col("debt_service")
    )
    return least_of(
        share_of(surplus * pl.col("term_months"), policy.surplus_share) // 12,
        share_of(pl.col("surveyed_net_worth"), policy.surveyed_net_worth_share),
        pl.col("need_amount"),
    ).clip(lower_bound=0)


def _scaled(amount: pl.Expr, steps: Sequence[tuple[pl.Expr, Decimal | None]]) -> pl.Expr:
    """``amount`` times the factor of the first step that holds; null where none does.

    The factor is looked up first and multiplied once: with the amount in every branch polars
    works it out as often as there are branches.
    """
    thousandths = pl.coalesce(
        *(
            pl.when(condition).then(UNKNOWN if factor is None else int(factor * 1000))
            for condition, factor in steps
        )
    )
    return pl.when(thousandths != UNKNOWN).then(amount * thousandths // 1000)


def _median(amounts: pl.Expr) -> pl.Expr:
    """The middle amount of a list in whole fen; of two middle ones their mean, rounded down.

    Polars answers in floating point, which holds halves of fen exactly below 45 trillion yuan;
    sorting the lists to stay with integers takes thirty times as long.
    """
    return amounts.list.median().floor().cast(pl.Int64)
