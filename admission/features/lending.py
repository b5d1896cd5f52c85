"""Features of what the bank itself has lent; credit says what it knows of them.

Of loans of the system before, the delivered file does not tell the past: a count or a window that
would be 0 without them is None then, and a larger one is the least that is known.
"""

import polars as pl

from admission.features.registry import feature

NO_LOAN = "无"
LOAN_KINDS = ("农户信用", "商户经营", "房抵", "消费", "在职消费", "按揭")
LOAN_CLASSES = ("正常", "关注", "次级", "可疑", "损失", NO_LOAN)
GRACE_OF_THE_FIRST = 7
"""Days by which a first instalment may be late before it counts as missed."""


@feature(source="own_loans", unit="yuan", zh="本行贷款余额")
def loan_bal() -> pl.Expr:
    """Principal owed to this bank, here and in the system before; 0 for whoever owes none."""
    return pl.col("balance")


@feature(source="own_loans", unit="loans", zh="本行未结清笔数")
def loan_cnt_open() -> pl.Expr:
    """Loans of this bank that are not settled; 0 for whoever has none."""
    return pl.col("open_count")


@feature(source="own_loans", unit="ratio", zh="授信使用率")
def loan_used_ratio() -> pl.Expr:
    """Principal owed under the person's line, of the line; None without a line."""
    return pl.when(pl.col("line") > 0).then(pl.col("line_used") / pl.col("line"))


@feature(source="own_loans", unit="ratio", window="6m", zh="近6月平均使用率")
def loan_used_avg_6m() -> pl.Expr:
    """Use of the line, averaged over the last six ends of months on which it stood.

    Worked out from what was drawn and paid back, against the line as it was at each of them. None
    before a line has seen the end of a month.
    """
    return pl.col("used_average_6m")


@feature(source="own_loans", unit="days", zh="当前逾期天数")
def loan_dpd_now() -> pl.Expr:
    """Most days past due among the open loans; 0 without arrears or without loans."""
    return pl.col("days_past_due")


@feature(source="own_loans", unit="days", window="12m", zh="近12月最大逾期天数")
def loan_dpd_max_12m() -> pl.Expr:
    """Most days past due of instalments that fell due or were still late in twelve months.

    Arrears of older loans count as they stand now.
    """
    return pl.col("days_past_due_12m")


@feature(source="own_loans", unit="times", window="12m", zh="近12月逾期次数")
def loan_od_cnt_12m() -> pl.Expr:
    """Instalments of the last twelve months that were paid late or are late.

    An older loan in arrears counts as one.
    """
    return pl.col("late_12m")


@feature(source="own_loans", unit="yuan", window="12m", zh="近12月最大逾期金额")
def loan_od_amt_max_12m() -> pl.Expr:
    """The most that was overdue on one day of twelve months, all loans of this platform together.

    Principal and interest as they fell due; 0 where nothing was late. None where older loans may
    have been.
    """
    return pl.col("overdue_most_12m")


@feature(source="own_loans", unit="ratio", window="12m", zh="主动还款占比")
def loan_repay_manual_ratio() -> pl.Expr:
    """Repayments of twelve months that the customer brought, of all; None without repayments.

    None too beside older loans, of which nobody knows who paid.
    """
    paid = pl.col("repaid_12m")
    return pl.when(paid > 0).then(pl.col("repaid_by_hand_12m") / paid)


@feature(source="own_loans", unit="flag", window="life", zh="首期逾期")
def loan_first_pay_default() -> pl.Expr:
    """Whether any loan's first instalment was more than seven days late; None without loans."""
    return pl.col("first_late")


@feature(source="own_loans", unit="loans", window="life", zh="历史结清笔数")
def loan_settled_cnt() -> pl.Expr:
    """Loans of this bank that were paid back in full, older ones as far as the file has them."""
    return pl.col("settled_count")


@feature(source="own_loans", unit="loans", window="24m", zh="展期/重组次数")
def loan_extend_cnt() -> pl.Expr:
    """Loans of 24 months that had to be restructured.

    The book keeps no day of it: None where an older loan stands as restructured.
    """
    return pl.col("restructured_24m")


@feature(
    source="own_loans", unit="word", window="24m", zh="近24月最差五级分类", choices=LOAN_CLASSES
)
def loan_class5_worst_24m() -> pl.Expr:
    """The worst class of the person's loans with this bank in 24 months, 无 without loans.

    As graded, where a file of loans says so; by the days past due otherwise.
    """
    return pl.col("worst_class_24m")


@feature(source="own_loans", unit="flag", zh="核销未清")
def loan_writeoff_flag() -> pl.Expr:
    """Whether this bank wrote a loan off that is still owed, here or in the system before."""
    return pl.col("written_off")


@feature(source="own_loans", unit="yuan", zh="本行授信额度")
def loan_line() -> pl.Expr:
    """The line that stands open to the person; 0 without one."""
    return pl.col("line")


@feature(source="own_loans", unit="flag", window="90d", zh="近90天提前结清")
def loan_prepaid_90d() -> pl.Expr:
    """Whether a loan was paid back before its day within ninety days."""
    return pl.col("prepaid_90d")


@feature(source="own_loans", unit="word", zh="在用贷款产品")
def loan_products() -> pl.Expr:
    """Codes of the products under which the person owes, joined by 、; None where nothing."""
    return pl.col("products")


@feature(source="own_loans", unit="word", zh="在用贷款种类", choices=LOAN_KINDS)
def loan_kind() -> pl.Expr:
    """What the product is for under which the person owes most; None without a loan of a product.

    Loans of the system before come without a product.
    """
    return pl.col("main_kind")


@feature(source="own_loans", unit="loans", zh="为本行贷款担保笔数")
def loan_guaranteed_cnt() -> pl.Expr:
    """Loans of this platform, not settled, for which the person is an accepted guarantor."""
    return pl.col("guaranteed_count")


@feature(source="own_loans", unit="flag", zh="授信已收回")
def loan_line_withdrawn() -> pl.Expr:
    """Whether the bank ended a line of the person, and none stands open."""
    return pl.col("line_withdrawn")
