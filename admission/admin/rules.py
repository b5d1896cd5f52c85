"""Admission rules: drafted, checked while they are written, published by a second person."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from admission import fault_words, services
from admission.admin.rule_deeds import deeds
from admission.admin.rule_pages import RulePages
from admission.admin.versions import Verbs, VersionsAdmin, is_draft
from admission.contexts_rules import fields, thresholds_for_authors
from admission.features import CATALOGUE
from admission.judgement import OutcomeRule, RuleText, check_rule
from admission.judgement.outcome import faults
from admission.models import CHALLENGER, CHAMPION, Rule, RuleSet
from admission.services import rule_publishing
from core import audit
from core.admin import BackOfficeAdmin, columns
from core.admin.deeds import Deed, WithDeeds
from core.models import User

SHORT, TALL = 2, 5
NAMES_FIELDS, NAMES_COUNTS = {"data-writes": "fields"}, {"data-writes": "counts"}
"""Which names of the list beside the form an entry takes."""


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
            "expression": forms.Textarea(
                {"rows": SHORT, "cols": 60, "spellcheck": "false", **NAMES_FIELDS}
            ),
            "params": forms.Textarea({"rows": SHORT, "cols": 30, "spellcheck": "false"}),
            "treatment": forms.Textarea(
                {"rows": SHORT, "cols": 40, "spellcheck": "false", **NAMES_FIELDS}
            ),
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
    formfield_overrides = BackOfficeAdmin.formfield_overrides
    extra = 0
    readonly_fields = ["in_words"]
    fields = [
        ("code", "level", "name", "source"),
        ("expression", "params", "on_unknown"),
        "in_words",
        ("says", "says_to_customer"),
        ("treatment", "note"),
    ]

    @admin.display(description=_("thresholds in words"))
    def in_words(self, rule: Rule) -> str:
        """What each threshold is held against, how much, in which unit."""
        told = thresholds_for_authors(rule.expression, rule.params or {})
        return format_html_join("", "<div>{}</div>", ((each,) for each in told.splitlines()))

    def has_change_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft's rules are written on."""
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft gets new rules; a new set begins as a copy."""
        return obj is not None and is_draft(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """Only a draft loses rules."""
        return is_draft(obj) and super().has_delete_permission(request, obj)


class AsRead(forms.CharField):
    """What the version said when the page was opened; it is no part of the version."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Nobody writes it."""
        return False


class RuleSetForm(forms.ModelForm):
    """How the outcome is found is checked on every count before it is stored.

    What somebody else has stored since the page was opened is not written over: the form holds
    every rule of the set, those included that its writer has not touched.
    """

    read_as = AsRead(required=False)

    class Meta:
        model = RuleSet
        fields = ["name", "note", "outcome", "limit_factor"]
        widgets = {
            name: forms.Textarea({"rows": TALL, "cols": 90, "spellcheck": "false", **NAMES_COUNTS})
            for name in ("outcome", "limit_factor")
        }

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.initial["read_as"] = self.instance.fingerprint

    def clean(self) -> dict[str, Any]:
        """Read both expressions and try them."""
        cleaned = super().clean()
        self._must_be_as_read(cleaned.get("read_as"))
        if {"outcome", "limit_factor"} <= cleaned.keys():
            for fault in faults(OutcomeRule(cleaned["outcome"], cleaned["limit_factor"])):
                self.add_error(fault.part, fault_words.reason(fault))
        return cleaned

    def _must_be_as_read(self, read_as: str | None) -> None:
        """Of two who store at once the second waits, and sees what the first has written."""
        found = RuleSet.objects.select_for_update().filter(pk=self.instance.pk).first()
        if read_as and found and found.fingerprint != read_as:
            raise forms.ValidationError(
                _(
                    "Somebody else changed this version since you opened the page. Open it again "
                    "and write your changes into it."
                )
            )


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
class RuleSetAdmin(RulePages, WithDeeds, VersionsAdmin):
    form = RuleSetForm
    verbs = Verbs(
        code=CHAMPION,
        first=services.draft_rule_set,
        revise=services.revise,
        publish=rule_publishing.publish,
        send_back=rule_publishing.send_back,
    )
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
    inlines = [RuleInline]
    actions = ["submit", "send_back", "publish", "revise"]
    readonly_fields = [
        *VersionsAdmin.readonly_fields,
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
        written = ["read_as"] if self.has_change_permission(request, obj) else []
        return ["name", "note", "outcome", "limit_factor", *self.readonly_fields, *written]

    def get_inlines(self, request: HttpRequest, obj: RuleSet | None) -> list[type[RuleInline]]:
        """A version that is not there yet has no rules to show."""
        return [] if obj is None else list(self.inlines)

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
