"""One last look, then the money."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from credit.errors import CoreBankSilent, NoAccount
from credit.models import Application, Drawdown
from credit.nodes.base import Answer, Done, Node, Waiting
from credit.services import disbursement


class DisbursementCheck(Node):
    """Line, contract, rules and way of payment are looked at once more before money moves."""

    name = "disbursement_check"
    label = gettext_lazy("Check before disbursement")
    stage = Application.Status.READY

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Nothing may stand in the way; what does is named and waited for."""
        obstacles = disbursement.obstacles(application)
        if obstacles:
            return Waiting("obstacles", {"obstacles": obstacles})
        return Done({"payment": disbursement.way_of_payment(application)})


class Disbursement(Node):
    """The core bank pays, once; no answer is not a no."""

    name = "disbursement"
    label = gettext_lazy("Disbursement")
    stage = Application.Status.READY

    def prepare(
        self, application: Application, settings: Mapping[str, Any], *, at: datetime
    ) -> Drawdown | NoAccount | CoreBankSilent | None:
        """Pay, or ask how the payment went. A failed payment is made again by staff alone."""
        newest = Drawdown.objects.filter(contract__application=application).first()
        if newest is not None and newest.status == Drawdown.Status.FAILED:
            return newest
        try:
            return disbursement.disburse(application.pk, at=at)
        except (NoAccount, CoreBankSilent) as refused:
            return refused

    def settle(
        self,
        application: Application,
        settings: Mapping[str, Any],
        found: Drawdown | NoAccount | CoreBankSilent | None,
        *,
        at: datetime,
    ) -> Answer:
        """Done once the money is there. Of a missing account the manager is told once."""
        if isinstance(found, NoAccount):
            told = application.steps.get(node=self.name).outcome.get("waits_for")
            if told != "account":
                disbursement.tell_of_missing_account(application, found)
            return Waiting("account")
        if isinstance(found, CoreBankSilent):
            return Waiting("payment")
        drawdown = Drawdown.objects.filter(contract__application=application).first()
        if drawdown is None:
            return Waiting("obstacles", {"obstacles": disbursement.obstacles(application)})
        outcome = {"payment": drawdown.payment_number, "status": drawdown.status}
        if drawdown.status == Drawdown.Status.PAID:
            return Done(outcome)
        return Waiting("payment", outcome)
