"""What data are due when, and what is late."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.contexts_data import SchedulePage
from admission.deliveries.classes import CLASSES
from admission.models import DeliveryPlan
from admission.selectors import plan_of
from admission.services import delivery_plans
from core.admin import RecordAdmin


class PlanForm(forms.ModelForm):
    """When data of one class are due."""

    class Meta:
        model = DeliveryPlan
        fields = ["every", "grace_days", "is_expected"]


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
        return self.draw_page(
            request,
            "admin/admission/schedule.html",
            title=_("Data: what is due"),
            page=SchedulePage.build(request.user, today=timezone.localdate()),
        )

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
        return self.draw_page(
            request,
            "admin/admission/plan.html",
            title=CLASSES[kind].zh,
            form=form,
            of=CLASSES[kind],
        )
