"""What the pages of this room show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import money
from core.models import User
from village.file_sections import Figure, Happening, Section, Topic
from village.models import Customer, Household
from village.selectors import heads_first
from visits import selectors
from visits.findings import SurveyedLimit, surveyed_limit
from visits.forms import GROUPS, SurveyForm
from visits.models import Survey, VisitTask

PER_PAGE = 20
SOON = timedelta(days=3)
SHOWN_IN_FILE, MOST_IN_FILE = 5, 20
TASK_SHOWN = (
    "household_id",
    "reason",
    "status",
    "due_on",
    "accepted_at",
    "manager__full_name",
    "manager__username",
    "accepted_by__full_name",
    "accepted_by__username",
)
"""What a file reads of a visit."""


@dataclass(frozen=True)
class TaskRow:
    """One line of the worklist."""

    task: VisitTask
    head: str
    group: str
    as_of: date

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.task.due_on < self.as_of

    @property
    def is_soon(self) -> bool:
        """Whether its day is near."""
        return not self.is_late and self.task.due_on <= self.as_of + SOON

    @property
    def days(self) -> int:
        """Days left, or days since it was due."""
        return abs((self.task.due_on - self.as_of).days)


@dataclass(frozen=True)
class HomePage:
    """`/m/`: what a customer manager has to do today."""

    workload: dict[str, int]
    rows: list[TaskRow]
    pages: Page
    as_of: date

    @classmethod
    def build(cls, user: User, *, as_of: date, number: str | None) -> "HomePage":
        """The worklist of ``user``, one page of it."""
        pages = Paginator(selectors.worklist(user), PER_PAGE).get_page(number)
        return cls(selectors.workload(user, as_of=as_of), _rows(pages, as_of), pages, as_of)

    @property
    def is_first(self) -> bool:
        """Whether this is the page on which a visit to begin with is offered."""
        return self.pages.number == 1


def _rows(tasks: Iterable[VisitTask], as_of: date) -> list[TaskRow]:
    tasks = list(tasks)
    heads = dict(
        Customer.objects.filter(
            household__in=[task.household_id for task in tasks], role=Customer.Role.HEAD
        ).values_list("household", "name")
    )
    return [
        TaskRow(task, heads.get(task.household_id, ""), _group_of(task.household), as_of)
        for task in tasks
    ]


def _group_of(household: Household) -> str:
    return household.group.name if household.group else ""


@dataclass(frozen=True)
class FormGroup:
    """A few questions that belong together."""

    title: str | Promise
    fields: list[BoundField]


@dataclass(frozen=True)
class TaskPage:
    """One visit: whom to see, what is known, what to fill in, what was found."""

    task: VisitTask
    members: list[Customer]
    form: SurveyForm
    surveys: list[Survey]
    is_mine: bool
    as_of: date

    @classmethod
    def build(
        cls, task: VisitTask, user: User, *, as_of: date, form: SurveyForm | None = None
    ) -> "TaskPage":
        """The page, with the household's own figures where nothing was found yet."""
        surveys = list(task.surveys.order_by("-revision"))
        members = heads_first(task.household.members.all())
        filled = form or SurveyForm(initial=_initial(task, surveys, members, as_of), as_of=as_of)
        return cls(task, members, filled, surveys, task.manager_id == user.pk, as_of)

    @property
    def groups(self) -> list[FormGroup]:
        """The form in the order of the talk."""
        return [FormGroup(title, [self.form[name] for name in names]) for title, names in GROUPS]

    @property
    def can_submit(self) -> bool:
        """Whether findings are wanted from this person."""
        status = VisitTask.Status
        wanted = {status.ASSIGNED, status.STARTED, status.RETURNED}
        return self.is_mine and self.task.status in wanted

    @property
    def newest(self) -> Survey | None:
        """The revision that counts."""
        return self.surveys[0] if self.surveys else None

    @property
    def limit(self) -> SurveyedLimit | None:
        """How the surveyed limit of the newest revision came about."""
        return limit_of(self.newest) if self.newest else None


def limit_of(survey: Survey) -> SurveyedLimit:
    """The surveyed limit of one revision with the figures behind it."""
    return surveyed_limit(survey.findings)


def _initial(
    task: VisitTask, surveys: list[Survey], members: list[Customer], as_of: date
) -> dict[str, object]:
    """What the form begins with: the last revision, else what the household declared."""
    fresh = {"client_uuid": uuid4(), "seen_on": as_of, "term_months": 12}
    if surveys:
        newest = surveys[0].findings
        return {name: getattr(newest, name) for name in newest.__dataclass_fields__} | fresh
    household = task.household
    head = next((each for each in members if each.role == Customer.Role.HEAD), None)
    return fresh | {
        "met": head.name if head else "",
        "income_year": household.income_year,
        "operating_cost_year": household.operating_cost_year,
        "living_cost_year": household.expense_year,
        "debts": (household.debt or 0) + (household.private_debt or 0),
        "assets": (household.house_value or 0) + (household.vehicle_value or 0),
    }


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Visits as the household file shows them, and what the newest accepted one found.

    What nobody has accepted yet is told as such and is nobody's standing. A visit is to the
    household: of one person alone there is nothing to tell.
    """
    if person is not None:
        return None
    surveys = Prefetch("surveys", Survey.objects.select_related("by"))
    tasks = household.visit_tasks.select_related("manager", "accepted_by").only(*TASK_SHOWN)
    found = list(tasks.prefetch_related(surveys).order_by("-due_on", "-pk")[:MOST_IN_FILE])
    newest = selectors.newest_surveys([household.pk]).select_related("by").first()
    waits = any(task.surveys.all() and not task.is_accepted for task in found)
    return Section(
        title=_("Visits"),
        template="visits/_household.html" if found else "",
        context={"tasks": found[:SHOWN_IN_FILE]},
        figures=_figures(newest, waits=waits),
        happenings=tuple(happening for task in found for happening in _happenings(task)),
    )


def _figures(survey: Survey | None, *, waits: bool) -> tuple[Figure, ...]:
    """What a manager saw with their own eyes, beside what the household said of itself."""
    if survey is None:
        source = _("Visited, not accepted yet") if waits else _("Not visited yet")
        return (Figure.wan(_("Surveyed limit"), None, source=source),)
    said = {
        "source": gettext("Visit by %(manager)s") % {"manager": survey.by},
        "day": survey.seen_on,
    }
    means, business = said | {"topic": Topic.MEANS}, said | {"topic": Topic.BUSINESS}
    return (
        Figure.wan(_("Surveyed limit"), survey.surveyed_limit, **said),
        Figure.wan(_("Assets found"), survey.assets, **means),
        Figure.wan(_("Debts found"), survey.debts, **means),
        Figure.wan(_("Income found, a year"), survey.income_year, **business),
        Figure.wan(_("Operating cost found, a year"), survey.operating_cost_year, **business),
        Figure.wan(_("Living cost found, a year"), survey.living_cost_year, **business),
        Figure.wan(_("Repayments found, a year"), survey.debt_service_year, **business),
        Figure.wan(_("Loan needed"), survey.need, **business),
    )


def _happenings(task: VisitTask) -> list[Happening]:
    url = reverse("visits:task", args=[task.pk])
    told = [
        Happening(
            at=survey.seen_on,
            title=_("Visited") if task.is_accepted else _("Visited, not accepted yet"),
            note=gettext("Met %(person)s; surveyed limit %(limit)s, in 10,000 yuan")
            % {"person": survey.met, "limit": f"{money.wan(survey.surveyed_limit):,.2f}"},
            who=str(survey.by),
            url=url,
        )
        for survey in task.surveys.all()
    ]
    if task.accepted_at:
        by = str(task.accepted_by or "")
        told.append(Happening(task.accepted_at, _("Findings accepted"), who=by, url=url))
    return told
