"""Saying in the reader's language why a rule was refused.

The expression language knows no gettext; its English sentences are the keys of the catalogue.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from core.expressions import ExpressionError, Kind
from core.expressions.errors import KIND_WORDS, MESSAGES, PHRASES


def in_words(error: ExpressionError) -> str:
    """Place and reason, in the language of whoever reads it."""
    words = {name: _word(value) for name, value in error.params.items()}
    reason = gettext(MESSAGES[error.code]).format(**words)
    return _("Line %(line)s, column %(column)s: %(reason)s") % {
        "line": error.line,
        "column": error.column,
        "reason": reason[:1].upper() + reason[1:],
    }


def _word(value: object) -> object:
    if isinstance(value, Kind):
        return gettext(KIND_WORDS[value])
    return gettext(value) if isinstance(value, str) and value in PHRASES else value
