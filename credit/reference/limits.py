"""The limit policy a rural bank starts with: the standard formulas and their figures."""

from credit.loan_rules.limit_texts import STANDARD

POLICY_CODE = "household"
POLICY_NAME = "农户授信额度政策"


def starting_settings() -> dict[str, object]:
    """What the first draft says; see ``credit.loan_rules.limit_texts``."""
    return STANDARD.settings()
