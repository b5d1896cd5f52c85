"""A customer bears another ID number than that under which they were judged: applications are
decided again from their first step, and limits fall back to what is known without admission."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from core import audit, fsm, notices
from credit.models import Application, ApplicationStep, Contract, Guarantor, LimitDecision
from credit.services import doubted_lines, guarantors, settling
from village.models import Campaign, Outcome

JUDGED_UNDER_IT = Q(admission__under_other_number=True)


@transaction.atomic
def hear_correction(customer_id: int) -> list[int]:
    """Let nothing rest any longer on what was decided about a customer under a wrong ID number.

    Returns the applications that are to go on. What was decided since, it leaves alone.
    """
    _work_limits_again(customer_id)
    return [*_own_application(customer_id), *_guaranteed(customer_id)]


def _own_application(customer_id: int) -> Iterator[int]:
    for application in _held(Application.objects.filter(customer=customer_id)):
        if not _is_to_be_judged(application) or _has_contract(application):
            continue
        application.admission = None
        application.save(update_fields=["admission"])
        _back_to(application, position=0)
        yield application.pk


def _is_to_be_judged(application: Application) -> bool:
    """Whether the rules were heard about somebody else, or are just being heard."""
    return application.admission is None or application.admission.under_other_number


def _guaranteed(customer_id: int) -> Iterator[int]:
    """Applications for which the customer answers: they are named anew, by their right number."""
    named = Guarantor.objects.not_released().filter(JUDGED_UNDER_IT, customer=customer_id)
    for application in _held(Application.objects.filter(guarantors__in=named.values("pk"))):
        if _has_contract(application):
            continue
        for each in named.filter(application=application).select_for_update(of=("self",)):
            if each.status != Guarantor.Status.NAMED:
                with fsm.refusing(each):
                    each.name_again()
            each.admission = None
            each.save(update_fields=["status", "admission", "decided_at"])
            audit.record(each, "credit.guarantor.to_be_decided_again", actor=None)
        step = application.steps.filter(node=guarantors.NODE).first()
        if step is not None:
            _back_to(application, position=step.position)
            yield application.pk


def _held(wanted: QuerySet[Application]) -> list[Application]:
    """Those under way, under lock."""
    under_way = wanted.exclude(status__in=[Application.Status.DRAFT, *Application.ENDED])
    return list(
        under_way.select_for_update(of=("self",))
        .select_related("admission", "customer__household__village__grid")
        .order_by("pk")
    )


def _back_to(application: Application, *, position: int) -> None:
    """What was found from a step on is looked for again; what people voted stands in the audit."""
    passed = [ApplicationStep.Status.ACTIVE, ApplicationStep.Status.DONE]
    for step in application.steps.filter(position__gte=position, status__in=passed):
        with fsm.refusing(step):
            step.reopen()
        step.save(update_fields=["status", "ended_at"])
    votes = [
        {"seat": each.seat, "by": each.approver_id, "vote": each.vote, "amount": each.amount}
        for each in application.approvals.exclude(approver=None).order_by("seat")
    ]
    application.approvals.all().delete()
    if application.status not in {Application.Status.SUBMITTED, Application.Status.SCREENING}:
        with fsm.refusing(application):
            application.screen_again()
        application.save(update_fields=["status", "approved_amount", "decided_at"])
    audit.record(application, "credit.application.to_be_decided_again", actor=None, votes=votes)


def _has_contract(application: Application) -> bool:
    """Whether papers that bear the wrong number were drawn up: no money follows them, and who helps
    the customer along is told to have them apply again."""
    if not Contract.objects.filter(application=application).exists():
        return False
    manager = application.looked_after_by
    if manager is not None:
        with translation.override("zh-hans"):
            told = _(
                "An ID number was corrected after the contract of application %(number)s was drawn "
                "up: withdraw it and have the customer apply again."
            ) % {"number": application.number}
        notices.send(told, user=manager, level="orange", url=f"/m/applications/{application.pk}/")
    return True


def _work_limits_again(customer_id: int) -> None:
    """The household's limit as it is without the admission of somebody else."""
    of_borrower = LimitDecision.objects.newest().filter(
        JUDGED_UNDER_IT, borrower=customer_id, campaign__isnull=False
    )
    homes = LimitDecision.objects.filter(borrower=customer_id).values("household")
    # Whoever grants the village holds its campaign, and may have read the old admission.
    rounds = Outcome.objects.filter(household__in=homes).values("campaign")
    list(Campaign.objects.select_for_update(of=("self",)).filter(pk__in=rounds).order_by("pk"))
    for decision in of_borrower.select_for_update(of=("self",)).order_by("pk"):
        if doubted_lines.heed_number(decision):
            settling.put_into_effect(decision, actor=None)
