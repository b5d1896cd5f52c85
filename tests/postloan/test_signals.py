import polars as pl
import pytest

from core.expressions import ExpressionError
from postloan import signals
from postloan.reference import SIGNALS
from postloan.selectors import COLUMNS

QUIET = {
    "loan_id": 1,
    "customer_id": 1,
    "loan_dpd_now": 0,
    "loan_dpd_max": 0,
    "loan_overdue_amount": 0,
    "loan_principal_left": 5_000_000,
    "loan_first_pay_default": False,
    "dep_drop_3m": 0.0,
    "dep_avg_prev": 0,
    "check_overdue_days": 0,
    "village_overdue_share": 0.0,
    "village_loans": 50,
}


def _heard(**changed: object) -> list[str]:
    """Codes of the signals that hold for one loan which is quiet but for ``changed``."""
    frame = pl.DataFrame([QUIET | changed], schema=COLUMNS, orient="row")
    return signals.hear(signals.read(SIGNALS), frame)["code"].to_list()


def test_a_quiet_loan_raises_nothing():
    assert _heard() == []


@pytest.mark.parametrize(
    ("days", "code"),
    [(1, "W03"), (7, "W03"), (8, "W02"), (30, "W02"), (31, "W01"), (400, "W01")],
)
def test_days_past_due_raise_just_one_signal(days, code):
    assert _heard(loan_dpd_now=days) == [code]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({"loan_first_pay_default": True}, ["W04"]),
        ({"dep_drop_3m": 0.51, "dep_avg_prev": 10_000_00}, ["W18"]),
        ({"dep_drop_3m": 0.51, "dep_avg_prev": 9_999_99}, []),
        ({"check_overdue_days": 11}, ["W30"]),
        ({"village_overdue_share": 0.06}, ["W32"]),
        ({"village_overdue_share": 0.06, "village_loans": 5}, []),
    ],
)
def test_each_signal_holds_beyond_its_threshold(changed, codes):
    assert _heard(**changed) == codes


def test_what_is_unknown_raises_nothing():
    assert _heard(dep_drop_3m=None, dep_avg_prev=None, loan_first_pay_default=None) == []


def test_a_signal_that_names_an_unknown_field_is_refused_with_its_code():
    wrong = [SIGNALS[0] | {"code": "W99", "expression": "days_late > 3"}]

    with pytest.raises(ExpressionError) as refused:
        signals.read(wrong)

    assert refused.value.__notes__ == ["W99"]
