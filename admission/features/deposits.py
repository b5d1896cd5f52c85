"""Features of what is kept with the bank: deposits, what moves on them, payroll."""

import polars as pl

from admission.features.registry import feature


@feature(source="deposits", unit="yuan", zh="存款时点余额")
def dep_bal_now() -> pl.Expr:
    """What the customer keeps with the bank on the newest day delivered."""
    return pl.col("balance")


@feature(source="deposits", unit="yuan", window="1m", zh="近1月日均存款")
def dep_avg_1m() -> pl.Expr:
    """Average daily balance of one month, as the core system works it out."""
    return pl.col("average_1m")


@feature(source="deposits", unit="yuan", window="3m", zh="近3月日均存款")
def dep_avg_3m() -> pl.Expr:
    """Average daily balance of three months."""
    return pl.col("average_3m")


@feature(source="deposits", unit="yuan", window="12m", zh="近12月日均存款")
def dep_avg_12m() -> pl.Expr:
    """Average daily balance of twelve months."""
    return pl.col("average_12m")


@feature(source="deposits", unit="yuan", window="12m", zh="家庭近12月日均存款合计")
def dep_hh_avg_12m() -> pl.Expr:
    """Average daily balances of twelve months, all members of the household together."""
    return pl.col("household_average_12m")


@feature(source="deposits", unit="ratio", window="3m", zh="近3月存款下降率")
def dep_drop_3m() -> pl.Expr:
    """How far the average balance fell against the three months before, 0 to 1.

    None when there was nothing to fall from: an empty account did not lose its savings.
    """
    before, now = pl.col("average_3m_before"), pl.col("average_3m")
    return pl.when(before > 0).then((1 - now / before).clip(0, 1))


@feature(source="deposits", unit="ratio", zh="定期存款占比")
def dep_td_ratio() -> pl.Expr:
    """Time deposits of the balance, 0 to 1; None of an empty account."""
    return pl.when(pl.col("balance") > 0).then(pl.col("time_deposits") / pl.col("balance"))


@feature(source="deposits", unit="yuan", window="12m", zh="近12月流入额(剔除自转)")
def dep_in_12m() -> pl.Expr:
    """What was paid in over twelve months, without own transfers and disbursed loans."""
    return pl.col("paid_in_12m")


@feature(source="deposits", unit="yuan", window="12m", zh="近12月流出额")
def dep_out_12m() -> pl.Expr:
    """What was paid out over twelve months, without own transfers."""
    return pl.col("paid_out_12m")


@feature(source="deposits", unit="yuan", window="6m", zh="近6月净流入")
def dep_net_in_6m() -> pl.Expr:
    """Paid in less paid out over six months; negative where more went out."""
    return pl.col("paid_in_6m") - pl.col("paid_out_6m")


@feature(source="deposits", unit="times", window="3m", zh="近3月交易笔数")
def dep_txn_cnt_3m() -> pl.Expr:
    """Movements on all accounts in three months; 0 of an account that sleeps."""
    return pl.col("transactions_3m")


@feature(source="payroll", unit="yuan", window="6m", zh="近6月月均代发")
def dep_payroll_avg_6m() -> pl.Expr:
    """Wages paid through the bank, a month, over six months."""
    return pl.col("average_6m")


@feature(source="deposits", unit="months", window="12m", zh="近12月代发月数")
def dep_payroll_months() -> pl.Expr:
    """Months of the last twelve in which a wage came in; 0 for whoever has none with us."""
    return pl.col("payroll_months_12m")


@feature(source="deposits", unit="months", window="life", zh="开户月数")
def dep_tenure_months() -> pl.Expr:
    """Months since the first account was opened."""
    return pl.col("months_open")


@feature(source="payroll", unit="word", zh="代发单位")
def payroll_employer() -> pl.Expr:
    """Who pays the wage that comes in through the bank."""
    return pl.col("employer")


@feature(source="core_bank", unit="accounts", zh="本行账户数")
def core_accounts() -> pl.Expr:
    """Accounts with us, as the core system says at the moment of asking."""
    return pl.col("accounts")


@feature(source="core_bank", unit="accounts", zh="本行异常账户数")
def core_accounts_stopped() -> pl.Expr:
    """Accounts with us that are frozen, stopped, asleep or closed."""
    return pl.col("not_normal")


@feature(source="core_bank", unit="yuan", zh="本行账户实时余额")
def core_balance() -> pl.Expr:
    """What stands on all accounts with us at the moment of asking."""
    return pl.col("balance")
