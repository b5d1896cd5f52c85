"""How a page tells whoever waits for a worker which step the work is at."""

from django.db.models import Model
from django.http import JsonResponse
from django.utils.translation import gettext_lazy

from core import steps

STEPS = {
    "read": gettext_lazy("Reading the file …"),
    "check": gettext_lazy("Checking every row …"),
    "compare": gettext_lazy("Comparing with the register …"),
    "match": gettext_lazy("Comparing with the register …"),
    "count": gettext_lazy("Reading how every loan went …"),
    "look_at": gettext_lazy("Reading what is known of the customers …"),
    "group": gettext_lazy("Looking for groups …"),
    "draft": gettext_lazy("Setting the rows of the segment together …"),
    "fit": gettext_lazy("Cutting bins and fitting the card …"),
    "examine": gettext_lazy("Examining the card on the test part …"),
    "score": gettext_lazy("Scoring everybody …"),
    "write": gettext_lazy("Writing …"),
}
WAITING = gettext_lazy("Waiting for a worker …")


def says(record: Model) -> str:
    """The step in words."""
    return str(STEPS.get(steps.step_of(record), WAITING))


def answer(record: Model, *, is_over: bool) -> JsonResponse:
    """What ``<wait-for>`` asks for."""
    return JsonResponse({"over": is_over, "says": says(record)})
