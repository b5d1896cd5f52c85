"""Features worked out from others, once all sources have answered or failed to."""

import polars as pl

from admission.features.person import AT_HOME, WORKING_AGE
from admission.features.registry import DERIVED, HOME, feature

OF_WHAT_IS_DECLARED = 0.7
"""The part of a declared income that counts as verified where nothing else is known."""
MONTHS = 12


@feature(
    source=DERIVED,
    unit="yuan",
    zh="可核实月收入",
    needs=(
        "pf_income_est",
        "ss_base_now",
        "tax_iit_income",
        "hv_net_income",
        "declared_net_income",
    ),
    above_zero=True,
)
def verified_monthly_income() -> pl.Expr:
    """The highest monthly income of the person that an office vouches for.

    Provident fund, social security and tax speak of the person. Of whom none of them does, the
    household's net income as a visit found it counts, else 70 % of the one that it declared: a
    person's wage and the household's means are never weighed against each other. None where
    nobody says anything, or nothing above zero.
    """
    own = pl.max_horizontal("pf_income_est", "ss_base_now", pl.col("tax_iit_income") // MONTHS)
    household = pl.col("hv_net_income") // MONTHS
    declared = (pl.col("declared_net_income") * OF_WHAT_IS_DECLARED / MONTHS).cast(pl.Int64)
    return pl.coalesce(pl.when(each > 0).then(each) for each in (own, household, declared))


@feature(source=DERIVED, unit="years", zh="到期时年龄", needs=("age", "term_months"))
def age_at_maturity() -> pl.Expr:
    """Full years of age when the last instalment falls due, a started year counted as whole."""
    return pl.col("age") + (pl.col("term_months") + MONTHS - 1) // MONTHS


@feature(source=DERIVED, unit="flag", zh="户籍在服务区", needs=("hukou_area", "service_area"))
def hukou_in_area() -> pl.Expr:
    """Whether the person is registered in a county in which the bank serves villages.

    None unless the police have said where: that somebody stands on a village's roster, or has left
    it, is no registration.
    """
    registered = pl.col("hukou_area")
    return pl.when(registered.is_not_null()).then(
        pl.col("service_area").str.contains(registered, literal=True)
    )


@feature(
    source=DERIVED, unit="flag", zh="参保单位与申报一致", needs=("ss_employer", "employer_declared")
)
def ss_employer_match() -> pl.Expr:
    """Whether the employer who pays in is the one named; None where either is not known."""
    declared = pl.col("employer_declared").str.normalize("NFKC").str.replace_all(r"\s+", "")
    return pl.col("ss_employer") == declared


@feature(
    source=DERIVED,
    unit="flag",
    zh="家中收入最高",
    needs=("tax_iit_income", "pf_income_est", "ss_base_now", "age", "living_state"),
    decides=False,
    of_home=True,
)
def top_earner() -> pl.Expr:
    """Whether nobody of the household who is 18 to 65 earns more than the person, who is so too.

    A year's income counts as far as tax, provident fund or social security tells it of the person,
    never the household's means; who has none that is known earns no more than others. Two who
    earn alike are both at the top. None where nothing is known of anybody's income.
    """
    labours = pl.col("age").is_between(*WORKING_AGE) & pl.col("living_state").is_in(AT_HOME)
    yearly = pl.coalesce(
        "tax_iit_income", pl.col("pf_income_est") * MONTHS, pl.col("ss_base_now") * MONTHS
    )
    earns = pl.when(labours & (yearly > 0)).then(yearly)
    most = earns.max().over(HOME)
    known = pl.col(HOME).is_not_null() & most.is_not_null()
    return pl.when(known).then((earns == most).fill_null(value=False))
