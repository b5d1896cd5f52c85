"""What the pages of this room show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admission.models import Rule
from core.models import User
from credit import selectors
from credit.models import Application, ApplicationStep, Contract, CreditLine, Drawdown
from credit.nodes import REGISTRY
from credit.selectors import SeenVote
from village.file_sections import Section
from village.models import Household

PER_PAGE = 20
STATES = {"waiting": "waiting", "active": "now", "done": "done", "failed": "failed"}
WAITS_FOR = {
    "authorisation": gettext_lazy("Waits for the customer's authorisation"),
    "source": gettext_lazy("Waits for an answer from outside"),
    "visit": gettext_lazy("Waits for the visit to be accepted"),
    "votes": gettext_lazy("Waits for votes"),
    "reading": gettext_lazy("Waits for the customer to read the cost sheet"),
    "signature": gettext_lazy("Waits for the customer's signature"),
    "obstacles": gettext_lazy("Something stands in the way of payment"),
    "payment": gettext_lazy("Waits for the core bank"),
}
OBSTACLES = {
    "contract_not_signed": gettext_lazy("the contract is not signed"),
    "line_not_open": gettext_lazy("the credit line is not open"),
    "line_has_no_room": gettext_lazy("the credit line has no room"),
    "rules_refuse": gettext_lazy("a high rule holds by now"),
    "payee_missing": gettext_lazy("the amount must be paid to a named payee"),
}


@dataclass(frozen=True)
class TimelineStep:
    """One stop: what, when, how long, what came of it."""

    title: str
    state: str
    at: datetime | None
    who: str
    took: str
    note: str


def timeline(steps: Iterable[ApplicationStep]) -> list[TimelineStep]:
    """The road of an application, as far as it has come."""
    return [
        TimelineStep(
            title=str(REGISTRY[step.node].label) if step.node in REGISTRY else step.node,
            state=STATES.get(step.status, step.status),
            at=step.ended_at or step.began_at,
            who="",
            took=_lasted(step.began_at, step.ended_at),
            note=_note(step),
        )
        for step in steps
    ]


def _note(step: ApplicationStep) -> str:
    if step.status != ApplicationStep.Status.ACTIVE:
        return ""
    waits = WAITS_FOR.get(step.outcome.get("waits_for", ""), "")
    obstacles = [str(OBSTACLES.get(code, code)) for code in step.outcome.get("obstacles", [])]
    return f"{waits}{_(': ') if obstacles else ''}{_(', ').join(obstacles)}"


def _lasted(began: datetime | None, ended: datetime | None) -> str:
    """How long a step took, in words; nothing below a minute."""
    if began is None or ended is None or ended - began < timedelta(minutes=1):
        return ""
    minutes = int((ended - began).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60
    if days:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if hours:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@dataclass(frozen=True)
class ApplicationsPage:
    """`/m/applications/`: what customers of my grids have asked for."""

    pages: Page

    @classmethod
    def build(cls, user: User, *, number: str | None) -> "ApplicationsPage":
        """One page of them, those under way first."""
        ended = Q(status__in=Application.ENDED)
        rows = (
            Application.objects.visible_to(user)
            .exclude(status=Application.Status.DRAFT)
            .select_related("customer__household__village", "product")
            .annotate(is_over=ended)
            .order_by("is_over", "-id")
        )
        return cls(Paginator(rows, PER_PAGE).get_page(number))


@dataclass(frozen=True)
class ApplicationPage:
    """One application: where it stands, how it came there, why, and what was signed."""

    application: Application
    steps: list[TimelineStep]
    votes: list[SeenVote]
    contract: Contract | None
    drawdown: Drawdown | None

    @classmethod
    def build(cls, application: Application, user: User) -> "ApplicationPage":
        """The page as ``user`` may see it."""
        contract = Contract.objects.filter(application=application).first()
        drawdown = contract.drawdowns.first() if contract else None
        return cls(
            application,
            timeline(application.steps.order_by("position")),
            selectors.votes_seen_by(application, user),
            contract,
            drawdown,
        )

    @property
    def reasons(self) -> list[dict[str, object]]:
        """The rules that held when the application was looked at."""
        decision = self.application.admission
        words = dict(Rule.Level.choices)
        hits = decision.hits if decision else []
        return [hit | {"word": words.get(hit.get("level"), "")} for hit in hits]


def household_section(household: Household, user: User) -> Section | None:
    """Credit lines and applications as the household's file shows them."""
    lines = list(CreditLine.objects.visible_to(user).filter(household=household))
    applications = list(
        Application.objects.visible_to(user)
        .filter(customer__household=household)
        .exclude(status=Application.Status.DRAFT)
        .select_related("product", "customer")
    )
    if not lines and not applications:
        return None
    return Section(
        title=_("Credit"),
        template="credit/_household.html",
        context={"lines": lines, "applications": applications},
    )
