from admission.models.decisions import Decision, ShadowVerdict
from admission.models.deliveries import Delivery, DeliveryPlan, Figures
from admission.models.reviews import Appeal, Override, RuleAnswer
from admission.models.rule_simulations import RuleSimulation, SimulatedPiece
from admission.models.rules import CHALLENGER, CHAMPION, Rule, RuleSet
from admission.models.scorecards import Scorecard, ScorecardStep, ScorecardWatch, Segment
from admission.models.sources import Authorisation, Deposit, SourceRecord

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "Appeal",
    "Authorisation",
    "Decision",
    "Delivery",
    "DeliveryPlan",
    "Deposit",
    "Figures",
    "Override",
    "Rule",
    "RuleAnswer",
    "RuleSet",
    "RuleSimulation",
    "Scorecard",
    "ScorecardStep",
    "ScorecardWatch",
    "Segment",
    "ShadowVerdict",
    "SimulatedPiece",
    "SourceRecord",
]
