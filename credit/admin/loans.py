"""Loans and their books: what is owed, what was paid, what each day earned."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import pieces
from core.admin import RecordAdmin, columns
from credit.admin.filters import OfProduct
from credit.contexts_loans import LoanPage
from credit.models import BusinessDay, Instalment, LedgerEntry, LedgerLine, Loan, Repayment
from credit.words import METHODS
from village.models import within

BANDS = {
    "any": (_("overdue"), 1, None),
    "1-30": (_("1 to 30 days"), 1, 30),
    "31-60": (_("31 to 60 days"), 31, 60),
    "61-90": (_("61 to 90 days"), 61, 90),
    "91": (_("more than 90 days"), 91, None),
}


class Overdue(admin.SimpleListFilter):
    """Loans by how long they are past due."""

    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The bands in which banks count."""
        return [(name, label) for name, (label, _low, _high) in BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        """The loans of one band."""
        if self.value() not in BANDS:
            return queryset
        _label, low, high = BANDS[self.value()]
        found = queryset.filter(days_past_due__gt=0, days_past_due__gte=low)
        if high is not None:
            found = found.filter(days_past_due__lte=high)
        return found


class OfLoanAdmin(RecordAdmin):
    """A register of rows that belong to loans."""

    list_select_related = ["loan"]
    search_fields = ["loan__number__exact"]
    search_help_text = _("Loan number")


@admin.register(Loan)
class LoanAdmin(RecordAdmin):
    comes_from = _("A loan begins when a drawdown is paid.")
    change_form_template = "admin/credit/loan.html"
    list_display = [
        "number",
        "customer",
        "village",
        "product",
        columns.yuan("principal", _("principal")),
        columns.yuan("principal_left", _("left")),
        columns.percent("annual_rate", _("annual rate")),
        "standing",
        columns.count("days_past_due", _("days past due")),
        columns.yuan("overdue_principal", _("overdue principal")),
        "ends_on",
    ]
    list_filter = [Overdue, "status", OfProduct]
    list_select_related = ["customer", "village", "product"]
    search_fields = ["number__exact", "customer__household__number__exact"]
    search_help_text = _("Loan number or household number")
    fields = readonly_fields = [
        "number",
        "customer",
        "product",
        "drawdown",
        "standing",
        "way_of_repaying",
        columns.percent("annual_rate", _("annual rate")),
        "penalty_factor",
        "starts_on",
        "ends_on",
        "settled_on",
    ]

    @admin.display(description=_("status"), ordering="status")
    def standing(self, loan: Loan) -> SafeString:
        """Its state; a running loan that is late says so."""
        if loan.days_past_due:
            return pieces.badge(_("Overdue"), level="red")
        return pieces.badge(loan.get_status_display(), state=loan.status)

    @admin.display(description=_("repayment method"))
    def way_of_repaying(self, loan: Loan) -> str:
        """How principal and interest are spread over the term."""
        return METHODS.get(loan.method, loan.method)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """The newest first; among the overdue, those that are longest past due."""
        return ["-days_past_due", "-id"] if Overdue.parameter_name in request.GET else ["-id"]

    def shown(self, request: HttpRequest, record: Loan) -> dict[str, Any]:
        """Its schedule, payments and books, above its details."""
        return {"page": LoanPage.build(record, request.user)}


@admin.register(Instalment)
class InstalmentAdmin(OfLoanAdmin):
    list_display = [
        "loan",
        "number",
        "due_on",
        columns.yuan("principal", _("principal")),
        columns.yuan("interest", _("interest")),
        columns.yuan("penalty_accrued", _("penalty interest")),
        columns.yuan("compound_accrued", _("interest on overdue interest")),
        "paid_on",
    ]
    list_filter = [("paid_on", admin.EmptyFieldListFilter)]


@admin.register(Repayment)
class RepaymentAdmin(OfLoanAdmin):
    list_display = [
        "reference",
        "loan",
        "received_on",
        "channel",
        columns.yuan("amount", _("amount")),
        columns.yuan("to_principal", _("to principal")),
        columns.yuan("to_interest", _("to interest")),
        columns.yuan("to_penalty", _("to penalty interest")),
        columns.yuan("excess", _("more than was owed")),
    ]
    list_filter = ["channel"]
    search_fields = ["reference__exact", "loan__number__exact"]
    search_help_text = _("Reference or loan number")


class LedgerLineInline(admin.TabularInline):
    """Both sides of an entry."""

    model = LedgerLine
    fields = readonly_fields = ["account", columns.yuan("amount", _("amount"))]
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: LedgerEntry | None = None) -> bool:
        """The ledger is written by the work itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: LedgerEntry | None = None) -> bool:
        """What is booked stays booked."""
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(OfLoanAdmin):
    list_display = ["reference", "loan", "kind", "business_day", "at"]
    list_filter = ["kind"]
    search_fields = ["reference__exact", "loan__number__exact"]
    search_help_text = _("Reference or loan number")
    inlines = [LedgerLineInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        """Entries of loans this person may see."""
        return super().get_queryset(request).filter(within(request.user, "loan__village"))


@admin.register(BusinessDay)
class BusinessDayAdmin(RecordAdmin):
    comes_from = _("Each day that was closed is listed here.")
    list_display = ["day", columns.state(), "closed_at", "loans", "overdue_loans"]
    fields = readonly_fields = [
        "day",
        columns.state(),
        "closed_at",
        columns.readable("figures", _("figures (fen)")),
    ]

    @admin.display(description=_("loans"))
    def loans(self, day: BusinessDay) -> str:
        """How many loans were running that evening."""
        return f"{day.figures.get('loans', 0):,}"

    @admin.display(description=_("overdue loans"))
    def overdue_loans(self, day: BusinessDay) -> str:
        """How many of them were past due."""
        return f"{day.figures.get('overdue_loans', 0):,}"
