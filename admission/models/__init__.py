from admission.models.decisions import Decision
from admission.models.deliveries import Delivery, DeliveryPlan, Figures
from admission.models.rules import Rule, RuleSet
from admission.models.scorecards import Scorecard, ScorecardStep, ScorecardWatch, Segment
from admission.models.sources import Authorisation, Deposit, SourceRecord

__all__ = [
    "Authorisation",
    "Decision",
    "Delivery",
    "DeliveryPlan",
    "Deposit",
    "Figures",
    "Rule",
    "RuleSet",
    "Scorecard",
    "ScorecardStep",
    "ScorecardWatch",
    "Segment",
    "SourceRecord",
]
