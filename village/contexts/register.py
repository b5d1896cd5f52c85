"""What the customer manager's pages about villages, households and people show."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.models import User
from village import selectors
from village.forms import CustomerSearchForm
from village.models import Campaign, Customer, Household, Village
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
    under_review: Campaign | None
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
            under_review=village.campaigns.filter(status=Campaign.Status.REVIEWING).first(),
            sheets=sheets,
            figures=figures,
            steps=_steps(campaign, sheets, figures),
            rows=[HouseholdRow.of(each) for each in pages],
            pages=pages,
            search=search,
        )


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
