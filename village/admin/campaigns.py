"""Sealed review in the back office: counts before the seal, sheets after it, names never."""

from base64 import b64encode
from collections.abc import Callable
from io import BytesIO

import segno
from django.contrib import admin, messages
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import DenseRank
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import audit
from core.admin import RecordAdmin, columns
from core.errors import DomainError
from village.models import Campaign, Outcome, Reviewer, Sheet
from village.services import campaigns, conclusions

SEALED = [
    status
    for status in Campaign.Status
    if status not in (Campaign.Status.DRAFT, Campaign.Status.ROSTERED, Campaign.Status.REVIEWING)
]


@admin.register(Campaign)
class CampaignAdmin(RecordAdmin):
    """Review campaigns 评议. They are opened from the list of villages."""

    list_display = [
        "village",
        "round",
        columns.state(),
        columns.count("sheets_count", _("sheets")),
        columns.count("seats_count", _("sheets asked for")),
        "business_day",
        "reviewers_link",
    ]
    list_select_related = ["village"]
    list_filter = ["status", "village__town"]
    search_fields = ["village__name__startswith", "village__code__exact"]
    fields = [
        "village",
        "round",
        columns.state(),
        "business_day",
        "panel_size",
        "seed",
        columns.count("sheets_count", _("sheets in")),
        columns.count("seats_count", _("sheets asked for")),
        "sealed_at",
        "seal",
        "concluded_at",
        "reviewers_link",
    ]
    actions = ["seal_review", "conclude_review"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """Campaigns with how many sheets are in."""
        live = Q(reviewers__seats__sheets__isnull=False) & Q(
            reviewers__seats__sheets__withdrawn_at=None
        )
        return (
            super()
            .get_queryset(request)
            .annotate(
                seats_count=Count("reviewers__seats", distinct=True),
                sheets_count=Count("reviewers__seats__sheets", filter=live, distinct=True),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> list:
        """Everything: services move a campaign."""
        return self.fields

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whether this person may seal and conclude."""
        return request.user.has_perm("village.change_campaign")

    @admin.display(description=_("reviewers"))
    def reviewers_link(self, campaign: Campaign) -> SafeString:
        """The way to the campaign's reviewers and their links."""
        address = reverse("admin:village_reviewer_changelist")
        return format_html(
            '<a href="{}?campaign__id__exact={}">{}</a>', address, campaign.pk, _("Reviewers")
        )

    @admin.action(description=_("Seal: no sheet comes in any more"), permissions=["work"])
    def seal_review(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        """Close the review of the chosen campaigns."""
        self._each(request, queryset, campaigns.seal, _("%(campaign)s is sealed."))

    @admin.action(description=_("Conclude the sealed review"), permissions=["work"])
    def conclude_review(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        """Turn the sheets of the chosen campaigns into outcomes."""
        self._each(request, queryset, conclusions.conclude, _("%(campaign)s is concluded."))

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Campaign],
        service: Callable[..., Campaign],
        done: str,
    ) -> None:
        for each in queryset:
            try:
                service(each.pk, actor=request.user)
            except DomainError as exc:
                self.message_user(request, str(exc), messages.ERROR)
            else:
                self.message_user(request, done % {"campaign": each}, messages.SUCCESS)


@admin.register(Reviewer)
class ReviewerAdmin(RecordAdmin):
    """Who judges, how far they are, and their links."""

    list_display = [
        "customer",
        "campaign",
        columns.count("sheets_count", _("sheets")),
        columns.count("seats_count", _("sheets asked for")),
        "first_opened_at",
        "link_expires_at",
    ]
    list_select_related = ["customer", "campaign__village"]
    search_fields = ["customer__name__startswith"]
    fields = ["campaign", "customer", "link_expires_at", "first_opened_at", "accuracy"]
    actions = ["issue_links"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        """Reviewers of campaigns one may see, with how far they are."""
        live = Q(seats__sheets__isnull=False, seats__sheets__withdrawn_at=None)
        return (
            super()
            .get_queryset(request)
            .filter(campaign__in=Campaign.objects.visible_to(request.user))
            .annotate(
                seats_count=Count("seats", distinct=True),
                sheets_count=Count("seats__sheets", filter=live, distinct=True),
            )
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A campaign's page leads here."""
        return lookup == "campaign__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Whether this person may hand out links."""
        return request.user.has_perm("village.change_campaign")

    @admin.action(
        description=_("Issue new links to print; earlier ones stop working"), permissions=["issue"]
    )
    def issue_links(
        self, request: HttpRequest, queryset: QuerySet[Reviewer]
    ) -> HttpResponse | None:
        """Show a card with QR code and link per reviewer, this once."""
        cards = []
        for each in queryset:
            try:
                token = campaigns.issue_link(each.pk, actor=request.user)
            except DomainError as exc:
                self.message_user(request, f"{each}: {exc}", messages.ERROR)
                continue
            address = request.build_absolute_uri(reverse("village:review", args=[token]))
            cards.append({"reviewer": each, "address": address, "qr": qr_code(address)})
        if not cards:
            return None
        context = {**self.admin_site.each_context(request), "title": _("Links"), "cards": cards}
        return TemplateResponse(
            request,
            "admin/village/reviewer/links.html",
            context,
            headers={"Cache-Control": "no-store, private"},
        )


def qr_code(address: str) -> str:
    """A QR code as an address an image may have."""
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=3, xmldecl=False)
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"


@admin.register(Sheet)
class SheetAdmin(RecordAdmin):
    """Answer sheets of sealed campaigns. Who filled one in is a number."""

    list_display = ["household", "village", "reviewer_number", "submitted_at", "withdrawn_at"]
    list_select_related = ["seat__household__village", "seat__reviewer"]
    search_fields = ["seat__household__number__exact"]
    fields = [
        "household",
        "reviewer_number",
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
                seat__reviewer__campaign__in=Campaign.objects.visible_to(request.user).filter(
                    status__in=SEALED
                )
            )
            .annotate(
                number=Window(
                    DenseRank(),
                    partition_by=F("seat__reviewer__campaign"),
                    order_by=F("seat__reviewer").asc(),
                )
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
        """The reviewer as a number within the campaign."""
        return f"#{sheet.number}"


@admin.register(Outcome)
class OutcomeAdmin(RecordAdmin):
    """What the neighbours' sheets say together about each household."""

    list_display = [
        "household",
        "village",
        "campaign",
        columns.count("valid_sheets", _("valid sheets")),
        "points",
        columns.wan("reviewed_limit", _("reviewed limit")),
        columns.state("list_flag", _("list")),
        "visit_needed",
    ]
    list_select_related = ["household", "campaign__village"]
    list_filter = ["list_flag", "visit_needed"]
    search_fields = ["household__number__exact"]
    fields = [
        "campaign",
        "household",
        "sheets",
        "valid_sheets",
        "points",
        "score",
        "score_low",
        "score_high",
        columns.wan("reviewed_limit", _("reviewed limit")),
        columns.state("list_flag", _("list")),
        "visit_needed",
        columns.readable("visit_reasons", _("why a visit")),
        columns.readable("explanation", _("how the limit came about")),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Outcome | None = None) -> list:
        """Everything: it is concluded, not typed."""
        return self.fields

    @admin.display(description=_("village"))
    def village(self, outcome: Outcome) -> str:
        """Where."""
        return str(outcome.campaign.village)
