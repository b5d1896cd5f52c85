"""What a refusal by the admission rules means to a line that was given already: nothing more is
drawn under it until somebody has looked."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission import services as admission
from admission.models import Authorisation, Decision
from admission.selectors import is_newest
from core import notices
from credit.models import CreditLine
from credit.services import lines

DRAWABLE = (CreditLine.Status.GRANTED, CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE)


@transaction.atomic
def freeze_line(decision: Decision) -> None:
    """Freeze the line of whoever a high rule refuses, and tell their manager.

    Only by what the rule says of the person: how long a loan was asked for is no reason. What they
    allowed as a guarantor is read for nothing else, and what was decided since counts instead.
    """
    if decision.outcome != Decision.Outcome.REFUSE:
        return
    if decision.purpose == Authorisation.Purpose.GUARANTEE:
        return
    borne = CreditLine.objects.filter(borrower=decision.customer_id, status__in=DRAWABLE)
    line = borne.select_related("household__village__grid__manager").first()
    if line is None or not is_newest(decision):
        return
    codes = ", ".join(admission.held_against_the_person(decision))
    if codes:
        told = {"rules": codes, "number": decision.pk}
        reason = _("Refused by rules %(rules)s in admission decision %(number)s") % told
        lines.freeze(line.pk, reason=reason, actor=None)
        _tell_manager(line, codes)


def _tell_manager(line: CreditLine, codes: str) -> None:
    manager = line.household.village.grid.manager
    if manager is not None:
        notices.send(
            gettext_lazy(
                "The line of household %(household)s is frozen: rules %(rules)s refuse its "
                "borrower."
            ),
            {"household": line.household.number, "rules": codes},
            user=manager,
            level="orange",
            url=f"/m/households/{line.household_id}/",
        )
