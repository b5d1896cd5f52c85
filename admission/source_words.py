"""Why a source told us nothing usable, in the reader's language.

Sources speak plain Python and know no reader; what they say is kept as it was said and put into
words here.
"""

import re

from django.utils.translation import gettext, gettext_noop

_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"HTTP (?P<code>\d+)\.", gettext_noop("The source answered HTTP %(code)s.")),
        (r"No connection\.", gettext_noop("No connection.")),
        (r"No answer in time\.", gettext_noop("No answer in time.")),
        (
            r"The source is resting after failures in a row\.",
            gettext_noop("The source is resting after failures in a row."),
        ),
        (r"The line broke: (?P<why>\w+)\.", gettext_noop("The line broke (%(why)s).")),
        (r"The reply is too large\.", gettext_noop("The reply is too large.")),
        (r"The reply is not JSON\.", gettext_noop("The reply is not JSON.")),
        (
            r"The reader stumbled: (?P<why>\w+)\.",
            gettext_noop("The answer could not be read (%(why)s); what arrived is kept."),
        ),
        (
            r"The (?:reply|report) is about another person\.",
            gettext_noop("The answer is about another person."),
        ),
        (
            r"The report is not XML: line (?P<line>\d+)\.",
            gettext_noop("The report is not XML from line %(line)s on; it may be cut off."),
        ),
        (
            r"The report declares entities or a document type\.",
            gettext_noop("The report declares entities or a document type, as an attack would."),
        ),
        (
            r"The document is not a credit report\.",
            gettext_noop("The document is not a credit report."),
        ),
        (
            r"The report has no summary \(PCO\)\.",
            gettext_noop("The report has no summary (PCO)."),
        ),
        (
            r"A home was not assessed by every firm\.",
            gettext_noop("A home was not assessed by every firm."),
        ),
        (r"(?P<place>\S+) is missing\.", gettext_noop("%(place)s is missing.")),
        (r"(?P<place>\S+) is empty\.", gettext_noop("%(place)s is empty.")),
        (
            r"(?P<place>\S+) has an unknown code (?P<code>.+)\.",
            gettext_noop("%(place)s has a code that is in no dictionary: %(code)s."),
        ),
        (
            r"(?P<place>\S+) is not (?P<wanted>.+)\.",
            gettext_noop("%(place)s is not in the form agreed on."),
        ),
    )
)


def why(error: str) -> str:
    """The reason of a failed or untrusted answer; one of no known form stays as it was said."""
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(error):
            return gettext(sentence) % found.groupdict()
    return gettext(error) if error else ""
