"""Taking in neighbours' answer sheets, and giving them back before the seal.

Nobody reads a sheet on the way: answers are stored encrypted, and only their digest, which gives
nothing away, goes into the audit chain.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from core import audit, crypto
from core.audit import Deed
from core.models import User
from village import selectors
from village.errors import AnswersRefused, SheetRefused
from village.models import Campaign, PaperSheet, Reviewer, Sheet, SheetForm
from village.review_rules import sheets as rules
from village.review_rules.form import STANDARD_FORM
from village.review_rules.sheets import Fault
from village.services import copying

log = logging.getLogger("qianmo.village")

AMOUNT, NEGATIVES, REMARKS = "amount", "negatives", "remarks"
LONGEST_REMARK = 500
LONGEST_REASON = 200
FEN_PER_YUAN = 100
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Handed:
    """One filled-in sheet as it arrives: whose seat, what it says, how and when it came.

    ``answers`` names the reviewer and the household (their ids here) as a check on the caller.
    """

    seat_id: int
    reviewer_id: int
    answers: rules.Sheet
    at: datetime
    remarks: str = ""
    form: str = SheetForm.ELECTRONIC


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of many sheets: how many are in, and which seats were refused by which rule."""

    sheets: int
    refused: list[tuple[int, str]]


def submit_sheet(
    seat_id: int,
    *,
    reviewer_id: int,
    answers: rules.Sheet,
    at: datetime,
    remarks: str = "",
    form: str = SheetForm.ELECTRONIC,
) -> Sheet:
    """Take in what a reviewer says about the household of their seat.

    Raises SheetRefused: another's seat, a second sheet, their own household or kin, a sealed
    campaign; AnswersRefused names the question that was filled in wrongly. Three statements: one
    that looks at everything and holds the campaign open, the sheet, its audit row.
    """
    handed = Handed(seat_id, reviewer_id, answers, at, remarks, form)
    with logged(seat_id, reviewer_id):
        return take_sheet(handed)


def take_sheet(handed: Handed) -> Sheet:
    """Take in one sheet as :func:`submit_sheet` does; whoever calls writes refusals down, once
    nothing can roll them back any more."""
    try:
        with transaction.atomic():
            place = _places([handed.seat_id]).get(handed.seat_id)
            _must_be_acceptable(handed, place)
            sheet = _sheet(handed, place.campaign)
            sheet.save(force_insert=True)
            audit.record(sheet, "village.sheet.submitted", actor=None, digest=sheet.digest)
    except IntegrityError as exc:
        if "sheet_once_per_seat" not in str(exc):
            raise
        raise _second_sheet() from exc
    return sheet


@transaction.atomic
def submit_sheets(handed: Sequence[Handed]) -> Taken:
    """Take in many sheets by the same rules, in a handful of statements however many they are.

    A sheet that is refused is written down and passed by.
    """
    places = _places([each.seat_id for each in handed])
    accepted, refused, seen = [], [], set()
    for each in handed:
        try:
            with logged(each.seat_id, each.reviewer_id):
                if each.seat_id in seen:
                    raise _second_sheet()
                _must_be_acceptable(each, places.get(each.seat_id))
        except SheetRefused as exc:
            refused.append((each.seat_id, exc.code))
        else:
            seen.add(each.seat_id)
            accepted.append(each)
    _write(accepted, [places[each.seat_id].campaign for each in accepted])
    return Taken(len(accepted), refused)


@transaction.atomic
def note_opening(reviewer_id: int, *, at: datetime) -> None:
    """Remember when a reviewer's link was first opened."""
    Reviewer.objects.filter(pk=reviewer_id, first_opened_at=None).update(first_opened_at=at)


def withdraw_sheet(sheet_id: int, *, reviewer_id: int, because: str, at: datetime) -> Sheet:
    """Take a sheet back before the seal, saying why; the household may then be judged again."""
    because = because.strip()
    sheet = Sheet.objects.defer("answers").get(pk=sheet_id)
    with logged(sheet.seat_id, reviewer_id), transaction.atomic():
        _open_seat(sheet.seat_id, reviewer_id)
        sheet = Sheet.objects.select_for_update().defer("answers").get(pk=sheet_id)
        if sheet.withdrawn_at:
            raise SheetRefused(_("This sheet was already withdrawn."), code="withdrawn")
        if not 0 < len(because) <= LONGEST_REASON:
            raise AnswersRefused(
                _("Say in up to %(most)s characters why you withdraw it.")
                % {"most": LONGEST_REASON},
                field="because",
            )
        sheet.withdrawn_at, sheet.withdrawn_because = at, because
        sheet.save(update_fields=["withdrawn_at", "withdrawn_because"])
        audit.record(sheet, "village.sheet.withdrawn", actor=None, digest=sheet.digest)
        _make_room_on_paper(sheet)
    return sheet


def _make_room_on_paper(sheet: Sheet) -> None:
    """Put aside the paper of a sheet that was taken back, so that another may be keyed."""
    paper = PaperSheet.objects.select_for_update(of=("self",)).filter(sheet=sheet).first()
    if paper is not None:
        paper.go_out(because=_("The reviewer took this sheet back."))
        paper.save(update_fields=["status", "discarded_because"])
        audit.record(paper, "village.paper.discarded", actor=None, because="withdrawn")


def canonical(answers: rules.Sheet, *, remarks: str, salt: str) -> str:
    """A sheet as it is stored. The salt keeps anybody from guessing answers by their digest."""
    content = {
        "knows": answers.knows_household,
        "scores": dict(answers.answers),
        "negatives": sorted(answers.negatives),
        "amount": None if answers.suggested_fen is None else answers.suggested_fen // FEN_PER_YUAN,
        "remarks": remarks,
        "salt": salt,
    }
    return _json(content)


def digest_of(text: str, seat_id: int, at: datetime) -> str:
    """The fingerprint of one sheet: its text, its seat and its time."""
    whole = f"{text}|{seat_id}|{at.astimezone(UTC).isoformat()}"
    return hashlib.sha256(whole.encode()).hexdigest()


def answers_of(text: str, *, reviewer: int, household: int) -> rules.Sheet:
    """A stored sheet as the rules of judgement read it."""
    content: dict[str, Any] = json.loads(text)
    amount = content["amount"]
    return rules.Sheet(
        reviewer=reviewer,
        household=household,
        knows_household=content["knows"],
        answers=content["scores"],
        negatives=frozenset(content["negatives"]),
        suggested_fen=None if amount is None else amount * FEN_PER_YUAN,
    )


@contextmanager
def logged(seat_id: int, reviewer_id: int, *, actor: User | None = None) -> Iterator[None]:
    """Keep every refusal: which seat, who asked or keyed it, which rule; no names, no answers."""
    try:
        yield
    except SheetRefused as exc:
        note_refusal(seat_id, reviewer_id, exc.code, actor=actor)
        raise


def note_refusal(
    seat_id: int | None, reviewer_id: int, code: str, *, actor: User | None = None
) -> None:
    """Write down, in the log and in the audit record, that a sheet was not accepted."""
    log.warning("Sheet refused: seat %s, reviewer %s, %s.", seat_id, reviewer_id, code)
    audit.record(
        Reviewer(pk=reviewer_id), "village.sheet.refused", actor=actor, seat=seat_id, code=code
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A seat and everything that could stand against a sheet from it."""

    seat: int
    reviewer: int
    household: int
    campaign: int
    campaign_status: str
    home: int
    is_gone: bool
    is_taken: bool
    is_tied: bool


_PLACES = """
SELECT seat.id, seat.reviewer_id, seat.household_id, campaign.id, campaign.status, me.household_id,
       me.state <> ALL(%s) OR me.village_id <> campaign.village_id,
       EXISTS (SELECT FROM village_sheet sheet
               WHERE sheet.seat_id = seat.id AND sheet.withdrawn_at IS NULL),
       EXISTS (SELECT FROM village_relation tie
               JOIN village_customer one ON one.id = tie.one_id
               JOIN village_customer other ON other.id = tie.other_id
               WHERE tie.ended_on IS NULL AND (one.household_id, other.household_id)
                  IN ((me.household_id, seat.household_id), (seat.household_id, me.household_id)))
  FROM village_seat seat
  JOIN village_reviewer reviewer ON reviewer.id = seat.reviewer_id
  JOIN village_campaign campaign ON campaign.id = reviewer.campaign_id
  JOIN village_customer me ON me.id = reviewer.customer_id
 WHERE seat.id = ANY(%s)
   FOR SHARE OF campaign
"""
"""The share lock lets a village's reviewers submit side by side and makes the seal wait for them:
no seal falls between question and answer."""


def _places(seat_ids: Sequence[int]) -> dict[int, _Place]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(selectors.PRESENT), list(seat_ids)])
        return {row[0]: _Place(*row) for row in cursor.fetchall()}


def _must_be_acceptable(handed: Handed, place: _Place | None) -> None:
    """Raise for the first rule against a sheet. Kinship may have been registered since the draw."""
    if place is None or place.reviewer != handed.reviewer_id:
        raise _not_your_seat()
    if place.campaign_status != Campaign.Status.REVIEWING:
        raise SheetRefused(_("The review of this village is closed."), code="sealed")
    if place.is_gone:
        raise reviewer_gone()
    said = (handed.answers.reviewer, handed.answers.household)
    if said != (place.reviewer, place.household):
        raise SheetRefused(
            _("The answers speak of another household or come from another reviewer."),
            code="not_your_seat",
        )
    if place.home == place.household:
        raise SheetRefused(_("Nobody judges their own household."), code="own_household")
    if place.is_tied:
        raise SheetRefused(_("You are tied to this household and may not judge it."), code="tied")
    check(handed.answers, handed.remarks)
    if place.is_taken:
        raise _second_sheet()


def reviewer_gone() -> SheetRefused:
    """Nobody speaks for whoever the register says has died or moved away."""
    return SheetRefused(
        _("This reviewer has died or moved away: no sheet of theirs comes in or goes out."),
        code="reviewer_gone",
    )


def _second_sheet() -> SheetRefused:
    return SheetRefused(_("You have already judged this household."), code="second_sheet")


def _not_your_seat() -> SheetRefused:
    return SheetRefused(_("This household is not yours to judge."), code="not_your_seat")


def _sheet(handed: Handed, campaign_id: int) -> Sheet:
    text = _text(handed)
    return Sheet(
        seat_id=handed.seat_id,
        campaign_id=campaign_id,
        form=handed.form,
        answers=text,
        digest=digest_of(text, handed.seat_id, handed.at),
        submitted_at=handed.at,
    )


def _write(handed: Sequence[Handed], campaign_ids: Sequence[int]) -> None:
    """Many sheets and their audit rows, each with one COPY; answers are sealed on the way."""
    texts = [_text(each) for each in handed]
    digests = [
        digest_of(text, each.seat_id, each.at) for text, each in zip(texts, handed, strict=True)
    ]
    ids = copying.new_ids(Sheet, len(handed))
    copying.append(
        Sheet._meta.db_table,
        pl.DataFrame(
            {
                "id": ids,
                "seat_id": [each.seat_id for each in handed],
                "campaign_id": campaign_ids,
                "form": [str(each.form) for each in handed],
                "answers": crypto.encrypt_all(texts),
                "digest": digests,
                "submitted_at": [each.at.isoformat() for each in handed],
                "withdrawn_because": [""] * len(handed),
            }
        ),
    )
    audit.record_all(
        Sheet,
        "village.sheet.submitted",
        (Deed(pk, {"digest": digest}) for pk, digest in zip(ids, digests, strict=True)),
        actor=None,
    )


def _text(handed: Handed) -> str:
    return canonical(handed.answers, remarks=handed.remarks, salt=secrets.token_hex(16))


def _open_seat(seat_id: int, reviewer_id: int) -> None:
    """Hold the reviewer's own seat open while a sheet goes out. Raises SheetRefused."""
    place = _places([seat_id]).get(seat_id)
    if place is None or place.reviewer != reviewer_id:
        raise _not_your_seat()
    if place.campaign_status != Campaign.Status.REVIEWING:
        raise SheetRefused(_("The review of this village is closed."), code="sealed")
    if place.is_gone:
        raise reviewer_gone()


def check(answers: rules.Sheet, remarks: str) -> None:
    """Raise AnswersRefused for the first question that was not answered as the form asks."""
    if len(remarks) > LONGEST_REMARK:
        raise AnswersRefused(
            _("Remarks have at most %(most)s characters.") % {"most": LONGEST_REMARK},
            field=REMARKS,
        )
    for fault in rules.faults(answers):
        if fault in _WRONG:
            field = _WRONG[fault] or _first_question(answers)
            raise AnswersRefused(_message(fault, field), field=field)


_WRONG: dict[Fault, str] = {
    Fault.ANSWER_MISSING: "",
    Fault.ANSWER_NOT_ON_FORM: "",
    Fault.AMOUNT_MISSING: AMOUNT,
    Fault.AMOUNT_OUT_OF_RANGE: AMOUNT,
    Fault.AMOUNT_NOT_WHOLE_YUAN: AMOUNT,
    Fault.UNKNOWN_NEGATIVE_REASON: NEGATIVES,
}
"""Faults of filling in, and the question; not knowing a household or warning of it is no fault."""


def _first_question(answers: rules.Sheet) -> str:
    """The first question without a proper answer, or the first that is not on the form."""
    for item in STANDARD_FORM.items:
        if answers.answers.get(item.name) not in item.options:
            return item.name
    return next(iter(answers.answers.keys() - {item.name for item in STANDARD_FORM.items}))


def _message(fault: Fault, field: str) -> str:
    most = STANDARD_FORM.highest_amount_fen // FEN_PER_YUAN
    return {
        Fault.ANSWER_MISSING: _("“%(field)s” is not answered yet."),
        Fault.ANSWER_NOT_ON_FORM: _("“%(field)s” has no such answer."),
        Fault.AMOUNT_MISSING: _("Suggest an amount; nothing at all is 0."),
        Fault.AMOUNT_OUT_OF_RANGE: _("The amount lies between 0 and %(most)s yuan."),
        Fault.AMOUNT_NOT_WHOLE_YUAN: _("The amount is in whole yuan."),
        Fault.UNKNOWN_NEGATIVE_REASON: _("One of the reasons is not on the list."),
    }[fault] % {"field": field, "most": f"{most:,}"}
