"""The back office's registers of the admission room."""

from admission.admin.decisions import DecisionAdmin
from admission.admin.deliveries import DeliveryAdmin, DeliveryPlanAdmin, FiguresAdmin
from admission.admin.features import FeatureFiguresAdmin
from admission.admin.proposals import ExplorationAdmin, ProposalAdmin
from admission.admin.reviews import AppealAdmin, OverrideAdmin
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
    "ExplorationAdmin",
    "FeatureFiguresAdmin",
    "FiguresAdmin",
    "OverrideAdmin",
    "ProfileAdmin",
    "ProposalAdmin",
    "RuleSetAdmin",
    "ScorePolicyAdmin",
    "ScorecardAdmin",
    "SegmentAdmin",
    "SourceRecordAdmin",
    "TagDefinitionAdmin",
    "TagSetAdmin",
]
