"""The households of a simulation one by one, as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _
from openpyxl import Workbook

from core import money
from core.models import User
from credit.models import PolicySimulation
from credit.services.simulating import rows_of
from credit.services.simulating_figures import IN_FORCE, held_against, with_changes
from village.models import Household

BOM = "\ufeff"  # without it a spreadsheet takes the file for another encoding
AMOUNTS = (
    "reviewed_limit",
    "model_limit",
    "surveyed_limit",
    "line",
    "before",
    "after",
    "difference",
)


def as_file(
    simulation: PolicySimulation, user: User, kind: str, *, beside: str = IN_FORCE
) -> bytes:
    """All households this person may see, the biggest change first; ``kind`` is csv or xlsx.

    ``beside`` says what stands before: the version in force, or what was granted.
    """
    rows = list(_rows(simulation, user, beside))
    if kind == "xlsx":
        return _workbook(rows)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BOM + text.getvalue()).encode()


def _rows(simulation: PolicySimulation, user: User, beside: str) -> Iterator[list[object]]:
    yield [
        _("household"),
        _("village"),
        _("reviewed limit, yuan"),
        _("model limit, yuan"),
        _("surveyed limit, yuan"),
        _("open line, yuan"),
        _("before, yuan"),
        _("after, yuan"),
        _("difference, yuan"),
        _("outcome before"),
        _("outcome after"),
        _("why a person looks"),
    ]
    held = with_changes(held_against(rows_of(simulation), beside))
    frame = held.sort("difference", "household_id", descending=True)
    seen = Household.objects.visible_to(user).filter(pk__in=frame["household_id"].to_list())
    names = {pk: (number, name) for pk, number, name in seen.values_list(
        "pk", "number", "village__name"
    )}  # fmt: skip
    for row in frame.iter_rows(named=True):
        if row["household_id"] in names:
            amounts = [None if row[name] is None else money.yuan(row[name]) for name in AMOUNTS]
            yield [
                *names[row["household_id"]],
                *amounts,
                row["was_outcome"] or "",
                row["now_outcome"],
                row["manual_reasons"],
            ]


def _workbook(rows: list[list[object]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("simulation")
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
