"""Products and processes: versions that one writes and another puts into force."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import JSONField, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import audit, money, publishing
from core.admin import BackOfficeAdmin, columns
from core.fields import FenField
from core.forms import WrittenJson
from core.models import PublishingState
from credit.models import ProcessTemplate, Product
from credit.services import products

UNDER_CONTROL = {"id", "status", "author", "publisher", "published_at", "version", "note"}
STATE_FIELDS = ["version", "status", "author", "publisher", "published_at"]


class YuanFormField(forms.DecimalField):
    """An amount typed in yuan and kept in fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            **given | {"min_value": 0, "max_value": None, "decimal_places": 2, "max_digits": 14}
        )

    def prepare_value(self, value: Any) -> Any:
        """Yuan from the stored fen; what somebody typed stays as typed."""
        return money.yuan(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        """Fen from what was typed."""
        typed = super().clean(value)
        return None if typed is None else money.fen(typed)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another amount was typed."""
        return super().has_changed(self.prepare_value(initial), data)


class VersionAdmin(BackOfficeAdmin):
    """A register of versions. A draft is its author's to edit; everything else is read."""

    formfield_overrides = {
        FenField: {"form_class": YuanFormField, "help_text": _("In yuan.")},
        JSONField: {
            "form_class": WrittenJson,
            "widget": forms.Textarea(attrs={"rows": 5, "cols": 70}),
        },
    }
    list_display = ["name", "code", "version", columns.state(), "author", "publisher"]
    list_filter = ["status", "code"]
    list_select_related = ["author", "publisher"]
    search_fields = ["name", "code__exact"]
    actions = ["ask_review", "send_back", "put_into_force", "copy_as_draft"]
    readonly_fields = [*STATE_FIELDS, "changes"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only drafts are edited."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.status == PublishingState.DRAFT)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """A code names all versions of one thing, so only the first draft chooses it."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "code"] if obj else fields

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Whoever begins a draft is its author; whoever changes it is remembered."""
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)
        deed = "changed" if change else "drafted"
        audit.record(
            obj, f"{self.opts.label_lower}.{deed}", actor=request.user, fields=form.changed_data
        )

    @admin.display(description=_("what would change"))
    def changes(self, version: Any) -> SafeString | str:
        """Old and new side by side, against what is in force."""
        before = publishing.in_force(type(version), version.code)
        if before is None or before.pk == version.pk:
            return columns.NOTHING
        rows = [
            (field.verbose_name, old, new)
            for field in version._meta.concrete_fields
            if field.name not in UNDER_CONTROL
            and (old := _said(before, field.name)) != (new := _said(version, field.name))
        ]
        if not rows:
            return columns.NOTHING
        heading = format_html(
            "<tr><th></th><th>{}</th><th>{}</th></tr>", _("in force"), _("this version")
        )
        line = (
            '<tr><th>{}</th><td><pre class="json">{}</pre></td>'
            '<td><pre class="json">{}</pre></td></tr>'
        )
        return format_html("<table>{}{}</table>", heading, format_html_join("", line, rows))

    @admin.action(description=_("Ask for review"), permissions=["change"])
    def ask_review(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Hand drafts to a second pair of eyes."""
        self._each(request, queryset, publishing.submit, _("now in review"))

    @admin.action(description=_("Give back to the author"), permissions=["change"])
    def send_back(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Give versions in review back."""
        self._each(
            request,
            queryset,
            lambda version, actor: publishing.send_back(version, actor=actor, reason=""),
            _("given back"),
        )

    @admin.action(description=_("Put into force"), permissions=["change"])
    def put_into_force(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Publish versions in review; never one's own."""
        self._each(request, queryset, products.publish, _("now in force"))

    @admin.action(description=_("Copy as a new draft"), permissions=["add"])
    def copy_as_draft(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Begin the next version."""
        self._each(request, queryset, products.new_version, _("copied as a draft"))

    def _each(self, request: HttpRequest, queryset: QuerySet, work: Any, done: str) -> None:
        for each in self.one_by_one(request, queryset, lambda it: work(it, actor=request.user)):
            self.message_user(request, f"{each}: {done}", messages.SUCCESS)


def _said(version: Model, field: str) -> str:
    """A field's value as text that can be laid beside another's."""
    value = getattr(version, field)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return str(value)


@admin.register(ProcessTemplate)
class ProcessTemplateAdmin(VersionAdmin):
    fields = ["name", "code", "nodes", "note", *STATE_FIELDS, "changes"]


@admin.register(Product)
class ProductAdmin(VersionAdmin):
    list_display = [
        "name",
        "version",
        "process",
        columns.wan("amount_max", _("largest amount")),
        "term_months_max",
        "rate_bp",
        columns.state(),
    ]
    list_select_related = ["process", "author", "publisher"]
    fields = [
        "name",
        "code",
        "process",
        ("amount_min", "amount_max"),
        "term_months_max",
        "methods",
        "rate_bp",
        "age_at_maturity_max",
        "purposes",
        ("needs_line", "is_online", "is_for_business"),
        "repayment_day",
        "other_costs",
        "note",
        *STATE_FIELDS,
        "changes",
    ]
