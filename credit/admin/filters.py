"""Narrowing registers of credit by what bank staff call things."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from credit.models import Product


class OfProduct(admin.SimpleListFilter):
    """Rows of one product, whichever of its versions they began under; it bears the name of the
    newest."""

    title = _("loan product")
    parameter_name = "product"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every product, by code."""
        named = Product.objects.order_by("code", "-version").distinct("code")
        return list(named.values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows of one; versions are few, and looked up first."""
        if not self.value():
            return queryset
        versions = Product.objects.filter(code=self.value()).values_list("pk", flat=True)
        return queryset.filter(product__in=list(versions))
