"""The panels of a round: who judges, how far they are, their links and paper sheets."""

from datetime import datetime

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin, columns
from core.admin.base import refusal
from core.errors import DomainError
from core.qr import qr_code
from village import selectors
from village.models import Reviewer, SheetForm, within
from village.services import (
    campaigns,
    review_papers,
)


@admin.register(Reviewer)
class ReviewerAdmin(RecordAdmin):
    """Who judges, how far they are, and their links. Once sheets are shown, nothing here says what
    they say too: no number, no count, no time."""

    comes_from = _("Panels are drawn when a round of review is rostered.")
    list_display = [
        "customer",
        "campaign",
        columns.count("came_in", _("sheets")),
        columns.count("asked_for", _("sheets asked for")),
        "opened_at",
        "link_expires_at",
    ]
    list_select_related = ["customer", "campaign__village"]
    search_fields = ["customer__name__startswith"]
    fields = ["campaign", "customer", "link_expires_at", "opened_at"]
    actions = ["issue_links", "issue_wechat_links", "print_sheets"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        """Reviewers of campaigns one may see, with how far they are."""
        scope = within(request.user, "campaign__village")
        return selectors.until_sealed(super().get_queryset(request).filter(scope))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A campaign's page leads here."""
        return lookup == "campaign__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Whether this person may hand out links."""
        return request.user.has_perm("village.host_campaign")

    @admin.display(description=_("first opened at"), ordering="opened_at")
    def opened_at(self, reviewer: Reviewer) -> datetime | None:
        """When they first looked, for whoever waits for them."""
        return reviewer.opened_at

    @admin.action(
        description=_("Issue new links to print; earlier ones stop working"), permissions=["issue"]
    )
    def issue_links(
        self, request: HttpRequest, queryset: QuerySet[Reviewer]
    ) -> HttpResponse | None:
        """Show a card with QR code and link per reviewer, this once."""
        return self._issue(request, queryset, SheetForm.ELECTRONIC)

    @admin.action(
        description=_("Issue new links to send by WeChat; earlier ones stop working"),
        permissions=["issue"],
    )
    def issue_wechat_links(
        self, request: HttpRequest, queryset: QuerySet[Reviewer]
    ) -> HttpResponse | None:
        """The same links, to be sent by WeChat; every sheet keeps how it was asked for."""
        return self._issue(request, queryset, SheetForm.WECHAT)

    @admin.action(description=_("Print sheets to be filled in on paper"), permissions=["issue"])
    def print_sheets(
        self, request: HttpRequest, queryset: QuerySet[Reviewer]
    ) -> HttpResponse | None:
        """Every household they still have to judge, as one file to print."""
        chosen = list(queryset.order_by("pk").values_list("pk", flat=True))
        try:
            content = review_papers.blank_sheets(chosen, reader=request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": content_disposition_header(True, "评议表.pdf"),
                "Cache-Control": "no-store, private",
            },
        )

    def _issue(
        self, request: HttpRequest, queryset: QuerySet[Reviewer], form: str
    ) -> HttpResponse | None:
        cards = []
        for each in queryset:
            try:
                token = campaigns.issue_link(each.pk, actor=request.user, form=form)
            except DomainError as exc:
                self.message_user(request, refusal(each, exc), messages.ERROR)
                continue
            address = request.build_absolute_uri(reverse("village:review", args=[token]))
            cards.append({"reviewer": each, "address": address, "qr": qr_code(address)})
        if not cards:
            return None
        return self.draw_page(
            request,
            "admin/village/reviewer/links.html",
            title=_("Links"),
            headers={"Cache-Control": "no-store, private"},
            cards=cards,
        )
