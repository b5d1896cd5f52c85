from admission.models.decisions import Decision
from admission.models.deliveries import Delivery, DeliveryPlan, Figures
from admission.models.rules import Rule, RuleSet
from admission.models.sources import Authorisation, Deposit, SourceRecord
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
    "Authorisation",
    "Decision",
    "Delivery",
    "DeliveryPlan",
    "Deposit",
    "FeatureFigures",
    "Figures",
    "Profile",
    "Rule",
    "RuleSet",
    "Segment",
    "SourceRecord",
    "TagChange",
    "TagDefinition",
    "TagSet",
    "TagWord",
]
