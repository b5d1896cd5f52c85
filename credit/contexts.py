"""What the pages of this room show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admission.models import Rule
from core import money
from core.models import User
from core.paging import paginator_for
from credit import contexts_guarantors, selectors
from credit.contexts_guarantors import GuarantorLine
from credit.models import (
    Application,
    ApplicationStep,
    Contract,
    CreditLine,
    Drawdown,
    LimitDecision,
    LineRaise,
)
from credit.nodes import REGISTRY
from credit.selectors import SeenVote
from credit.services import guarantors, phone_binding
from village.file_sections import Figure, Happening, Mark, Section, whose, with_people
from village.models import Customer, Household

PER_PAGE = 20
MAY_ASK_PHONE = "admission.make_decision"
DECISIONS_SHOWN = 3  # on the file; the register shows every round
LINE_SHOWN = (
    "borrower_id",
    "amount",
    "valid_from",
    "valid_to",
    "frozen_because",
    "status",
    "decision__decided_on",
)
APPLICATION_SHOWN = (
    "customer_id",
    "number",
    "status",
    "asked_amount",
    "approved_amount",
    "business_day",
    "submitted_at",
    "decided_at",
    "disbursed_at",
    "product__name",
    "contract__signed_at",
    "contract__status",
)
"""What a file reads of them: they are wide, and each column is asked for by name."""
STATES = {"waiting": "waiting", "active": "now", "done": "done", "failed": "failed"}
WAITS_FOR = {
    "authorisation": gettext_lazy("Waits for the customer's authorisation"),
    "signature_again": gettext_lazy(
        "The authorisation has served its one bureau query without an answer: the customer must "
        "sign another"
    ),
    "identity_card": gettext_lazy(
        "Waits for both sides of the ID card to be photographed and compared"
    ),
    "source": gettext_lazy("Waits for an answer from outside"),
    "guarantor_missing": gettext_lazy("A guarantor has to be named"),
    "guarantor_refused": gettext_lazy("A guarantor cannot be accepted; another has to be named"),
    "guarantor_leave": gettext_lazy("Waits for a guarantor's authorisation"),
    "guarantor_again": gettext_lazy(
        "A guarantor's authorisation has served its one bureau query without an answer: they must "
        "sign another"
    ),
    "guarantor_source": gettext_lazy("Waits for an answer from outside about a guarantor"),
    "visit": gettext_lazy("Waits for the visit to be accepted"),
    "check_items": gettext_lazy("Waits for the check items of the admission decision to be ticked"),
    "votes": gettext_lazy("Waits for votes"),
    "reading": gettext_lazy("Waits for the customer to read the cost sheet"),
    "signature": gettext_lazy("Waits for the customer's signature"),
    "phone": gettext_lazy(
        "Before signing, the mobile number has to be changed to one under the customer's own name"
    ),
    "obstacles": gettext_lazy("Something stands in the way of payment"),
    "account": gettext_lazy(
        "Waits for an account at the bank, under the borrower's own name, that can be paid into"
    ),
    "payment": gettext_lazy("Waits for the core bank"),
}
OBSTACLES = {
    "contract_not_signed": gettext_lazy("the contract is not signed"),
    "line_not_open": gettext_lazy("the credit line is not open"),
    "line_has_no_room": gettext_lazy("the credit line has no room"),
    "other_number": gettext_lazy(
        "somebody was judged under another ID number: withdraw it and have it applied for again"
    ),
    "rules_refuse": gettext_lazy("a high rule holds by now"),
    "evidence_missing": gettext_lazy("evidence about a medium rule has not been written down"),
    "visit_missing": gettext_lazy("the household must be visited first"),
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
    if step.node == "limit":
        return _ceiling(step.outcome)
    if "card" in step.outcome:
        until = step.outcome["card_until"] or _("for ever")
        return _("ID card compared, valid until: %(until)s") % {"until": until}
    if step.status != ApplicationStep.Status.ACTIVE:
        return ""
    waits = WAITS_FOR.get(step.outcome.get("waits_for", ""), "")
    obstacles = [str(OBSTACLES.get(code, code)) for code in step.outcome.get("obstacles", [])]
    return f"{waits}{_(': ') if obstacles else ''}{_(', ').join(obstacles)}"


def _ceiling(outcome: Mapping[str, object]) -> str:
    """How much may be lent at most, and what admission took off the limit it comes from."""
    if "ceiling" not in outcome:
        return ""
    most = _("At most %(ceiling)s yuan.") % {"ceiling": f"{money.yuan(outcome['ceiling']):,.2f}"}
    if "lowered" not in outcome:
        return most
    told = {name: f"{money.yuan(outcome[name]):,.2f}" for name in ("limit", "lowered")}
    why = _("The limit of %(limit)s yuan counts as %(lowered)s yuan: admission lowers it.") % told
    return f"{most} {why}"


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
        is_over = ExpressionWrapper(Q(status__in=Application.ENDED), BooleanField())
        rows = (
            Application.objects.visible_to(user)
            .exclude(status=Application.Status.DRAFT)
            .select_related("customer", "village", "product")
            .order_by(is_over, "-id")
        )
        return cls(paginator_for(user, rows, PER_PAGE).get_page(number))


@dataclass(frozen=True)
class ApplicationPage:
    """One application: where it stands, how it came there, why, and what was signed."""

    application: Application
    steps: list[TimelineStep]
    votes: list[SeenVote]
    contract: Contract | None
    drawdown: Drawdown | None
    guarantors: list[GuarantorLine]
    may_name_guarantors: bool
    may_ask_phone: bool

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
            contexts_guarantors.lines(application, user),
            user.has_perm(contexts_guarantors.MAY_NAME) and guarantors.may_be_named(application),
            contract is not None
            and contract.status == Contract.Status.SENT
            and user.has_perm(MAY_ASK_PHONE)
            and phone_binding.is_open(application),
        )

    @property
    def reasons(self) -> list[dict[str, object]]:
        """The rules that held when the application was looked at."""
        decision = self.application.admission
        words = dict(Rule.Level.choices)
        hits = decision.hits if decision else []
        return [hit | {"word": words.get(hit.get("level"), "")} for hit in hits]


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Credit lines and applications as a file shows them. A person's are those they answer for
    as the main borrower."""
    theirs = Q(borrower=person) if person else Q(household=household)
    lines = list(CreditLine.objects.filter(theirs).select_related("decision").only(*LINE_SHOWN))
    applications = _applications(household, person)
    decisions = _limit_decisions(theirs, user)
    offers = LineRaise.objects.filter(line__in=lines, status=LineRaise.Status.OFFERED)
    return Section(
        title=_("Credit"),
        template="credit/_household.html" if lines or applications or decisions else "",
        context={
            "lines": lines,
            "sees_lines": user.has_perm("credit.view_creditline"),
            "decisions": decisions,
            "offers": list(offers) if lines else [],
            "applications": applications,
        },
        figures=(*_model_limit(decisions, user, is_one=person is not None), _line_figure(lines)),
        marks=tuple(
            Mark(_("Main borrower"), "green", each.borrower_id) for each in lines if _is_open(each)
        ),
        happenings=(
            *(_granted(each) for each in lines),
            *(happening for each in applications for happening in _stations(each)),
        ),
    )


def _applications(household: Household, person: Customer | None) -> list[Application]:
    """What they handed in, with its product and its contract."""
    rows = Application.objects.filter(whose(household, person))
    rows = rows.exclude(status=Application.Status.DRAFT).select_related("product", "contract")
    return with_people(rows.only(*APPLICATION_SHOWN), household)


def _is_open(line: CreditLine) -> bool:
    return line.status not in CreditLine.ENDED


def _line_figure(lines: list[CreditLine]) -> Figure:
    """The line in force; that there is none is known, since the bank grants them itself."""
    line = next(filter(_is_open, lines), None)
    if line is None:
        return Figure(_("Credit line"), _("none"), source=_("Register of credit lines"))
    source = f"{_('Credit line')} · {line.get_status_display()}"
    return Figure.wan(_("Credit line"), line.amount, source=source, day=line.decision.decided_on)


def _limit_decisions(theirs: Q, user: User) -> list[LimitDecision]:
    """The newest limits worked out, for those who may see limit decisions."""
    if not user.has_perm("credit.view_limitdecision"):
        return []
    found = LimitDecision.objects.filter(theirs).order_by("-id")
    shown = found.only("household", "limit", "outcome", "model_limit", "decided_on")
    return list(shown[:DECISIONS_SHOWN])


def _model_limit(decisions: list[LimitDecision], user: User, *, is_one: bool) -> tuple[Figure, ...]:
    """What the model would lend, for those who may see limit decisions; of people nobody thought
    of as the main borrower nothing is to be worked out."""
    if not user.has_perm("credit.view_limitdecision") or (is_one and not decisions):
        return ()
    if not decisions:
        return (Figure.wan(_("Model limit"), None, source=_("No limit has been worked out")),)
    source, newest = _("Limit decision"), decisions[0]
    return (Figure.wan(_("Model limit"), newest.model_limit, source=source, day=newest.decided_on),)


def _granted(line: CreditLine) -> Happening:
    return Happening(
        at=line.valid_from,
        title=_("Credit line granted"),
        note=_("%(amount)s, in 10,000 yuan, until %(day)s")
        % {"amount": f"{money.wan(line.amount):,.2f}", "day": line.valid_to},
        customer_id=line.borrower_id,
    )


def _stations(application: Application) -> list[Happening]:
    """Where an application has passed: handed in, decided, signed, paid out."""
    contract = getattr(application, "contract", None)
    status = Application.Status
    refused = application.status in {status.REJECTED, status.WITHDRAWN, status.EXPIRED}
    asked = f"{application.product.name} {money.yuan(application.asked_amount):,.2f} {_('yuan')}"
    passed = [
        (application.submitted_at, _("Application handed in"), f"{asked} · {application.number}"),
        (
            application.decided_at,
            _("Application decided"),
            f"{application.number} · {application.get_status_display()}",
        ),
        (contract.signed_at if contract else None, _("Contract signed"), application.number),
        (application.disbursed_at, _("Loan paid out"), application.number),
    ]
    return [
        Happening(
            at=at,
            title=title,
            note=note,
            state="failed" if refused and at == application.decided_at else "done",
            url=reverse("credit:application", args=[application.pk]),
            customer_id=application.customer_id,
        )
        for at, title, note in passed
        if at is not None
    ]
