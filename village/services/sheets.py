"""Taking in neighbours' answer sheets, and giving them back before the seal.

Nobody reads a sheet on the way: answers are stored encrypted, and only their digest, which gives
nothing away, goes into the audit chain.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from village import selectors
from village.errors import AnswersRefused, SheetRefused
from village.models import Campaign, Reviewer, Seat, Sheet
from village.review_rules import sheets as rules
from village.review_rules.form import STANDARD_FORM
from village.review_rules.sheets import Fault

log = logging.getLogger("qianmo.village")

AMOUNT, NEGATIVES, REMARKS = "amount", "negatives", "remarks"
LONGEST_REMARK = 500
LONGEST_REASON = 200
FEN_PER_YUAN = 100


def submit_sheet(
    seat_id: int,
    *,
    reviewer_id: int,
    answers: rules.Sheet,
    at: datetime,
    remarks: str = "",
) -> Sheet:
    """Take in what a reviewer says about the household of their seat.

    ``answers`` names the reviewer and the household (their ids here) as a check on the caller.
    Raises SheetRefused: another's seat, a second sheet, their own household or kin, a sealed
    campaign; AnswersRefused names the question that was filled in wrongly.
    """
    with _logged(seat_id, reviewer_id), transaction.atomic():
        seat = _own_seat(seat_id, reviewer_id)
        _open_campaign(seat)
        _may_judge(seat, answers)
        check(answers, remarks)
        if seat.sheets.filter(withdrawn_at=None).exists():
            raise SheetRefused(_("You have already judged this household."), code="second_sheet")
        text = canonical(answers, remarks=remarks, salt=secrets.token_hex(16))
        sheet = Sheet.objects.create(
            seat=seat, answers=text, digest=digest_of(text, seat.pk, at), submitted_at=at
        )
        audit.record(sheet, "village.sheet.submitted", actor=None, digest=sheet.digest)
    return sheet


@transaction.atomic
def note_opening(reviewer_id: int, *, at: datetime) -> None:
    """Remember when a reviewer's link was first opened."""
    Reviewer.objects.filter(pk=reviewer_id, first_opened_at=None).update(first_opened_at=at)


def withdraw_sheet(sheet_id: int, *, reviewer_id: int, because: str, at: datetime) -> Sheet:
    """Take a sheet back before the seal, saying why; the household may then be judged again."""
    because = because.strip()
    sheet = Sheet.objects.select_related("seat").get(pk=sheet_id)
    with _logged(sheet.seat_id, reviewer_id), transaction.atomic():
        seat = _own_seat(sheet.seat_id, reviewer_id)
        _open_campaign(seat)
        sheet = Sheet.objects.select_for_update().get(pk=sheet_id)
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
    return sheet


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
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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
def _logged(seat_id: int, reviewer_id: int) -> Iterator[None]:
    """Leave a line about every refusal: which seat, who asked, which rule; no names, no answers."""
    try:
        yield
    except SheetRefused as exc:
        log.warning("Sheet refused: seat %s, reviewer %s, %s.", seat_id, reviewer_id, exc.code)
        raise


def _own_seat(seat_id: int, reviewer_id: int) -> Seat:
    seat = (
        Seat.objects.select_related("reviewer__customer")
        .filter(pk=seat_id, reviewer_id=reviewer_id)
        .first()
    )
    if seat is None:
        raise SheetRefused(_("This household is not yours to judge."), code="not_your_seat")
    return seat


def _open_campaign(seat: Seat) -> Campaign:
    """The seat's campaign, locked so that no seal falls between question and answer."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=seat.reviewer.campaign_id)
    if campaign.status != Campaign.Status.REVIEWING:
        raise SheetRefused(_("The review of this village is closed."), code="sealed")
    return campaign


def _may_judge(seat: Seat, answers: rules.Sheet) -> None:
    """Look again at what the panel ruled out: kinship may have been registered since."""
    if (answers.reviewer, answers.household) != (seat.reviewer_id, seat.household_id):
        raise SheetRefused(
            _("The answers speak of another household or come from another reviewer."),
            code="not_your_seat",
        )
    home = seat.reviewer.customer.household_id
    if home == seat.household_id:
        raise SheetRefused(_("Nobody judges their own household."), code="own_household")
    if selectors.tied(home, seat.household_id):
        raise SheetRefused(_("You are tied to this household and may not judge it."), code="tied")


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
