"""Customers photograph their own ID card, both sides, in the mini-program.

The picture is kept and read as those of customer managers are
(:mod:`admission.services.photographed_papers`); the customer compares what was read. A card that is
surely another person's is put aside at once, whatever somebody types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.errors import CardRefused, PaperRefused
from admission.models import PhotographedPaper
from admission.paper_words import DOUBTS, FAULTS, LABELS
from admission.readings.cards import OTHER_PERSON, differs
from admission.readings.fields import SURE
from admission.readings.papers import FOR_EVER
from admission.services import photographed_papers
from core import audit
from village.models import Customer

Kind, Status = PhotographedPaper.Kind, PhotographedPaper.Status
SIDES: dict[str, str] = {"front": Kind.ID_CARD_FRONT, "back": Kind.ID_CARD_BACK}
"""The side with the face, and the side with the emblem."""
NEWEST = 20


@dataclass(frozen=True)
class CardField:
    """One field of a card as its holder compares it: what was read, how sure, what speaks against
    it."""

    name: str
    label: str | Promise
    value: str
    confidence: float
    is_sure: bool
    doubt: str | Promise


@dataclass(frozen=True)
class Problem:
    """Why a picture cannot serve: a code for machines, and what to do, for the customer."""

    code: str
    says: str


@dataclass(frozen=True)
class Card:
    """Both sides of an ID card whose holder has compared them; ``valid_to`` is None for ever."""

    front: PhotographedPaper
    back: PhotographedPaper
    valid_to: date | None


def show(customer_id: int, *, side: str, content: bytes, at: datetime) -> PhotographedPaper:
    """Keep a picture of one side and have it read; it takes seconds. Raises PhotoRefused."""
    return photographed_papers.take(
        customer_id, kind=SIDES[side], content=content, actor=None, at=at
    )


def shown_by(customer_id: int) -> QuerySet[PhotographedPaper]:
    """The pictures that a customer took of their card without anybody's help."""
    return PhotographedPaper.objects.filter(
        customer=customer_id, taken_by=None, kind__in=SIDES.values()
    ).select_related("customer")


def side_of(paper: PhotographedPaper) -> str:
    """Which side a picture shows."""
    return next(side for side, kind in SIDES.items() if kind == paper.kind)


def fields_of(paper: PhotographedPaper) -> list[CardField]:
    """What the customer compares, or has compared; nothing of a card that is another's."""
    if problem_with(paper) is not None:
        return []
    found = {each["name"]: each for each in paper.fields_found}
    labels = LABELS[paper.kind]
    if paper.status == Status.ACCEPTED:
        values = paper.values
        return [
            CardField(name, label, values.get(name, ""), 1.0, is_sure=True, doubt="")
            for name, label in labels.items()
        ]
    return [_compared(found[name], label) for name, label in labels.items() if name in found]


def _compared(found: Mapping[str, object], label: str | Promise) -> CardField:
    doubt, sure = str(found["doubt"]), float(found["confidence"])
    return CardField(
        str(found["name"]),
        label,
        str(found["value"]),
        sure,
        is_sure=sure >= SURE and not doubt,
        doubt=DOUBTS.get(doubt, ""),
    )


def problem_with(paper: PhotographedPaper) -> Problem | None:
    """Why a picture cannot serve; None while it is read, and where nothing is wrong with it."""
    if paper.status == Status.UNREADABLE:
        return _unreadable(paper.fault)
    if paper.status == Status.TAKEN_BACK:
        says = _("The bank does not accept this picture any more. Take another one.")
        return Problem("card_taken_back", says)
    code = _against(paper) if paper.status == Status.READ else ""
    return Problem(f"card_{code}", _differing()[code]) if code else None


def _against(paper: PhotographedPaper) -> str:
    person = paper.customer
    return differs(paper.kind, paper.fields_found, name=person.name, number=person.id_number)


def confirm(
    paper: PhotographedPaper, *, corrections: Mapping[str, str], at: datetime
) -> PhotographedPaper:
    """Take over what the customer has compared; what they do not correct stands as it was read.

    Confirmed before, it stays as it is. A card of somebody else is put aside, and that is written
    down. Raises CardRefused, whose code and text say why.
    """
    if paper.status == Status.ACCEPTED:
        return paper
    problem = problem_with(paper)
    if problem is not None:
        if problem.code == f"card_{OTHER_PERSON}":
            photographed_papers.discard(paper.pk, actor=None, at=at)
        audit.record(paper, "admission.paper.not_confirmed", actor=None, code=problem.code)
        raise CardRefused(problem.says, code=problem.code)
    if paper.status != Status.READ:
        raise CardRefused(_("Wait until the picture has been read."), code="card_not_read")
    values = {each["name"]: each["value"] for each in paper.fields_found} | dict(corrections)
    _must_not_reach_further(paper, values)
    try:
        return photographed_papers.accept(paper.pk, values=values, actor=None, at=at)
    except PaperRefused as exc:
        raise _refused(paper, exc) from exc


def _must_not_reach_further(paper: PhotographedPaper, values: Mapping[str, str]) -> None:
    """Nobody makes their expired card good by correcting it: a day that was read surely is not put
    off by its holder. Raises CardRefused."""
    read = next((each for each in paper.fields_found if each["name"] == "valid_to"), None)
    if read is None or not read["value"] or read["confidence"] < SURE:
        return
    if read["value"] != FOR_EVER and values["valid_to"].strip() != read["value"]:
        raise CardRefused(
            _(
                "The card was read as valid until %(day)s. If that was misread, take another "
                "picture without glare, or come to a branch with the card."
            )
            % {"day": read["value"]},
            code="card_field_wrong",
        )


def card_named(customer_id: int, *, front: int, back: int, on: date) -> Card:
    """The card that a customer names for a request of a day. Raises CardRefused."""
    own = shown_by(customer_id).in_bulk([front, back])
    sides = [own.get(front), own.get(back)]
    kinds = [each.kind if each else "" for each in sides]
    if kinds != list(SIDES.values()):
        raise CardRefused(
            _("Name the pictures of both sides of your card, taken by yourself."),
            code="card_unknown",
        )
    if any(each.status != Status.ACCEPTED for each in sides):
        raise CardRefused(_("Compare both sides of your card first."), code="card_not_confirmed")
    card = Card(*sides, valid_to=_until(sides[1]))
    if not _is_valid(card, on):
        raise CardRefused(_("Your card has expired. Photograph the new one."), code="card_expired")
    return card


def card_of(customer: Customer, *, on: date) -> Card | None:
    """The newest card of a customer that was compared, by themselves or by staff, and is good on a
    day."""
    seen = PhotographedPaper.objects.filter(
        customer=customer, status=Status.ACCEPTED, kind__in=SIDES.values()
    )
    newest = {each.kind: each for each in seen.order_by("kind", "-id").distinct("kind")}
    if newest.keys() != {*SIDES.values()}:
        return None
    back = newest[Kind.ID_CARD_BACK]
    card = Card(newest[Kind.ID_CARD_FRONT], back, _until(back))
    return card if _is_valid(card, on) else None


def _until(back: PhotographedPaper) -> date | None:
    until = back.values["valid_to"]
    return None if until == FOR_EVER else date.fromisoformat(until)


def _is_valid(card: Card, on: date) -> bool:
    return card.valid_to is None or card.valid_to >= on


def _unreadable(fault: str) -> Problem:
    says = FAULTS.get(fault, "")
    if fault in Kind.values or fault == "other":
        says = _("This is not the side of the ID card that was asked for. Photograph that side.")
    elif fault == "stuck":
        says = _("The picture could not be read. Take another one.")
    return Problem("card_unreadable", str(says))


def _differing() -> dict[str, str]:
    return {
        OTHER_PERSON: _(
            "This is not the card of whoever is signed in. Photograph your own ID card."
        ),
        "number_unread": _(
            "The ID number could not be read. Take another picture, without glare and fingers."
        ),
        "name_differs": _(
            "The name on the card differs from the one we know. Have it corrected at a branch, or "
            "take another picture if it was misread."
        ),
    }


def _refused(paper: PhotographedPaper, refused: PaperRefused) -> CardRefused:
    """The first of what has to be mended, in words for the customer."""
    against = refused.objections[0]
    says = {
        "missing": _("%(field)s has to be filled in."),
        "no_day": _("%(field)s: write the day as 2026-03-01."),
        "check_digit": _("%(field)s: the last character does not match; compare with the card."),
        "other_person": _("%(field)s differs from what we know of you. Compare with the card."),
        "differs_from_number": _("%(field)s differs from what the ID number says."),
        "card_expired": _("Your card has expired. Photograph the new one."),
    }[against.code]
    label = LABELS[paper.kind][against.field]
    code = "card_expired" if against.code == "card_expired" else "card_field_wrong"
    return CardRefused(says % {"field": label}, code=code)
