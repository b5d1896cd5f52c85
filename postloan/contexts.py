"""What the post-loan pages show, and what the room adds to other rooms' pages."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.models import User
from postloan import signals
from postloan.forms import EvidenceForm
from postloan.models import Inspection, Warning
from postloan.wording import figures_of
from village.file_sections import Section
from village.models import Household


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


def household_section(household: Household, user: User) -> Section | None:
    """Open warnings and checks as the household file shows them."""
    warnings = list(Warning.objects.open().filter(customer__household=household))
    inspections = list(
        Inspection.objects.filter(loan__customer__household=household)
        .exclude(status=Inspection.Status.REVIEWED)
        .select_related("loan", "inspector")
    )
    if not warnings and not inspections:
        return None
    return Section(
        title=_("After disbursement"),
        template="postloan/_household.html",
        context={"warnings": warnings, "inspections": inspections},
    )
