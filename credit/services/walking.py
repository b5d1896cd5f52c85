"""How an application goes from node to node of its product's process."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

from core import audit, events, fsm
from credit.events import ApplicationApproved, ApplicationRefused
from credit.models import Application, ApplicationStep
from credit.nodes import REGISTRY, Answer, Done, Failed, Waiting
from credit.services.approvals import close_seats

LOCK_SPACE = 20_260_001  # names advisory locks of this kind
_walked: ContextVar[frozenset[int]] = ContextVar("walked", default=frozenset())
"""Applications that this very thread is walking with: its own lock would not hold it back."""


def advance(application_id: int, *, at: datetime | None = None, waits: bool = True) -> Application:
    """Take an application as far along its road as it can go without waiting.

    Call it whenever something happened that a node may have waited for; calling it for nothing
    does nothing. Unless it ``waits``, an application that somebody walks with is left to them. A
    node asks other systems outside transactions, so never call this inside one.
    """
    with _one_walker(application_id, waits=waits) as may_walk:
        while may_walk and _take_step(application_id, at=at or timezone.now()):
            pass
    return Application.objects.get(pk=application_id)


def _take_step(application_id: int, *, at: datetime) -> bool:
    """Work one node; True when there may be another to work."""
    step = _begin(application_id, at=at)
    if step is None:
        return False
    found = REGISTRY[step.node].prepare(step.application, step.settings, at=at)
    return _settle(step, found, at=at)


@contextmanager
def _one_walker(application_id: int, *, waits: bool) -> Iterator[bool]:
    """One worker at a time on one application: the second waits, then finds nothing left to do, or
    is told at once that it may not walk; so is whoever comes from within the walk.

    A lock of the session and not of a transaction, since nodes work outside transactions.
    """
    if application_id in _walked.get():
        yield False
        return
    with connection.cursor() as cursor:
        if waits:
            cursor.execute("SELECT true, pg_advisory_lock(%s, %s)", [LOCK_SPACE, application_id])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, application_id])
        is_ours = cursor.fetchone()[0]
    if not is_ours:
        yield False
        return
    before = _walked.set(_walked.get() | {application_id})
    try:
        yield True
    finally:
        _walked.reset(before)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, application_id])


@transaction.atomic(durable=True)
def _begin(application_id: int, *, at: datetime) -> ApplicationStep | None:
    """The node whose turn it is, begun; None when the road is at its end."""
    application = _locked(application_id)
    if application.status in {*Application.ENDED, Application.Status.DRAFT}:
        return None
    left = application.steps.filter(
        status__in=[ApplicationStep.Status.ACTIVE, ApplicationStep.Status.WAITING]
    )
    step = left.order_by("position").first()
    if step is None:
        return None
    step.application = application
    if step.status == ApplicationStep.Status.WAITING:
        _enter(application, REGISTRY[step.node].stage)
        with fsm.refusing(step):
            step.begin(at=at)
        step.save(update_fields=["status", "began_at"])
    return step


def _enter(application: Application, stage: str) -> None:
    """Move an application to the stage of its next node; one that is past it stays where it is."""
    stages, status = Application.STAGES, Application.Status
    if stages.index(stage) <= stages.index(application.status):
        return
    move = {
        status.SCREENING: application.screen,
        status.INVESTIGATING: application.investigate,
        status.APPROVING: application.ask_approval,
        status.SIGNING: application.ask_signature,
        status.REGISTERING: application.register,
        status.READY: application.make_ready,
    }[stage]
    with fsm.refusing(application):
        move()
    application.save(update_fields=["status"])


@transaction.atomic(durable=True)
def _settle(begun: ApplicationStep, found: Any, *, at: datetime) -> bool:
    """Hear a node's answer and act on it; True when the road goes on.

    What it says is kept for the customer, and so is Chinese whoever had the application go on.
    """
    application = _locked(begun.application_id)
    step = ApplicationStep.objects.select_for_update(of=("self",)).get(pk=begun.pk)
    if step.status != ApplicationStep.Status.ACTIVE:
        return True
    if application.status in {Application.Status.WITHDRAWN, Application.Status.EXPIRED}:
        return False
    step.application = application
    with translation.override("zh-hans"):
        answer: Answer = REGISTRY[step.node].settle(application, step.settings, found, at=at)
    match answer:
        case Done():
            _finish(application, step, answer, at=at)
        case Waiting():
            step.outcome = answer.outcome | {"waits_for": answer.because}
            step.save(update_fields=["outcome"])
        case Failed():
            _refuse(application, step, answer, at=at)
    return isinstance(answer, Done)


def _finish(application: Application, step: ApplicationStep, answer: Done, *, at: datetime) -> None:
    with fsm.refusing(step):
        step.finish(at=at, outcome=answer.outcome)
    step.save(update_fields=["status", "ended_at", "outcome"])
    audit.record(application, f"credit.step.{step.node}", actor=None, **answer.outcome)
    if answer.approved_amount is None:
        return
    with fsm.refusing(application):
        application.approve(amount=answer.approved_amount, at=at)
    application.save(update_fields=["status", "approved_amount", "decided_at"])
    audit.record(
        application, "credit.application.approved", actor=None, amount=answer.approved_amount
    )
    events.publish(ApplicationApproved(application_id=application.pk))


def _refuse(
    application: Application, step: ApplicationStep, answer: Failed, *, at: datetime
) -> None:
    with fsm.refusing(step):
        step.fail(at=at, outcome=answer.outcome | {"code": answer.code})
    step.save(update_fields=["status", "ended_at", "outcome"])
    for later in application.steps.filter(status=ApplicationStep.Status.WAITING):
        later.skip(at=at)
        later.save(update_fields=["status", "ended_at"])
    close_seats(application)
    with fsm.refusing(application):
        application.refuse(code=answer.code, text=answer.text, at=at)
    application.save(update_fields=["status", "refusal_code", "refusal_text", "decided_at"])
    audit.record(
        application, "credit.application.refused", actor=None, code=answer.code, **answer.outcome
    )
    events.publish(ApplicationRefused(application_id=application.pk))


def _locked(application_id: int) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("product", "customer__household__village__grid", "line", "admission")
        .get(pk=application_id)
    )
