"""What a manager found in a household, and the limit that follows from it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

CASH_FLOW_SHARE = Decimal("0.7")
NET_WORTH_SHARE = Decimal("0.5")
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Findings:
    """The figures of one visit. Amounts in fen; a year's where the name says so."""

    met: str
    seen_on: date
    income_year: int
    operating_cost_year: int
    living_cost_year: int
    debt_service_year: int
    assets: int
    debts: int
    need: int
    term_months: int
    notes: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None

    @property
    def surplus_year(self) -> int:
        """What is left of a year's income after cost, living and existing repayments (fen)."""
        return (
            self.income_year
            - self.operating_cost_year
            - self.living_cost_year
            - self.debt_service_year
        )

    @property
    def net_worth(self) -> int:
        """What the household owns beyond what it owes (fen)."""
        return self.assets - self.debts


@dataclass(frozen=True)
class SurveyedLimit:
    """The surveyed limit 调查额度 in fen, and the three figures of which it is the smallest."""

    amount: int
    by_cash_flow: int
    by_net_worth: int
    by_need: int

    @property
    def bound_by(self) -> str:
        """Which of the three decided."""
        figures = {
            "cash_flow": self.by_cash_flow,
            "net_worth": self.by_net_worth,
            "need": self.by_need,
        }
        return min(figures, key=figures.__getitem__)


def surveyed_limit(
    found: Findings,
    *,
    cash_flow_share: Decimal = CASH_FLOW_SHARE,
    net_worth_share: Decimal = NET_WORTH_SHARE,
) -> SurveyedLimit:
    """The smallest of: 70 % of the surplus over the term, half the net worth, what is needed.

    Never below nothing. Source: the limit engine of the published cases, L_survey.
    """
    years = Decimal(found.term_months) / MONTHS_A_YEAR
    by_cash_flow = _fen(found.surplus_year * years * cash_flow_share)
    by_net_worth = _fen(found.net_worth * net_worth_share)
    smallest = min(by_cash_flow, by_net_worth, found.need)
    return SurveyedLimit(max(smallest, 0), by_cash_flow, by_net_worth, found.need)


def _fen(amount: Decimal) -> int:
    """Whole fen, never rounded up in favour of debt."""
    return int(amount.quantize(Decimal(1), ROUND_DOWN))
