"""What the post-loan room adds to other rooms' pages."""

from django.utils.translation import gettext_lazy as _

from core.models import User
from postloan.models import Inspection, Warning
from village.file_sections import Section
from village.models import Household


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
