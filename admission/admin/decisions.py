"""Decisions, each with its reasons."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admission import contexts_left_empty
from admission.admin.admitting import AdmittingPages
from admission.admin.choosing import BranchFilter, ChosenFilter, NumberFilter, RuleFilter
from admission.admin.decision_deeds import deeds
from admission.admin.searching import ByCustomer
from admission.contexts import DecisionPage
from admission.contexts_reviews import ReplayPage, ReviewPart
from admission.contexts_scores import ScorePart
from admission.models import Decision
from admission.services import replaying
from admission.sources.lending import of_product
from core import audit
from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin
from core.errors import DomainError


class AskingFilter(admin.SimpleListFilter):
    """Decisions whose rules still ask somebody for evidence or a tick."""

    title = _("evidence and check items")
    parameter_name = "asking"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """One choice: what is still open."""
        return [("yes", _("still open"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        """Those that are open."""
        return queryset.asking() if self.value() else queryset


class HeldFilter(RuleFilter):
    """Decisions for which one rule held."""

    def held(self, code: str) -> list[Any]:
        """A decision keeps more of a hit than its code."""
        return [{"code": code}]


class RefusedForFilter(ChosenFilter):
    """Refusals that one rule brought about."""

    title, parameter_name = _("refused for the rule"), "refused_for"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        """As the risk wall counts them."""
        value = self.value()
        return queryset.refused_for(value) if value else queryset


class ProductFilter(NumberFilter):
    """Decisions that were asked for one product."""

    title, parameter_name = _("product"), "product"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        """The lending room knows which."""
        value = self.value()
        if not value:
            return queryset
        return of_product(queryset, int(value)) if value.isdecimal() else queryset.none()


class RequestsFilter(admin.SimpleListFilter):
    """Requests as the risk wall counts them."""

    title, parameter_name = _("requests"), "requests"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """One choice."""
        return [("once", _("each request once"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        """Neither what was made again the same day nor what an override put in place."""
        return queryset.requests() if self.value() else queryset


class OverriddenFilter(admin.SimpleListFilter):
    """Decisions in which head office set rules aside."""

    title, parameter_name = _("override"), "overridden"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """One choice."""
        return [("yes", _("overridden by head office"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        """Those that were."""
        return queryset.exclude(override=None) if self.value() else queryset


@admin.register(Decision)
class DecisionAdmin(AdmittingPages, ByCustomer, DeedsAdmin):
    comes_from = _(
        "Every application and every granting leaves its decision here, with all it rested on."
    )
    change_list_template = "admin/admission/decisions.html"
    change_form_template = "admin/admission/decision.html"
    list_display = [
        "customer",
        "village",
        "purpose",
        columns.state("outcome", _("outcome")),
        "limit_factor",
        "score",
        "risk_band",
        "codes",
        "as_of",
        "decided_at",
    ]
    list_filter = [
        "outcome",
        AskingFilter,
        HeldFilter,
        RefusedForFilter,
        OverriddenFilter,
        RequestsFilter,
        "risk_band",
        "purpose",
        "as_of",
        BranchFilter,
        ProductFilter,
    ]
    list_select_related = ["customer", "village", "score_policy"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "customer",
                    columns.state("outcome", _("outcome")),
                    "limit_factor",
                    "purpose",
                    "as_of",
                    "decided_at",
                    "asked_by",
                    "rule_set",
                    "rules_alone",
                    "under_other_number",
                ]
            },
        ),
        (_("Why"), {"fields": ["why", "unanswered", "customer_text"]}),
        (_("Score"), {"fields": ["points"]}),
        (
            _("What it rests on"),
            {"classes": ["collapse"], "fields": ["sources", "everything", "rule_set_hash"]},
        ),
    ]

    def get_urls(self) -> list[URLPattern]:
        """Working it again has an address of its own."""
        replay = path(
            "<int:pk>/replay/",
            self.admin_site.admin_view(self.replay),
            name="admission_decision_replay",
        )
        return [replay, *super().get_urls()]

    def deeds(self, request: HttpRequest, record: Decision) -> list[Deed]:
        """Evidence and check items that are still asked for; an override."""
        return deeds(request, record)

    def shown(self, request: HttpRequest, record: Decision) -> dict[str, Any]:
        """Sources that were silent or left something empty, the report, and what people added. All
        values stand on the page, so that who looked is kept."""
        audit.read(record, reader=request.user, what="decision")
        asked = DecisionPage.build(record)
        return {
            "review": ReviewPart.build(record, request.user),
            "silent": asked.silent,
            "left_empty": contexts_left_empty.lines(record),
            "bureau": asked.bureau,
        }

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The stored inputs judged by the stored rules once more; nothing is changed by it."""
        rows = Decision.objects.visible_to(request.user).select_related(
            "customer", "rule_set", "score_policy", "scorecard"
        )
        found = get_object_or_404(rows, pk=pk)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        audit.read(found, reader=request.user, what="decision worked again")
        try:
            shown = {"page": ReplayPage.build(found, replaying.compare(found))}
        except DomainError as exc:
            shown = {"refusal": str(exc)}
        return self.draw_page(
            request,
            "admin/admission/decision_replay.html",
            title=_("Worked again"),
            decision=found,
            **shown,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """What the list shows; inputs are read on a decision's own page."""
        return super().get_queryset(request).defer("inputs", "unknowns", "records", "scored")

    @admin.display(description=_("outcome by the rules alone"))
    def rules_alone(self, decision: Decision) -> str:
        """What the rules gave where head office set some aside; nothing else."""
        return decision.get_rules_outcome_display() or columns.NOTHING

    @admin.display(description=_("rules that hold"))
    def codes(self, decision: Decision) -> str:
        """The codes of the rules that hold."""
        return " ".join(each["code"] for each in decision.hits)

    @admin.display(description=_("rules that hold"))
    def why(self, decision: Decision) -> SafeString:
        """Rule, value, threshold, treatment."""
        return self._table("hits", decision)

    @admin.display(description=_("rules that could not be answered"))
    def unanswered(self, decision: Decision) -> SafeString:
        """Rule, what is known of its values, and what unknown means for it."""
        return self._table("unknowns", decision)

    @admin.display(description=_("points and reasons"))
    def points(self, decision: Decision) -> SafeString:
        """What added points and what took them, or why there is no score."""
        part = ScorePart.build(decision)
        return render_to_string("admission/admin/_score.html", {"part": part})

    @admin.display(description=_("sources asked"))
    def sources(self, decision: Decision) -> SafeString:
        """Who was asked, and whether they answered."""
        return self._table("sources", decision)

    @admin.display(description=_("all values"))
    def everything(self, decision: Decision) -> SafeString:
        """Every value that some rule read."""
        return self._table("inputs", decision)

    @staticmethod
    def _table(part: str, decision: Decision) -> SafeString:
        page = DecisionPage.build(decision)
        return render_to_string(f"admission/admin/_{part}.html", {"page": page})
