"""Registers of what was delivered, by class of data."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from admission.contexts_data import class_name
from admission.deliveries.classes import CLASSES
from admission.models import Delivery, Figures


class ClassFilter(admin.SimpleListFilter):
    """Deliveries or figures of one class, by the name that people use."""

    title = gettext_lazy("class of data")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The declared classes."""
        return [(name, each.zh) for name, each in CLASSES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the class chosen."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


def name_of_class(record: Delivery | Figures) -> str:
    """The class of data a record is of, as people call it."""
    return class_name(record.kind)


name_of_class.short_description = gettext_lazy("class of data")
name_of_class.admin_order_field = "kind"
