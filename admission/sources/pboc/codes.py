"""The bureau's code tables, as far as admission's rules read them. An unknown code is refused."""

from admission.sources.pboc.dictionary import CALLED_IN, CARDS, LENDING, TABLES

__all__ = ["CALLED_IN", "CARDS", "LENDING"]

BILLED = (*LENDING, "R2")
"""Kinds of account whose newest month says what is overdue."""

ENDED = frozenset({"结清", "转出", "销户", "未激活", "结束"})
FIVE_CLASSES = TABLES["five_class"]
UNCLASSED = FIVE_CLASSES["9"]
WORST_FIRST = tuple(FIVE_CLASSES[each] for each in "54321")
"""Classes from the worst to the best; one that was not given is neither."""
LENDER_TYPES = TABLES["lender_type"]
LIABILITIES = TABLES["liability"]
QUERY_REASONS = TABLES["query_reason"]
OTHER_REASON = "其他"
_REASON_CODES = {name: code for code, name in QUERY_REASONS.items()}
APPROVAL, MANAGEMENT, GUARANTEE = (
    _REASON_CODES[name] for name in ("贷款审批", "贷后管理", "担保资格审查")
)
"""Under which code a report is asked for: to lend, to look after a loan, to accept a guarantor."""

EDUCATION = {
    "研究生": "硕士及以上",
    "大学本科": "本科",
    "大学专科": "大专",
    "中专/技校": "高中/中专",
    "高中": "高中/中专",
    "初中": "初中",
    "小学": "小学及以下",
    "文盲或半文盲": "小学及以下",
}
"""The bureau's words for schooling in those of tags; what it leaves open is not known."""
EDUCATION_CODES = TABLES["education"]

LATE = frozenset("1234567")
"""States of a month in which an instalment was late; 7 is more than 180 days."""

MONTH_STATES = frozenset(TABLES["month_state"])
"""States of one month in the history of 24."""
