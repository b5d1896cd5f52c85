"""Applications: where each stands, how it came there, and why."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import columns
from core.admin.deeds import Deed, DeedsAdmin
from credit.admin.filters import OfProduct
from credit.contexts import MAY_ASK_PHONE, ApplicationPage
from credit.models import Application
from credit.services import applications, phone_binding
from credit.services.business_days import being_worked
from credit.words import METHODS


@admin.register(Application)
class ApplicationAdmin(DeedsAdmin):
    comes_from = _(
        "Customers apply in the mini-program; what they apply for walks through its steps here."
    )
    change_form_template = "admin/credit/application.html"
    list_display = [
        "number",
        "customer",
        "village",
        "product",
        columns.yuan("asked_amount", _("asked for")),
        columns.yuan("approved_amount", _("approved")),
        columns.state(),
        "channel",
        "submitted_at",
    ]
    list_filter = ["status", OfProduct, "channel"]
    list_select_related = ["customer", "village", "product"]
    search_fields = ["number__exact", "customer__household__number__exact"]
    search_help_text = _("Application number or household number")
    date_hierarchy = "business_day"
    fields = readonly_fields = [
        "number",
        "customer",
        "product",
        "line",
        "manager",
        "channel",
        columns.yuan("asked_amount", _("asked for")),
        columns.yuan("approved_amount", _("approved")),
        "term_months",
        "repaid",
        "purpose",
        columns.yuan("income_month", _("income a month, as declared")),
        "employer",
        "payee_name",
        columns.percent("annual_rate", _("annual rate")),
        "rate_bp",
        columns.state(),
        "business_day",
        "submitted_at",
        "decided_at",
        "disbursed_at",
        "refusal_code",
        "refusal_text",
        "leave",
        "paper",
    ]

    @admin.display(description=_("repayment method"))
    def repaid(self, application: Application) -> str:
        """How it is repaid, in words."""
        return str(METHODS.get(application.method, application.method))

    @admin.display(description=_("authorisation"))
    def leave(self, application: Application) -> str:
        """Under which sources are asked: for what, until when, and whether its query is used."""
        given = application.authorisation
        if given is None:
            return columns.NOTHING
        state = given.state_on(being_worked(timezone.localdate())).label
        return f"{given.get_purpose_display()} · {given.valid_until} · {state}"

    @admin.display(description=_("contract"))
    def paper(self, application: Application) -> SafeString | str:
        """The contract to read."""
        contract = getattr(application, "contract", None)
        if contract is None:
            return columns.NOTHING
        address = reverse("credit:contract-paper", args=[application.pk])
        return format_html('<a href="{}">{}</a>', address, contract.number)

    def shown(self, request: HttpRequest, record: Application) -> dict[str, Any]:
        """The road, the reasons and the votes, as this person may see them."""
        return {"page": ApplicationPage.build(record, request.user)}

    def deeds(self, request: HttpRequest, record: Application) -> list[Deed]:
        """What nobody came for is ended by staff."""
        waiting = {
            Application.Status.APPROVED,
            Application.Status.SIGNING,
            Application.Status.READY,
        }
        if record.status not in waiting:
            return []
        return [ASK_PHONE, EXPIRE] if phone_binding.is_open(record) else [EXPIRE]


ASK_PHONE = Deed(
    name="ask-phone",
    title=_("Ask the operator about the mobile number"),
    says=_(
        "The contract is not signed before the operator confirms that the number on file is the "
        "borrower's own. Correct the number first, by a file of corrections."
    ),
    done=_("The operator confirms the number; the contract can be signed."),
    work=lambda request, record, said: phone_binding.ask(record, actor=request.user),
    permission=MAY_ASK_PHONE,
)

EXPIRE = Deed(
    name="expire",
    title=_("Let this application expire"),
    says=_("Nobody came to sign or draw. The contract is void; the customer may apply again."),
    done=_("The application has expired."),
    work=lambda request, record, said: applications.expire(record.pk, actor=request.user),
    permission="credit.approve_application",
)
