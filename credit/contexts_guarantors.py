"""Guarantors as staff see them on an application: who, how they stand, and why."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.models import Decision, Rule
from core.models import User
from credit.forms import GuarantorForm
from credit.models import Application, Guarantor
from credit.services import guarantors

MAY_NAME = "credit.name_guarantor"
LEVELS = {"named": "yellow", "accepted": "green", "refused": "red", "released": "grey"}
WAITS = {
    None: gettext_lazy("Has not signed an authorisation to be asked about yet"),
    "wait": gettext_lazy("Waits for a source to answer"),
}


@dataclass(frozen=True)
class Reason:
    """One rule that holds of a guarantor."""

    code: str
    name: str
    level: str | Promise
    says: str


@dataclass(frozen=True)
class GuarantorLine:
    """One guarantor; reasons and decision are for those who may see the guarantor's own file."""

    guarantor: Guarantor
    level: str
    note: str | Promise
    decision_id: int | None
    reasons: list[Reason]

    @property
    def is_settled(self) -> bool:
        """Whether they were let go."""
        return self.guarantor.status == Guarantor.Status.RELEASED


def lines(application: Application, user: User) -> list[GuarantorLine]:
    """Everybody who was named for an application, as ``user`` may see it."""
    found = list(application.guarantors.select_related("customer", "admission").order_by("id"))
    if not found:
        return []
    seen: set[int] = set()
    if user.has_perm("admission.view_decision"):
        wanted = [each.admission_id for each in found if each.admission_id]
        mine = Decision.objects.visible_to(user).filter(pk__in=wanted)
        seen = set(mine.order_by().values_list("pk", flat=True))
    return [_line(each, seen) for each in found]


def _line(guarantor: Guarantor, seen: set[int]) -> GuarantorLine:
    decision = guarantor.admission if guarantor.admission_id in seen else None
    return GuarantorLine(
        guarantor=guarantor,
        level=LEVELS[guarantor.status],
        note=_note(guarantor),
        decision_id=decision.pk if decision else None,
        reasons=_reasons(decision) if decision else [],
    )


def _note(guarantor: Guarantor) -> str | Promise:
    """What is awaited of them, or what comes of how they stand."""
    match guarantor.status:
        case Guarantor.Status.NAMED:
            outcome = guarantor.admission.outcome if guarantor.admission else None
            return WAITS.get(outcome, "")
        case Guarantor.Status.REFUSED:
            return _("The rules refuse them. Name another, or let them go.")
        case Guarantor.Status.RELEASED:
            return guarantor.released_because
    if guarantor.admission.outcome == Decision.Outcome.MANUAL:
        return _("Rules hold that a person looks at before the application is approved.")
    return ""


def _reasons(decision: Decision) -> list[Reason]:
    words = dict(Rule.Level.choices)
    return [
        Reason(each["code"], each["name"], words.get(each["level"], ""), each["says"])
        for each in decision.hits
    ]


@dataclass(frozen=True)
class GuarantorsPage:
    """`/m/applications/…/guarantors/`: who answers for a loan, naming another, letting one go."""

    application: Application
    lines: list[GuarantorLine]
    may_change: bool
    form: GuarantorForm

    @classmethod
    def build(
        cls, application: Application, user: User, *, form: GuarantorForm | None = None
    ) -> "GuarantorsPage":
        """The page as ``user`` may see it."""
        may_change = user.has_perm(MAY_NAME) and guarantors.may_be_named(application)
        return cls(application, lines(application, user), may_change, form or GuarantorForm())
