"""Early-warning signals 预警信号: written by staff as expressions, heard for all loans at once.

Values in, values out: a frame of loans and a list of signals give a frame of warnings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from core.expressions import Catalogue, Expression, ExpressionError, Field, Kind

FIELDS = Catalogue(
    [
        Field("loan_dpd_now", Kind.INTEGER, label="当前逾期天数", source="行内贷款", unit="天"),
        Field("loan_dpd_max", Kind.INTEGER, label="最大逾期天数", source="行内贷款", unit="天"),
        Field("loan_overdue_amount", Kind.MONEY, label="逾期金额", source="行内贷款", unit="元"),
        Field("loan_principal_left", Kind.MONEY, label="贷款余额", source="行内贷款", unit="元"),
        Field("loan_first_pay_default", Kind.BOOL, label="首期逾期超过7天", source="行内贷款"),
        Field("dep_drop_3m", Kind.DECIMAL, label="近3月存款降幅", source="行内存款"),
        Field("dep_avg_prev", Kind.MONEY, label="前3月日均存款", source="行内存款", unit="元"),
        Field(
            "check_overdue_days", Kind.INTEGER, label="检查超期天数", source="贷后检查", unit="天"
        ),
        Field("village_overdue_share", Kind.DECIMAL, label="本村逾期户占比", source="行内贷款"),
        Field("village_loans", Kind.INTEGER, label="本村贷款户数", source="行内贷款", unit="户"),
    ]
)


@dataclass(frozen=True)
class Signal:
    """One signal: when it holds, how grave it is, what to do and within how many working days."""

    code: str
    name: str
    level: str
    condition: Expression
    action: str
    working_days: int


def read(written: Iterable[Mapping[str, Any]]) -> list[Signal]:
    """Signals as stored in a signal set. Raises ExpressionError naming signal and place."""
    return [_read(each) for each in written]


def _read(written: Mapping[str, Any]) -> Signal:
    try:
        condition = FIELDS.parse(
            written["expression"], params=written.get("params", {}), want=Kind.BOOL
        )
    except ExpressionError as exc:
        exc.add_note(written["code"])
        raise
    return Signal(
        code=written["code"],
        name=written["name"],
        level=written["level"],
        condition=condition,
        action=written["action"],
        working_days=written["working_days"],
    )


def hear(signals: Iterable[Signal], loans: pl.DataFrame) -> pl.DataFrame:
    """Which signal holds for which loan: columns ``loan_id`` and ``code``.

    ``loans`` has ``loan_id`` and one column per field. Unknown raises nothing: a warning is a
    statement about a loan, not about a gap in what is known.
    """
    held = [
        loans.filter(signal.condition.column()).select("loan_id", pl.lit(signal.code).alias("code"))
        for signal in signals
    ]
    empty = pl.DataFrame(schema={"loan_id": pl.Int64, "code": pl.String})
    return pl.concat([empty, *held])
