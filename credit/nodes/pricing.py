"""What the loan costs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from credit.models import Application
from credit.nodes.base import Answer, Done, Node
from credit.services import pricing


class Pricing(Node):
    """The rate: the loan prime rate in force, and the product's basis points on top."""

    name = "pricing"
    label = gettext_lazy("Pricing")
    stage = Application.Status.SCREENING

    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Set the rate; the basis points are what the contract holds."""
        price = pricing.price(application)
        application.annual_rate, application.rate_bp = price.annual_rate, price.bp
        application.save(update_fields=["annual_rate", "rate_bp"])
        return Done({"lpr": str(price.lpr), "bp": price.bp, "annual_rate": str(price.annual_rate)})
