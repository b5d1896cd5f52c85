from postloan.services.inspections import (
    finish_inspection,
    mark_overdue,
    plan_first_check,
    review_inspection,
)
from postloan.services.signal_sets import draft_signal_set
from postloan.services.warnings import (
    acknowledge,
    dismiss,
    escalate,
    handle,
    raise_warnings,
    resolve,
    watch,
)

__all__ = [
    "acknowledge",
    "dismiss",
    "draft_signal_set",
    "escalate",
    "finish_inspection",
    "handle",
    "mark_overdue",
    "plan_first_check",
    "raise_warnings",
    "resolve",
    "review_inspection",
    "watch",
]
