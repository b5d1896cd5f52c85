"""Who says yes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.models import Decision
from admission.services import answering
from core import notices, parameters
from credit import selectors
from credit.models import Application
from credit.nodes.base import Answer, Done, Failed, Node, Waiting
from credit.services import approvals, guarantors

ADMITTED = {Decision.Outcome.ADMIT, Decision.Outcome.NOTICE}


class Approval(Node):
    """Approval by the machine up to an amount, otherwise by people who vote blind.

    ``automatic_up_to`` (fen) never reaches beyond the bank's own ceiling for machines; whatever
    the rules want a person to look at goes to people, of the borrower or of a guarantor, and check
    items are ticked first.
    """

    name = "approval"
    label = gettext_lazy("Approval")
    stage = Application.Status.APPROVING
    defaults = {"automatic_up_to": 0, "seats": 2, "needed": 2}

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Approve, ask people, or count their votes."""
        wanted = self.defaults | settings
        ceiling = selectors.ceiling_of(application)
        if not application.approvals.exists():
            backing = guarantors.decisions_of(application)
            if self._may_be_automatic(application, ceiling, wanted["automatic_up_to"], backing):
                for decision in (application.admission, *backing):
                    if answering.open_rules(decision):
                        self._tell_manager(application)
                        return Waiting("check_items", {"decision": decision.pk})
                return Done({"by": "machine", "amount": ceiling}, approved_amount=ceiling)
        approvals.open_seats(application, seats=wanted["seats"], needed=wanted["needed"])
        count = approvals.count_votes(application)
        outcome = {"by": "votes", "for": count.approving, "against": count.refusing}
        if count.amount is not None:
            approvals.close_seats(application)
            return Done(outcome | {"amount": count.amount}, approved_amount=count.amount)
        if count.is_refused:
            approvals.close_seats(application)
            text = _("After review we cannot grant this loan. You may ask for the reasons.")
            return Failed("approval", text, outcome)
        return Waiting("votes", outcome)

    def _tell_manager(self, application: Application) -> None:
        """Once, who walks the village is told that something is to be looked at and ticked."""
        manager = application.looked_after_by
        told = application.steps.get(node=self.name).outcome.get("waits_for")
        if manager is not None and told != "check_items":
            notices.send(
                gettext_lazy("Application %(number)s waits for you to tick its check items."),
                {"number": application.number},
                user=manager,
                url=reverse("credit:application", args=[application.pk]),
            )

    def _may_be_automatic(
        self, application: Application, ceiling: int, up_to: int, backing: Iterable[Decision]
    ) -> bool:
        day = application.business_day
        allowed = min(up_to, int(parameters.number("approval.automatic_at_most", on=day)))
        if ceiling > allowed or application.admission is None:
            return False
        return all(each.outcome in ADMITTED for each in (application.admission, *backing))
