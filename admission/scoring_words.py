"""Saying in the reader's language what is wrong with a scoring policy, or why nobody is scored."""

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from admission.scoring import ScoringFault
from core import expression_words

PARTS = {
    "conditions": _("who is in the segment"),
    "bands": _("scores from which bands begin"),
    "kept": _("kept for later cards"),
}
SENTENCES = (
    gettext_noop("There is no such segment."),
    gettext_noop("Write four whole numbers: the scores from which A, B, C and D begin."),
    gettext_noop("A score lies between %(low)s and %(high)s."),
    gettext_noop("A better band begins at a higher score: A above B above C above D."),
    gettext_noop("%(name)s is no feature that may be kept for a card."),
    gettext_noop("The policy cannot be read."),
)
NO_POLICY, NO_CARD = "no_policy", "no_card"
WHY_NOT: dict[str, str | Promise] = {
    NO_POLICY: _("No scoring policy was in force, so nobody was scored."),
    NO_CARD: _("No scorecard was in force for this segment, so there is no score."),
}
TOPICS: dict[str, str | Promise] = {
    "pboc": _("your credit report"),
    "baihang": _("your credit report"),
    "deposits": _("your account with us"),
    "payroll": _("your account with us"),
    "channels": _("your account with us"),
    "products": _("your account with us"),
    "own_loans": _("your loans with us"),
    "statements": _("your bank statements"),
    "household": _("your household's income and means"),
    "reviews": _("what neighbours say"),
    "grid": _("what your customer manager noted"),
    "farmer_credit": _("the county's credit records"),
    "social_security": _("your social security"),
    "provident_fund": _("your provident fund"),
    "real_estate": _("your home"),
    "business_registry": _("your business"),
    "tax": _("your taxes"),
    "agriculture": _("your farm"),
    "phone": _("your mobile number"),
}
"""What a customer understands each source as."""
OTHER_TOPIC = _("other information")


def reason(fault: ScoringFault) -> str:
    """The reason alone, for a message under the field it is about."""
    if fault.error:
        return expression_words.in_words(fault.error)
    return gettext(fault.template) % (fault.params or {})


def in_words(fault: ScoringFault, place: str | Promise) -> str:
    """Place, part and reason."""
    return f"{place} · {PARTS[fault.part]}: {reason(fault)}"
