"""Saying in the reader's language what is wrong with a rule."""

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from admission.judgement import RuleFault
from core import expression_words

PARTS = {
    "expression": _("condition"),
    "says": _("what staff read"),
    "treatment": _("treatment beyond its level"),
    "says_to_customer": _("what the customer may be told"),
    "level": _("level"),
    "on_unknown": _("when unknown"),
    "outcome": _("how the outcome is found"),
    "limit_factor": _("factor on the limit"),
    "rules": _("rules"),
}


SENTENCES = (
    gettext_noop("Some counts lead to no outcome, or to one that does not exist."),
    gettext_noop("A customer with a high rule that holds would be admitted."),
    gettext_noop("A customer with a rule that must be known first would be admitted."),
    gettext_noop("A customer with something unknown that nobody has looked at would be admitted."),
    gettext_noop("The factor on the limit is not between 0 and 1 everywhere."),
    gettext_noop("The set has no rule."),
    gettext_noop(
        "Write refuse_when, head_office_when, rebind_phone_when, use_check_when, limit_at_most or "
        "before_drawing."
    ),
    gettext_noop("limit_at_most is whole yuan, more than none."),
    gettext_noop("Before drawing only a visit can be asked for."),
    gettext_noop("The text cannot be filled in: a brace in it has no partner."),
    gettext_noop("The text cannot be filled in: %(what)s."),
    gettext_noop(
        "The text cannot be filled in: the format in %(what)s is none of figures, such as {x:,}, "
        "{x:.1f} or {x:.0%%}, or does not fit its value."
    ),
    gettext_noop("The rule does not read %(names)s."),
    gettext_noop("A customer is told no figures and no thresholds: %(names)s."),
)
"""What judgement says in plain Python, which knows no reader: named here to be put into words."""


def reason(fault: RuleFault) -> str:
    """The reason alone, for a message under the field it is about."""
    if fault.error:
        return expression_words.in_words(fault.error)
    return gettext(fault.template) % fault.params


def in_words(fault: RuleFault) -> str:
    """Rule, part and reason."""
    return f"{fault.code} · {PARTS[fault.part]}: {reason(fault)}"
