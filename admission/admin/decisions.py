"""Decisions, each with its reasons."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admission.admin.searching import ByCustomer
from admission.contexts import DecisionPage
from admission.models import Decision
from core.admin import RecordAdmin, columns


@admin.register(Decision)
class DecisionAdmin(ByCustomer, RecordAdmin):
    list_display = [
        "customer",
        "village",
        "purpose",
        columns.state("outcome", _("outcome")),
        "limit_factor",
        "codes",
        "as_of",
        "decided_at",
    ]
    list_filter = ["outcome", "purpose", "as_of"]
    list_select_related = ["customer__household__village"]
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
                ]
            },
        ),
        (_("Why"), {"fields": ["why", "unanswered", "customer_text"]}),
        (
            _("What it rests on"),
            {"classes": ["collapse"], "fields": ["sources", "everything", "rule_set_hash"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """What the list shows; inputs are read on a decision's own page."""
        return super().get_queryset(request).defer("inputs", "unknowns", "records")

    @admin.display(description=_("village"), ordering="customer__household__village")
    def village(self, decision: Decision) -> str:
        """Where the customer lives."""
        return decision.customer.household.village.name

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
