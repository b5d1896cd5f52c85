"""Granting villages at the word of somebody in the back office; the workers do it."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, events, runs
from core.models import Run, User
from credit import selectors_granting
from credit.errors import NothingToGrant
from credit.events import GrantingOpened
from credit.services import granting
from credit.services.business_days import being_worked


@transaction.atomic
def begin(campaign_ids: Collection[int] | None, *, calendar: date, actor: User) -> Run:
    """Grant these villages, or all that are ready, of those ``actor`` may see.

    Raises NothingToGrant where no decided household of them waits, NotPublished without a policy.
    """
    ready = selectors_granting.ready_ids(actor, campaign_ids)
    if not ready:
        raise NothingToGrant(
            _("No household of these villages waits for a limit: decide the review first.")
        )
    run = granting.open_granting(ready, business_day=being_worked(calendar), actor=actor)
    audit.record(run, "credit.granting.opened", actor=actor, campaigns=ready)
    events.publish(GrantingOpened(run_id=run.pk))
    return run


@transaction.atomic
def go_on(run: Run, *, actor: User) -> int:
    """Hand what is left of a run to the workers again; returns how many villages that is."""
    left = len(runs.waiting(run))
    if left:
        audit.record(run, "credit.granting.resumed", actor=actor, villages=left)
        events.publish(GrantingOpened(run_id=run.pk))
    return left
