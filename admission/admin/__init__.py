"""The back office's registers of the admission room."""

from admission.admin.authorisation_requests import AuthorisationRequestAdmin
from admission.admin.decisions import DecisionAdmin
from admission.admin.deliveries import DeliveryAdmin
from admission.admin.delivery_plans import DeliveryPlanAdmin
from admission.admin.features import FeatureFiguresAdmin
from admission.admin.figures import FiguresAdmin
from admission.admin.papers import PhotographedPaperAdmin
from admission.admin.portfolio import StandingAdmin, StandingChangeAdmin
from admission.admin.proposals import ExplorationAdmin, ProposalAdmin
from admission.admin.reviews import AppealAdmin, OverrideAdmin
from admission.admin.risk_wall import RiskWallAdmin
from admission.admin.rules import RuleSetAdmin
from admission.admin.score_policies import ScorePolicyAdmin
from admission.admin.scorecards import ScorecardAdmin
from admission.admin.segments import SegmentAdmin
from admission.admin.source_kinds import SourceKindAdmin
from admission.admin.sources import AuthorisationAdmin, DepositAdmin, SourceRecordAdmin
from admission.admin.tags import ProfileAdmin, TagDefinitionAdmin, TagSetAdmin

__all__ = [
    "AppealAdmin",
    "AuthorisationAdmin",
    "AuthorisationRequestAdmin",
    "DecisionAdmin",
    "DeliveryAdmin",
    "DeliveryPlanAdmin",
    "DepositAdmin",
    "ExplorationAdmin",
    "FeatureFiguresAdmin",
    "FiguresAdmin",
    "OverrideAdmin",
    "ProfileAdmin",
    "PhotographedPaperAdmin",
    "ProposalAdmin",
    "RiskWallAdmin",
    "RuleSetAdmin",
    "ScorePolicyAdmin",
    "ScorecardAdmin",
    "SegmentAdmin",
    "SourceKindAdmin",
    "SourceRecordAdmin",
    "StandingAdmin",
    "StandingChangeAdmin",
    "TagDefinitionAdmin",
    "TagSetAdmin",
]
