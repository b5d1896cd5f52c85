"""What the pages of remote authorisation show, to the manager and to the person asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.forms import AskForm
from admission.models import Authorisation, AuthorisationRequest
from admission.reference.texts import authorisation_text
from admission.services import authorisations
from admission.services.authorisation_papers import is_unchanged
from core.qr import qr_code
from village.models import Customer, Household, Relation
from village.selectors_couples import spouses_of

Status = AuthorisationRequest.Status
LEVELS = {Authorisation.State.SPENT: "yellow", Authorisation.State.IN_FORCE: "green"}
STEPS: tuple[tuple[str, str, str | Promise], ...] = (
    (Status.OPENED, "opened_at", gettext_lazy("Opened, text shown")),
    (Status.IDENTIFIED, "identified_at", gettext_lazy("Name and ID number confirmed")),
    (Status.RECOGNISED, "recognised_at", gettext_lazy("Face recognised")),
)


@dataclass(frozen=True)
class Leave:
    """One authorisation as a line: for what, until when, and what became of it."""

    authorisation: Authorisation
    level: str
    word: str | Promise

    @classmethod
    def of(cls, each: Authorisation, today: date) -> "Leave":
        """The line of one authorisation on a day."""
        state = each.state_on(today)
        return cls(each, LEVELS.get(state, "grey"), state.label)


@dataclass(frozen=True)
class Person:
    """Somebody who may be asked, and how they stand."""

    customer: Customer
    capacity: str | Promise
    leaves: list[Leave]
    requests: list[AuthorisationRequest]


@dataclass(frozen=True)
class AskPage:
    """Who of a household may be asked for an authorisation, and who has given one."""

    household: Household
    applicant: Customer
    applicants: list[Customer]
    people: list[Person]
    form: AskForm
    may_ask: bool

    @property
    def choices(self) -> list[tuple[Person, object]]:
        """Each person beside their radio button."""
        return list(zip(self.people, self.form["customer"], strict=True))

    @classmethod
    def build(
        cls,
        household: Household,
        applicant: Customer,
        *,
        applicants: list[Customer],
        people: list[Customer],
        form: AskForm,
        may_ask: bool,
        now: datetime,
        today: date,
    ) -> "AskPage":
        """The page of one household, for one of its applicants."""
        capacity = AuthorisationRequest.Capacity
        words = {applicant.pk: capacity.APPLICANT.label}
        spouses = spouses_of([applicant.pk]).get(applicant.pk, [])
        words |= {
            each.pk: capacity.SPOUSE.label if each.pk in spouses else capacity.GUARANTOR.label
            for each in people
            if each.pk != applicant.pk
        }
        leaves = _leaves(people, today)
        requests = _requests(applicant, people, now)
        return cls(
            household=household,
            applicant=applicant,
            applicants=applicants,
            people=[
                Person(each, words[each.pk], leaves.get(each.pk, []), requests.get(each.pk, []))
                for each in people
            ],
            form=form,
            may_ask=may_ask,
        )


@dataclass(frozen=True)
class NobodyToAsk:
    """A household in which no grown person is present."""

    household: Household


def askable(applicant: Customer) -> list[Customer]:
    """The applicant, their spouse, their guarantors: those who may be asked, in this order."""
    spouses = spouses_of([applicant.pk]).get(applicant.pk, [])
    ties = (
        Relation.objects.standing()
        .filter(Q(one=applicant) | Q(other=applicant), kind=Relation.Kind.GUARANTOR)
        .values_list("one", "other")
    )
    guarantors = {pk for pair in ties for pk in pair} - {applicant.pk}
    found = Customer.objects.in_bulk({*spouses, *guarantors})
    return [applicant, *(found[pk] for pk in [*spouses, *sorted(guarantors - {*spouses})])]


def _leaves(people: Sequence[Customer], today: date) -> dict[int, list[Leave]]:
    """The newest authorisation of each person for each purpose."""
    newest = (
        Authorisation.objects.filter(customer__in=people)
        .order_by("customer_id", "purpose", "-id")
        .distinct("customer_id", "purpose")
    )
    by_person: dict[int, list[Leave]] = {}
    for each in newest:
        by_person.setdefault(each.customer_id, []).append(Leave.of(each, today))
    return by_person


def _requests(
    applicant: Customer, people: Sequence[Customer], now: datetime
) -> dict[int, list[AuthorisationRequest]]:
    """Links that are still open, in favour of this applicant."""
    rows = AuthorisationRequest.objects.open().filter(
        applicant=applicant, customer__in=people, expires_at__gt=now
    )
    by_person: dict[int, list[AuthorisationRequest]] = {}
    for each in rows:
        by_person.setdefault(each.customer_id, []).append(each)
    return by_person


@dataclass(frozen=True)
class Step:
    """One step of the person's, as a line of the timeline."""

    title: str | Promise
    state: str
    at: datetime | None
    note: str | Promise = ""


@dataclass(frozen=True)
class RequestPage:
    """One request as the manager follows it: the link while it is good, and how far it has come."""

    request: AuthorisationRequest
    now: datetime
    may_act: bool
    address: str = ""

    @property
    def qr(self) -> str:
        """The link as a picture; empty where this browser does not hold it."""
        return qr_code(self.address) if self.address else ""

    @property
    def status(self) -> str:
        """How it stands on the clock, which may be ahead of what is stored."""
        over = self.request.has_run_out(at=self.now)
        return Status.EXPIRED if over else self.request.status

    @property
    def word(self) -> str | Promise:
        """That in words."""
        return Status(self.status).label

    @property
    def is_open(self) -> bool:
        """Whether the person may still answer."""
        return self.status in AuthorisationRequest.OPEN

    @property
    def is_signed(self) -> bool:
        """Whether there is an authorisation now."""
        return self.status == Status.SIGNED

    @property
    def may_withdraw(self) -> bool:
        """Whether it can be ended at the customer's request."""
        return self.may_act and self.is_signed and not self.request.authorisation.withdrawn_at

    @property
    def is_intact(self) -> bool:
        """Whether the signed form is still what was signed."""
        return is_unchanged(self.request)

    @property
    def leave(self) -> Leave:
        """What became of the authorisation."""
        return Leave.of(self.request.authorisation, self.now.date())

    @property
    def steps(self) -> list[Step]:
        """What happened so far, and what is awaited."""
        request = self.request
        begun, by = _("Link made"), str(request.asked_by)
        if request.is_own_wish:
            begun, by = _("Begun by the customer"), request.get_door_display()
        done = [Step(begun, "done", request.asked_at, by)]
        for _status, column, title in STEPS:
            at = getattr(request, column)
            done.append(Step(title, "done" if at else "waiting", at))
        if self.is_open or self.is_signed:
            done.append(
                Step(_("Signed"), "done" if self.is_signed else "waiting", request.closed_at)
            )
        else:
            ended = request.closed_at or request.expires_at
            done = [each for each in done if each.at]
            done.append(Step(self.word, "failed", ended))
        return done


@dataclass(frozen=True)
class PersonPage:
    """What the person asked sees behind their link."""

    request: AuthorisationRequest
    token: str
    form: object | None = None

    @property
    def bank(self) -> str:
        """Who asks."""
        return settings.SEAL_HOLDER

    @property
    def called(self) -> str:
        """Whom the link is for, so that they know it is for them and others learn little."""
        return self.request.customer.name[:1] + "**"

    @property
    def text(self) -> list[str]:
        """The paragraphs of the text, its title first."""
        return [each for each in authorisation_text().split("\n") if each.strip()]

    @property
    def until(self) -> date:
        """Until when it would hold if it were signed now."""
        return authorisations.lasts_until(self.request.purpose, signed_at=timezone.now())

    @property
    def step(self) -> int | None:
        """Which of the four steps this is: read, say who one is, show one's face, sign."""
        if self.request.status == Status.OPENED:
            return 1 if self.form is None else 2
        return {Status.SENT: 1, Status.IDENTIFIED: 3, Status.RECOGNISED: 4}.get(self.request.status)


CLOSED: dict[str, tuple[str | Promise, str | Promise]] = {
    "unknown": (
        gettext_lazy("This link does not work"),
        gettext_lazy(
            "It is not complete, or a newer one was sent. Scan the code again on the "
            "customer manager's phone, or ask for a new link."
        ),
    ),
    Status.EXPIRED: (
        gettext_lazy("This link has expired"),
        gettext_lazy(
            "For your safety it is good for ten minutes. Nothing was signed. Ask the customer "
            "manager for a new link; it takes a few seconds."
        ),
    ),
    Status.SIGNED: (
        gettext_lazy("This link has been used"),
        gettext_lazy(
            "The authorisation was signed, and the link serves nothing else. Whoever wants to see "
            "it or withdraw it asks the customer manager or any branch."
        ),
    ),
    Status.DECLINED: (
        gettext_lazy("You did not authorise"),
        gettext_lazy(
            "Nobody is asked about you. If you change your mind, ask the customer manager for a "
            "new link."
        ),
    ),
    Status.CANCELLED: (
        gettext_lazy("This link was called off"),
        gettext_lazy(
            "The bank has called it off, or sent a newer one. Nothing was signed with this one."
        ),
    ),
    Status.LOCKED: (
        gettext_lazy("This link is locked"),
        gettext_lazy(
            "Name, number or photo did not match several times. Nothing was signed. Ask the "
            "customer manager for a new link, or come to a branch with your ID card."
        ),
    ),
    "elsewhere": (
        gettext_lazy("This link is in use on another phone"),
        gettext_lazy(
            "Somebody confirmed their identity on another phone with it. Go on there. If that was "
            "not you, tell the customer manager at once."
        ),
    ),
    "too_many": (
        gettext_lazy("Too many tries"),
        gettext_lazy("Wait ten minutes, then open the link again or ask for a new one."),
    ),
}


@dataclass(frozen=True)
class ClosedPage:
    """Why a link leads no further, and what to do."""

    code: str

    @property
    def title(self) -> str | Promise:
        """What is the matter."""
        return CLOSED.get(self.code, CLOSED["unknown"])[0]

    @property
    def says(self) -> str | Promise:
        """What to do."""
        return CLOSED.get(self.code, CLOSED["unknown"])[1]
