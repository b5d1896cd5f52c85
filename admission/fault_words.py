"""Saying in the reader's language what is wrong with a rule."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admission.judgement import RuleFault
from core import expression_words

PARTS = {
    "expression": _("condition"),
    "says": _("what staff read"),
    "says_to_customer": _("what the customer may be told"),
    "level": _("level"),
    "on_unknown": _("when unknown"),
    "outcome": _("how the outcome is found"),
    "limit_factor": _("factor on the limit"),
    "rules": _("rules"),
}


def reason(fault: RuleFault) -> str:
    """The reason alone, for a message under the field it is about."""
    if fault.error:
        return expression_words.in_words(fault.error)
    return gettext(fault.template) % fault.params


def in_words(fault: RuleFault) -> str:
    """Rule, part and reason."""
    return f"{fault.code} · {PARTS[fault.part]}: {reason(fault)}"
