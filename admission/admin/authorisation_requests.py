"""The register of authorisations asked for from afar; what the police answered stays sealed."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from admission.admin.searching import ByCustomer
from admission.models import AuthorisationRequest
from core.admin import RecordAdmin, columns


@admin.register(AuthorisationRequest)
class AuthorisationRequestAdmin(ByCustomer, RecordAdmin):
    """Who was asked for an authorisation from afar, by whom, and how far they came."""

    comes_from = _(
        "Links by which customers authorise the bank, what they begin in the mini-program, and how "
        "each ended."
    )
    list_display = [
        "customer",
        "capacity",
        "purpose",
        columns.state(),
        "door",
        "asked_by",
        "asked_at",
        "closed_at",
        columns.count("wrong_tries", _("wrong tries")),
    ]
    list_filter = ["status", "door", "purpose", "capacity", "asked_at"]
    list_select_related = ["customer", "asked_by"]
    fields = [
        "customer",
        "applicant",
        "capacity",
        "purpose",
        columns.state(),
        "door",
        "asked_by",
        "asked_at",
        "opened_at",
        "identified_at",
        "recognised_at",
        "closed_at",
        "expires_at",
        "wrong_tries",
        "face_score",
        "text_version",
        "text_hash",
        "authorisation",
        "form_link",
        columns.readable("evidence", _("evidence")),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthorisationRequest]:
        """What the police answered stays sealed: no page shows it."""
        return super().get_queryset(request).defer("police_reply")

    @admin.display(description=_("signed form"))
    def form_link(self, record: AuthorisationRequest) -> SafeString | str:
        """Where the signed form is; opening it is written down."""
        if record.authorisation is None:
            return columns.NOTHING
        address = reverse("admission:request-paper", args=[record.pk])
        return format_html('<a class="button" href="{}">{}</a>', address, _("Signed form (PDF)"))
