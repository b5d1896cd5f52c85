"""Contracts and the payments made under them."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import pieces
from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin
from credit.models import Contract, Drawdown
from credit.services import contracts, disbursement


@admin.register(Contract)
class ContractAdmin(DeedsAdmin):
    comes_from = _("A contract is drafted when an application is approved.")
    list_display = ["number", "application", columns.state(), "cost_shown_at", "signed_at"]
    list_filter = ["status"]
    list_select_related = ["application"]
    search_fields = ["number__exact", "application__number__exact"]
    search_help_text = _("Contract number or application number")
    fields = readonly_fields = [
        "number",
        "application",
        columns.state(),
        "sent_at",
        "cost_shown_at",
        "signed_at",
        columns.readable("cost_sheet", _("all-in financing cost")),
        columns.readable("signature", _("signature")),
        "seal",
        "paper",
    ]

    @admin.display(description=_("seal"))
    def seal(self, contract: Contract) -> SafeString | str:
        """Whether the signed paper is still what was signed, looked at anew each time."""
        if contract.signed_document_id is None:
            return columns.NOTHING
        if contracts.is_unchanged(contract):
            return pieces.badge(str(_("Unchanged since it was signed")), level="green")
        return pieces.badge(str(_("Changed since it was signed")), level="red")

    @admin.display(description=_("paper"))
    def paper(self, contract: Contract) -> SafeString:
        """The PDF."""
        address = reverse("credit:contract-paper", args=[contract.application_id])
        return format_html('<a href="{}">{}.pdf</a>', address, contract.number)


@admin.register(Drawdown)
class DrawdownAdmin(DeedsAdmin):
    comes_from = _("Customers ask for money under an active line or contract.")
    list_display = [
        "payment_number",
        "contract",
        columns.yuan("amount", _("amount")),
        columns.state(),
        "business_day",
        "paid_at",
    ]
    list_filter = ["status"]
    list_select_related = ["contract"]
    search_fields = ["payment_number__exact", "contract__number__exact"]
    search_help_text = _("Payment number or contract number")
    date_hierarchy = "business_day"
    fields = readonly_fields = [
        "payment_number",
        "contract",
        columns.yuan("amount", _("amount")),
        columns.state(),
        "business_day",
        "sent_at",
        "paid_at",
        "core_reference",
        "failure",
    ]

    def deeds(self, request: HttpRequest, record: Drawdown) -> list[Deed]:
        """Asking about a payment that is not settled; ordering a failed one again."""
        match record.status:
            case Drawdown.Status.UNKNOWN | Drawdown.Status.PAYING:
                return [ASK]
            case Drawdown.Status.FAILED:
                return [PAY_AGAIN]
        return []


ASK = Deed(
    name="ask",
    title=_("Ask the core bank"),
    says=_("The payment is looked up by its number. Nothing is paid."),
    done=_("The core bank was asked."),
    work=lambda request, record, said: disbursement.settle_unknown(record.pk),
    permission="credit.approve_application",
)
PAY_AGAIN = Deed(
    name="pay-again",
    title=_("Order the payment again"),
    says=_("The core bank said that it did not pay. A new payment with a new number is ordered."),
    done=_("The payment was ordered again."),
    work=lambda request, record, said: disbursement.pay_again(
        record.contract.application_id, actor=request.user
    ),
    permission="credit.approve_application",
)
