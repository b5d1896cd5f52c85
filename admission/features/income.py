"""Features of work and income: social security, provident fund, tax."""

import polars as pl

from admission.features.registry import feature

NO_ACCOUNT = "无"


@feature(source="social_security", unit="months", window="12m", zh="近12月社保缴存月数")
def ss_months_12() -> pl.Expr:
    """Months of the last twelve with a contribution; 0 for whoever is not insured."""
    return pl.col("months_12")


@feature(source="social_security", unit="months", zh="社保连续缴存月数")
def ss_cont_months() -> pl.Expr:
    """Length of the contribution run that still goes on; 0 once it is broken."""
    return pl.col("continuous_months")


@feature(source="social_security", unit="yuan", zh="社保缴费基数")
def ss_base_now() -> pl.Expr:
    """The monthly wage on which contributions are paid today; None when none are."""
    return pl.col("base")


@feature(source="social_security", unit="word", zh="参保单位")
def ss_employer() -> pl.Expr:
    """Who pays the contributions, blanks and full-width letters evened out."""
    return pl.col("employer").str.normalize("NFKC").str.replace_all(r"\s+", "")


@feature(
    source="provident_fund",
    unit="word",
    zh="公积金缴存状态",
    choices=("正常", "封存", "销户", NO_ACCOUNT),
)
def pf_status() -> pl.Expr:
    """Standing of the account at the city's or the province's fund, 无 where there is none."""
    return pl.col("status")


@feature(source="provident_fund", unit="months", window="12m", zh="近12月公积金缴存月数")
def pf_months_12() -> pl.Expr:
    """Months of the last twelve with a deposit; 0 without an account."""
    return pl.col("months_12")


@feature(source="provident_fund", unit="months", zh="公积金连续缴存月数")
def pf_cont_months() -> pl.Expr:
    """Length of the deposit run that still goes on; 0 without an account."""
    return pl.col("continuous_months")


@feature(source="provident_fund", unit="yuan", zh="公积金推算月收入")
def pf_income_est() -> pl.Expr:
    """The wage behind the monthly deposit: deposit over the sum of both rates.

    None where nothing is paid in: an account without deposits says nothing of a wage.
    """
    rates = pl.col("person_rate") + pl.col("unit_rate")
    paying = (rates > 0) & (pl.col("monthly_amount") > 0)
    return pl.when(paying).then((pl.col("monthly_amount") / rates).round().cast(pl.Int64))


@feature(source="tax", unit="yuan", window="12m", zh="个税申报年收入")
def tax_iit_income() -> pl.Expr:
    """Income declared for personal tax in twelve months; None for whoever declares none."""
    return pl.col("income_declared_12m")
