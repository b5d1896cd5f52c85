"""Logs without people in them."""

import logging
import re

ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


class NoPersonalData(logging.Filter):
    """The last fence: whatever looks like an ID or a mobile number leaves no line of a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Blank out numbers in the finished message and in the text of a traceback."""
        record.msg = mask(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True


def mask(text: str) -> str:
    """``text`` with ID and mobile numbers blanked out."""
    return MOBILE.sub("<mobile>", ID_NUMBER.sub("<id number>", text))
