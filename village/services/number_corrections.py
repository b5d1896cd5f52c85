"""Putting a wrong ID number right: the person stays who they are, with their whole history.

One person asks, with the right number and a reason; another agrees and types the number once more,
from the card. What others told under the old number is forgotten by the rooms that were told it.
"""

import unicodedata
from collections.abc import Callable
from datetime import date

import polars as pl
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, crypto, events, notices
from core.errors import SameHands
from core.models import User
from core.roles import Role
from village.errors import NumberRefused
from village.events import NumberCorrected
from village.models import Customer, NumberCorrection
from village.roster import id_numbers, people, refusals
from village.services.roster_reasons import sentence

LONGEST_REASON = 200
Status = NumberCorrection.Status
Forget = Callable[[int], None]
_told_rooms: list[Forget] = []
_OUTCOMES: dict[str, Promise] = {
    Status.DONE: gettext_lazy("The ID number that you asked to correct is corrected."),
    Status.DECLINED: gettext_lazy(
        "The ID number that you asked to correct stays as it was; ask who declined why."
    ),
}


def register(forget: Forget) -> None:
    """Have a room forget, in the same transaction, what it was told of somebody under a wrong
    number. This room has never heard of it (``config/wiring.py``). Twice is once."""
    if forget not in _told_rooms:
        _told_rooms.append(forget)


@transaction.atomic
def ask(customer_id: int, *, number: str, because: str, actor: User) -> NumberCorrection:
    """Want somebody's number put right. Raises NumberRefused for what cannot be their number."""
    because, number = because.strip(), plain(number)
    if not 0 < len(because) <= LONGEST_REASON:
        raise NumberRefused(_("Say why the number is corrected."), code="no_reason")
    must_be_possible(number, today=timezone.localdate())
    person = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    index = crypto.blind_index(number)
    _must_be_free(person, index)
    try:
        with transaction.atomic():
            made = NumberCorrection.objects.create(
                customer=person,
                old_number=person.id_number,
                old_index=person.id_index,
                new_number=number,
                new_index=index,
                because=because,
                asked_by=actor,
                asked_at=timezone.now(),
            )
    except IntegrityError as exc:
        raise NumberRefused(
            _("A correction of this person or with this number waits already; settle that first."),
            code="asked_already",
        ) from exc
    audit.record(made, "village.number_correction.asked", actor=actor, customer=person.pk)
    notices.send(
        gettext_lazy("A correction of an ID number waits for a second person, card in hand."),
        role=Role.RISK_OFFICER if actor.role == Role.BRANCH_PRESIDENT else Role.BRANCH_PRESIDENT,
        branch=person.household.village.grid.branch,
        url=_page(made),
    )
    return made


@transaction.atomic
def agree(correction_id: int, *, number: str, actor: User) -> NumberCorrection:
    """Let somebody bear their right number from now on; day of birth and sex follow from it.

    ``number`` is what the second person read off the card. Raises SameHands, NumberRefused.
    """
    made = _open(correction_id)
    if actor.pk == made.asked_by_id:
        raise SameHands
    if plain(number) != made.new_number:
        raise NumberRefused(
            _("This is not the number that was asked for. Compare both with the card."),
            code="differs",
        )
    person = Customer.objects.select_for_update(of=("self",)).get(pk=made.customer_id)
    if person.id_index != made.old_index:
        raise NumberRefused(_("The number was changed since this was asked for."), code="changed")
    _must_be_free(person, made.new_index)
    columns = _renumber(person, made)
    for forget in _told_rooms:
        forget(person.pk)
    _settle(made, Status.DONE, actor)
    audit.record(person, "village.customer.corrected", actor=actor, columns=columns)
    events.publish(NumberCorrected(customer_id=person.pk))
    return made


@transaction.atomic
def decline(correction_id: int, *, actor: User) -> NumberCorrection:
    """Leave somebody the number they are registered under."""
    made = _open(correction_id)
    _settle(made, Status.DECLINED, actor)
    return made


def plain(number: str) -> str:
    """A number as it was typed, without spaces and in half-width."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def must_be_possible(number: str, *, today: date) -> None:
    """Raises NumberRefused where form, day of birth or check digit are wrong."""
    asked = pl.DataFrame({"line": [1], "id_number": [number]}).with_columns(
        pl.when(id_numbers.well_formed()).then(id_numbers.born_on()).alias("id_born_on")
    )
    wrong = refusals.found(asked, people.number_checks(today))
    if wrong.height:
        code, detail = wrong.select("code", "detail").row(0)
        raise NumberRefused(sentence(code, detail), code=code)


def told(number: str) -> tuple[date, str]:
    """The day of birth and the sex that a number names."""
    asked = pl.DataFrame({"id_number": [number]})
    return asked.select(id_numbers.born_on(), id_numbers.sex().alias("sex")).row(0)


def _must_be_free(person: Customer, index: str) -> None:
    if person.id_index == index:
        raise NumberRefused(_("This is the registered number already."), code="the_same")
    other = Customer.objects.filter(id_index=index).select_related("village").first()
    if other is not None:
        raise NumberRefused(
            _(
                "This number is registered in %(village)s already, under the name %(name)s. If "
                "both are the same person, tell those who look after that village."
            )
            % {"village": other.village.name, "name": f"{other.name[:1]}**"},
            code="somebody_elses",
        )


def _renumber(person: Customer, made: NumberCorrection) -> list[str]:
    """Write the right number; returns the columns that changed."""
    born, sex = told(made.new_number)
    follow = {"born_on": born, "sex": sex}
    changed = [name for name, value in follow.items() if getattr(person, name) != value]
    person.id_number, person.id_index = made.new_number, made.new_index
    person.born_on, person.sex = born, sex
    person.corrected_on = timezone.localdate()
    person.save(
        update_fields=["id_number", "id_index", "born_on", "sex", "corrected_on", "updated_at"]
    )
    return ["id_number", *changed]


def _open(correction_id: int) -> NumberCorrection:
    made = NumberCorrection.objects.select_for_update(of=("self",)).get(pk=correction_id)
    if made.status != Status.ASKED:
        raise NumberRefused(_("This correction was settled before."), code="settled")
    return made


def _settle(made: NumberCorrection, status: str, actor: User) -> None:
    made.status, made.settled_by, made.settled_at = status, actor, timezone.now()
    made.save(update_fields=["status", "settled_by", "settled_at"])
    audit.record(made, f"village.number_correction.{status}", actor=actor)
    if made.asked_by_id != actor.pk:
        notices.send(_OUTCOMES[status], user=made.asked_by, url=_page(made))


def _page(made: NumberCorrection) -> str:
    return reverse("admin:village_numbercorrection_change", args=[made.pk])
