"""The back office's registers of the admission room."""

from admission.admin.decisions import DecisionAdmin
from admission.admin.deliveries import DeliveryAdmin, DeliveryPlanAdmin, FiguresAdmin
from admission.admin.features import FeatureFiguresAdmin
from admission.admin.portfolio import StandingAdmin, StandingChangeAdmin
from admission.admin.reviews import AppealAdmin, OverrideAdmin
from admission.admin.risk_wall import RiskWallAdmin
from admission.admin.rules import RuleSetAdmin
from admission.admin.score_policies import ScorePolicyAdmin
from admission.admin.scorecards import ScorecardAdmin
from admission.admin.sources import AuthorisationAdmin, DepositAdmin, SourceRecordAdmin
from admission.admin.tags import ProfileAdmin, SegmentAdmin, TagDefinitionAdmin, TagSetAdmin

__all__ = [
    "AppealAdmin",
    "AuthorisationAdmin",
    "DecisionAdmin",
    "DeliveryAdmin",
    "DeliveryPlanAdmin",
    "DepositAdmin",
    "FeatureFiguresAdmin",
    "FiguresAdmin",
    "OverrideAdmin",
    "ProfileAdmin",
    "RiskWallAdmin",
    "RuleSetAdmin",
    "ScorePolicyAdmin",
    "ScorecardAdmin",
    "SegmentAdmin",
    "SourceRecordAdmin",
    "StandingAdmin",
    "StandingChangeAdmin",
    "TagDefinitionAdmin",
    "TagSetAdmin",
]
