from credit.models.appeals import LimitAppeal
from credit.models.applications import Application, ApplicationStep
from credit.models.approvals import ApprovalTask
from credit.models.contracts import Contract, Drawdown
from credit.models.giving_up import LineGivingUp
from credit.models.guarantors import Guarantor
from credit.models.identity_cards import IdentityCard
from credit.models.ledger import LedgerEntry, LedgerLine
from credit.models.lines import MAY_BORROW, CreditLine, LimitDecision, LimitPolicy, LineSigning
from credit.models.loans import BusinessDay, Instalment, Loan, Repayment
from credit.models.policies import PolicySimulation, SimulatedVillage
from credit.models.products import ProcessTemplate, Product
from credit.models.progress import VillageProgress
from credit.models.raises import LineRaise
from credit.models.sessions import CustomerSession, SmsCode

__all__ = [
    "MAY_BORROW",
    "Application",
    "ApplicationStep",
    "ApprovalTask",
    "BusinessDay",
    "Contract",
    "CreditLine",
    "CustomerSession",
    "Drawdown",
    "Guarantor",
    "IdentityCard",
    "Instalment",
    "LedgerEntry",
    "LedgerLine",
    "LimitAppeal",
    "LimitDecision",
    "LimitPolicy",
    "LineGivingUp",
    "LineRaise",
    "LineSigning",
    "Loan",
    "PolicySimulation",
    "ProcessTemplate",
    "Product",
    "Repayment",
    "SimulatedVillage",
    "SmsCode",
    "VillageProgress",
]
