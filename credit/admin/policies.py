"""Limit policies: written formula by formula, simulated, calibrated, put into force by another."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core import audit, money, publishing
from core.admin import columns
from core.errors import DomainError
from core.models import Run
from credit import policy_words
from credit.admin import policy_forms
from credit.admin.products import STATE_FIELDS, VersionAdmin
from credit.contexts_policies import SEES_HOUSEHOLDS, CalibrationPage, SimulationPage
from credit.loan_rules.limit_faults import PolicyRefused
from credit.loan_rules.limit_policy import text_of
from credit.loan_rules.limit_texts import PolicyText
from credit.models import LimitPolicy, PolicySimulation
from credit.reference.limits import starting_settings
from credit.services import calibrating, policy_pages, simulating, simulating_rows
from credit.services.simulating_figures import BESIDE, GRANTED_THEN, IN_FORCE
from village.models import Campaign

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class SimulateForm(forms.Form):
    """On which business day the households are looked at."""

    business_day = forms.DateField(
        label=_("Business day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class CalibrateForm(SimulateForm):
    """What the bank wants, and which figure may move for it."""

    vary = forms.ChoiceField(
        label=_("Figure to vary"),
        choices=[(name, policy_words.FIGURES[name]) for name in calibrating.VARIABLE],
        initial="model_scale",
    )
    of = forms.ChoiceField(
        label=_("Target"), choices=[("mean", _("mean line")), ("total", _("sum of all lines"))]
    )
    amount = forms.DecimalField(
        label=_("Yuan"), min_value=1, max_digits=16, decimal_places=2, initial=59_500
    )


@admin.register(LimitPolicy)
class LimitPolicyAdmin(VersionAdmin):
    change_form_template = "admin/credit/policy.html"

    def get_fieldsets(
        self, request: HttpRequest, obj: LimitPolicy | None = None
    ) -> list[tuple[Any, dict[str, Any]]]:
        """A draft is written field by field; any other version is read."""
        about = (_("Version"), {"fields": ["code", *STATE_FIELDS, "changes"]})
        if obj is None:
            return [(None, {"fields": ["name", "code", "note"]})]
        text = _text_of(obj)
        if text is None or not self.has_change_permission(request, obj):
            return [(None, {"fields": ["name", "note"]}), about, (None, {"fields": ["says"]})]
        names = (_("Names a formula may use"), {"fields": ["names"], "classes": ["collapse"]})
        return [*policy_forms.fieldsets(text), names, about]

    def get_readonly_fields(
        self, request: HttpRequest, obj: LimitPolicy | None = None
    ) -> list[str]:
        """What the page tells and nobody types."""
        return [*super().get_readonly_fields(request, obj), "says", "names"]

    def get_form(
        self,
        request: HttpRequest,
        obj: LimitPolicy | None = None,
        change: bool = False,
        **given: Any,
    ) -> type[forms.ModelForm]:
        """The form of this draft: as many fields as it has figures and formulas."""
        text = _text_of(obj) if obj else None
        if text is not None and self.has_change_permission(request, obj):
            given["form"] = policy_forms.form_for(text, policy_pages.worked_example(text))
            given["fields"] = ["name", "note"]
        return super().get_form(request, obj, change, **given)

    def save_model(
        self, request: HttpRequest, obj: LimitPolicy, form: forms.ModelForm, change: bool
    ) -> None:
        """A first version begins as the standard policy."""
        if not change:
            obj.settings = starting_settings()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("what it says"))
    def says(self, version: LimitPolicy) -> SafeString | str:
        """The whole policy, part by part."""
        text = _text_of(version)
        if text is None:
            return columns.NOTHING
        rows = (
            (policy_words.PARTS[each.part], _called(each.part, each.name), each.name, each.text)
            for each in policy_pages.entries(text)
        )
        line = (
            '<tr><td class="part">{}</td><th>{}<br><code>{}</code></th>'
            '<td><pre class="formula">{}</pre></td></tr>'
        )
        return format_html('<table class="why">{}</table>', format_html_join("", line, rows))

    @admin.display(description=_("fields"))
    def names(self, version: LimitPolicy) -> SafeString:
        """What is known about a household, with an example; formulas above may be named too."""
        rows = (
            (
                each.name,
                each.label,
                each.source,
                policy_pages.shown(each.example, each.kind),
                each.unit,
            )
            for each in policy_forms.FACTS
        )
        line = (
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td>"
            '<td class="num">{}</td><td>{}</td></tr>'
        )
        head = format_html(
            "<tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>",
            _("name"),
            _("meaning"),
            _("source"),
            _("example"),
            _("unit"),
        )
        return format_html(
            '<table class="why">{}{}</table>', head, format_html_join("", line, rows)
        )

    @admin.display(description=_("what would change"))
    def changes(self, version: LimitPolicy) -> SafeString | str:
        """Old and new side by side, entry by entry, against what is in force."""
        before = publishing.in_force(LimitPolicy, version.code)
        if before is None or before.pk == version.pk:
            return columns.NOTHING
        old, new = _text_of(before), _text_of(version)
        if old is None or new is None:
            return super().changes(version)
        found = policy_pages.changes(old, new)
        if not found:
            return str(_("It says what the version in force says."))
        head = format_html(
            "<tr><th></th><th>{}</th><th>{}</th></tr>", _("in force"), _("this version")
        )
        line = (
            '<tr><th>{}<br><code>{}</code></th><td><pre class="formula">{}</pre></td>'
            '<td><pre class="formula">{}</pre></td></tr>'
        )
        rows = (
            (_called(each.part, each.name), each.name, each.before or "—", each.after or "—")
            for each in found
        )
        return format_html(
            '<table class="why">{}{}</table>', head, format_html_join("", line, rows)
        )

    def get_urls(self) -> list[Any]:
        """Simulating, calibrating, and a simulation with its rows, beside the register's own."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/simulate/", wrap(self.simulate), name="credit_limitpolicy_simulate"),
            path("<int:pk>/calibrate/", wrap(self.calibrate), name="credit_limitpolicy_calibrate"),
            path(
                "<int:pk>/calibrations/<int:run>/",
                wrap(self.calibration),
                name="credit_limitpolicy_calibration",
            ),
            path(
                "<int:pk>/calibrations/<int:run>/step/",
                wrap(self.calibration_step),
                name="credit_limitpolicy_calibration_step",
            ),
            path(
                "<int:pk>/simulations/<int:number>/",
                wrap(self.simulation),
                name="credit_limitpolicy_simulation",
            ),
            path(
                "<int:pk>/simulations/<int:number>/rows.<slug:kind>",
                wrap(self.simulation_rows),
                name="credit_limitpolicy_simulation_rows",
            ),
        ]
        return [*own, *super().get_urls()]

    def shown(self, request: HttpRequest, record: LimitPolicy) -> dict[str, Any]:
        """Its newest simulations and the way to another."""
        if not _sees_simulations(request):
            return {}
        day = Campaign.objects.order_by("-business_day").values_list("business_day", flat=True)
        initial = {"business_day": day.first()}
        may = request.user.has_perm("credit.change_limitpolicy")
        simulations = record.simulations.select_related("run", "made_by")[:5]
        current = simulating.fingerprint(record) if _text_of(record) else ""
        return {
            "simulations": [(each, each.fingerprint == current) for each in simulations],
            "simulate_form": SimulateForm(initial=initial) if may else None,
            "calibrate_form": CalibrateForm(initial=initial)
            if may and request.user.has_perm("credit.add_limitpolicy")
            else None,
        }

    @method_decorator(require_POST)
    def simulate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Run this version over every reviewed household; big ones are left to the workers."""
        version = self._version(request, pk, "credit.change_limitpolicy")
        form = SimulateForm(request.POST)
        if not form.is_valid():
            return self._back(request, pk, _("Name the business day."))
        try:
            simulation = simulating.begin(
                version.pk, business_day=form.cleaned_data["business_day"], actor=request.user
            )
        except DomainError as exc:
            return self._back(request, pk, str(exc))
        return HttpResponseRedirect(
            reverse("admin:credit_limitpolicy_simulation", args=[pk, simulation.pk])
        )

    @method_decorator(require_POST)
    def calibrate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the figure found that reaches the target; it becomes a new draft."""
        version = self._version(request, pk, "credit.add_limitpolicy")
        form = CalibrateForm(request.POST)
        if not form.is_valid():
            return self._back(request, pk, _("Name a day, a figure and an amount in yuan."))
        said = form.cleaned_data
        target = calibrating.Target(**{said["of"]: money.fen(said["amount"])})
        try:
            run = calibrating.begin(
                version.pk,
                target,
                vary=said["vary"],
                business_day=said["business_day"],
                actor=request.user,
            )
        except DomainError as exc:
            return self._back(request, pk, str(exc))
        return HttpResponseRedirect(
            reverse("admin:credit_limitpolicy_calibration", args=[pk, run.pk])
        )

    def calibration(self, request: HttpRequest, pk: int, run: int) -> HttpResponse:
        """How far a calibration has come, and the figure it found."""
        version = self._version(request, pk)
        page = CalibrationPage.build(version, self._calibration(pk, run))
        return self.draw_page(
            request,
            "admin/credit/calibration.html",
            title=_("Calibration of %(policy)s") % {"policy": version},
            page=page,
            may_simulate=request.user.has_perm("credit.change_limitpolicy"),
        )

    def calibration_step(self, request: HttpRequest, pk: int, run: int) -> HttpResponse:
        """What ``<wait-for>`` asks for."""
        version = self._version(request, pk)
        page = CalibrationPage.build(version, self._calibration(pk, run))
        return JsonResponse({"over": page.is_over, "says": page.says})

    def _calibration(self, pk: int, run: int) -> Run:
        return get_object_or_404(
            Run.objects.select_related("started_by"),
            pk=run,
            kind=calibrating.KIND,
            settings__policy=pk,
        )

    def simulation(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """What this version would grant."""
        found = self._simulation(request, pk, number)
        page = SimulationPage.build(found, request.user, beside=_beside(request))
        return self.draw_page(
            request,
            "admin/credit/simulation.html",
            title=_("Simulation of %(policy)s") % {"policy": found.policy},
            page=page,
        )

    def simulation_rows(
        self, request: HttpRequest, pk: int, number: int, kind: str
    ) -> HttpResponse:
        """The households one by one, as a file; written down as a reading."""
        found = self._simulation(request, pk, number)
        may_read = request.user.has_perm(SEES_HOUSEHOLDS)
        if not may_read or kind not in FORMATS or not found.summary:
            raise PermissionDenied
        beside = _beside(request) if found.against_id else GRANTED_THEN
        content = simulating_rows.as_file(found, request.user, kind, beside=beside)
        audit.read(found, reader=request.user, what=f"rows.{kind}")
        name = f"simulation-{found.policy.version}-{found.pk}.{kind}"
        return HttpResponse(
            content,
            content_type=FORMATS[kind],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _simulation(self, request: HttpRequest, pk: int, number: int) -> PolicySimulation:
        self._version(request, pk)
        return get_object_or_404(
            PolicySimulation.objects.select_related("policy", "against", "run", "made_by"),
            pk=number,
            policy=pk,
        )

    def _version(self, request: HttpRequest, pk: int, permission: str = "") -> LimitPolicy:
        """The version, for who may see the whole county's figures, and may do what is named."""
        version = get_object_or_404(self.get_queryset(request), pk=pk)
        may_see = self.has_view_permission(request, version) and _sees_simulations(request)
        if not may_see or (permission and not request.user.has_perm(permission)):
            raise PermissionDenied
        return version

    def _back(self, request: HttpRequest, pk: int, why: str) -> HttpResponse:
        messages.error(request, why)
        return HttpResponseRedirect(reverse("admin:credit_limitpolicy_change", args=[pk]))


def _beside(request: HttpRequest) -> str:
    """What a simulation is to be held against."""
    asked = request.GET.get("beside")
    return asked if asked in BESIDE else IN_FORCE


def _sees_simulations(request: HttpRequest) -> bool:
    """A simulation is about all villages at once."""
    return request.user.sees_everything


def _text_of(version: LimitPolicy) -> PolicyText | None:
    try:
        return text_of(version.settings)
    except PolicyRefused:
        return None


def _called(part: str, name: str) -> str:
    if part in ("zero_if", "manual_if"):
        return str(policy_forms.REASONS.get(name, name))
    return policy_words.name_of(part, name)
