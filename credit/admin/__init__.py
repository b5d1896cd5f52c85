"""The credit room's registers and queues in the back office."""

from credit.admin.progress import ProgressAdmin  # isort: skip - the menu keeps this order
from credit.admin.appeals import LimitAppealAdmin
from credit.admin.applications import ApplicationAdmin
from credit.admin.approvals import ApprovalTaskAdmin
from credit.admin.contracts import ContractAdmin, DrawdownAdmin
from credit.admin.lines import CreditLineAdmin, LimitDecisionAdmin
from credit.admin.loans import (
    BusinessDayAdmin,
    InstalmentAdmin,
    LedgerEntryAdmin,
    LoanAdmin,
    RepaymentAdmin,
)
from credit.admin.policies import LimitPolicyAdmin
from credit.admin.products import ProcessTemplateAdmin, ProductAdmin
from credit.admin.raises import LineRaiseAdmin

__all__ = [
    "ApplicationAdmin",
    "ApprovalTaskAdmin",
    "BusinessDayAdmin",
    "ContractAdmin",
    "CreditLineAdmin",
    "DrawdownAdmin",
    "InstalmentAdmin",
    "LedgerEntryAdmin",
    "LimitAppealAdmin",
    "LimitDecisionAdmin",
    "LimitPolicyAdmin",
    "LineRaiseAdmin",
    "LoanAdmin",
    "ProcessTemplateAdmin",
    "ProductAdmin",
    "ProgressAdmin",
    "RepaymentAdmin",
]
