"""Features of work and income: social security, provident fund, tax."""

import polars as pl

from admission.features.registry import feature

NO_ACCOUNT = "无"
SS_STATES = ("正常", "暂停", "退休", "未参保")
INSURED_AS = ("职工", "城乡居民", "灵活就业")
EMPLOYER_TYPES = ("机关", "事业", "国企", "民营", "外资")
TAX_GRADES = ("A", "B", "M", "C", "D")


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


@feature(source="provident_fund", unit="yuan", zh="公积金推算月收入", above_zero=True)
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


@feature(source="social_security", unit="word", zh="参保状态", choices=SS_STATES)
def ss_status() -> pl.Expr:
    """Standing of the insurance, 未参保 for whoever never was insured."""
    return pl.col("status")


@feature(source="social_security", unit="yuan", window="12m", zh="近12月平均缴费基数")
def ss_base_avg_12m() -> pl.Expr:
    """Average monthly wage on which contributions were paid in twelve months."""
    return pl.col("base_average_12m")


@feature(source="social_security", unit="ratio", window="12m", zh="缴费基数同比变化")
def ss_base_chg() -> pl.Expr:
    """Today's base against that of a year ago, less one; None without a base then."""
    before = pl.col("base_12m_ago")
    return pl.when(before > 0).then(pl.col("base") / before - 1)


@feature(source="social_security", unit="times", window="24m", zh="近24月参保单位数")
def ss_employer_cnt_24m() -> pl.Expr:
    """Different employers who paid in over 24 months."""
    return pl.col("employers_24m")


@feature(source="social_security", unit="people", zh="单位参保人数")
def ss_employer_size() -> pl.Expr:
    """People whom the same employer insures."""
    return pl.col("employer_size")


@feature(source="social_security", unit="word", zh="参保类型", choices=INSURED_AS)
def ss_resident_type() -> pl.Expr:
    """Insured as an employee, as a resident, or on one's own account."""
    return pl.col("insured_as")


@feature(source="provident_fund", unit="yuan", zh="公积金缴存基数")
def pf_base() -> pl.Expr:
    """The monthly wage on which deposits are made; None without an account."""
    return pl.col("base")


@feature(source="provident_fund", unit="yuan", window="12m", zh="近12月公积金平均基数")
def pf_base_avg_12m() -> pl.Expr:
    """Average base of twelve months."""
    return pl.col("base_average_12m")


@feature(source="provident_fund", unit="yuan", zh="公积金月缴存额(单位+个人)")
def pf_monthly_amt() -> pl.Expr:
    """What person and employer pay in a month together; 0 without an account."""
    return pl.col("monthly_amount")


@feature(source="provident_fund", unit="ratio", zh="公积金个人缴存比例")
def pf_rate() -> pl.Expr:
    """The person's own rate of the base."""
    return pl.col("person_rate")


@feature(source="provident_fund", unit="yuan", zh="公积金账户余额")
def pf_bal() -> pl.Expr:
    """What lies in the account; None without one."""
    return pl.col("balance")


@feature(source="provident_fund", unit="word", zh="单位性质", choices=EMPLOYER_TYPES)
def pf_employer_type() -> pl.Expr:
    """What kind of employer pays in."""
    return pl.col("employer_type")


@feature(source="provident_fund", unit="yuan", zh="公积金贷款余额")
def pf_loan_bal() -> pl.Expr:
    """What is owed on a loan of the fund; 0 without one, None without an account."""
    return pl.col("loan_balance")


@feature(source="provident_fund", unit="times", window="12m", zh="近12月公积金提取次数")
def pf_withdraw_12m() -> pl.Expr:
    """Times that money was taken out of the account in twelve months."""
    return pl.col("withdrawals_12m")


@feature(source="tax", unit="word", window="1y", zh="纳税信用等级", choices=TAX_GRADES)
def tax_grade() -> pl.Expr:
    """The grade of the person's business; None for whoever is no taxpayer."""
    return pl.col("grade")


@feature(source="tax", unit="yuan", window="12m", zh="近12月开票/申报收入")
def tax_sales_12m() -> pl.Expr:
    """Sales invoiced or declared in twelve months."""
    return pl.col("sales_12m")


@feature(source="tax", unit="ratio", window="12m", zh="收入同比")
def tax_sales_yoy() -> pl.Expr:
    """Growth of sales against the twelve months before."""
    return pl.col("sales_growth")


@feature(source="tax", unit="yuan", window="12m", zh="近12月纳税额")
def tax_paid_12m() -> pl.Expr:
    """Taxes paid in twelve months."""
    return pl.col("paid_12m")


@feature(source="tax", unit="months", window="12m", zh="近12月零申报月数")
def tax_zero_months() -> pl.Expr:
    """Months of the last twelve in which nothing was declared."""
    return pl.col("zero_filing_months")


@feature(source="tax", unit="flag", zh="欠税标志")
def tax_owe_flag() -> pl.Expr:
    """Whether taxes are owed."""
    return pl.col("owes")
