"""Saying in the reader's language what is wrong with a definition of a tag."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from admission.tags import TagFault
from core import expression_words

PARTS = {
    "code": _("code"),
    "kind": _("kind"),
    "expression": _("expression"),
    "among": _("among whom"),
    "quantile": _("quantile, 0 to 1"),
    "link": _("scale"),
}

SENTENCES = (
    _("This choice does not exist."),
    _("This code is taken or cannot be a name."),
    _("This must be a number."),
    _("A county figure needs a share of 0 to 1."),
    _("Only a figure can be a probability."),
    _("The set has no definition."),
    _("“%(word)s” is none of the words it may give."),
    _(
        "For %(figure)s it gives no word, though for less and for more it does. If that is meant, "
        "give None a condition of its own."
    ),
)
"""What judgement says in English, named here so that the catalogue knows it."""


def reason(fault: TagFault) -> str:
    """The reason alone, for a message under the field it is about."""
    if fault.error:
        return expression_words.in_words(fault.error)
    return gettext(fault.template) % fault.params


def in_words(fault: TagFault) -> str:
    """Definition, part and reason."""
    return f"{fault.code} · {PARTS[fault.part]}: {reason(fault)}"
