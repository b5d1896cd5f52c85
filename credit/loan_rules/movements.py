"""What a later round makes of a line: raised, kept, lowered or ended 增持减退.

Columns in, columns out, the same for one household and for a county. What was signed is kept where
the new limit differs by little, and raised only for who used it, paid on time and is in a good risk
band, never on a limit that was worked out for another of the household; a line that nobody signed
follows its limit. The conditions are figures of the policy, and one from before they were asked
goes on without them.
"""

import polars as pl

from credit.loan_rules.limit_policy import LimitPolicy

LINE_COLUMNS: dict[str, pl.DataType] = {
    "is_signed": pl.Boolean(),
    "amount": pl.Int64(),  # of the line as it stands, fen
    "limit": pl.Int64(),  # as this round worked it out, fen
    "is_refused": pl.Boolean(),  # the round gives no line
    "borrower_stays": pl.Boolean(),  # the limit is for whom the line is, who lives here still
    "risk_band": pl.String(),
    "owed": pl.Int64(),  # under the line, fen
    "used_average": pl.Float64(),  # share used at the last six ends of months
    "late": pl.Int64(),  # instalments late within twelve months
    "days_past_due": pl.Int64(),
}
BANDS = ("A", "B", "C", "D", "E")
WITHIN, BORROWER, BAND, USE, LATE, LATE_UNKNOWN, TOO_SMALL = (
    "within", "borrower", "band", "use", "late", "late_unknown", "too_small",
)  # fmt: skip
"""Why a signed line is kept though its new limit is another."""


def judge(lines: pl.DataFrame, policy: LimitPolicy) -> pl.DataFrame:
    """The lines (``LINE_COLUMNS``) with what becomes of them.

    ``movement``; ``kept_because``, codes, where a signed line is kept; ``use``, the share of the
    line that is used; ``raise_to``, fen, where a signed line is raised, and ``is_capped``, whether
    that is less than its limit. Other columns pass through.
    """
    with_use = lines.with_columns(_use().alias("use"), _raise_to(policy).alias("raise_to"))
    judged = with_use.with_columns(
        pl.concat_list(_kept_because(policy)).list.drop_nulls().alias("kept_because")
    ).with_columns(_movement().alias("movement"))
    is_raised = pl.col("is_signed") & (pl.col("movement") == "raise")
    is_kept = pl.col("is_signed") & (pl.col("movement") == "keep")
    return judged.with_columns(
        pl.when(is_kept).then("kept_because").otherwise(pl.lit([], pl.List(pl.String)))
        .alias("kept_because"),
        pl.when(is_raised).then("raise_to").alias("raise_to"),
        (is_raised & (pl.col("raise_to") < pl.col("limit"))).alias("is_capped"),
    )  # fmt: skip


def candidates(lines: pl.DataFrame, policy: LimitPolicy) -> pl.Series:
    """Which lines could be raised, so that somebody has to ask how they were used and paid."""
    may_rise = pl.col("is_signed") & pl.col("borrower_stays") & ~pl.col("is_refused")
    higher = may_rise & (pl.col("limit") > pl.col("amount"))
    return lines.select((higher & ~_is_within(policy)).alias("asked"))["asked"]


def _movement() -> pl.Expr:
    signed, refused = pl.col("is_signed"), pl.col("is_refused")
    amount, limit = pl.col("amount"), pl.col("limit")
    return (
        pl.when(refused)
        .then(pl.lit("exit"))
        .when(signed & (pl.col("kept_because").list.len() > 0))
        .then(pl.lit("keep"))
        .when(limit > amount)
        .then(pl.lit("raise"))
        .when(limit < amount)
        .then(pl.lit("lower"))
        .otherwise(pl.lit("keep"))
    )


def _kept_because(policy: LimitPolicy) -> list[pl.Expr]:
    """Each reason by its code, or null; what is unknown keeps the line as it is."""
    within = _is_within(policy)
    higher = ~within & (pl.col("limit") > pl.col("amount"))
    found = [
        pl.when(within).then(pl.lit(WITHIN)),
        _kept(BORROWER, higher, pl.col("borrower_stays")),
    ]
    asked = policy.figures
    if "raise_band_at_worst" in asked:
        good = pl.col("risk_band").is_in(BANDS[: policy.whole("raise_band_at_worst")])
        found.append(_kept(BAND, higher, good.fill_null(False)))
    if "raise_use_at_least" in asked:
        found.append(_kept(USE, higher, _is_used(policy)))
    if "raise_late_at_most" in asked:
        most = policy.whole("raise_late_at_most")
        is_late = (pl.col("late") > most) | (pl.col("days_past_due") > 0)
        found.append(_kept(LATE, higher, ~is_late.fill_null(False)))
        found.append(_kept(LATE_UNKNOWN, higher, is_late.is_not_null()))
    if "raise_within" in asked:
        found.append(_kept(TOO_SMALL, higher, pl.col("raise_to") > pl.col("amount")))
    return found


def _kept(code: str, higher: pl.Expr, holds: pl.Expr) -> pl.Expr:
    return pl.when(higher & ~holds).then(pl.lit(code))


def _is_within(policy: LimitPolicy) -> pl.Expr:
    """Whether the new limit differs by no more than the policy keeps."""
    share = policy.figures.get("keep_within")
    if share is None:
        return pl.col("limit") == pl.col("amount")
    part, whole = share.as_integer_ratio()
    apart = (pl.col("limit") - pl.col("amount")).abs()
    return apart * whole <= pl.col("amount") * part


def _use() -> pl.Expr:
    """The share of the line that is used: today's, or that of the last six ends of months where it
    is higher, since who sows in spring has paid back by winter."""
    today = pl.col("owed") / pl.col("amount")
    return pl.max_horizontal(today, "used_average")


def _is_used(policy: LimitPolicy) -> pl.Expr:
    share = policy.figures["raise_use_at_least"]
    part, whole = share.as_integer_ratio()
    today = pl.col("owed") * whole >= pl.col("amount") * part
    return today | (pl.col("used_average") >= float(share)).fill_null(False)


def _raise_to(policy: LimitPolicy) -> pl.Expr:
    """The new limit, or what a signed line may be raised to at most in one round, fen."""
    share = policy.figures.get("raise_within")
    if share is None:
        return pl.col("limit")
    part, whole = share.as_integer_ratio()
    step = policy.rounds_down_to
    most = (pl.col("amount") + pl.col("amount") * part // whole) // step * step
    return pl.min_horizontal("limit", most)
