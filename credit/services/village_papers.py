"""Papers of a village's granting: the list for signing, letters to households, the poster.

Chinese whatever the reader's language: they are papers for the village. Each bears who printed it
and when across the page (a poster only the bank), and printing is written down with its reason.
A poster shows what may be public and no more: masked names, and amounts only where the bank's
parameter says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import audit, parameters, printing
from core.models import User
from credit.errors import PaperRefused
from credit.letter_words import reasons_in_plain_words
from credit.models import CreditLine, LimitDecision
from credit.services import refused_households
from credit.services.chinese_amounts import in_words
from village.models import Customer, Group, Village

STYLES = ("css/pdf.css", "css/village-papers.css")
MOST_LETTERS = 300  # in one file; a larger village is printed in parts, or group by group
FOR_SIGNING = (CreditLine.Status.GRANTED, CreditLine.Status.PRE_GRANTED)
PUBLIC = (CreditLine.Status.GRANTED, CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE)
OPEN = (*PUBLIC, CreditLine.Status.PRE_GRANTED)


@dataclass(frozen=True)
class Row:
    """A line as a list names it."""

    number: int
    line: CreditLine
    masked_name: str

    @property
    def is_drawable(self) -> bool:
        """Whether the visit has confirmed it."""
        return self.line.status != CreditLine.Status.PRE_GRANTED


@dataclass(frozen=True)
class Letter:
    """What one household is told about its line, and why."""

    line: CreditLine
    in_words: str
    reasons: Sequence[str]

    @property
    def is_drawable(self) -> bool:
        """Whether money can be asked for already."""
        return self.line.status != CreditLine.Status.PRE_GRANTED


def signing_list(
    village: Village, *, reader: User, reason: str, group: Group | None = None
) -> bytes:
    """签约清单: who is to sign in this village, or in one group, with room for the signature."""
    rows = _rows(_of_group(_lines(village, reader, FOR_SIGNING), group))
    _must_be_printable(rows, reason)
    total = sum(row.line.amount for row in rows)
    shown = {"village": village, "group": group, "rows": rows, "total": total}
    return _printed("signing_list", shown, of=village, reader=reader, reason=reason)


def letters(
    village: Village,
    *,
    reader: User,
    reason: str,
    group: Group | None = None,
    part: int | None = None,
) -> bytes:
    """授信通知书 to the households of a village, or of one group, one page each.

    More than MOST_LETTERS come in parts, counted from 1. Raises PaperRefused where the part is not
    named, or is none of them.
    """
    found = _of_group(_lines(village, reader, OPEN), group)
    begin = _begin(found.count(), part)
    lines = list(found[begin : begin + MOST_LETTERS])
    _must_be_printable(lines, reason)
    shown = {"village": village, "letters": [_letter(line) for line in lines]}
    return _printed("letters", shown, of=village, reader=reader, reason=reason)


def refusals(
    village: Village,
    *,
    reader: User,
    reason: str,
    group: Group | None = None,
    part: int | None = None,
) -> bytes:
    """授信结果通知书 to the households of a village, or of one group, that get no line.

    In parts as letters are; raises PaperRefused as they do.
    """
    found = refused_households.came_to_nothing(reader).filter(household__village=village)
    if group is not None:
        found = found.filter(household__group=group)
    begin = _begin(found.count(), part)
    return _refusals(list(found[begin : begin + MOST_LETTERS]), village, reader, reason)


def refusal(household_number: str, *, reader: User, reason: str) -> bytes:
    """授信结果通知书 to one household. Raises PaperRefused where its granting gave it a line."""
    found = refused_households.came_to_nothing(reader)
    decisions = list(found.filter(household__number=household_number.strip())[:1])
    return _refusals(decisions, decisions[0] if decisions else None, reader, reason)


def _refusals(
    decisions: list[LimitDecision], of: Village | LimitDecision | None, reader: User, reason: str
) -> bytes:
    _must_be_printable(decisions, reason)
    today = timezone.localdate()
    shown = {"letters": refused_households.letters_to(decisions), "appeal_until": _until(today)}
    return _printed("refusals", shown, of=of, reader=reader, reason=reason)


def _until(today: date) -> date | None:
    """The day by which the bank asks for an appeal; none where it has not set one."""
    try:
        days = parameters.number("letters.appeal_days", on=today)
    except parameters.ParameterUnknown:
        return None
    return today + timedelta(days=int(days))


def _of_group(lines: QuerySet[CreditLine], group: Group | None) -> QuerySet[CreditLine]:
    return lines if group is None else lines.filter(household__group=group)


def _begin(count: int, part: int | None) -> int:
    """Where a part of so many letters begins."""
    parts = max(ceil(count / MOST_LETTERS), 1)
    if part is None and parts > 1:
        raise PaperRefused(
            _(
                "%(count)s letters make %(parts)s files of %(most)s: name the part, 1 to %(parts)s,"
                " or one villagers' group."
            )
            % {"count": count, "parts": parts, "most": MOST_LETTERS},
            code="part_missing",
        )
    if part is not None and not 1 <= part <= parts:
        raise PaperRefused(
            _("There are %(parts)s parts; part %(part)s is none of them.")
            % {"parts": parts, "part": part},
            code="part_missing",
        )
    return ((part or 1) - 1) * MOST_LETTERS


def letter(line_id: int, *, reader: User, reason: str) -> bytes:
    """授信通知书 to one household. Raises PaperRefused where there is no open line, or who would
    read it has died or moved away."""
    lines = CreditLine.objects.visible_to(reader).filter(borrower__state__in=Customer.HERE)
    found = _with_all(lines).filter(pk=line_id, status__in=OPEN).first()
    _must_be_printable([found] if found else [], reason)
    village = found.household.village
    shown = {"village": village, "letters": [_letter(found)]}
    return _printed("letters", shown, of=found, reader=reader, reason=reason)


def poster(village: Village, *, on: date, reader: User, reason: str) -> bytes:
    """公示: the households whose lines may be drawn. Masked names; amounts by parameter alone."""
    rows = _rows(_lines(village, reader, PUBLIC))
    _must_be_printable(rows, reason)
    shown = {
        "village": village,
        "rows": rows,
        "on": on,
        "days": parameters.number("poster.days", on=on),
        "shows_amounts": bool(parameters.number("poster.shows_amounts", on=on)),
    }
    return _printed("poster", shown, of=village, reader=reader, reason=reason)


def masked(name: str) -> str:
    """A name as it may hang in the village: the first character, and a mark for each other one.

    Of two characters the second is hidden; of more, all between the first and the last.
    """
    if len(name) <= 2:
        return name[:1] + "*" * max(len(name) - 1, 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def _lines(village: Village, reader: User, statuses: Sequence[str]) -> QuerySet[CreditLine]:
    """The village's lines that this person may see, in the order of its register; none whose main
    borrower has died or moved away."""
    lines = CreditLine.objects.visible_to(reader).filter(
        household__village=village, status__in=statuses, borrower__state__in=Customer.HERE
    )
    return in_the_lists_order(lines)


def in_the_lists_order(lines: QuerySet[CreditLine]) -> QuerySet[CreditLine]:
    """Lines in the order of the village's register, with all that a paper names."""
    return _with_all(lines).order_by("household__group__code", "household__number")


def _with_all(lines: QuerySet[CreditLine]) -> QuerySet[CreditLine]:
    return lines.select_related(
        "household__village__grid__manager",
        "household__village__grid__branch",
        "household__group",
        "borrower",
        "decision",
    )


def _rows(lines: QuerySet[CreditLine]) -> list[Row]:
    return [
        Row(number, line, masked(line.borrower.name)) for number, line in enumerate(lines, start=1)
    ]


def _letter(line: CreditLine) -> Letter:
    told = reasons_in_plain_words(line.decision.explanation)
    return Letter(line, in_words(line.amount), told)


def _must_be_printable(rows: Sequence[object], reason: str) -> None:
    if not reason.strip():
        raise PaperRefused(_("Say why you print this."), code="reason_missing")
    if not rows:
        raise PaperRefused(_("There is no line here that this paper could name."))


@transaction.atomic
def _printed(
    template: str, shown: dict[str, Any], *, of: models.Model, reader: User, reason: str
) -> bytes:
    """The paper, with who printed it across every page; the reading is written down first."""
    audit.read(of, reader=reader, what=f"paper.{template}", reason=reason.strip())
    now = timezone.localtime()
    who = settings.SEAL_HOLDER if template == "poster" else f"{reader} {reader.username}"
    mark = f"{who} {now:%Y-%m-%d %H:%M}"
    known = {"bank": settings.SEAL_HOLDER, "printed_at": now, "mark": mark, "marks": range(6)}
    with override("zh-hans"):
        page = render_to_string(f"credit/papers/{template}.html", shown | known)
        return printing.pdf(page, styles=STYLES)
