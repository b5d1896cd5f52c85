"""The register of photographed papers; what they say stays sealed."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from admission.admin.searching import ByCustomer
from admission.models import PhotographedPaper
from admission.paper_words import FAULTS
from core.admin import RecordAdmin, columns


@admin.register(PhotographedPaper)
class PhotographedPaperAdmin(ByCustomer, RecordAdmin):
    comes_from = _(
        "Papers that customer managers, or customers themselves, photographed: what was read, and "
        "what was mended."
    )
    list_display = [
        "customer",
        "kind",
        columns.state(),
        "why",
        "taken_by",
        "taken_at",
        columns.count("corrected", _("fields corrected")),
        "keep_until",
    ]
    list_filter = ["status", "kind", "taken_at"]
    list_select_related = ["customer", "taken_by"]
    fields = [
        "customer",
        "kind",
        columns.state(),
        "why",
        "taken_by",
        "taken_at",
        "read_at",
        "closed_by",
        "closed_at",
        "corrected",
        "taken_back_by",
        "taken_back_at",
        "taken_back_because",
        "picture",
        "keep_until",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhotographedPaper]:
        """What papers say is read on the manager's page alone, where reading is written down."""
        return super().get_queryset(request).defer("found", "accepted")

    @admin.display(description=_("why it could not be read"))
    def why(self, record: PhotographedPaper) -> str:
        """The reason in words."""
        if record.fault in PhotographedPaper.Kind.values:
            return str(PhotographedPaper.Kind(record.fault).label)
        return str(FAULTS.get(record.fault, ""))
