"""Features of electronic channels: mobile bank and acquiring."""

import polars as pl

from admission.features.registry import feature


@feature(source="channels", unit="times", window="30d", zh="近30天登录次数")
def ch_login_30d() -> pl.Expr:
    """Times that the mobile bank was opened in thirty days; 0 for whoever has none."""
    return pl.col("logins_30d")


@feature(source="channels", unit="yuan", window="12m", zh="近12月收单金额")
def ch_acq_amt_12m() -> pl.Expr:
    """Takings through the bank's merchant codes in twelve months."""
    return pl.col("acquiring_12m")


@feature(source="channels", unit="yuan", window="3m", zh="近3月收单金额")
def ch_acq_amt_3m() -> pl.Expr:
    """Takings through the bank's merchant codes in three months."""
    return pl.col("acquiring_3m")


@feature(source="channels", unit="ratio", window="3m", zh="近3月收单下降率")
def ch_acq_drop_3m() -> pl.Expr:
    """How far takings fell against the three months before, 0 to 1; None where there were none."""
    before, now = pl.col("acquiring_3m_before"), pl.col("acquiring_3m")
    return pl.when(before > 0).then((1 - now / before).clip(0, 1))


@feature(source="channels", unit="people", window="90d", zh="设备关联人数")
def ch_device_shared() -> pl.Expr:
    """Different applicants on the person's device in ninety days; None where no device is known."""
    return pl.col("device_people_90d")


@feature(source="channels", unit="flag", zh="手机银行已开通")
def ch_mobile_bank() -> pl.Expr:
    """Whether the person has the mobile bank."""
    return pl.col("mobile_bank")


@feature(source="channels", unit="times", window="3m", zh="近3月电子渠道交易笔数")
def ch_txn_3m() -> pl.Expr:
    """Payments and transfers through electronic channels in three months."""
    return pl.col("transactions_3m")
