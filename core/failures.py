"""Work that broke where nobody foresaw it: told by where it broke, never by what it worked on."""

from traceback import extract_tb

from polars.exceptions import PanicException

UNFORESEEN = (Exception, PanicException)
"""All that work on one file may end in, so that the next can be worked all the same."""


def told(exc: BaseException) -> str:
    """The kind of failure and the lines it came through. What a library or the database says may
    quote a file: its words are left out."""
    where = (f"{each.filename}:{each.lineno}" for each in extract_tb(exc.__traceback__))
    return f"{type(exc).__name__} at {'; '.join(where)}"
