"""Bins of a card as staff read them: amounts in yuan like everywhere else, yes and no in words.

A card cuts amounts in fen, as decisions know them; nobody should have to know that.
"""

import re

from django.utils.translation import gettext as _

from admission.features import DESCRIBED
from admission.judgement.wording import readable
from core.expressions import Kind

MISSING, CODE, BETWEEN_WORDS = "∅", "= ", ", "
NUMBER = re.compile(r"\d[\d,]*(\.\d+)?(e[+-]?\d+)?")
FEN = 100
WORDS = {"true": True, "false": False}


def is_amount(feature: str) -> bool:
    """Whether a question asks for an amount, which cards know in fen."""
    field = DESCRIBED.fields.get(feature)
    return field is not None and field.kind is Kind.MONEY


def bin_in_words(feature: str, label: str) -> str:
    """The label of a bin, which a card writes without words of any language; a code stays one."""
    field = DESCRIBED.fields.get(feature)
    if label == MISSING:
        return _("missing")
    if is_amount(feature) and not label.startswith(CODE):
        return NUMBER.sub(_in_yuan, label)
    if field is not None and field.kind is Kind.BOOL:
        words = label.split(BETWEEN_WORDS)
        return BETWEEN_WORDS.join(readable(WORDS.get(each, each), None) for each in words)
    return label


def _in_yuan(number: re.Match[str]) -> str:
    return f"{float(number[0].replace(',', '')) / FEN:,.10g}"
