"""What a manager's spot checks show."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator

from core.models import User
from village import selectors
from village.contexts.review import Member
from village.forms import SpotCheckForm
from village.models import Customer, SpotCheck

PER_PAGE = DONE_SHOWN = 20


@dataclass(frozen=True)
class CheckRow:
    """One check of a list."""

    check: SpotCheck
    head: str
    is_late: bool


@dataclass(frozen=True)
class ChecksPage:
    """The checks given to one person: those to make, and the last ones made."""

    pages: Page
    waiting: list[CheckRow]
    done: list[CheckRow]

    @classmethod
    def build(cls, user: User, *, today: date, number: str | None = None) -> "ChecksPage":
        """The page of ``user``; the checks already made stand on the first."""
        mine = selectors.checks_of(user)
        pages = Paginator(mine.waiting().order_by("due_on", "pk"), PER_PAGE).get_page(number)
        done = mine.filter(status=SpotCheck.Status.DONE).order_by("-done_at")[:DONE_SHOWN]
        return cls(
            pages,
            [_row(each, today) for each in pages],
            [_row(each, today) for each in done] if pages.number == 1 else [],
        )


@dataclass(frozen=True)
class CheckPage:
    """One household to be looked at: what the neighbours concluded, and the form."""

    check: SpotCheck
    members: list[Member]
    form: SpotCheckForm

    @classmethod
    def build(cls, check: SpotCheck, form: SpotCheckForm) -> "CheckPage":
        """The page of one check."""
        people = check.outcome.household.members.filter(state__in=selectors.PRESENT)
        members = [Member.of(each) for each in selectors.heads_first(people)]
        return cls(check, members, form)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.check.status == SpotCheck.Status.ASSIGNED

    @property
    def head(self) -> str:
        """By whom the household is called."""
        heads = [each.name for each in self.members if each.role == Customer.Role.HEAD]
        return heads[0] if heads else self.check.outcome.household.number


def _row(check: SpotCheck, today: date) -> CheckRow:
    heads = check.outcome.household.heads
    return CheckRow(
        check=check,
        head=heads[0].name if heads else check.outcome.household.number,
        is_late=check.status == SpotCheck.Status.ASSIGNED and check.due_on < today,
    )
