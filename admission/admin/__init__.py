"""The back office's registers of the admission room."""

from admission.admin.decisions import DecisionAdmin
from admission.admin.deliveries import DeliveryAdmin, DeliveryPlanAdmin, FiguresAdmin
from admission.admin.reviews import AppealAdmin, OverrideAdmin
from admission.admin.rules import RuleSetAdmin
from admission.admin.scorecards import ScorecardAdmin
from admission.admin.sources import AuthorisationAdmin, DepositAdmin, SourceRecordAdmin

__all__ = [
    "AppealAdmin",
    "AuthorisationAdmin",
    "DecisionAdmin",
    "DeliveryAdmin",
    "DeliveryPlanAdmin",
    "DepositAdmin",
    "FiguresAdmin",
    "OverrideAdmin",
    "RuleSetAdmin",
    "ScorecardAdmin",
    "SourceRecordAdmin",
]
