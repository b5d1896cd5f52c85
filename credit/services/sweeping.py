"""Going on wherever an application can; what breaks down with one keeps no other from going on."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.cache import cache
from django.utils.translation import gettext_lazy

from core import failures, notices
from core.roles import Role
from credit.models import Application, Drawdown
from credit.services import disbursement
from credit.services.walking import advance

log = logging.getLogger("qianmo.credit")

TOLD_AFTER = 3
"""So often an application breaks down one time after the other before somebody is told."""

REMEMBERED = timedelta(days=1)
OPEN_ENDED = (Drawdown.Status.PAYING, Drawdown.Status.UNKNOWN)


def go_on_everywhere() -> None:
    """Take every application under way as far as it goes: a source was away, a message was lost, a
    worker died."""
    under_way = Application.objects.exclude(
        status__in=[Application.Status.DRAFT, *Application.ENDED]
    )
    for pk in under_way.order_by("pk").values_list("pk", flat=True):
        with _by_itself(pk):
            advance(pk, waits=False)


def settle_payments() -> None:
    """Ask the core bank about payments that nobody has heard of again."""
    lost = Drawdown.objects.filter(status__in=OPEN_ENDED).order_by("pk")
    for pk, application_id in lost.values_list("pk", "contract__application"):
        with _by_itself(application_id):
            disbursement.settle_unknown(pk)
            advance(application_id)


@contextmanager
def _by_itself(application_id: int) -> Iterator[None]:
    """Write down what breaks down here and go on with the next. The administrators are told once
    it happened some times running."""
    key = f"credit:broke-down:{application_id}"
    try:
        yield
    except failures.UNFORESEEN as exc:
        log.error("Application %s could not go on: %s", application_id, failures.told(exc))
        cache.add(key, 0, timeout=REMEMBERED.total_seconds())
        if cache.incr(key) == TOLD_AFTER:
            _tell(application_id)
    else:
        cache.delete(key)


def _tell(application_id: int) -> None:
    number = Application.objects.values_list("number", flat=True).get(pk=application_id)
    notices.send(
        gettext_lazy("Application %(number)s breaks down each time it should go on; see the log."),
        {"number": number},
        role=Role.ADMINISTRATOR,
        level="orange",
        url=f"/admin/credit/application/{application_id}/change/",
    )
