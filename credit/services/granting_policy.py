"""The published limit policy, read into the two things granting needs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import publishing
from credit.errors import NotPublished
from credit.loan_rules.limit_policy import LimitPolicy as Engine
from credit.models import LimitPolicy
from credit.reference.limits import POLICY_CODE


@dataclass(frozen=True)
class Granting:
    """Who may be the main borrower, for how long a line runs, and its caps in fen."""

    product_cap: int
    household_cap: int
    income_share_for_debt: Decimal
    line_months_at_most: int
    line_months_at_least: int
    youngest: int
    risk_band: str

    @classmethod
    def from_settings(cls, said: dict[str, Any]) -> "Granting":
        """The stored figures; TypeError names one that is missing or unknown to granting."""
        share = Decimal(str(said["income_share_for_debt"]))
        return cls(**said | {"income_share_for_debt": share})


@dataclass(frozen=True)
class Policy:
    """A published policy and what it says."""

    record: LimitPolicy
    engine: Engine
    granting: Granting


def in_force() -> Policy:
    """The policy that decides today. Raises NotPublished."""
    record = publishing.in_force(LimitPolicy, POLICY_CODE)
    if record is None:
        raise NotPublished(_("No limit policy is published yet."))
    return read(record)


def read(record: LimitPolicy) -> Policy:
    """What one version of the policy says; ValueError, TypeError or KeyError for nonsense."""
    return Policy(
        record,
        Engine.from_settings(record.settings["engine"]),
        Granting.from_settings(record.settings["granting"]),
    )
