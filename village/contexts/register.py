"""What the customer manager's pages about villages, households and people show."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.models import User
from village import file_sections, selectors
from village.file_sections import Section
from village.forms import CustomerSearchForm, RevealForm
from village.models import Campaign, Customer, Household, Outcome, Village
from village.selectors import SheetsIn

PER_PAGE = 20
REVIEW_STEPS = (
    Campaign.Status.REVIEWING,
    Campaign.Status.SEALED,
    Campaign.Status.CONCLUDED,
    Campaign.Status.VISITING,
    Campaign.Status.GRANTED,
    Campaign.Status.CLOSED,
)


@dataclass(frozen=True)
class VillageRow:
    """One village on the list."""

    village: Village
    status_word: str

    @property
    def percent(self) -> int:
        """How many of its households were concluded on, whole per cent."""
        village = self.village
        if not village.households_count:
            return 0
        return village.concluded_count * 100 // village.households_count


@dataclass(frozen=True)
class VillagesPage:
    """My villages."""

    rows: list[VillageRow]
    pages: Page
    search: str

    @classmethod
    def build(cls, user: User, *, search: str, number: str | None) -> "VillagesPage":
        """The villages ``user`` sees, a page of them."""
        pages = _paged(selectors.villages_for(user, search=search), number)
        rows = [VillageRow(each, selectors.campaign_word(each.campaign_status)) for each in pages]
        return cls(rows=rows, pages=pages, search=search)


@dataclass(frozen=True)
class Progress:
    """How far a village has come on the road 评议 → 走访 → 授信."""

    title: str
    state: str
    note: str = ""
    at: Any = None
    who: str = ""
    took: str = ""


@dataclass(frozen=True)
class HouseholdRow:
    """One household of a village."""

    household: Household
    head: str
    people: int
    others: str

    @classmethod
    def of(cls, household: Household) -> "HouseholdRow":
        """The row of one household whose members are at hand."""
        members = selectors.heads_first(household.members.all())
        return cls(
            household=household,
            head=members[0].name if members else household.number,
            people=len(members),
            others="、".join(each.name for each in members[1:4]),
        )


@dataclass(frozen=True)
class VillagePage:
    """One village: how its campaign stands, and its households."""

    village: Village
    campaign: Campaign | None
    sheets: SheetsIn | None
    figures: dict[str, int]
    steps: list[Progress]
    rows: list[HouseholdRow]
    pages: Page
    search: str

    @classmethod
    def build(cls, village: Village, *, search: str, number: str | None) -> "VillagePage":
        """The page of one village."""
        campaign = selectors.newest_campaign(village.pk)
        sheets = selectors.sheets_in(campaign.pk) if campaign else None
        figures = selectors.village_figures(village.pk)
        pages = _paged(selectors.households_of(village, search=search), number)
        return cls(
            village=village,
            campaign=campaign,
            sheets=sheets,
            figures=figures,
            steps=_steps(campaign, sheets, figures),
            rows=[HouseholdRow.of(each) for each in pages],
            pages=pages,
            search=search,
        )


@dataclass(frozen=True)
class Figure:
    """A figure people may doubt, with where it comes from."""

    label: str
    value: str
    unit: str
    source: str
    day: date | None


@dataclass(frozen=True)
class Tie:
    """A member's tie to somebody of another household."""

    member: Customer
    other: Customer
    kind: str


@dataclass(frozen=True)
class HouseholdPage:
    """A household's file: the people, what they declared, their ties, what came of the review."""

    household: Household
    members: list[Customer]
    means: list[Figure]
    words: list[tuple[str, str]]
    ties: list[Tie]
    outcome: Outcome | None
    reasons: list[str]
    sections: list[Section]

    @classmethod
    def build(cls, household: Household, user: User) -> "HouseholdPage":
        """The file of one household as ``user`` may read it."""
        members = selectors.heads_first(household.members.select_related("photo"))
        for each in members:
            each.url = reverse("village:customer", args=[each.pk])
            each.note = person_note(each)
            each.photo_url = reverse("village:photo", args=[each.pk]) if each.photo_id else ""
        outcome = selectors.newest_outcome(household.pk)
        return cls(
            household=household,
            members=members,
            means=_means(household),
            words=_words(household),
            ties=_ties(household),
            outcome=outcome,
            reasons=[visit_reason(each) for each in outcome.visit_reasons] if outcome else [],
            sections=file_sections.sections(household, user),
        )

    @property
    def head(self) -> str:
        """By whom the household is called."""
        return self.members[0].name if self.members else self.household.number

    @property
    def why_nothing(self) -> str:
        """Why the neighbours' review came to an amount of nothing; empty where it did not."""
        if self.outcome is None or self.outcome.reviewed_limit != 0:
            return ""
        if self.outcome.explanation.get("confirmed_hard"):
            return _("Several neighbours named the same serious reason against it.")
        return _("The mean points are too low for an amount.")


@dataclass(frozen=True)
class CustomersPage:
    """People found by name, by exact ID number or by exact mobile number."""

    form: CustomerSearchForm
    found: list[Customer]
    searched: bool
    has_more: bool

    @classmethod
    def build(cls, user: User, form: CustomerSearchForm) -> "CustomersPage":
        """What the form finds, the first page of it."""
        text = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
        found = list(selectors.find_customers(user, text)[: PER_PAGE + 1])
        return cls(form, found[:PER_PAGE], bool(text), len(found) > PER_PAGE)


@dataclass(frozen=True)
class CustomerPage:
    """One person: masked numbers, and whether they may be revealed."""

    customer: Customer
    note: str
    can_reveal: bool
    reveal: RevealForm
    revealed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        customer: Customer,
        user: User,
        *,
        reveal: RevealForm | None = None,
        revealed: bool = False,
    ) -> "CustomerPage":
        """The page of one person; numbers in full only when ``revealed``."""
        return cls(
            customer=customer,
            note=person_note(customer),
            can_reveal=user.has_perm("village.reveal_customer"),
            reveal=reveal or RevealForm(),
            revealed=(
                {"id_number": customer.id_number, "mobile": customer.mobile} if revealed else {}
            ),
        )


_REASONS = {
    "too_few_opinions": gettext_lazy("Too few neighbours could say something"),
    "wide_interval": gettext_lazy("The neighbours' opinions lie far apart"),
    "collusion_suspected": gettext_lazy("Some reviewers answered suspiciously alike"),
    "negative_reported": gettext_lazy("A neighbour named a reason against it"),
    "no_limit": gettext_lazy("Not enough valid sheets for an amount"),
}


def visit_reason(code: str) -> str:
    """Why a household is to be visited, in words."""
    return str(_REASONS.get(code, code))


def person_note(person: Customer) -> str:
    """Born, occupation, where they are."""
    parts = [str(person.born_on.year), person.occupation, person.get_state_display()]
    return " · ".join(each for each in parts if each)


def _paged(found: QuerySet, number: str | None) -> Page:
    return Paginator(found, PER_PAGE).get_page(number)


def _steps(
    campaign: Campaign | None, sheets: SheetsIn | None, figures: dict[str, int]
) -> list[Progress]:
    """Review, visit, grant: what is done, what is going on, what waits."""
    at = REVIEW_STEPS.index(campaign.status) if campaign and campaign.status in REVIEW_STEPS else -1
    states = ["waiting"] * 3
    if at >= 0:
        states[0] = "done" if at >= 2 else "now"
    if at >= 2:
        states[1] = "done" if at >= 4 else "now"
    if at >= 4:
        states[2] = "done"
    counted = (
        _("%(sheets)s of %(seats)s sheets") % {"sheets": sheets.sheets, "seats": sheets.seats}
        if sheets
        else _("No campaign yet")
    )
    return [
        Progress(_("Review"), states[0], counted, campaign.concluded_at if campaign else None),
        Progress(
            _("Visits"),
            states[1],
            _("%(count)s households need a visit") % {"count": figures["to_visit"]},
        ),
        Progress(
            _("Granting"),
            states[2],
            _("%(count)s households with a reviewed limit") % {"count": figures["with_limit"]},
        ),
    ]


def _means(household: Household) -> list[Figure]:
    amounts = (
        "house_value",
        "vehicle_value",
        "income_year",
        "expense_year",
        "operating_cost_year",
        "debt",
        "private_debt",
    )
    lands = ("land_mu", "rented_land_mu")
    said = _("Declared by the household")
    day = household.declared_on

    def label(name: str) -> str:
        return str(household._meta.get_field(name).verbose_name)

    made = [
        Figure(label(name), f"{money.wan(value):,.2f}", _("10,000 yuan"), said, day)
        for name in amounts
        if (value := getattr(household, name)) is not None
    ]
    if household.net_worth is not None:
        made.append(
            Figure(
                _("Net worth"),
                f"{money.wan(household.net_worth):,.2f}",
                _("10,000 yuan"),
                _("Declared assets less declared debts"),
                day,
            )
        )
    return made + [
        Figure(label(name), f"{value:,.1f}", _("mu"), said, day)
        for name in lands
        if (value := getattr(household, name)) is not None
    ]


def _words(household: Household) -> list[tuple[str, str]]:
    names = ("number", "village", "group", "address", "income_kind", "main_business")
    pairs = [
        (household._meta.get_field(each).verbose_name, getattr(household, each)) for each in names
    ]
    return [(str(label), str(value)) for label, value in pairs if value]


def _ties(household: Household) -> list[Tie]:
    ties = []
    for each in selectors.relations_of(household.pk):
        ours, theirs = each.one, each.other
        if ours.household_id != household.pk:
            ours, theirs = theirs, ours
        ties.append(Tie(ours, theirs, each.get_kind_display()))
    return ties
