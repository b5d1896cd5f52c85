"""The workbench beside the register of rules: compare, try, look at simulations and the shadow."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from admission import contexts_rules, fault_words
from admission.admin.searching import find_customers
from admission.contexts_rules import DiffPage, ShadowPage, TryPage
from admission.contexts_simulations import RuleSimulationPage
from admission.contexts_simulations_changed import ChangedPage
from admission.features import CATALOGUE
from admission.judgement import RulesRefused, RuleText, check_rule
from admission.models import CHALLENGER, CHAMPION, Decision, RuleSet, RuleSimulation
from core import audit, publishing
from core.expressions import Field, Kind
from core.forms import read_json
from core.models import PublishingState
from core.money import fen, yuan

HEARD_BESIDE = (PublishingState.PUBLISHED, PublishingState.RETIRED)
YES_NO = [("", "—"), ("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))]


class WhoForm(forms.Form):
    """On whom a version is tried."""

    who = forms.CharField(
        label=gettext_lazy("Customer"),
        help_text=gettext_lazy("ID number, household number or name, in full"),
        max_length=60,
        required=False,
    )
    decision = forms.IntegerField(
        label=gettext_lazy("or the number of a decision"), min_value=1, required=False
    )


def _of_kind(field: Field) -> forms.Field:
    """The entry for one example value; empty means unknown."""
    given = {"required": False, "label": f"{field.label} {field.name}"}
    match field.kind:
        case Kind.BOOL:
            return forms.TypedChoiceField(
                choices=YES_NO, coerce=lambda said: said == "true", empty_value=None, **given
            )
        case Kind.INTEGER:
            return forms.IntegerField(**given)
        case Kind.MONEY:
            return forms.DecimalField(max_digits=14, decimal_places=2, **given)
        case Kind.DECIMAL:
            return forms.FloatField(**given)
        case Kind.DATE:
            widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(widget=widget, **given)
        case _ if field.choices:
            return forms.ChoiceField(
                choices=[("", "—"), *((each, each) for each in field.choices)], **given
            )
        case _:
            return forms.CharField(max_length=60, **given)


def values_form(names: list[str]) -> type[forms.Form]:
    """A form with one entry per field that the rules read."""
    fields = {name: _of_kind(CATALOGUE.fields[name]) for name in names}
    return type("ValuesForm", (forms.Form,), fields)


def _typed(inputs: Mapping[str, object]) -> dict[str, object]:
    """Stored inputs as the form shows them: yuan, and yes or no as the choices are named."""
    shown: dict[str, object] = {}
    for name, value in inputs.items():
        field = CATALOGUE.fields.get(name)
        if field is not None and value is not None:
            is_flag, is_money = field.kind is Kind.BOOL, field.kind is Kind.MONEY
            shown[name] = str(value).lower() if is_flag else yuan(value) if is_money else value
    return shown


def _stored(said: Mapping[str, Any]) -> dict[str, object]:
    """Typed values as inputs are kept: fen, ISO days, None for unknown."""
    kept: dict[str, object] = {}
    for name, value in said.items():
        kind = CATALOGUE.fields[name].kind
        if value in (None, ""):
            kept[name] = None
        elif kind is Kind.MONEY:
            kept[name] = fen(value)
        else:
            kept[name] = value.isoformat() if kind is Kind.DATE else value
    return kept


class RulePages:
    """Pages of one version besides its own; mixed into the register of rule sets."""

    def get_urls(self) -> list[URLPattern]:
        """One address per page."""
        return [
            self._path("check/", self.check_rule, "check"),
            self._path("shadow/", self.shadow, "shadow"),
            self._path("<int:pk>/diff/", self.diff, "diff"),
            self._path("<int:pk>/try/", self.try_out, "try"),
            self._path("<int:pk>/simulations/<int:number>/", self.simulation, "simulation"),
            self._path("<int:pk>/simulations/<int:number>/changed/", self.changed, "changed"),
            *super().get_urls(),
        ]

    def _path(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=f"admission_ruleset_{name}")

    def diff(self, request: HttpRequest, pk: int) -> HttpResponse:
        """This version beside another: the one named, the one in force, or the one before."""
        after = self._version(request, pk)
        if named := request.GET.get("with", ""):
            before = get_object_or_404(RuleSet, pk=named) if named.isdecimal() else None
        else:
            before = _counterpart(after)
        page = DiffPage.build(before, after) if before else None
        return self.draw_page(
            request,
            "admin/admission/rule_diff.html",
            title=_("Compare versions"),
            page=page,
            rule_set=after,
        )

    def try_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        """This version heard on one applicant, or on values typed by hand. Nothing is kept but that
        somebody looked at the applicant."""
        rule_set = self._version(request, pk)
        if not request.user.has_perm("admission.view_decision"):
            raise PermissionDenied
        who = WhoForm(request.POST or None)
        decision, inputs, missing = None, None, ""
        by_hand = "by_hand" in request.POST
        if request.method == "POST" and not by_hand and who.is_valid():
            decision = self._decision(request, who.cleaned_data)
            if decision:
                audit.read(decision, reader=request.user, what="decision, to try rules on it")
            missing = "" if decision else _("No decision about such a customer can be seen.")
            inputs = decision.inputs if decision else None
        names = _names_read(rule_set)
        form = values_form(names)(
            request.POST if by_hand else None, initial=_typed(inputs or {}), prefix="v"
        )
        if by_hand and form.is_valid():
            inputs = _stored(form.cleaned_data)
        page = TryPage.build(rule_set, inputs, decision) if inputs is not None else None
        return self.draw_page(
            request,
            "admin/admission/rule_try.html",
            title=_("Try on one applicant"),
            rule_set=rule_set,
            who=who,
            values=form,
            page=page,
            missing=missing,
            faults=[] if names else rule_set.faults(),
        )

    def simulation(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """What this version would have decided."""
        found = self._simulation(request, pk, number)
        title = _("Simulation of %(version)s") % {"version": found.rule_set}
        page = RuleSimulationPage.build(found)
        return self.draw_page(
            request, "admin/admission/rule_simulation.html", title=title, page=page
        )

    def changed(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """The customers whom the two versions treat differently."""
        found = self._simulation(request, pk, number)
        if not found.summary:
            raise Http404
        asked = request.GET.get("page", "1")
        page = ChangedPage.build(
            found,
            request.user,
            was=request.GET.get("was", ""),
            now=request.GET.get("now", ""),
            number=max(int(asked), 1) if asked.isdecimal() else 1,
        )
        title = _("Changed decisions")
        if found.is_of_portfolio:
            title = _("Customers treated differently")
        return self.draw_page(request, "admin/admission/rule_changed.html", title=title, page=page)

    def shadow(self, request: HttpRequest) -> HttpResponse:
        """The challenger beside the champion."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        challenger = publishing.in_force(RuleSet, CHALLENGER) or (
            RuleSet.objects.filter(code=CHALLENGER, status__in=HEARD_BESIDE).first()
        )
        seen = Q(decision__in=Decision.objects.visible_to(request.user))
        if request.user.sees_everything:
            seen = Q()
        page = ShadowPage.build(challenger, seen)
        title = _("Champion and challenger")
        return self.draw_page(request, "admin/admission/rule_shadow.html", title=title, page=page)

    @method_decorator(require_POST)
    def check_rule(self, request: HttpRequest) -> HttpResponse:
        """What is wrong with one rule as it is being written, and what it gives on an example."""
        if not request.user.has_perm("admission.change_ruleset"):
            raise PermissionDenied
        text, faults = _read(request.POST)
        found = [*faults, *((each.part, fault_words.reason(each)) for each in _faults(text))]
        newest = None
        if request.user.has_perm("admission.view_decision"):
            newest = Decision.objects.visible_to(request.user).order_by("-id").first()
        example = contexts_rules.worked_example(text, newest.inputs if newest else {})
        if newest and example:
            audit.read(newest, reader=request.user, what="decision, as the example of a rule")
            example["of"] = _("on decision %(number)s") % {"number": newest.pk}
        said: dict[str, list[str]] = {}
        for part, reason in found:
            said.setdefault(part, []).append(str(reason))
        return JsonResponse({"faults": said, "example": example})

    def _decision(self, request: HttpRequest, said: Mapping[str, Any]) -> Decision | None:
        seen = Decision.objects.visible_to(request.user).order_by("-id")
        if said["decision"]:
            return seen.filter(pk=said["decision"]).first()
        if not said["who"]:
            return None
        return find_customers(seen, said["who"]).first()

    def _simulation(self, request: HttpRequest, pk: int, number: int) -> RuleSimulation:
        self._version(request, pk)
        if not request.user.sees_everything:
            raise PermissionDenied
        simulations = RuleSimulation.objects.select_related("rule_set", "against", "run", "made_by")
        return get_object_or_404(simulations, pk=number, rule_set=pk)

    def _version(self, request: HttpRequest, pk: int) -> RuleSet:
        version = get_object_or_404(RuleSet, pk=pk)
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        return version


def _counterpart(rule_set: RuleSet) -> RuleSet | None:
    """What a version is best compared with: the rules in force, or those before it."""
    in_force = publishing.in_force(RuleSet, CHAMPION)
    if in_force and in_force.pk != rule_set.pk:
        return in_force
    earlier = RuleSet.objects.filter(code=rule_set.code, version__lt=rule_set.version)
    return earlier.order_by("-version").first()


def _names_read(rule_set: RuleSet) -> list[str]:
    """The fields that rules of a version read, in the catalogue's order; none while faulty."""
    try:
        read = rule_set.book().fields
    except RulesRefused:
        return []
    return [name for name in CATALOGUE.names if name in read]


_BLANK = RuleText("—", "low", "—", "", {}, "pass", "—", "—")


def _read(sent: Mapping[str, str]) -> tuple[RuleText, list[tuple[str, str]]]:
    """One rule as it stands in the form, and what cannot even be read of it."""
    parts = RuleText.__dataclass_fields__.keys() - {"params", "treatment"}
    said = {part: sent[part] for part in parts if sent.get(part)}
    faults, read = [], {}
    for part, how in (
        ("params", _('Write thresholds as {"name": value}.')),
        ("treatment", _('Write the treatment as {"name": value}.')),
    ):
        try:
            read[part] = read_json(sent.get(part) or "{}")
        except ValueError:
            read[part] = None
        if not isinstance(read[part], dict):
            faults.append((part, how))
            read[part] = {}
    return replace(_BLANK, **read, **said), faults


def _faults(text: RuleText) -> list[Any]:
    """Nothing is said about a condition that nobody has begun to write."""
    return check_rule(text, CATALOGUE) if text.expression else []
