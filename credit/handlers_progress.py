"""What makes a village be counted anew; config/wiring.py says when."""

from credit.events import (
    ContractSigned,
    DayClosed,
    LineConfirmed,
    LineFrozen,
    LineRaised,
    LinesGranted,
    LinesSigned,
    LoanDisbursed,
    LoanSettled,
)
from credit.models import Application, CreditLine, Loan
from credit.services import progress
from village.events import CampaignConcluded, OutcomesDecided, RegisterChanged
from village.models import Campaign
from visits.events import VisitAccepted
from visits.models import VisitTask

Moved = (
    CampaignConcluded
    | OutcomesDecided
    | VisitAccepted
    | LinesGranted
    | LinesSigned
    | LineConfirmed
    | LineFrozen
    | LineRaised
    | ContractSigned
    | LoanDisbursed
    | LoanSettled
)


def count_village(event: Moved) -> None:
    """A household of one village has come further, or gone back."""
    is_named = isinstance(event, LinesSigned)
    progress.count([event.village_id if is_named else _village_of(event)])


def count_all(event: DayClosed | RegisterChanged) -> None:
    """A day's repayments are in, or households came, moved or went; every village is counted
    anew."""
    progress.count()


def _village_of(event: Moved) -> int:
    match event:
        case (
            CampaignConcluded(campaign_id=pk)
            | OutcomesDecided(campaign_id=pk)
            | LinesGranted(campaign_id=pk)
        ):
            rows, path = Campaign.objects.filter(pk=pk), "village_id"
        case VisitAccepted(task_id=pk):
            rows, path = VisitTask.objects.filter(pk=pk), "household__village_id"
        case LineConfirmed(line_id=pk) | LineFrozen(line_id=pk) | LineRaised(line_id=pk):
            rows, path = CreditLine.objects.filter(pk=pk), "household__village_id"
        case ContractSigned(application_id=pk):
            rows, path = Application.objects.filter(pk=pk), "village_id"
        case LoanDisbursed(loan_id=pk) | LoanSettled(loan_id=pk):
            rows, path = Loan.objects.filter(pk=pk), "village_id"
    return rows.values_list(path, flat=True).get()
