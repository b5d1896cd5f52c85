"""The portfolio: what the rules in force say of every customer, by place, and whom that names."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.admin.choosing import BranchFilter, RuleFilter, VillageFilter
from admission.admin.searching import ByCustomer
from admission.admin.segments import ExportForm
from admission.contexts_portfolio import PortfolioPage, StandingPage
from admission.models import Standing, StandingChange
from admission.scoring import BANDS
from admission.services import portfolio, portfolio_lists
from admission.sources.lending import bank_day
from core import audit
from core.admin import RecordAdmin, columns
from core.admin.filters import WordFilter
from core.errors import DomainError


class BandFilter(WordFilter):
    """Customers of one risk band."""

    title, parameter_name = gettext_lazy("risk band"), "risk_band"
    words = [(band, band) for band in BANDS]


@admin.register(Standing)
class StandingAdmin(ByCustomer, RecordAdmin):
    """The county at a glance; behind every figure the customers it counts."""

    comes_from = gettext_lazy(
        "All customers are heard every night; have it done now at “Portfolio at a glance”."
    )
    change_list_template = "admin/admission/standings.html"
    list_display = [
        "customer",
        "village",
        columns.state("outcome", gettext_lazy("outcome")),
        "limit_factor",
        "codes",
        "score",
        "risk_band",
        "since",
    ]
    list_filter = ["outcome", BandFilter, RuleFilter, BranchFilter, VillageFilter, "since"]
    list_select_related = ["customer__village"]

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Standing], per_page: int, **_given: object
    ) -> Paginator:
        """Counted to the last row: a figure of the portfolio and its list must agree."""
        return Paginator(queryset, per_page)

    def get_urls(self) -> list[URLPattern]:
        """Hearing the county and taking a list out have addresses of their own."""
        wrap = self.admin_site.admin_view
        return [
            path("work/", wrap(self.work), name="admission_standing_work"),
            path("export/", wrap(self.export), name="admission_standing_export"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("village"))
    def village(self, record: Standing) -> str:
        """Where the customer lives."""
        return record.customer.village.name

    @admin.display(description=gettext_lazy("rules that hold"))
    def codes(self, record: Standing) -> str:
        """The codes of the rules that hold."""
        return " ".join(record.hits) or columns.NOTHING

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Figures first; a figure leads to the register of its customers."""
        if request.GET:
            more = {"asked": request.GET.urlencode(), "can_export": self._may_export(request)}
            return super().changelist_view(request, more | (extra_context or {}))
        self._must_see(request)
        return self.draw_page(
            request,
            "admin/admission/portfolio.html",
            title=_("Portfolio"),
            page=PortfolioPage.build(request.user),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Every rule, as it would be answered of this customer today."""
        self._must_see(request)
        rows = self.get_queryset(request).select_related("customer__household", "scorecard")
        standing = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        if standing is None:
            raise Http404
        audit.read(standing.customer, reader=request.user, what="what the rules would say")
        try:
            today = bank_day(timezone.localdate())
            shown = {"page": StandingPage.build(standing, as_of=today)}
        except DomainError as exc:
            shown = {"refusal": str(exc)}
        title = _("What the rules say today")
        return self.draw_page(request, "admin/admission/standing.html", title=title, **shown)

    def work(self, request: HttpRequest) -> HttpResponse:
        """Have the workers hear the county now."""
        if request.method != "POST" or not request.user.has_perm("admission.work_standing"):
            raise PermissionDenied
        try:
            portfolio.ask_for_portfolio(request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        else:
            self.message_user(
                request, _("The county is being heard; this page shows how far it has come.")
            )
        return redirect("admin:admission_standing_changelist")

    def export(self, request: HttpRequest) -> HttpResponse:
        """The customers that the filters name, as a file with a reason and a watermark."""
        self._must_see(request)
        if not self._may_export(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        form = ExportForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                made = portfolio_lists.export(
                    rows, _said(request.GET), actor=request.user, **form.cleaned_data
                )
            except DomainError as exc:
                form.add_error("reason", str(exc))
            else:
                answer = HttpResponse(made.content, content_type=made.content_type)
                answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
                return answer
        return self.draw_page(
            request,
            "admin/admission/portfolio_export.html",
            title=_("Take out as a file"),
            form=form,
            count=rows.count(),
            asked=request.GET.urlencode(),
        )

    def _may_export(self, request: HttpRequest) -> bool:
        return request.user.has_perm("admission.export_standing")

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _said(given: Mapping[str, str]) -> dict[str, str]:
    """The filters, for the record; what was searched for may be a name and is not kept."""
    return {name: value for name, value in given.items() if name not in ("q", "p", "o")}


@admin.register(StandingChange)
class StandingChangeAdmin(ByCustomer, RecordAdmin):
    """Whom the rules came to treat otherwise, run by run."""

    comes_from = gettext_lazy("What changed between two nightly runs.")
    list_display = [
        "customer",
        "village",
        columns.state("before", gettext_lazy("before")),
        columns.state("after", gettext_lazy("after")),
        "held",
        "holds",
        "band_before",
        "band_after",
        "on",
    ]
    list_filter = ["before", "after", "on", ("run", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["customer__village"]
    fields = [
        "customer",
        columns.state("before", gettext_lazy("before")),
        columns.state("after", gettext_lazy("after")),
        "held",
        "holds",
        "on",
    ]

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """No entry of its own in the menu: the portfolio leads here."""
        return {}

    @admin.display(description=gettext_lazy("village"))
    def village(self, record: StandingChange) -> str:
        """Where the customer lives."""
        return record.customer.village.name

    @admin.display(description=gettext_lazy("rules that held"))
    def held(self, record: StandingChange) -> str:
        """The codes before."""
        return " ".join(record.hits_before) or columns.NOTHING

    @admin.display(description=gettext_lazy("rules that hold"))
    def holds(self, record: StandingChange) -> str:
        """The codes after."""
        return " ".join(record.hits_after) or columns.NOTHING
