"""The credit room's registers and queues in the back office."""

from credit.admin.applications import ApplicationAdmin
from credit.admin.approvals import ApprovalTaskAdmin
from credit.admin.contracts import ContractAdmin, DrawdownAdmin
from credit.admin.lines import CreditLineAdmin, LimitDecisionAdmin
from credit.admin.products import LimitPolicyAdmin, ProcessTemplateAdmin, ProductAdmin

__all__ = [
    "ApplicationAdmin",
    "ApprovalTaskAdmin",
    "ContractAdmin",
    "CreditLineAdmin",
    "DrawdownAdmin",
    "LimitDecisionAdmin",
    "LimitPolicyAdmin",
    "ProcessTemplateAdmin",
    "ProductAdmin",
]
