"""The file of a household and of a person: all that the bank knows, on one page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.models import User
from village import file_sections, selectors
from village.contexts import history, means, ties
from village.contexts.history import Timeline
from village.contexts.ties import Tie, Ties
from village.file_sections import Figure, Mark, Section, Topic
from village.forms import PhotoForm, RevealForm
from village.models import Customer, Household, Outcome
from village.selectors_couples import couples_at_home, spouses_of
from village.services.stages import SPOT_CHECK

ROUNDS = 5
_REASONS = {
    "too_few_opinions": gettext_lazy("Too few neighbours could say something"),
    "wide_interval": gettext_lazy("The neighbours' opinions lie far apart"),
    "collusion_suspected": gettext_lazy("Some reviewers answered suspiciously alike"),
    "negative_reported": gettext_lazy("A neighbour named a reason against it"),
    "no_limit": gettext_lazy("Not enough valid sheets for an amount"),
    SPOT_CHECK: gettext_lazy("A spot check found the review wrong"),
}


@dataclass(frozen=True)
class Door:
    """Through which door somebody reads a file: where its links lead."""

    household_page: str
    customer_page: str

    def household(self, pk: int) -> str:
        """The address of a household's file."""
        return reverse(self.household_page, args=[pk])

    def customer(self, pk: int) -> str:
        """The address of a person's file."""
        return reverse(self.customer_page, args=[pk])


PHONE = Door("village:household", "village:customer")
DESK = Door("admin:village_household_file", "admin:village_customer_file")


@dataclass(frozen=True)
class Review:
    """One concluded round of the neighbours' review."""

    outcome: Outcome

    @property
    def limit(self) -> str | None:
        """The reviewed limit written out in 万元; None where the sheets were too few for one."""
        fen = self.outcome.reviewed_limit
        return None if fen is None else f"{money.wan(fen):,.2f}"

    @property
    def reasons(self) -> list[str]:
        """Why a visit was needed, in words."""
        return [str(_REASONS.get(each, each)) for each in self.outcome.visit_reasons]

    @property
    def why_nothing(self) -> str:
        """Why it came to an amount of nothing; empty where it did not."""
        if self.outcome.reviewed_limit != 0:
            return ""
        if self.outcome.explanation.get("confirmed_hard"):
            return _("Several neighbours named the same serious reason against it.")
        return _("The mean points are too low for an amount.")


@dataclass(frozen=True)
class HouseholdPage:
    """A household's file, read from top to bottom: how it stands, who they are, what they have,
    whom they are tied to, what the bank did with them, and when."""

    household: Household
    registered: date
    door: Door
    members: list[Customer]
    marks: list[Mark]
    figures: dict[Topic, list[Figure]]
    words: list[tuple[str, str]]
    trade: list[tuple[str, str]]
    reviews: list[Review]
    ties: Ties
    sections: list[Section]
    nothing_yet: list[str]
    timeline: Timeline

    @classmethod
    def build(
        cls, household: Household, user: User, *, as_of: date, door: Door = PHONE
    ) -> "HouseholdPage":
        """The file of one household as ``user`` may read it."""
        _read_people(household)
        members = _members(household, door, as_of)
        outcomes = list(selectors.concluded_outcomes(household.pk)[:ROUNDS])
        sections = file_sections.sections(household, user)
        marks = [mark for each in sections for mark in each.marks]
        for person in members:
            person.marks = [each for each in marks if each.customer_id == person.pk]
        return cls(
            household=household,
            registered=selectors.register_day(household),
            door=door,
            members=members,
            marks=[each for each in marks if each.customer_id is None],
            figures=_figures(household, outcomes, sections),
            words=_words(household, "number", "village", "group", "address"),
            trade=_words(household, "income_kind", "main_business"),
            reviews=[Review(each) for each in outcomes],
            ties=ties.around(household, user, address=door.household),
            sections=[each for each in sections if not each.is_empty],
            nothing_yet=[str(each.title) for each in sections if each.is_empty],
            timeline=history.merged(history.of_register(household, members, outcomes), sections),
        )

    @property
    def head(self) -> str:
        """By whom the household is called."""
        return self.members[0].name if self.members else self.household.number

    @property
    def standing(self) -> list[Figure]:
        """How the household stands with its neighbours and with the bank."""
        return self.figures[Topic.STANDING]

    @property
    def means(self) -> list[Figure]:
        """What it has and what it owes."""
        return self.figures[Topic.MEANS]

    @property
    def business(self) -> list[Figure]:
        """What it earns and spends."""
        return self.figures[Topic.BUSINESS]


@dataclass(frozen=True)
class Partner:
    """To whom somebody is married, and their file where the reader may open it."""

    name: str
    url: str


@dataclass(frozen=True)
class CustomerPage:
    """One person: masked numbers and whether they may be revealed, a photo, how they stand with
    the bank, ties, and what happened to this person alone."""

    customer: Customer
    registered: date
    door: Door
    years: int
    marks: list[Mark]
    figures: dict[Topic, list[Figure]]
    sections: list[Section]
    nothing_yet: list[str]
    ties: list[Tie]
    partners: list[Partner]
    timeline: Timeline
    can_reveal: bool
    can_photograph: bool
    can_correct: bool
    reveal: RevealForm
    photo: PhotoForm
    revealed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        customer: Customer,
        user: User,
        *,
        as_of: date,
        door: Door = PHONE,
        reveal: RevealForm | None = None,
        photo: PhotoForm | None = None,
        revealed: bool = False,
    ) -> "CustomerPage":
        """The page of one person; numbers in full only when ``revealed``."""
        household = customer.household
        _read_people(household)
        customer.photo_url = photo_address(customer)
        sections = file_sections.sections(household, user, person=customer)
        own = history.of_register(household, [customer], [])
        return cls(
            customer=customer,
            registered=selectors.register_day(customer),
            door=door,
            years=customer.age_on(as_of),
            marks=[m for each in sections for m in each.marks if m.customer_id == customer.pk],
            figures=_by_topic(figure for each in sections for figure in each.figures),
            sections=[each for each in sections if not each.is_empty],
            nothing_yet=[str(each.title) for each in sections if each.is_empty],
            ties=ties.of_person(customer),
            partners=_partners(customer, user, door),
            timeline=history.merged(own, sections, about=customer.pk),
            can_reveal=user.has_perm("village.reveal_customer"),
            can_photograph=user.has_perm("village.change_customer"),
            can_correct=user.has_perm("village.change_customer"),
            reveal=reveal or RevealForm(),
            photo=photo or PhotoForm(),
            revealed=(
                {"id_number": customer.id_number, "mobile": customer.mobile} if revealed else {}
            ),
        )

    @property
    def standing(self) -> list[Figure]:
        """How this person stands with the bank."""
        return self.figures[Topic.STANDING]

    @property
    def means(self) -> list[Figure]:
        """What this person has and earns, as far as anybody but the household says so."""
        return self.figures[Topic.MEANS] + self.figures[Topic.BUSINESS]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the register knows of the person, label and words, numbers masked."""
        who = self.customer
        work = " · ".join(filter(None, [who.occupation, who.main_business]))
        married = _(", ").join(each.name for each in self.partners)
        known = [
            (_("ID number"), who.masked_id_number),
            (_("Mobile"), who.masked_mobile),
            (_("Born on"), who.born_on.isoformat()),
            (_("Marital status"), who.marital),
            *([(_("Married to"), married)] if married else []),
            (_("Education"), who.education),
            (_("Occupation"), work),
            (_("Whereabouts"), who.get_state_display()),
        ]
        return [*known, (_("Reason for the list"), who.list_reason)] if who.list_reason else known

    @property
    def household_url(self) -> str:
        """The file of the person's household."""
        return self.door.household(self.customer.household_id)


def photo_address(person: Customer) -> str:
    """Where the photo is, new whenever the photo is; empty without one."""
    if not person.photo_id:
        return ""
    return f"{reverse('village:photo', args=[person.pk])}?v={person.photo_id}"


def _partners(customer: Customer, user: User, door: Door) -> list[Partner]:
    """To whom somebody is married, by the register."""
    here = file_sections.people_of(customer.household)
    partners = spouses_of([customer.pk]).get(customer.pk, [])
    if not set(partners) <= here.keys():
        return _partners_elsewhere(partners, user, door)
    return [Partner(here[pk].name, door.customer(pk)) for pk in partners]


def _partners_elsewhere(partners: list[int], user: User, door: Door) -> list[Partner]:
    people = Customer.objects.filter(pk__in=partners)
    seen = set(people.visible_to(user).order_by().values_list("pk", flat=True))
    named = people.order_by("pk").values_list("pk", "name")
    return [Partner(name, door.customer(pk) if pk in seen else "") for pk, name in named]


def _read_people(household: Household) -> None:
    """The household's people with their photos, once for all parts of the file."""
    people = Customer.objects.select_related("photo").order_by()
    prefetch_related_objects([household], Prefetch("members", people))


def _members(household: Household, door: Door, as_of: date) -> list[Customer]:
    members = selectors.heads_first(household.members.all())
    married = couples_at_home(members)
    for each in members:
        each.url = door.customer(each.pk)
        each.note = _person_note(each, as_of, married.get(each.pk, []))
        each.photo_url = photo_address(each)
    return members


def _person_note(person: Customer, as_of: date, married: list[str]) -> str:
    """Sex, age, to whom of the household they are married, trade, whereabouts."""
    years = _("%(years)s years old") % {"years": person.age_on(as_of)}
    where = "" if person.state == Customer.State.LIVING else person.get_state_display()
    couple = _("married to %(name)s") % {"name": _(", ").join(married)} if married else ""
    parts = [person.get_sex_display(), years, couple, person.occupation, where]
    parts.append(person.masked_mobile)
    return " · ".join(str(each) for each in parts if each)


def _figures(
    household: Household, outcomes: list[Outcome], sections: list[Section]
) -> dict[Topic, list[Figure]]:
    own = [*means.reviewed(outcomes[0] if outcomes else None), *means.declared(household)]
    return _by_topic([*own, *(figure for section in sections for figure in section.figures)])


def _by_topic(figures: Iterable[Figure]) -> dict[Topic, list[Figure]]:
    found: dict[Topic, list[Figure]] = {topic: [] for topic in Topic}
    for each in figures:
        found[each.topic].append(each)
    return found


def _words(household: Household, *names: str) -> list[tuple[str, str]]:
    """Columns of the register by name and value, as far as they are filled in."""
    values = ((household._meta.get_field(each).verbose_name, each) for each in names)
    pairs = ((str(label), getattr(household, name)) for label, name in values)
    return [(label, str(value)) for label, value in pairs if value]
