"""Deliveries of data: bring one in, what it is worth, what is due, where a figure is from."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.admin.searching import ByCustomer
from admission.contexts_data import QualityPage, SchedulePage, block, class_name
from admission.deliveries.classes import CLASSES
from admission.models import Delivery, DeliveryPlan, Figures
from admission.selectors import plan_of
from admission.services import deliveries, delivery_plans, lineage, unmatched
from core import audit, documents
from core.admin import RecordAdmin, columns
from core.errors import DomainError

LARGEST = 200 * 1024 * 1024


class UploadForm(forms.Form):
    """One file; its headings say which class it is, unless the person does."""

    file = forms.FileField(label=gettext_lazy("File (CSV or Excel)"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Class of data"),
        required=False,
        choices=[
            ("", gettext_lazy("as its headings say")),
            *((name, each.zh) for name, each in CLASSES.items()),
        ],
    )
    day = forms.DateField(
        label=gettext_lazy("Data of"),
        required=False,
        help_text=gettext_lazy("Only where the file has no column for the day."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_file(self) -> object:
        """Refuse what no delivery can be."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is too large; cut it by towns."))
        return given


class PlanForm(forms.ModelForm):
    """When data of one class are due."""

    class Meta:
        model = DeliveryPlan
        fields = ["every", "grace_days", "is_expected"]


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


def _name(record: Delivery | Figures) -> str:
    return class_name(record.kind)


_name.short_description = gettext_lazy("class of data")
_name.admin_order_field = "kind"


def _found(delivery: Delivery) -> SafeString | str:
    if not delivery.findings:
        return columns.NOTHING
    level = "red" if delivery.is_grave else "yellow"
    return columns.badge(str(len(delivery.findings)), level=level)


_found.short_description = gettext_lazy("findings")


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Files of data: upload one, read its quality report, fetch the rows to correct."""

    change_form_template = "admin/admission/delivery.html"
    list_display = [
        _name,
        columns.state(),
        _found,
        "as_of",
        "file_name",
        columns.count("rows", gettext_lazy("rows")),
        columns.count("matched", gettext_lazy("matched")),
        columns.count("unmatched", gettext_lazy("of nobody registered")),
        columns.count("refused", gettext_lazy("refused")),
        "received_at",
    ]
    list_filter = [ClassFilter, "status", "as_of"]
    fields = ["file_name", "received_at", "received_by", "settled_by", "previous"]

    def has_add_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Whether this person may bring in data."""
        return request.user.has_perm("admission.add_delivery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """What the list shows; quality is read on a delivery's own page."""
        return super().get_queryset(request).defer("quality")

    def get_urls(self) -> list[URLPattern]:
        """What can be fetched, and settling, have addresses of their own."""
        doors = {
            "refusals": self.fetch_refusals,
            "strangers": self.fetch_strangers,
            "settle": self.settle,
        }
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(door),
                    name=f"admission_delivery_{name}",
                )
                for name, door in doors.items()
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The quality report of one delivery."""
        found = self.get_object(request, object_id)
        page = {"page": QualityPage.build(found, request.user)} if found else {}
        may = {"may_fetch": self.has_add_permission(request)}
        return super().change_view(request, object_id, form_url, page | may | (extra_context or {}))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Upload a file and see what became of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            made = self._bring(request, form)
            if made:
                return redirect("admin:admission_delivery_change", made.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bring in data"),
            "form": form,
            "opts": self.opts,
            "classes": CLASSES.values(),
        }
        return TemplateResponse(request, "admin/admission/upload.html", context)

    def fetch_refusals(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows to correct as a file; that it was fetched is written down."""
        made = self._mine(request, pk)
        if made.refusals is None:
            raise Http404
        audit.read(made, reader=request.user, what="rows to correct")
        return _as_file(documents.content(made.refusals), "rows-to-correct.csv")

    def fetch_strangers(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows about people whom the register does not know today."""
        made = self._mine(request, pk)
        return _as_file(unmatched.file(made, reader=request.user), "not-registered.csv")

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take in or reject a delivery that was held back."""
        if request.method != "POST" or not request.user.has_perm("admission.settle_delivery"):
            raise PermissionDenied
        take_in = request.POST.get("settle") == "take_in"
        try:
            deliveries.settle(pk, take_in=take_in, actor=request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return redirect("admin:admission_delivery_change", pk)

    def _mine(self, request: HttpRequest, pk: int) -> Delivery:
        if not self.has_add_permission(request):
            raise PermissionDenied
        made = Delivery.objects.filter(pk=pk).select_related("file", "refusals").first()
        if made is None:
            raise Http404
        return made

    def _bring(self, request: HttpRequest, form: UploadForm) -> Delivery | None:
        given = form.cleaned_data["file"]
        try:
            return deliveries.import_content(
                given.read(),
                name=given.name,
                actor=request.user,
                at=timezone.now(),
                kind=form.cleaned_data["kind"] or None,
                day=form.cleaned_data["day"],
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None


def _as_file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=deliveries.CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@admin.register(DeliveryPlan)
class DeliveryPlanAdmin(RecordAdmin):
    """What data are due when, and what is late."""

    def get_urls(self) -> list[URLPattern]:
        """A class is changed by its name: most have no row of their own yet."""
        edit = path(
            "class/<slug:kind>/",
            self.admin_site.admin_view(self.edit),
            name="admission_deliveryplan_edit",
        )
        return [edit, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The schedule in place of a list of rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Data: what is due"),
            "opts": self.opts,
            "page": SchedulePage.build(request.user, today=timezone.localdate()),
        }
        return TemplateResponse(request, "admin/admission/schedule.html", context)

    def edit(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Another cadence, more grace, or not expected at all."""
        if not request.user.has_perm("admission.change_deliveryplan"):
            raise PermissionDenied
        if kind not in CLASSES:
            raise Http404
        plan = plan_of(kind)
        now = {each: getattr(plan, each) for each in PlanForm.Meta.fields}
        form = PlanForm(request.POST or None, initial=now)
        if request.method == "POST" and form.is_valid():
            delivery_plans.change_plan(kind, actor=request.user, **form.cleaned_data)
            return redirect("admin:admission_deliveryplan_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": CLASSES[kind].zh,
            "opts": self.opts,
            "form": form,
            "of": CLASSES[kind],
        }
        return TemplateResponse(request, "admin/admission/plan.html", context)


@admin.register(Figures)
class FiguresAdmin(ByCustomer, RecordAdmin):
    """What files say of customers, each row with its way back to the file."""

    list_display = ["customer", _name, "part", "as_of", "delivery", "line"]
    list_filter = [ClassFilter]
    list_select_related = ["customer", "delivery"]
    fields = ["customer", _name, "part", "as_of", "delivery", "line", "said", "way_back"]
    ordering = ["customer_id", "kind", "part"]

    def get_readonly_fields(self, request: HttpRequest, obj: Figures | None = None) -> list:
        """Everything: figures are facts."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """The line as delivered has an address of its own."""
        origin = path(
            "<int:pk>/origin/",
            self.admin_site.admin_view(self.origin),
            name="admission_figures_origin",
        )
        return [origin, *super().get_urls()]

    @admin.display(description=gettext_lazy("values"))
    def said(self, figures: Figures) -> str:
        """The figures as people read them."""
        told = block(figures, None, timezone.localdate())
        return render_to_string("admission/admin/_said.html", {"block": told})

    @admin.display(description=gettext_lazy("line as delivered"))
    def way_back(self, figures: Figures) -> SafeString:
        """From the figure to the line of the file."""
        address = reverse("admin:admission_figures_origin", args=[figures.pk])
        return format_html('<a href="{}">{}</a>', address, _("Show the line as it was delivered"))

    def origin(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The line as it stands in the sealed file, the ID number masked; the look is logged."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("customer", "delivery__file")
        figures = rows.filter(pk=pk).first()
        if figures is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Where the figures come from"),
            "opts": self.opts,
            "figures": figures,
            "name": class_name(figures.kind),
            "of": CLASSES.get(figures.kind),
            "cells": lineage.line_as_delivered(figures, reader=request.user),
        }
        return TemplateResponse(request, "admin/admission/origin.html", context)
