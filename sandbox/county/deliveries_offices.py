"""The files of offices that only deliver: medical insurance, housing, industry."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from sandbox.county.deliveries import Adults

_KWH_A_YUAN = 0.02


def _medical_insurance(adults: "Adults") -> pl.DataFrame:
    """Nearly everybody is insured, employees through their work."""
    rng = adults.chance("medical insurance")
    employed = adults.values("ss_resident_type") == "职工"
    insured = employed | (rng.random(adults.count) < 0.96)
    months = np.where(employed, np.nan_to_num(adults.values("ss_months_12").astype(float)), 12)
    return adults.file(
        np.ones(adults.count, dtype=bool),
        {
            "医保参保状态": np.where(insured, "正常", "未参保"),
            "医保参保类型": np.where(insured, np.where(employed, "职工", "居民"), ""),
            "近12月医保缴费月数": np.where(insured, months, 0).astype(np.int64),
        },
    )


def _housing(adults: "Adults") -> pl.DataFrame:
    """Contracts of homes bought in town, as filed; one in a hundred old houses is unsafe."""
    rng = adults.chance("housing")
    owns = adults.values("re_cnt") > 0
    price = np.nan_to_num(adults.values("re_value_est").astype(float)).astype(np.int64)
    serial = np.cumsum(rng.integers(1, 7, adults.count))
    return adults.file(
        owns,
        {
            "网签备案号": np.array([f"WQ{each:09d}" for each in serial]),
            "网签备案日期": adults.days_before(adults.values("re_hold_months")),
            "网签合同价(元)": price,
            "农房鉴定为危房": np.where(rng.random(adults.count) < 0.01, "是", "否"),
        },
    )


def _industry(adults: "Adults") -> pl.DataFrame:
    """Firms that the county helps to grow, and the power they used."""
    rng = adults.chance("industry")
    runs = adults.values("biz_role") == "法人"
    serial = np.cumsum(rng.integers(1, 9, adults.count))
    sales = np.nan_to_num(adults.values("tax_sales_12m").astype(float))
    power = np.round(sales * _KWH_A_YUAN * rng.uniform(0.5, 1.5, adults.count) + 2_000)
    kinds = np.array(["小微", "小微", "小微", "创新型中小企业", "规上工业", "专精特新"])
    return adults.file(
        runs,
        {
            "培育企业信用代码": np.array([f"91320723{each:010d}" for each in serial]),
            "培育类别": kinds[rng.integers(0, kinds.size, adults.count)],
            "近12月用电量": power,
            "前12月用电量": np.round(power * rng.uniform(0.8, 1.2, adults.count)),
        },
    )


MORE: dict[str, Callable[["Adults"], pl.DataFrame]] = {
    "medical_insurance": _medical_insurance,
    "housing": _housing,
    "industry": _industry,
}
