"""How the credit room reacts to what others tell; config/wiring.py says to what.

Handlers run inside a transaction, and an application's next node may ask other systems. So they
only hand the application to a worker, once that transaction has committed.
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from admission.events import (
    AnswerReadAgain,
    AuthorisationSigned,
    CardCompared,
    CustomerDecided,
    RulesAnswered,
)
from admission.models import Authorisation, Decision, SourceRecord
from core import runs
from core.models import Run
from core.tasks import hand_over
from credit.events import (
    ApplicationSubmitted,
    ContractSigned,
    CostSheetShown,
    GrantingOpened,
    GuarantorsChanged,
    PhoneConfirmed,
    PolicyCalibrationOpened,
    PolicySimulationOpened,
    SmsCodeMade,
    VotesComplete,
)
from credit.models import ApplicationStep, PolicySimulation
from credit.services import guarantors, lines, refused_borrowers, renumbered, simulating
from credit.services.settling import hear_visit
from credit.tasks import (
    advance_application,
    calibrate_run,
    grant_shard,
    send_sms_code,
    simulate_shard,
)
from village.events import BlackListChanged, NumberCorrected
from visits.events import VisitAccepted, VisitCalledOff
from visits.models import VisitTask

__all__ = [
    "calibrate",
    "carry_on",
    "carry_on_after_answers",
    "carry_on_after_authorisation",
    "carry_on_after_card",
    "carry_on_after_decision",
    "carry_on_after_reading",
    "carry_on_after_visit",
    "decide_renumbered_anew",
    "grant",
    "hear_visit",
    "send_code",
    "simulate",
    "stop_blacklisted",
]


def carry_on(
    event: (
        ApplicationSubmitted
        | GuarantorsChanged
        | VotesComplete
        | CostSheetShown
        | PhoneConfirmed
        | ContractSigned
    ),
) -> None:
    """Something that an application waited for has happened."""
    hand_over(advance_application, event.application_id)


def carry_on_after_visit(event: VisitAccepted | VisitCalledOff) -> None:
    """An application may have waited for this visit; where it was called off, it sends somebody
    anew."""
    task = VisitTask.objects.get(pk=event.task_id)
    of_this_visit = Q(node="investigation", outcome__visit=event.task_id)
    before_money = Q(node="disbursement_check", application__customer__household=task.household_id)
    waiting = ApplicationStep.objects.filter(of_this_visit | before_money, status="active")
    for application_id in waiting.values_list("application_id", flat=True):
        hand_over(advance_application, application_id)


def carry_on_after_authorisation(event: AuthorisationSigned) -> None:
    """An application may have waited for this authorisation; it goes on within seconds."""
    leave = Authorisation.objects.select_related("request").get(pk=event.authorisation_id)
    request = getattr(leave, "request", None)
    _go_on_about({leave.customer_id} | ({request.applicant_id} if request else set()))


def carry_on_after_reading(event: AnswerReadAgain) -> None:
    """An application may have waited for a report that could not be read when it came."""
    record = SourceRecord.objects.only("customer_id").get(pk=event.record_id)
    _go_on_about({record.customer_id})


def _go_on_about(people: Collection[int]) -> None:
    """Applications that wait to be allowed to ask about these people's households, or for what is
    heard of them."""
    of_borrower = Q(
        node__in=["authorisation", "admission"],
        application__customer__household__members__in=people,
    )
    of_guarantor = Q(
        node=guarantors.NODE,
        application__guarantors__customer__household__members__in=people,
    )
    for wanted in (of_borrower, of_guarantor):
        _go_on_with(ApplicationStep.objects.filter(wanted, status="active"))


def carry_on_after_card(event: CardCompared) -> None:
    """An application may have waited for its applicant's ID card."""
    _go_on_with(
        ApplicationStep.objects.filter(
            application__customer=event.customer_id, node="identity", status="active"
        )
    )


READ_OF_DECISION = ("customer_id", "purpose", "outcome", "under_other_number")
"""Of decisions that come by the thousand; the rest is read of those that matter here."""


def carry_on_after_decision(event: CustomerDecided) -> None:
    """An application may have waited for what a decision made elsewhere has found out; one that
    waits itself has found out nothing. Whoever the rules refuse draws no more under their line."""
    decision = Decision.objects.only(*READ_OF_DECISION).get(pk=event.decision_id)
    refused_borrowers.freeze_line(decision)
    who, waits = decision.customer_id, decision.outcome == Decision.Outcome.WAIT
    asked_about = {
        Authorisation.Purpose.APPLICATION: Q(node="admission", application__customer=who),
        guarantors.PURPOSE: Q(node=guarantors.NODE, application__guarantors__customer=who),
    }.get(decision.purpose)
    if asked_about is not None and not waits:
        _go_on_with(ApplicationStep.objects.filter(asked_about, status="active"))


def _go_on_with(waiting: QuerySet[ApplicationStep]) -> None:
    for application_id in waiting.values_list("application_id", flat=True).distinct():
        hand_over(advance_application, application_id)


def carry_on_after_answers(event: RulesAnswered) -> None:
    """An application may have waited for check items to be ticked, or its money for evidence; the
    decision may be a newer one than it was approved on."""
    decision = Decision.objects.get(pk=event.decision_id)
    of_borrower = Q(application__admission=decision)
    of_guarantor = Q(application__guarantors__admission=decision)
    is_theirs = Q(application__customer=decision.customer_id)
    approving = (of_borrower | of_guarantor) & Q(node="approval")
    paying = (is_theirs | of_guarantor) & Q(node__in=["disbursement_check", "disbursement"])
    _go_on_with(ApplicationStep.objects.filter(approving | paying, status="active"))


def decide_renumbered_anew(event: NumberCorrected) -> None:
    """Somebody bears the right ID number now: what was decided on the old one is decided again."""
    for application_id in renumbered.hear_correction(event.customer_id):
        hand_over(advance_application, application_id)


def stop_blacklisted(event: BlackListChanged) -> None:
    """Households on the black list borrow no more."""
    lines.end_blacklisted()


def send_code(event: SmsCodeMade) -> None:
    """A code is to go out."""
    hand_over(send_sms_code, event.code_id)


def grant(event: GrantingOpened) -> None:
    """Villages are to be granted, each by whichever worker is free."""
    for shard_id in runs.waiting(Run.objects.get(pk=event.run_id)):
        hand_over(grant_shard, shard_id)


def calibrate(event: PolicyCalibrationOpened) -> None:
    """A policy is to be calibrated."""
    hand_over(calibrate_run, event.run_id)


def simulate(event: PolicySimulationOpened) -> None:
    """A simulation's villages are to be judged."""
    simulation = PolicySimulation.objects.select_related("run").get(pk=event.simulation_id)
    for shard_id in simulating.waiting(simulation):
        hand_over(simulate_shard, shard_id)
