"""For which product a decision was asked: credit's own answer to admission's question."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, F, QuerySet

from admission.models import Decision
from admission.sources.lending import Lending, ProductCount, register_lending
from credit.models import Application
from credit.services import business_days


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
