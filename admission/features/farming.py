"""Features of the farm, as the agricultural bureau keeps it."""

import polars as pl

from admission.features.registry import feature

OPERATOR_LEVELS = ("国家", "省", "市", "县", "无")


@feature(source="agriculture", unit="mu", zh="承包地面积(亩)")
def agri_land_mu() -> pl.Expr:
    """Contracted land, mu; 0 for whoever has none."""
    return pl.col("contract_mu")


@feature(source="agriculture", unit="mu", zh="流入土地面积(亩)")
def agri_land_in_mu() -> pl.Expr:
    """Land taken over from others by contract, mu."""
    return pl.col("transferred_in_mu")


@feature(source="agriculture", unit="yuan", window="12m", zh="近12月农业补贴")
def agri_subsidy_12m() -> pl.Expr:
    """Subsidies paid in twelve months."""
    return pl.col("subsidy_12m")


@feature(source="agriculture", unit="years", window="5y", zh="连续领取补贴年数")
def agri_subsidy_years() -> pl.Expr:
    """Years of the last five in which a subsidy was paid without a break."""
    return pl.col("subsidy_years")


@feature(source="agriculture", unit="word", zh="主要作物")
def agri_crop_main() -> pl.Expr:
    """What is mainly grown or raised; None where nothing is farmed."""
    return pl.col("main_crop")


@feature(source="agriculture", unit="yuan", window="season", zh="测算种植净收入")
def agri_crop_income_est() -> pl.Expr:
    """Land farmed times what a mu of its crop nets in a season, as the bureau publishes it."""
    mu = pl.col("contract_mu") + pl.col("transferred_in_mu")
    return (mu * pl.col("net_income_per_mu")).round().cast(pl.Int64)


@feature(source="agriculture", unit="heads", zh="存栏数(标准头)")
def agri_stock_cnt() -> pl.Expr:
    """Animals in standard heads: a pig is 1, cattle 5, a sheep 0.5, poultry 0.01."""
    return pl.col("livestock")


@feature(source="agriculture", unit="flag", window="12m", zh="农业保险投保")
def agri_insurance() -> pl.Expr:
    """Whether a policy of agricultural insurance is in force."""
    return pl.col("insured")


@feature(source="agriculture", unit="word", zh="示范等级", choices=OPERATOR_LEVELS)
def agri_operator_level() -> pl.Expr:
    """The level at which a farm or cooperative is held up as a model, 无 where it is none."""
    return pl.col("operator_level")


@feature(source="agriculture", unit="yuan", zh="农机具估值")
def agri_machinery_value() -> pl.Expr:
    """Worth of registered farm machines; 0 without any."""
    return pl.col("machinery_value")
