"""Features from credit bureaus: the People's Bank's report of the second generation, Baihang."""

from datetime import date

import polars as pl

from admission.features.parts import any_of, count_of, kinds_of, sum_of, worst_of
from admission.features.registry import feature
from admission.features.windows import after, months_since

NOTHING_OPEN = "无"
CLASSES = ("损失", "可疑", "次级", "关注", "未分类", "正常")
STATES = ("冻结", "止付", "银行止付")
HARD = ("贷款审批", "信用卡审批", "担保资格审查", "保前审查", "融资审批", "资信审查")
"""Reasons for which a lender asks because somebody asked it for credit."""
NON_BANKS = ("消费金融公司", "小额贷款公司", "信托公司")

JOINTLY = "共同借款人"
NO_GUARANTEES = (JOINTLY, "票据承兑人", "应收账款债务人", "供应链中核心企业")
"""Ways to answer for a debt that are no guarantee: a co-borrower owes it, others owe on goods."""

IN_A_ROW, IN_ALL = 3, 6
"""连三累六: three in a row, six in all."""

_accounts, _queries = pl.col("accounts"), pl.col("queries")
_each = pl.element().struct.field
_answered_for = pl.col("guarantees")
_open = _each("open")
_months_late_24 = _each("states").str.count_matches("[1-7]").cast(pl.Int64)
_guaranteed = ~_each("liable_as").is_in(NO_GUARANTEES).fill_null(value=False)


@feature(source="pboc", unit="accounts", zh="未结清账户数")
def pb_acct_open() -> pl.Expr:
    """Loans and cards that are neither settled nor closed."""
    return _counted(_accounts, _open)


@feature(source="pboc", unit="lenders", zh="未结清机构数")
def pb_lender_open() -> pl.Expr:
    """Different lenders behind the open accounts."""
    return kinds_of(_accounts, _each("lender").filter(_open))


@feature(source="pboc", unit="lenders", zh="未结清非银机构数")
def pb_nonbank_open() -> pl.Expr:
    """Consumer-finance, small-loan and trust companies behind the open accounts."""
    non_banks = _open & _each("lender_type").is_in(NON_BANKS)
    return kinds_of(_accounts, _each("lender").filter(non_banks))


@feature(source="pboc", unit="yuan", window="6m", zh="近6月平均月还款")
def pb_pay_6m() -> pl.Expr:
    """Average monthly repayment of all loans over six months, as the report sums it up."""
    return pl.col("pay_6m")


@feature(source="pboc", unit="yuan", zh="贷记卡授信总额")
def pb_card_limit() -> pl.Expr:
    """Limits of all credit cards; 0 without a card."""
    return pl.col("card_limit")


@feature(source="pboc", unit="ratio", window="6m", zh="贷记卡近6月平均使用率")
def pb_card_util_6m() -> pl.Expr:
    """Average use of the cards over six months, of their limits; None without a card."""
    return pl.when(pl.col("card_limit") > 0).then(pl.col("card_used_6m") / pl.col("card_limit"))


@feature(source="pboc", unit="accounts", zh="当前逾期账户数")
def pb_cur_od_cnt() -> pl.Expr:
    """Accounts with arrears on the day of the report."""
    late = (_each("overdue_periods") > 0) | (_each("overdue_amount") > 0)
    return _counted(_accounts, late)


@feature(source="pboc", unit="yuan", zh="当前逾期总额")
def pb_cur_od_amt() -> pl.Expr:
    """Arrears of all accounts on the day of the report."""
    return sum_of(_accounts, _each("overdue_amount"))


@feature(source="pboc", unit="months", window="24m", zh="近24月逾期月数（单账户最多）")
def pb_od_months_24() -> pl.Expr:
    """Months overdue of the last 24 on the worst single account, cards included.

    Counted per account, as 连三累六 is: two accounts a month late each do not make two months.
    """
    return _or_zero(_accounts.list.agg(_months_late_24.max()), _accounts)


@feature(source="pboc", unit="periods", window="24m", zh="近24月最大连续逾期期数")
def pb_od_max_24() -> pl.Expr:
    """The deepest arrears of any account in 24 months: the highest state digit, 7 is 180 days."""
    states = _accounts.list.agg(_each("states").str.join(""))
    deepest = states.str.extract_all("[1-7]").list.agg(pl.element().cast(pl.Int64).max())
    return _or_zero(deepest, _accounts)


@feature(
    source="pboc", unit="word", zh="未结清最差五级分类", choices=(NOTHING_OPEN, *reversed(CLASSES))
)
def pb_class5_worst() -> pl.Expr:
    """The worst class of the open accounts, 无 where none is open."""
    return worst_of(_accounts, _each("five_class").filter(_open), CLASSES, NOTHING_OPEN)


@feature(source="pboc", unit="word", zh="账户状态", choices=("正常", *STATES))
def pb_account_status() -> pl.Expr:
    """Whether any open card or revolving account is frozen or stopped, 正常 where none is."""
    return worst_of(_accounts, _each("state").filter(_open), STATES, "正常")


@feature(source="pboc", unit="accounts", zh="呆账账户数")
def pb_bad_debt() -> pl.Expr:
    """Accounts that a lender has given up as bad debt."""
    return pl.col("bad_debts")


@feature(source="pboc", unit="accounts", zh="被追偿账户数")
def pb_recourse() -> pl.Expr:
    """Debts that somebody else paid and now collects."""
    return pl.col("recourses")


@feature(source="pboc", unit="yuan", zh="对外担保余额")
def pb_guar_bal() -> pl.Expr:
    """What is still owed on loans of others that the person guarantees, co-borrowing left out."""
    return sum_of(_answered_for, _each("balance").filter(_guaranteed))


@feature(source="pboc", unit="flag", zh="被担保贷款非正常")
def pb_guar_bad() -> pl.Expr:
    """Whether a loan for which the person answers in any way is classed below normal."""
    return any_of(_answered_for, ~_each("five_class").is_in(["正常", "未分类"]))


def _counted(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """How many parts are surely so."""
    return parts.list.agg(what.sum()).cast(pl.Int64)


def _or_zero(figure: pl.Expr, known: pl.Expr) -> pl.Expr:
    """0 where the report lists nothing to count; None only where there is no report."""
    return pl.when(known.is_not_null()).then(figure.fill_null(0))


def _hard_queries(as_of: date, months: int) -> pl.Expr:
    """Queries for credit in the last calendar months; one lender on one day asks once."""
    counted = _each("reason").is_in(HARD) & (_each("on") > after(as_of, months))
    lender_and_day = _each("lender") + _each("on")
    return kinds_of(_queries, lender_and_day.filter(counted))


@feature(source="pboc", unit="times", window="3m", zh="近3月硬查询次数")
def pb_q_hard_3m(as_of: date) -> pl.Expr:
    """Times that credit was asked for in three calendar months."""
    return _hard_queries(as_of, 3)


@feature(source="pboc", unit="times", window="6m", zh="近6月硬查询次数")
def pb_q_hard_6m(as_of: date) -> pl.Expr:
    """Times that credit was asked for in six calendar months."""
    return _hard_queries(as_of, 6)


@feature(source="pboc", unit="months", window="life", zh="首笔信贷距今月数")
def pb_first_month(as_of: date) -> pl.Expr:
    """Natural months since the first loan or card; None for a person without credit history."""
    return months_since(pl.col("first_month"), as_of)


@feature(source="baihang", unit="lenders", window="3m", zh="近3月申请非银机构数")
def bh_apply_org_3m() -> pl.Expr:
    """Non-bank lenders asked in three months; 0 for whoever Baihang has never heard of."""
    return pl.col("apply_orgs_3m")


@feature(source="pboc", unit="yuan", zh="贷款余额合计")
def pb_loan_bal() -> pl.Expr:
    """Principal owed on all loans, as the report sums it up."""
    return pl.col("loan_balance")


@feature(source="pboc", unit="yuan", zh="贷记卡已用额度")
def pb_card_used() -> pl.Expr:
    """What is drawn on all credit cards; 0 without a card."""
    return pl.col("card_used")


@feature(source="pboc", unit="ratio", zh="贷记卡使用率")
def pb_card_util() -> pl.Expr:
    """Drawn on the cards, of their limits; None without a card."""
    return pl.when(pl.col("card_limit") > 0).then(pl.col("card_used") / pl.col("card_limit"))


@feature(source="pboc", unit="months", window="60m", zh="近5年逾期月数（单账户最多）")
def pb_od_months_60() -> pl.Expr:
    """Months overdue in five years on the worst single account, counted like the 24 months."""
    return _or_zero(_accounts.list.agg(_each("months_late_60").max()), _accounts)


@feature(source="pboc", unit="months", window="24m", zh="近24月逾期月数（全部账户合计）")
def pb_od_months_24_all() -> pl.Expr:
    """Months overdue in 24 months of all accounts together, each counted like the worst one's."""
    return _or_zero(_accounts.list.agg(_months_late_24.sum()), _accounts)


@feature(
    source="pboc",
    unit="flag",
    window="24m",
    zh="连三累六",
    needs=("pb_od_max_24", "pb_od_months_24"),
)
def pb_san_liu() -> pl.Expr:
    """Three instalments late in a row, or six months late in all, on one account in 24 months."""
    return (pl.col("pb_od_max_24") >= IN_A_ROW) | (pl.col("pb_od_months_24") >= IN_ALL)


@feature(
    source="pboc",
    unit="flag",
    window="24m",
    zh="连三累六（全部账户合计）",
    needs=("pb_od_max_24", "pb_od_months_24_all"),
)
def pb_san_liu_all() -> pl.Expr:
    """Three late in a row on one account, or six months late on all together, in 24 months."""
    return (pl.col("pb_od_max_24") >= IN_A_ROW) | (pl.col("pb_od_months_24_all") >= IN_ALL)


@feature(source="pboc", unit="cases", zh="对外担保笔数")
def pb_guar_cnt() -> pl.Expr:
    """Loans of others that the person guarantees; what is borrowed together is no guarantee."""
    return _counted(_answered_for, _guaranteed)


@feature(source="pboc", unit="cases", zh="共同借款笔数")
def pb_joint_cnt() -> pl.Expr:
    """Loans not yet repaid that the person borrowed together with somebody else.

    None while it is not known of one of them how the person answers for it.
    """
    jointly = (_each("liable_as") == JOINTLY) & (_each("balance") > 0)
    return count_of(_answered_for, jointly)


@feature(source="pboc", unit="times", window="1m", zh="近1月硬查询次数")
def pb_q_hard_1m(as_of: date) -> pl.Expr:
    """Times that credit was asked for in one calendar month."""
    return _hard_queries(as_of, 1)


@feature(source="pboc", unit="lenders", window="6m", zh="近6月查询机构数")
def pb_q_org_6m(as_of: date) -> pl.Expr:
    """Different institutions that looked at the report in six calendar months, for any reason."""
    return kinds_of(_queries, _each("lender").filter(_each("on") > after(as_of, 6)))


@feature(source="pboc", unit="score", zh="征信数字解读")
def pb_score() -> pl.Expr:
    """The bureau's own score; None where it gives none."""
    return pl.col("score")


@feature(source="pboc", unit="cases", zh="公共记录数(欠税/判决/执行/处罚)")
def pb_pub_rec() -> pl.Expr:
    """Arrears of tax, judgments, enforcements and penalties in the report."""
    return pl.col("public_records")


@feature(source="baihang", unit="times", window="3m", zh="近3月非银申请次数")
def bh_apply_cnt_3m() -> pl.Expr:
    """Applications at non-bank lenders in three months; 0 for whoever Baihang never heard of."""
    return pl.col("apply_count_3m")


@feature(source="baihang", unit="yuan", zh="非银在贷余额")
def bh_open_bal() -> pl.Expr:
    """What is owed to non-bank lenders."""
    return pl.col("open_balance")


@feature(source="baihang", unit="flag", window="12m", zh="近12月非银逾期")
def bh_od_flag_12m() -> pl.Expr:
    """Whether a non-bank loan was late in twelve months."""
    return pl.col("overdue_12m")


@feature(source="baihang", unit="flag", zh="特别关注名单")
def bh_special_list() -> pl.Expr:
    """Whether Baihang has the person on its list of special attention."""
    return pl.col("special_list")


@feature(source="pboc", unit="word", zh="征信学历")
def pb_education() -> pl.Expr:
    """Education as lenders have reported it; None where the report does not say."""
    return pl.col("education")
