"""Dated figures: a new value is a new row, the old one keeps its days."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from core import audit
from core.admin.base import BackOfficeAdmin
from core.models import Parameter

FIXED = ["name", "value", "unit", "valid_from"]


@admin.register(Parameter)
class ParameterAdmin(BackOfficeAdmin):
    list_display = ["name", "value", "unit", "valid_from", "valid_to", "source", "to_be_checked"]
    list_filter = ["to_be_checked"]
    search_fields = ["name"]
    fields = [*FIXED, "valid_to", "source", "note", "to_be_checked"]

    def get_readonly_fields(self, request: HttpRequest, obj: Parameter | None = None) -> list[str]:
        """What was once in force stays as it was: decisions were made under it."""
        return FIXED if obj else []

    def save_model(
        self, request: HttpRequest, obj: Parameter, form: ModelForm, change: bool
    ) -> None:
        """Save and write down who did."""
        super().save_model(request, obj, form, change)
        audit.record(
            obj,
            f"core.parameter.{'changed' if change else 'created'}",
            actor=request.user,
            name=obj.name,
            value=obj.value,
            fields=form.changed_data,
        )
