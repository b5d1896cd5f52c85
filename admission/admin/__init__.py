"""The back office's registers of the admission room."""

from admission.admin.decisions import DecisionAdmin
from admission.admin.deliveries import DeliveryAdmin, DeliveryPlanAdmin, FiguresAdmin
from admission.admin.features import FeatureFiguresAdmin
from admission.admin.rules import RuleSetAdmin
from admission.admin.sources import AuthorisationAdmin, DepositAdmin, SourceRecordAdmin
from admission.admin.tags import ProfileAdmin, SegmentAdmin, TagDefinitionAdmin, TagSetAdmin

__all__ = [
    "AuthorisationAdmin",
    "DecisionAdmin",
    "DeliveryAdmin",
    "DeliveryPlanAdmin",
    "DepositAdmin",
    "FeatureFiguresAdmin",
    "FiguresAdmin",
    "ProfileAdmin",
    "RuleSetAdmin",
    "SegmentAdmin",
    "SourceRecordAdmin",
    "TagDefinitionAdmin",
    "TagSetAdmin",
]
