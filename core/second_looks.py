"""Appeals of every kind: written down, told to those who answer, answered once by other hands."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import audit, fsm, notices
from core.errors import DomainError
from core.models import SecondLook, User
from core.roles import Role

DAYS_TO_ANSWER = timedelta(days=20)
"""Objections to credit information are answered within twenty days (征信业管理条例, art. 25)."""

Look = TypeVar("Look", bound=SecondLook)


def write_down(
    look: Look,
    *,
    at: datetime,
    actor: User | None,
    answered_by: Iterable[Role],
    notice: str | Promise,
) -> Look:
    """Keep what somebody says about a decision and tell those who answer it.

    ``notice`` is a sentence with a place for the decision's ``number`` and one for the last
    ``day``. No ``actor``: the customer asked for it alone.
    """
    look.statement = look.statement.strip()
    look.opened_at, look.due_on = at, at.date() + DAYS_TO_ANSWER
    look.save(force_insert=True)
    audit.record(look, f"{look.audited_as}.opened", actor=actor, decision=look.decision_id)
    page = f"admin:{look._meta.app_label}_{look._meta.model_name}_change"
    for role in answered_by:
        notices.send(
            notice,
            {"number": look.decision_id, "day": look.due_on},
            role=role,
            url=reverse(page, args=[look.pk]),
        )
    return look


def locked(looks: QuerySet[Look], pk: int, *, refusal: type[DomainError]) -> Look:
    """One that waits for its answer. Raises ``refusal`` once it has been given."""
    look = looks.select_for_update(of=("self",)).get(pk=pk)
    if not look.is_open:
        raise refusal(_("This appeal has been answered."))
    return look


def uphold(look: Look, *, actor: User, answer: str, at: datetime) -> Look:
    """What was decided stands, and the customer is told why."""
    with fsm.refusing(look):
        look.uphold(by=actor, at=at, answer=answer.strip())
    return answered(look, actor=actor)


def answered(look: Look, *, actor: User, **detail: Any) -> Look:
    """Keep the answer, with what came of it."""
    look.save(update_fields=["status", "answer", "answered_by", "answered_at", look.outcome_field])
    audit.record(look, f"{look.audited_as}.{look.status}", actor=actor, **detail)
    return look
