"""Paper and telephone sheets: keyed twice by two people, taken in when both say the same."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, fsm
from core.errors import SameHands
from core.models import User
from village import selectors
from village.errors import PaperRefused, SheetRefused
from village.models import Campaign, PaperSheet, Seat, SheetForm
from village.review_rules import sheets as rules
from village.review_rules.form import STANDARD_FORM
from village.services import sheets

KNOWS = "knows"
FIRST, SECOND = 1, 2
AS_ON_PAPER = (
    KNOWS,
    *(item.name for item in STANDARD_FORM.items),
    sheets.NEGATIVES,
    sheets.AMOUNT,
    sheets.REMARKS,
)
"""The fields of a sheet, from the top down."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the two keyings differ, with both values as they were keyed."""

    field: str
    first: Any
    second: Any


def key_sheet(
    seat_id: int,
    *,
    answers: rules.Sheet,
    remarks: str = "",
    form: str = SheetForm.PAPER,
    actor: User,
    at: datetime,
) -> PaperSheet:
    """Key one sheet, the first or the second time; a second that matches takes it in.

    Raises SameHands for keying both times oneself, PaperRefused where it was keyed twice already,
    SheetRefused and AnswersRefused as for any sheet; what was refused is written down.
    """
    with sheets.logged(seat_id, answers.reviewer, actor=actor), transaction.atomic():
        return _key(seat_id, answers, remarks, form=form, actor=actor, at=at)


def _key(
    seat_id: int, answers: rules.Sheet, remarks: str, *, form: str, actor: User, at: datetime
) -> PaperSheet:
    seat = (
        Seat.objects.select_for_update(of=("self",))
        .select_related("reviewer__campaign", "reviewer__customer")
        .get(pk=seat_id)
    )
    _still_wanted(seat)
    sheets.check(answers, remarks)
    text = sheets.canonical(answers, remarks=remarks, salt=secrets.token_hex(8))
    paper = seat.papers.exclude(status=PaperSheet.Status.DISCARDED).first()
    if paper is None:
        paper = PaperSheet.objects.create(
            seat=seat, form=form, first=text, first_by=actor, first_at=at
        )
        audit.record(paper, "village.paper.keyed", actor=actor, time=FIRST)
        return paper
    if paper.status != PaperSheet.Status.ONCE:
        raise PaperRefused(_("This sheet was keyed twice already."), code="keyed_twice")
    if actor.pk == paper.first_by_id:
        raise SameHands(_("You keyed this sheet the first time; somebody else keys it again."))
    paper.second, paper.second_by, paper.second_at = text, actor, at
    audit.record(paper, "village.paper.keyed", actor=actor, time=SECOND)
    found = differences(paper)
    if found:
        paper.differ(fields=[each.field for each in found])
        paper.save()
        return paper
    return _take_in(paper, answers, remarks, settled_by=None, at=at)


def differences(paper: PaperSheet) -> list[Difference]:
    """Where the two keyings differ, from the top of the sheet down; nothing of what they agree
    on."""
    if not paper.first or not paper.second:
        return []
    one, other = _fields(paper.first), _fields(paper.second)
    names = dict.fromkeys([*AS_ON_PAPER, *one, *other])
    return [
        Difference(name, one.get(name), other.get(name))
        for name in names
        if one.get(name) != other.get(name)
    ]


def own_keying(paper: PaperSheet, user: User) -> int | None:
    """Which of the two keyings is this person's own."""
    return {paper.first_by_id: FIRST, paper.second_by_id: SECOND}.get(user.pk)


def settle(paper_id: int, *, right: Mapping[str, int], actor: User, at: datetime) -> PaperSheet:
    """Say for each differing field, with the paper in hand, which keying is right: 1 or 2.

    Whoever keyed it may only give way to the other; a village's paper is often seen by no third.
    Raises SameHands where they hold to their own, PaperRefused where a field is left open; the
    sheet then goes through all rules.
    """
    seat = Seat.objects.get(papers=paper_id)
    with sheets.logged(seat.pk, seat.reviewer_id, actor=actor), transaction.atomic():
        return _settle(paper_id, right, actor=actor, at=at)


def _settle(paper_id: int, right: Mapping[str, int], *, actor: User, at: datetime) -> PaperSheet:
    paper = _locked(paper_id)
    if paper.status != PaperSheet.Status.DIFFERS:
        raise PaperRefused(_("There is nothing to settle on this sheet."), code="not_differing")
    _still_wanted(paper.seat)
    found = differences(paper)
    if any(right.get(each.field) not in (FIRST, SECOND) for each in found):
        raise PaperRefused(_("Say for every field which of the two is right."), code="open_field")
    if own_keying(paper, actor) in {right[each.field] for each in found}:
        raise SameHands(
            _("You keyed this sheet: somebody else says where yours is right and the other's not.")
        )
    whole = _fields(paper.first)
    for each in found:
        whole[each.field] = each.first if right[each.field] == FIRST else each.second
    answers, remarks = _answers(paper.seat, whole)
    sheets.check(answers, remarks)
    return _take_in(paper, answers, remarks, settled_by=actor, at=at)


@transaction.atomic
def discard(paper_id: int, *, because: str, actor: User, at: datetime) -> PaperSheet:
    """Put a sheet aside that was keyed to the wrong place; it may be keyed anew."""
    because = because.strip()
    if not 0 < len(because) <= sheets.LONGEST_REASON:
        raise PaperRefused(_("Say why this sheet is put aside."), code="no_reason")
    paper = _locked(paper_id)
    with fsm.refusing(paper):
        paper.discard(because=because, at=at)
    paper.save()
    audit.record(paper, "village.paper.discarded", actor=actor, because=because)
    return paper


def _take_in(
    paper: PaperSheet,
    answers: rules.Sheet,
    remarks: str,
    *,
    settled_by: User | None,
    at: datetime,
) -> PaperSheet:
    handed = sheets.Handed(
        paper.seat_id, paper.seat.reviewer_id, answers, at=at, remarks=remarks, form=paper.form
    )
    sheet = sheets.take_sheet(handed)
    paper.take_in(sheet=sheet, settled_by=settled_by)
    paper.save()
    audit.record(
        paper,
        "village.paper.taken_in",
        actor=settled_by or paper.second_by,
        sheet=sheet.pk,
        differed=paper.differed,
    )
    return paper


def _still_wanted(seat: Seat) -> None:
    if seat.reviewer.campaign.status != Campaign.Status.REVIEWING:
        raise SheetRefused(_("The review of this village is closed."), code="sealed")
    if selectors.has_gone(seat.reviewer):
        raise sheets.reviewer_gone()
    if selectors.tied(seat.reviewer.customer.household_id, seat.household_id):
        raise SheetRefused(
            _("This reviewer is tied to this household and may not judge it."), code="tied"
        )
    if seat.sheets.filter(withdrawn_at=None).exists():
        raise SheetRefused(
            _("This reviewer has already judged this household."), code="second_sheet"
        )


def _fields(text: str) -> dict[str, Any]:
    """A keyed sheet field by field: a question's name or knows, negatives, amount, remarks."""
    content = json.loads(text)
    named = (KNOWS, sheets.NEGATIVES, sheets.AMOUNT, sheets.REMARKS)
    return {KNOWS: content[KNOWS]} | content["scores"] | {each: content[each] for each in named}


def _answers(seat: Seat, fields: dict[str, Any]) -> tuple[rules.Sheet, str]:
    given = dict(fields)
    knows, negatives = given.pop(KNOWS), given.pop(sheets.NEGATIVES)
    amount, remarks = given.pop(sheets.AMOUNT), given.pop(sheets.REMARKS)
    if not knows:
        return rules.Sheet(seat.reviewer_id, seat.household_id, False), remarks
    return (
        rules.Sheet(
            reviewer=seat.reviewer_id,
            household=seat.household_id,
            knows_household=True,
            answers={name: value for name, value in given.items() if value},
            negatives=frozenset(negatives),
            suggested_fen=None if amount is None else amount * sheets.FEN_PER_YUAN,
        ),
        remarks,
    )


def _locked(paper_id: int) -> PaperSheet:
    rows = PaperSheet.objects.select_for_update(of=("self",))
    return rows.select_related("seat__reviewer__campaign", "seat__reviewer__customer").get(
        pk=paper_id
    )
