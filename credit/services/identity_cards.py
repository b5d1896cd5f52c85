"""Which ID card an application rests on."""

from datetime import date

from admission.services.own_cards import Card, card_of
from core import audit
from credit.models import Application, IdentityCard


def rest_on(application: Application, card: Card) -> IdentityCard:
    """Keep with an application by which card its applicant showed who they are."""
    made = IdentityCard.objects.create(
        application=application, front=card.front, back=card.back, valid_to=card.valid_to
    )
    audit.record(
        application,
        "credit.application.card_shown",
        actor=application.manager,
        front=card.front.pk,
        back=card.back.pk,
    )
    return made


def found_for(application: Application, *, on: date) -> IdentityCard | None:
    """The card an application rests on: the one that was named, else the newest that was compared
    and is good on a day. None where there is none."""
    named = IdentityCard.objects.filter(application=application).first()
    if named is not None:
        return named
    card = card_of(application.customer, on=on)
    return None if card is None else rest_on(application, card)
