"""What the customer reads and signs."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from admission.errors import NotAuthorised
from credit.models import Application, Contract
from credit.nodes.base import Answer, Done, Node, Waiting
from credit.services import contracts, phone_binding

SIGNED = {Contract.Status.SIGNED, Contract.Status.EFFECTIVE, Contract.Status.ENDED}


class CostDisclosure(Node):
    """The sheet of all-in financing cost and the contract are drawn up and shown."""

    name = "cost_disclosure"
    label = gettext_lazy("Cost disclosure")
    stage = Application.Status.SIGNING

    def prepare(
        self, application: Application, settings: Mapping[str, Any], *, at: datetime
    ) -> contracts.Paper | None:
        """Draw up the papers, once; this takes most of a second."""
        if Contract.objects.filter(application=application).exists():
            return None
        return contracts.draw_up(application)

    def settle(
        self,
        application: Application,
        settings: Mapping[str, Any],
        found: contracts.Paper | None,
        *,
        at: datetime,
    ) -> Answer:
        """Put the papers before the customer; done once they were shown."""
        contract = Contract.objects.filter(application=application).first()
        if contract is None:
            contract = contracts.send(application, found, at=at)
        outcome = {"contract": contract.number}
        if contract.cost_shown_at is None:
            return Waiting("reading", outcome)
        return Done(outcome | {"shown_at": contract.cost_shown_at.isoformat()})


class SignedContract(Node):
    """The customer has signed and the bank's seal is on the paper.

    Where admission found their number under another name, it is bound anew first.
    """

    name = "contract"
    label = gettext_lazy("Contract")
    stage = Application.Status.SIGNING

    def prepare(
        self, application: Application, settings: Mapping[str, Any], *, at: datetime
    ) -> None:
        """Ask the operator once more where the number may have been changed."""
        with suppress(NotAuthorised):
            phone_binding.look(application)

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Wait for the signature."""
        contract = Contract.objects.get(application=application)
        if contract.status in SIGNED:
            return Done({"contract": contract.number, "signed_at": contract.signed_at.isoformat()})
        because = "phone" if phone_binding.is_open(application) else "signature"
        return Waiting(because, {"contract": contract.number})
