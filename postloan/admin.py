"""Post-loan registers: signals, warnings, checks."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import audit, publishing
from core.admin import BackOfficeAdmin, RecordAdmin
from core.admin.filters import WordFilter
from core.expressions import ExpressionError
from core.models import PublishingState
from core.templatetags.money import yuan
from postloan import selectors, services, signals
from postloan.models import Inspection, SignalSet, Warning
from postloan.wording import figures_of


def each_by_service(
    model_admin: BackOfficeAdmin,
    request: HttpRequest,
    queryset: QuerySet[Model],
    service: Callable[[Model], object],
) -> None:
    """Do one thing to each record, and say to how many it was done."""
    if done := model_admin.one_by_one(request, queryset, service):
        model_admin.message_user(request, _("%(count)d done.") % {"count": len(done)})


class SignalSetForm(forms.ModelForm):
    """Signals are read before they are stored, so that a mistake is shown where it was made."""

    class Meta:
        model = SignalSet
        fields = ["name", "note", "signals"]

    def clean_signals(self) -> list[dict[str, Any]]:
        """Every condition must be a yes-or-no question about known fields."""
        written = self.cleaned_data["signals"]
        try:
            signals.read(written)
        except ExpressionError as exc:
            where = ", ".join(getattr(exc, "__notes__", []))
            raise forms.ValidationError(f"{where}: {exc}") from exc
        except (KeyError, TypeError, AttributeError) as exc:
            raise forms.ValidationError(
                _("Each signal needs all its parts: %(what)s") % {"what": exc}
            ) from exc
        return written


@admin.register(SignalSet)
class SignalSetAdmin(BackOfficeAdmin):
    form = SignalSetForm
    list_display = ["name", "version", "status", "author", "publisher", "published_at"]
    list_filter = ["status"]
    list_select_related = ["author", "publisher"]
    readonly_fields = ["code", "version", "status", "author", "publisher", "published_at"]
    actions = ["submit", "publish"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Versions are drafted by the set-up and by copying, not from an empty page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: SignalSet | None = None) -> bool:
        """Only drafts are written on."""
        is_draft = obj is None or obj.status == PublishingState.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: SignalSet, form: forms.ModelForm, change: bool
    ) -> None:
        """Whoever changes a draft is remembered, and does not publish it."""
        super().save_model(request, obj, form, change)
        audit.record(
            obj, "postloan.signalset.changed", actor=request.user, fields=form.changed_data
        )

    @admin.action(description=_("Submit for review"), permissions=["change"])
    def submit(self, request: HttpRequest, queryset: QuerySet[SignalSet]) -> None:
        """Ask for a second pair of eyes."""
        each_by_service(
            self, request, queryset, lambda each: publishing.submit(each, actor=request.user)
        )

    @admin.action(description=_("Publish (not one's own)"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[SignalSet]) -> None:
        """Put into force."""
        each_by_service(
            self, request, queryset, lambda each: publishing.publish(each, actor=request.user)
        )


class SignalFilter(WordFilter):
    """Warnings of one signal."""

    title, parameter_name = _("signal"), "code"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The signals of all versions, by their newest names."""
        return selectors.signal_names()


@admin.register(Warning)
class WarningAdmin(RecordAdmin):
    comes_from = _(
        "Warnings are raised when the signals in force are heard at the close of business."
    )
    list_display = [
        "code",
        "name",
        "level",
        "customer",
        "loan",
        "overdue",
        "status",
        "raised_on",
        "due_on",
        "handler",
    ]
    list_filter = ["level", "status", SignalFilter]
    list_select_related = ["customer", "loan", "handler"]
    search_fields = ["loan__number__exact", "customer__name__exact"]
    date_hierarchy = "raised_on"
    actions = ["acknowledge", "resolve", "dismiss", "escalate"]
    fields = readonly_fields = [
        "code",
        "name",
        "level",
        "customer",
        "loan",
        "status",
        "raised_on",
        "due_on",
        "action",
        "figures",
        "handler",
        "evidence",
        "closed_by",
        "closed_at",
    ]

    def view_on_site(self, warning: Warning) -> str:
        """Where what was done is written down."""
        return reverse("postloan:warning", args=[warning.pk])

    @admin.display(description=_("overdue (yuan)"))
    def overdue(self, warning: Warning) -> str:
        """What is overdue on the loan today."""
        loan = warning.loan
        if loan is None:
            return "—"
        return yuan(loan.overdue_principal + loan.overdue_interest + loan.penalty_due)

    @admin.display(description=_("figures"))
    def figures(self, warning: Warning) -> str:
        """What the signal saw, in words."""
        return "；".join(f"{label} {value}" for label, value in figures_of(warning, signals.FIELDS))

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whether this person may work on warnings."""
        return request.user.has_perm("postloan.handle_warning")

    @admin.action(description=_("Take on"), permissions=["handle"])
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Warning]) -> None:
        """Take each on."""
        each_by_service(
            self, request, queryset, lambda each: services.acknowledge(each.pk, actor=request.user)
        )

    @admin.action(description=_("Agree that it is resolved"), permissions=["handle"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Warning]) -> None:
        """Close each, as a second person."""
        each_by_service(
            self, request, queryset, lambda each: services.resolve(each.pk, actor=request.user)
        )

    @admin.action(description=_("Agree that it was a false alarm"), permissions=["handle"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Warning]) -> None:
        """Close each, as a second person."""
        each_by_service(
            self, request, queryset, lambda each: services.dismiss(each.pk, actor=request.user)
        )

    @admin.action(description=_("Escalate"), permissions=["handle"])
    def escalate(self, request: HttpRequest, queryset: QuerySet[Warning]) -> None:
        """Hand each up."""
        each_by_service(
            self, request, queryset, lambda each: services.escalate(each.pk, actor=request.user)
        )


@admin.register(Inspection)
class InspectionAdmin(RecordAdmin):
    comes_from = _("Inspections are planned when a loan is paid out.")
    list_display = ["loan", "customer", "about", "status", "due_on", "inspector", "done_on"]
    list_filter = ["status"]
    list_select_related = ["loan__customer", "inspector"]
    search_fields = ["loan__number__exact"]
    date_hierarchy = "due_on"
    actions = ["review"]
    fields = readonly_fields = [
        "loan",
        "customer",
        "about",
        "status",
        "due_on",
        "inspector",
        "findings",
        "done_on",
        "reviewed_by",
    ]

    def view_on_site(self, inspection: Inspection) -> str:
        """Where findings are written down."""
        return reverse("postloan:inspection", args=[inspection.pk])

    @admin.display(description=_("customer"))
    def customer(self, inspection: Inspection) -> str:
        """Who borrowed."""
        return inspection.loan.customer.name

    @admin.display(description=_("kind"), ordering="kind")
    def about(self, inspection: Inspection) -> str:
        """What is looked at."""
        return inspection.is_about

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whether this person may work on checks."""
        return request.user.has_perm("postloan.handle_inspection")

    @admin.action(description=_("Read as a second person"), permissions=["handle"])
    def review(self, request: HttpRequest, queryset: QuerySet[Inspection]) -> None:
        """Mark each as read."""
        each_by_service(
            self,
            request,
            queryset,
            lambda each: services.review_inspection(each.pk, actor=request.user),
        )
