"""For which product a decision was asked: what rules hear of it, and which decisions those were."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet

from admission import services as admission
from admission.models import Decision
from admission.sources.lending import Lending, ProductCount, register_lending
from credit.models import Application, Product
from credit.services import business_days

NODE = "admission"
FLAGS = ("is_operating", "is_mortgage", "need_employer", "need_provident_fund")


def request_for(product: Product, settings: Mapping[str, Any], **request: Any) -> admission.Asked:
    """What rules hear of a request for a product. ``settings`` are those of the step of its road
    that has them heard: whether it asks for a registered business, say, or a mortgage."""
    return admission.Asked(
        max_age=product.age_at_maturity_max,
        is_online=product.is_online,
        **{name: settings[name] for name in FLAGS if name in settings},
        **request,
    )


def settings_of(product: Product) -> Mapping[str, Any]:
    """What a product asks for at the step that has the rules heard; nothing where it has none."""
    of_node = (each.get("settings", {}) for each in product.process.nodes if each["node"] == NODE)
    return next(of_node, {})


def register() -> None:
    """Say that this room knows products and the bank's day."""
    register_lending(Lending(business_days.being_worked, by_product, of_product))


def by_product(day: date) -> Sequence[ProductCount]:
    """The decisions of a day on which an application rests, one query."""
    rows = (
        Application.objects.filter(admission__as_of=day)
        .values_list("product_id", "product__name", "admission__outcome")
        .annotate(count=Count("pk"))
        .order_by(F("count").desc(), "product_id")
    )
    return [ProductCount(*row) for row in rows]


def of_product(decisions: QuerySet[Decision], product: int) -> QuerySet[Decision]:
    """Those on which an application for the product rests."""
    return decisions.filter(
        pk__in=Application.objects.filter(product=product).values("admission_id")
    )
