from admission.models.decisions import Decision
from admission.models.rules import Rule, RuleSet
from admission.models.sources import Authorisation, Deposit, SourceRecord

__all__ = ["Authorisation", "Decision", "Deposit", "Rule", "RuleSet", "SourceRecord"]
