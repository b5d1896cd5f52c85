"""The limit policy a rural bank starts with: the engine's figures and those of granting."""

from typing import Any

from credit.loan_rules.limit_policy import LimitPolicy

POLICY_CODE = "household"
POLICY_NAME = "农户授信额度政策"


def starting_settings() -> dict[str, Any]:
    """``engine`` is read by the limit engine; ``granting`` says who borrows, for how long, and
    the caps (fen) of product, household and income."""
    return {
        "engine": LimitPolicy().to_settings(),
        "granting": {
            "product_cap": 20_000_000,
            "household_cap": 30_000_000,
            "income_share_for_debt": "0.5",
            "line_months_at_most": 36,
            "line_months_at_least": 12,
            "youngest": 18,
            "risk_band": "B",
        },
    }
