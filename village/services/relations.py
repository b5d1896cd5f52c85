"""Ties between people: written down by somebody who was told of them, ended with day and reason."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from village.errors import TieRefused
from village.models import Customer, Relation
from village.selectors_couples import spouses_of

LONGEST_REASON = 200
OF_AGE = 18
Kind = Relation.Kind


@transaction.atomic
def tie(one_id: int, other_id: int, *, kind: str, actor: User | None) -> Relation:
    """Write down what ties two people from now on: a guarantee, a partnership, a marriage.

    Raises TieRefused; its ``field`` says which of the two stands against it.
    """
    held = Customer.objects.select_for_update(of=("self",)).filter(pk__in={one_id, other_id})
    people = {each.pk: each for each in held.order_by("pk")}
    must_be_possible(people[one_id], people[other_id], kind)
    first, second = sorted((one_id, other_id))
    made = Relation.objects.create(one_id=first, other_id=second, kind=Kind(kind))
    audit.record(made, "village.relation.made", actor=actor, kind=kind)
    return made


def must_be_possible(one: Customer, other: Customer, kind: str) -> None:
    """Raises TieRefused where two people cannot be tied in this way."""
    if one.pk == other.pk:
        raise TieRefused(_("Both are the same person."), code="same_person", field="other")
    if kind == Kind.SPOUSE:
        _may_be_married(one, other)
    elif one.household_id == other.household_id:
        raise TieRefused(
            _("Both belong to the same household; such a tie is between two households."),
            code="same_household",
            field="other",
        )
    first, second = sorted((one.pk, other.pk))
    if Relation.objects.standing().filter(one=first, other=second, kind=kind).exists():
        raise TieRefused(_("This tie is written down already."), code="tied", field="other")


def _may_be_married(one: Customer, other: Customer) -> None:
    """Both live, are of age, and are not known to be married to somebody else."""
    today = timezone.localdate()
    married = spouses_of([one.pk, other.pk])
    for person, partner, field in ((one, other, "one"), (other, one, "other")):
        name = {"name": person}
        if person.state == Customer.State.DIED:
            raise TieRefused(_("%(name)s has died.") % name, code="died", field=field)
        if person.age_on(today) < OF_AGE:
            raise TieRefused(_("%(name)s is not of age.") % name, code="not_of_age", field=field)
        if set(married.get(person.pk, ())) - {partner.pk}:
            raise TieRefused(
                _("%(name)s is registered as married to somebody else; end that first.") % name,
                code="married",
                field=field,
            )


@transaction.atomic
def end_tie(relation_id: int, *, on: date, because: str, actor: User) -> Relation:
    """Let a tie be history from ``on``: a guarantee that was released, partners who parted.

    From now on it bars nobody from judging. Raises TieRefused for one that ended before, a day to
    come, and without a reason.
    """
    because = because.strip()
    tie = Relation.objects.select_for_update(of=("self",)).get(pk=relation_id)
    if tie.ended_on:
        raise TieRefused(_("This tie ended before."), code="ended")
    if on > timezone.localdate():
        raise TieRefused(_("The day on which it ended lies in the future."), code="to_come")
    if not 0 < len(because) <= LONGEST_REASON:
        raise TieRefused(_("Say why it ended."), code="no_reason")
    tie.ended_on, tie.ended_because = on, because
    tie.save(update_fields=["ended_on", "ended_because"])
    audit.record(tie, "village.relation.ended", actor=actor, on=on.isoformat(), because=because)
    return tie
