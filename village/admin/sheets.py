"""Answer sheets after the seal: what was said, under numbers instead of names."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import audit
from core.admin import RecordAdmin
from village.admin.campaigns import SEALED
from village.models import Campaign, Sheet


@admin.register(Sheet)
class SheetAdmin(RecordAdmin):
    """Answer sheets of sealed campaigns. Who filled one in is a number."""

    comes_from = _(
        "Sheets come from phones, or from paper keyed twice; they are shown once sealed."
    )
    list_display = ["household", "village", "reviewer_number", "submitted_at", "withdrawn_at"]
    list_select_related = ["seat__household__village", "seat__reviewer"]
    search_fields = ["seat__household__number__exact"]
    fields = [
        "household",
        "reviewer_number",
        "form",
        "submitted_at",
        "withdrawn_at",
        "withdrawn_because",
        "answers",
        "digest",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sheet]:
        """Sheets of sealed campaigns one may see, the answers left shut until one is opened."""
        return (
            super()
            .get_queryset(request)
            .filter(
                campaign__in=Campaign.objects.visible_to(request.user)
                .filter(status__in=SEALED)
                .order_by()
                .values("pk")
            )
            .defer("answers")
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        """One sheet; that it was read is written down."""
        found = self.get_object(request, object_id)
        if found and self.has_view_permission(request, found):
            audit.read(found, reader=request.user, what="review sheet")
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("household"))
    def household(self, sheet: Sheet) -> str:
        """Who was judged."""
        return str(sheet.seat.household)

    @admin.display(description=_("village"))
    def village(self, sheet: Sheet) -> str:
        """Where."""
        return str(sheet.seat.household.village)

    @admin.display(description=_("reviewer no."))
    def reviewer_number(self, sheet: Sheet) -> str:
        """The reviewer as the number they drew when the campaign was sealed."""
        return f"#{sheet.seat.reviewer.number}"
