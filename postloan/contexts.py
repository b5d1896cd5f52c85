"""What the post-loan pages show, and what the room adds to other rooms' pages."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import User
from postloan import signals
from postloan.forms import EvidenceForm
from postloan.models import Inspection, Warning
from postloan.wording import figures_of
from village.file_sections import Figure, Happening, Mark, Section, whose
from village.models import Customer, Household

MOST_IN_FILE = 20
CHECK_SHOWN = (
    "kind",
    "status",
    "due_on",
    "done_on",
    "loan__number",
    "loan__status",
    "loan__customer_id",
    "inspector__full_name",
    "inspector__username",
)
"""What a file reads of a check after lending."""
OVER = frozenset({Warning.Status.RESOLVED, Warning.Status.FALSE_ALARM})


@dataclass(frozen=True)
class WarningPage:
    """One warning: why it was raised, what is to be done, who does what next."""

    warning: Warning
    user: User
    form: EvidenceForm

    @property
    def figures(self) -> list[tuple[str, str]]:
        """What the signal saw, in words."""
        return figures_of(self.warning, signals.FIELDS)

    @property
    def can_take_on(self) -> bool:
        """Whether nobody is on it."""
        return self.warning.status in {Warning.Status.RAISED, Warning.Status.ESCALATED}

    @property
    def can_write(self) -> bool:
        """Whether this person has it in hand and what was done is wanted."""
        return (
            self.warning.status == Warning.Status.ACKNOWLEDGED
            and self.warning.handler_id == self.user.pk
        )

    @property
    def can_close(self) -> bool:
        """Whether this person may agree, as a second one, that it is over."""
        return (
            self.warning.status == Warning.Status.HANDLING
            and self.warning.handler_id != self.user.pk
        )

    @property
    def waits_for_second_person(self) -> bool:
        """Whether whoever handled it now waits for somebody else."""
        return (
            self.warning.status == Warning.Status.HANDLING
            and self.warning.handler_id == self.user.pk
        )


@dataclass(frozen=True)
class InspectionPage:
    """One check after disbursement."""

    inspection: Inspection
    user: User
    form: EvidenceForm

    @property
    def can_write(self) -> bool:
        """Whether findings are wanted from this person."""
        status = Inspection.Status
        wanted = self.inspection.status in {status.ASSIGNED, status.OVERDUE}
        return wanted and self.inspection.inspector_id in {None, self.user.pk}

    @property
    def can_review(self) -> bool:
        """Whether this person may read the findings as a second one."""
        return (
            self.inspection.status == Inspection.Status.DONE
            and self.inspection.inspector_id != self.user.pk
        )


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Open warnings and checks as a file shows them; the closed ones as history."""
    warnings = list(
        Warning.objects.filter(whose(household, person))
        .annotate(is_over=Q(status__in=OVER))
        .order_by("is_over", "-raised_on", "-id")[:MOST_IN_FILE]
    )
    checks = list(
        Inspection.objects.filter(whose(household, person, by="loan__customer"))
        .select_related("loan", "inspector")
        .only(*CHECK_SHOWN)
        .annotate(is_over=Q(status=Inspection.Status.REVIEWED))
        .order_by("is_over", "-due_on", "-id")[:MOST_IN_FILE]
    )
    open_ones = [each for each in warnings if each.status not in OVER]
    to_do = [each for each in checks if each.status != Inspection.Status.REVIEWED]
    return Section(
        title=_("After disbursement"),
        template="postloan/_household.html" if open_ones or to_do else "",
        context={"warnings": open_ones, "inspections": to_do},
        figures=(_open_warnings(open_ones),),
        marks=tuple(_gravest(open_ones)),
        happenings=(
            *(happening for each in warnings for happening in _raised_and_closed(each)),
            *(_looked(each) for each in checks if each.done_on),
        ),
    )


def _open_warnings(warnings: list[Warning]) -> Figure:
    source = _("Early warning")
    if not warnings:
        return Figure(_("Open warnings"), _("none"), source=source)
    newest = max(each.raised_on for each in warnings)
    return Figure(_("Open warnings"), str(len(warnings)), "", source, newest)


def _gravest(warnings: list[Warning]) -> list[Mark]:
    """The gravest open warning of each person."""
    grave = {"red": 0, "orange": 1, "yellow": 2}
    by_person: dict[int, Warning] = {}
    for each in sorted(warnings, key=lambda each: grave[each.level], reverse=True):
        by_person[each.customer_id] = each
    return [Mark(_("Warning"), each.level, person) for person, each in by_person.items()]


def _raised_and_closed(warning: Warning) -> list[Happening]:
    given = {
        "note": f"{warning.code} {warning.name} · {warning.get_level_display()}",
        "url": reverse("postloan:warning", args=[warning.pk]),
        "customer_id": warning.customer_id,
    }
    told = [Happening(warning.raised_on, _("Warning raised"), state="failed", **given)]
    if warning.closed_at:
        told.append(Happening(warning.closed_at, _("Warning closed"), **given))
    return told


def _looked(inspection: Inspection) -> Happening:
    return Happening(
        inspection.done_on,
        _("Post-loan check"),
        note=inspection.loan.number,
        who=str(inspection.inspector or ""),
        url=reverse("postloan:inspection", args=[inspection.pk]),
        customer_id=inspection.loan.customer_id,
    )
