"""What happened to a household, from every room, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import AuditEntry
from village.file_sections import Happening, Section
from village.models import Customer, Household, Outcome

AT_FIRST, AT_MOST = 12, 60
REGISTER_ENTRIES = 20
_DEEDS = {
    "village.household.declared_anew": gettext_lazy("Means declared"),
    "village.household.corrected": gettext_lazy("Household's entry corrected"),
    "village.household.put_back": gettext_lazy("A file undone, the household's entry as before"),
    "village.customer.corrected": gettext_lazy("A person's entry corrected"),
    "village.customer.put_back": gettext_lazy("A file undone, a person's entry as before"),
    "village.customer.listed": gettext_lazy("Put on a list, or taken off"),
    "village.customer.photographed": gettext_lazy("Photo taken"),
}

_READ = ("at", "action", "actor_id", "actor_name", "object_type", "object_id")


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: what happened, and which room says so."""

    room: str
    happening: Happening

    @property
    def day(self) -> date:
        """The day on which it happened."""
        return self.happening.day


@dataclass(frozen=True)
class Timeline:
    """The newest entries, and the earlier ones behind one press."""

    newest: list[Entry]
    earlier: list[Entry]

    @property
    def all(self) -> list[Entry]:
        """Every entry, as paper shows them."""
        return self.newest + self.earlier


def merged(
    own: Iterable[Happening], sections: Iterable[Section], *, about: int | None = None
) -> Timeline:
    """The register's own happenings and those of the rooms, in one order; those ``about`` one
    person alone when one is named."""
    told = [(_("Register"), own), *((str(each.title), each.happenings) for each in sections)]
    entries = [
        Entry(room, each)
        for room, happenings in told
        for each in happenings
        if about is None or each.customer_id == about
    ]
    entries.sort(key=lambda each: (each.day, _minute(each.happening)), reverse=True)
    return Timeline(entries[:AT_FIRST], entries[AT_FIRST:AT_MOST])


def of_register(
    household: Household, members: Iterable[Customer], outcomes: Iterable[Outcome]
) -> list[Happening]:
    """Registered, declared, corrected, listed, photographed, reviewed."""
    names = {each.pk: each.name for each in members}
    about = Q(object_type=Household._meta.label_lower, object_id=household.pk) | Q(
        object_type=Customer._meta.label_lower, object_id__in=names
    )
    entries = AuditEntry.objects.filter(about, action__in=_DEEDS).order_by("-id").only(*_READ)
    return [
        Happening(household.created_at, _("Registered")),
        *(_deed(each, names) for each in entries[:REGISTER_ENTRIES]),
        *(_review(each) for each in outcomes),
    ]


def _deed(entry: AuditEntry, names: dict[int, str]) -> Happening:
    about_person = entry.object_type == Customer._meta.label_lower
    return Happening(
        at=entry.at,
        title=str(_DEEDS[entry.action]),
        note=names[entry.object_id] if about_person else "",
        who=entry.actor_name if entry.actor_id else "",
        customer_id=entry.object_id if about_person else None,
    )


def _review(outcome: Outcome) -> Happening:
    return Happening(
        at=outcome.campaign.concluded_at,
        title=_("Neighbours' review concluded"),
        note=_("Round %(round)s") % {"round": outcome.campaign.round},
    )


def _minute(happening: Happening) -> str:
    """The time of day, as far as one is known: days without one come before it."""
    return happening.at.isoformat() if hasattr(happening.at, "hour") else ""
