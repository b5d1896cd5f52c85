"""Who answers for the loan beside the borrower."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from admission.models import Decision
from credit.models import Application, Guarantor
from credit.nodes.base import Answer, Done, Node, Waiting
from credit.services import guarantors

ANOTHER, MISSING = "guarantor_refused", "guarantor_missing"
LEAVE, SIGN_AGAIN, SOURCE = "guarantor_leave", "guarantor_again", "guarantor_source"


class Guarantors(Node):
    """Everybody who answers for the loan is accepted by the rules, each under their own leave.

    ``needed`` is how many the product asks for; with none needed, whoever was named is judged all
    the same. Somebody whom the rules refuse is replaced or let go before the road goes on; what
    asks for a person is left to approval.
    """

    name = guarantors.NODE
    label = gettext_lazy("Guarantors")
    stage = Application.Status.SCREENING
    defaults = {"needed": 0}

    def prepare(
        self, application: Application, settings: Mapping[str, Any], *, at: datetime
    ) -> list[guarantors.Heard]:
        """Ask about those who allowed it and hear the rules."""
        return guarantors.hear(application, at=at)

    def settle(
        self,
        application: Application,
        settings: Mapping[str, Any],
        found: list[guarantors.Heard],
        *,
        at: datetime,
    ) -> Answer:
        """Go on once enough are accepted and nobody is open; otherwise say whom it waits for."""
        guarantors.settle(application, found, at=at)
        standing = list(application.guarantors.not_released().select_related("admission"))
        accepted = [each for each in standing if each.status == Guarantor.Status.ACCEPTED]
        decisions = {"decisions": [each.admission_id for each in accepted]}
        because = self._open(application, standing, settings.get("needed", self.defaults["needed"]))
        if not because:
            return Done(decisions)
        known = {str(each.guarantor_id): each.known for each in found if each.known is not None}
        return Waiting(because, decisions | {"known": known})

    def _open(self, application: Application, standing: list[Guarantor], needed: int) -> str:
        """What keeps the road closed, the gravest first; empty where nothing does."""
        if any(each.status == Guarantor.Status.REFUSED for each in standing):
            return ANOTHER
        if len(standing) < needed:
            return MISSING
        named = [each for each in standing if each.status == Guarantor.Status.NAMED]
        waiting = [each.admission for each in named if each.admission is not None]
        if len(waiting) < len(named):
            return LEAVE
        if any(guarantors.must_sign_again(application, each) for each in named):
            return SIGN_AGAIN
        return SOURCE if any(each.outcome == Decision.Outcome.WAIT for each in waiting) else ""
