"""Hearing the admission rules, for one customer and for a county, from the same compiled rules.

Plain Python: values in, values out. Nothing here reads a clock, a table or a request.
"""

from admission.judgement.book import (
    SILENT,
    RuleBook,
    RuleText,
    check_rule,
    compile_rules,
    fingerprint_of,
)
from admission.judgement.differing import PartChange, RuleChange, differences
from admission.judgement.faults import RuleFault, RulesRefused
from admission.judgement.outcome import OUTCOMES, OutcomeRule
from admission.judgement.verdict import (
    Heard,
    Verdict,
    answer_columns,
    answers,
    hear_each,
    high_codes,
    judge,
    judge_all,
    plain,
)

__all__ = [
    "OUTCOMES",
    "SILENT",
    "Heard",
    "OutcomeRule",
    "PartChange",
    "RuleBook",
    "RuleChange",
    "RuleFault",
    "RuleText",
    "RulesRefused",
    "Verdict",
    "answer_columns",
    "answers",
    "check_rule",
    "compile_rules",
    "differences",
    "fingerprint_of",
    "hear_each",
    "high_codes",
    "judge",
    "judge_all",
    "plain",
]
