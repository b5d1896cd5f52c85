from admission.models.authorisation_requests import AuthorisationRequest
from admission.models.decisions import Decision, ShadowVerdict
from admission.models.deliveries import Delivery, DeliveryPlan, Figures
from admission.models.incoming import IncomingFile
from admission.models.papers import PhotographedPaper
from admission.models.portfolio import KnownFeatures, Standing, StandingChange
from admission.models.proposals import Exploration, Proposal
from admission.models.reviews import Appeal, Override, RuleAnswer
from admission.models.risk_wall import RiskWall
from admission.models.rule_simulations import RuleSimulation, SimulatedPiece
from admission.models.rules import CHALLENGER, CHAMPION, Rule, RuleSet
from admission.models.score_policies import SCORING, ScorePolicy, ShadowScore
from admission.models.scorecards import (
    CardSegment,
    Scorecard,
    ScorecardStep,
    ScorecardWatch,
    ScoredFile,
)
from admission.models.sources import Authorisation, Deposit, SourceKind, SourceRecord
from admission.models.tags import (
    FeatureFigures,
    Profile,
    Segment,
    TagChange,
    TagDefinition,
    TagSet,
    TagWord,
)

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "SCORING",
    "Appeal",
    "Authorisation",
    "AuthorisationRequest",
    "CardSegment",
    "Decision",
    "Delivery",
    "DeliveryPlan",
    "Deposit",
    "Exploration",
    "FeatureFigures",
    "Figures",
    "IncomingFile",
    "KnownFeatures",
    "Override",
    "PhotographedPaper",
    "Profile",
    "Proposal",
    "RiskWall",
    "Rule",
    "RuleAnswer",
    "RuleSet",
    "RuleSimulation",
    "ScorePolicy",
    "Scorecard",
    "ScorecardStep",
    "ScorecardWatch",
    "ScoredFile",
    "Segment",
    "ShadowScore",
    "ShadowVerdict",
    "SimulatedPiece",
    "SourceKind",
    "SourceRecord",
    "Standing",
    "StandingChange",
    "TagChange",
    "TagDefinition",
    "TagSet",
    "TagWord",
]
