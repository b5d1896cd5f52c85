"""Lists of people as files that leave the house: safe cells, a reason, few enough to walk."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from core.errors import ReasonMissing, TooManyRows
from core.models import User

CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 50_000
"""Customers in one file: a list that nobody can walk is to be narrowed."""
LEAST_REASON = 4
_COMMANDS = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would work out instead of showing it."""


@dataclass(frozen=True)
class Export:
    """A file of customers: its bytes, their kind, a name to save it under, how many it names."""

    content: bytes
    content_type: str
    name: str
    customers: int


def must_have_reason(given: str) -> str:
    """The reason on one line. Raises ReasonMissing."""
    reason = " ".join(given.split())
    if len(reason) < LEAST_REASON:
        raise ReasonMissing(_("Say what the list is for; the reason is kept on record."))
    return reason


def must_be_walkable(count: int, how: str) -> None:
    """Refuse a list that is too long; ``how`` says how to shorten it. Raises TooManyRows."""
    if count > MOST_ROWS:
        raise TooManyRows(
            _("The list has %(count)s rows, more than %(most)s: %(how)s.")
            % {"count": f"{count:,}", "most": f"{MOST_ROWS:,}", "how": how}
        )


def watermark(*, actor: User, reason: str, count: int) -> str:
    """The first row of every file: who took it, when, why, and how many it names."""
    return _("Exported by %(who)s (%(user)s) at %(at)s for: %(reason)s. %(count)s rows.") % {
        "who": actor,
        "user": actor.username,
        "at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "reason": reason,
        "count": f"{count:,}",
    }


def made(table: Iterable[Sequence[str]], form: str, *, name: str, customers: int) -> Export:
    """The rows as a file of one form, CSV or XLSX."""
    content = _xlsx(table) if form == XLSX else _csv(table)
    return Export(content, TYPES[form], f"{name}.{form}", customers)


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_COMMANDS) else cell


def _csv(table: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(table: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in table:
        sheet.append([_text(sheet, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(sheet: object, cell: str) -> WriteOnlyCell:
    """A cell of text, never of a formula, without what no spreadsheet takes."""
    made = WriteOnlyCell(sheet, value=_safe(ILLEGAL_CHARACTERS_RE.sub("", cell)))
    made.data_type = "s"
    return made
