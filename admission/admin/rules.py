"""Admission rules: drafted, checked while they are written, published by a second person."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from admission import fault_words, services
from admission.admin.rule_deeds import deeds
from admission.admin.rule_pages import RulePages
from admission.contexts_rules import fields
from admission.features import CATALOGUE
from admission.judgement import OutcomeRule, RuleText, check_rule
from admission.judgement.outcome import faults
from admission.models import CHALLENGER, CHAMPION, Rule, RuleSet
from admission.services import rule_publishing
from core import audit, publishing
from core.admin import BackOfficeAdmin, columns
from core.admin.deeds import Deed, WithDeeds
from core.errors import DomainError
from core.models import PublishingState, User

SHORT, TALL = 2, 5


def _record_edit(actor: User, form: forms.ModelForm, formsets: Iterable[BaseInlineFormSet]) -> None:
    """Who changed what of a draft: they may not put it into force."""
    rules = {
        each.instance.code
        for formset in formsets
        for each in [*formset.initial_forms, *formset.extra_forms]
        if each.has_changed()
    }
    if form.changed_data or rules:
        audit.record(
            form.instance, "admission.rule_set.edited", actor=actor,
            fields=sorted(form.changed_data), rules=sorted(rules),
            hash=form.instance.fingerprint,
        )  # fmt: skip


class RuleForm(forms.ModelForm):
    """One rule; a mistake is shown under the part in which it was made, with its place."""

    class Meta:
        model = Rule
        fields = [
            "code",
            "level",
            "name",
            "source",
            "expression",
            "params",
            "on_unknown",
            "says",
            "says_to_customer",
            "treatment",
            "note",
        ]
        widgets = {
            "expression": forms.Textarea({"rows": SHORT, "cols": 60, "spellcheck": "false"}),
            "params": forms.Textarea({"rows": SHORT, "cols": 30, "spellcheck": "false"}),
            "treatment": forms.Textarea({"rows": SHORT, "cols": 40, "spellcheck": "false"}),
            "says": forms.Textarea({"rows": SHORT, "cols": 40}),
            "says_to_customer": forms.Textarea({"rows": SHORT, "cols": 40}),
        }

    def clean_params(self) -> dict[str, Any]:
        """Thresholds by name."""
        params = self.cleaned_data["params"] or {}
        if not isinstance(params, dict):
            raise forms.ValidationError(_('Write thresholds as {"name": value}.'))
        return params

    def clean_treatment(self) -> dict[str, Any]:
        """What it brings about, by name."""
        treatment = self.cleaned_data["treatment"] or {}
        if not isinstance(treatment, dict):
            raise forms.ValidationError(_('Write the treatment as {"name": value}.'))
        return treatment

    def clean(self) -> dict[str, Any]:
        """Read the rule as judgement will."""
        cleaned = super().clean()
        parts = RuleText.__dataclass_fields__.keys()
        if parts <= cleaned.keys():
            text = RuleText(**{part: cleaned[part] for part in parts})
            for fault in check_rule(text, CATALOGUE):
                self.add_error(fault.part, fault_words.reason(fault))
        return cleaned


class RuleInline(admin.StackedInline):
    model = Rule
    form = RuleForm
    extra = 0
    fields = [
        ("code", "level", "name", "source"),
        ("expression", "params", "on_unknown"),
        ("says", "says_to_customer"),
        ("treatment", "note"),
    ]

    def has_change_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft's rules are written on."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft gets new rules; a new set begins as a copy."""
        return obj is not None and _is_draft(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft loses rules."""
        return _is_draft(obj) and super().has_delete_permission(request, obj)


def _is_draft(rule_set: RuleSet | None) -> bool:
    return rule_set is None or rule_set.status == PublishingState.DRAFT


class RuleSetForm(forms.ModelForm):
    """How the outcome is found is checked on every count before it is stored."""

    class Meta:
        model = RuleSet
        fields = ["name", "note", "outcome", "limit_factor"]
        widgets = {
            "outcome": forms.Textarea({"rows": TALL, "cols": 90, "spellcheck": "false"}),
            "limit_factor": forms.Textarea({"rows": TALL, "cols": 90, "spellcheck": "false"}),
        }

    def clean(self) -> dict[str, Any]:
        """Read both expressions and try them."""
        cleaned = super().clean()
        if {"outcome", "limit_factor"} <= cleaned.keys():
            for fault in faults(OutcomeRule(cleaned["outcome"], cleaned["limit_factor"])):
                self.add_error(fault.part, fault_words.reason(fault))
        return cleaned


class HeardAsFilter(admin.SimpleListFilter):
    """Rules that decide, or rules that are heard beside them."""

    title = _("heard as")
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The two."""
        return [(CHAMPION, _("Champion")), (CHALLENGER, _("Challenger"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RuleSet]) -> QuerySet[RuleSet]:
        """Versions of the one chosen."""
        return queryset.filter(code=self.value()) if self.value() else queryset


@admin.register(RuleSet)
class RuleSetAdmin(RulePages, WithDeeds, BackOfficeAdmin):
    form = RuleSetForm
    change_form_template = "admin/admission/rule_set.html"
    change_list_template = "admin/admission/rule_sets.html"
    list_display = [
        "name",
        "version",
        columns.state(),
        columns.count("rule_count", _("rules")),
        "author",
        "publisher",
        "published_at",
        "note",
    ]
    list_filter = ["status", HeardAsFilter]
    list_select_related = ["author", "publisher"]
    inlines = [RuleInline]
    actions = ["submit", "send_back", "publish", "revise"]
    readonly_fields = [
        "version",
        columns.state(),
        "author",
        "publisher",
        "published_at",
        "scheduled_for",
        "scheduled_by",
        "fingerprint",
    ]

    def deeds(self, request: HttpRequest, record: RuleSet) -> list[Deed]:
        """What may be done with this version now."""
        return deeds(request, record)

    def shown(self, request: HttpRequest, record: RuleSet) -> dict[str, Any]:
        """Its simulations, and the fields its rules may name while it is being written."""
        simulations = record.simulations.select_related("run", "made_by")[:5]
        seen = simulations if request.user.sees_everything else []
        is_writing = self.has_change_permission(request, record)
        return {
            "simulations": [(each, each.fingerprint == record.fingerprint) for each in seen],
            "rule_fields": fields() if is_writing else [],
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        """Versions with the number of their rules."""
        return super().get_queryset(request).annotate(rule_count=Count("rules"))

    def get_fields(self, request: HttpRequest, obj: RuleSet | None = None) -> list[Any]:
        """A new version is only named: it begins as a copy of the one in force."""
        if obj is None:
            return ["note"]
        return ["name", "note", "outcome", "limit_factor", *self.readonly_fields]

    def get_inlines(self, request: HttpRequest, obj: RuleSet | None) -> list[type[RuleInline]]:
        """A version that is not there yet has no rules to show."""
        return [] if obj is None else list(self.inlines)

    def has_change_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only drafts are written on."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: RuleSet, form: forms.ModelForm, change: bool
    ) -> None:
        """A new version begins as the one in force, or as the first 38 rules."""
        if change:
            obj.save(update_fields=form.changed_data)
            return
        before = publishing.in_force(RuleSet, CHAMPION)
        made = (
            services.revise(before.pk, actor=request.user, note=obj.note)
            if before
            else services.draft_rule_set(request.user)
        )
        obj.pk, obj.name, obj.version = made.pk, made.name, made.version
        obj._state.adding = False

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: list[BaseInlineFormSet],
        change: bool,
    ) -> None:
        """Store the rules, then the fingerprint of what they now say, and who changed it."""
        super().save_related(request, form, formsets, change)
        if change:
            services.refresh_fingerprint(form.instance)
            _record_edit(request.user, form, formsets)

    @admin.action(description=_("Submit for review"), permissions=["change"])
    def submit(self, request: HttpRequest, queryset: QuerySet[RuleSet]) -> None:
        """Ask for a second pair of eyes."""
        self._each(request, queryset, lambda it: publishing.submit(it, actor=request.user))

    @admin.action(description=_("Send back to the author"), permissions=["change"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[RuleSet]) -> None:
        """Give it back to its author."""
        because = str(_("Sent back from the list."))
        self._each(
            request,
            queryset,
            lambda it: rule_publishing.send_back(it, actor=request.user, reason=because),
        )

    @admin.action(description=_("Put into force"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[RuleSet]) -> None:
        """Decide by this version from now on; never its author."""
        self._each(request, queryset, lambda it: rule_publishing.publish(it, actor=request.user))

    @admin.action(description=_("Begin a new version from this one"), permissions=["add"])
    def revise(self, request: HttpRequest, queryset: QuerySet[RuleSet]) -> None:
        """A draft that begins as a copy."""
        self._each(request, queryset, lambda it: services.revise(it.pk, actor=request.user))

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[RuleSet],
        service: Callable[[RuleSet], object],
    ) -> None:
        """Do one thing to each version; what is refused is said and left."""
        for each in queryset:
            try:
                service(each)
            except DomainError as exc:
                self.message_user(request, f"{each}: {exc}", messages.ERROR)
            else:
                self.message_user(request, _("%(version)s: done.") % {"version": each})
