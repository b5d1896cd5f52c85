"""The sheet of all-in financing cost 综合融资成本明示表 that a customer reads before signing."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import parameters
from core.money import yuan
from credit.errors import RateTooHigh
from credit.loan_rules.cost import Flow, financing_cost, flows_of
from credit.loan_rules.schedule import Instalment
from credit.models import Application

BANK = "本行"
NO_OTHER_CHARGES = "除上表所列项目外，本行及合作机构不就本笔贷款向您收取任何其他费用。"


@dataclass(frozen=True)
class Cost:
    """One cost of a loan: what it is, how it is reckoned, what it comes to, who receives it."""

    name: str
    how: str
    rate: str
    amount: str  # yuan
    payee: str

    @property
    def percent(self) -> str:
        """The rate as a contract writes it, with every digit it has: 7.275%."""
        return f"{(Decimal(self.rate) * 100).normalize():f}%"


@dataclass(frozen=True)
class CostSheet:
    """Everything borrowing costs, as shown; amounts are yuan as text, rates fractions as text."""

    principal: str
    drawn_on: str
    term_months: int
    costs: tuple[Cost, ...]
    total: str
    disclosed: str  # annualised, for a loan repaid as agreed
    effective: str
    when_overdue: tuple[Cost, ...]  # due only when the contract is broken, never in the total
    statement: str

    def stored(self) -> dict[str, Any]:
        """The sheet as JSON."""
        return asdict(self)


def cost_sheet(
    application: Application, instalments: tuple[Instalment, ...], *, drawn_on: date
) -> CostSheet:
    """The sheet for an approved, priced application. Raises RateTooHigh above the ceiling."""
    principal = sum(each.principal for each in instalments)
    interest = sum(each.interest for each in instalments)
    others = [_other(each, principal) for each in application.product.other_costs]
    fees = [Flow(drawn_on, -fen) for _cost, fen in others]
    cost = financing_cost(flows_of(drawn_on, instalments, fees))
    ceiling = parameters.number("cost.ceiling", on=drawn_on)
    if cost.exceeds(ceiling):
        raise RateTooHigh(
            _("The all-in cost of %(cost)s lies above the ceiling of %(ceiling)s a year.")
            % {"cost": cost.disclosed, "ceiling": ceiling}
        )
    return CostSheet(
        principal=str(yuan(principal)),
        drawn_on=drawn_on.isoformat(),
        term_months=application.term_months,
        costs=(_interest(application, interest), *(each for each, _fen in others)),
        total=str(yuan(interest + sum(fen for _cost, fen in others))),
        disclosed=str(cost.disclosed),
        effective=str(cost.effective),
        when_overdue=_when_overdue(application, drawn_on),
        statement=NO_OTHER_CHARGES,
    )


def _interest(application: Application, interest: int) -> Cost:
    return Cost(
        name="利息",
        how=f"按年利率（单利）计息，{METHOD_NAMES[application.method]}",
        rate=str(application.annual_rate.normalize()),
        amount=str(yuan(interest)),
        payee=BANK,
    )


def _other(said: dict[str, Any], principal: int) -> tuple[Cost, int]:
    """A cost beside interest, taken once when the money is drawn; its amount in fen."""
    share = Decimal(str(said["share"]))
    fen = int((principal * share).quantize(Decimal(1), ROUND_HALF_UP))
    cost = Cost(
        name=said["name"],
        how="放款时按贷款金额一次性收取",
        rate=str(share),
        amount=str(yuan(fen)),
        payee=said["payee"],
    )
    return cost, fen


def _when_overdue(application: Application, day: date) -> tuple[Cost, ...]:
    overdue = parameters.number("penalty.overdue_factor", on=day)
    misuse = parameters.number("penalty.misuse_factor", on=day)
    rate = application.annual_rate
    return (
        Cost(
            "逾期罚息",
            f"对逾期本金按合同利率的{overdue:f}倍按日计收；对逾期利息按同一利率计收复利",
            str((rate * overdue).normalize()),
            "",
            BANK,
        ),
        Cost(
            "挪用罚息",
            f"未按约定用途使用的部分按合同利率的{misuse:f}倍按日计收",
            str((rate * misuse).normalize()),
            "",
            BANK,
        ),
    )


METHOD_NAMES = {
    "equal_instalment": "等额本息",
    "equal_principal": "等额本金",
    "interest_first": "按月付息、到期还本",
    "quarterly_interest": "按季付息、到期还本",
    "bullet": "到期一次还本付息",
    "staged_principal": "阶段还本",
}
