"""Sealed review in the back office: counts before the seal, and every step of a campaign."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import audit
from core.admin import RecordAdmin, columns
from core.errors import DomainError
from core.models import User
from core.qr import qr_code
from core.templatetags.money import wan
from village import selectors
from village.admin.closing import ClosingAdmin
from village.admin.steps import step_page
from village.models import Campaign, Reviewer, SheetForm, within
from village.services import (
    campaigns,
    conclusions,
    meetings,
    review_papers,
    second_rounds,
    spot_checks,
    stages,
)

SEALED = [
    status
    for status in Campaign.Status
    if status not in (Campaign.Status.DRAFT, Campaign.Status.ROSTERED, Campaign.Status.REVIEWING)
]


RIGHTS = {
    "host": "village.host_campaign",
    "draw": "village.draw_spotcheck",
    "work": "village.change_campaign",
}
DAYS_TO_CHECK = 14
LARGEST_SEED = 2**31


class DrawForm(forms.Form):
    """How many outcomes are looked at again."""

    percent = forms.IntegerField(
        label=_("Share of the outcomes, per cent"), min_value=1, max_value=100, initial=5
    )
    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


@admin.register(Campaign)
class CampaignAdmin(ClosingAdmin):
    """Review campaigns 评议. They are opened from the list of villages."""

    comes_from = _("Begin a village's round of review with the button at the top.")
    list_per_page = 20  # of each row thousands of seats and sheets are counted
    list_display = [
        "village",
        "which_round",
        columns.state(),
        columns.count("sheets_count", _("sheets")),
        columns.count("seats_count", _("sheets asked for")),
        columns.count("decided_count", _("decided")),
        columns.count("doubted_count", _("to look at again")),
        "checks",
        "business_day",
        "reviewers_link",
        "outcomes_link",
    ]
    list_select_related = ["village"]
    list_filter = ["status", "village__town"]
    search_fields = ["village__name__startswith", "village__code__exact"]
    fields = [
        "village",
        "round",
        "follows",
        columns.state(),
        "business_day",
        "panel_size",
        "seed",
        columns.count("sheets_count", _("sheets in")),
        columns.count("seats_count", _("sheets asked for")),
        "sealed_at",
        "seal",
        "concluded_at",
        columns.count("decided_count", _("decided")),
        columns.count("doubted_count", _("to look at again")),
        "checks",
        "reviewers_link",
        "outcomes_link",
        "steps",
    ]
    actions = ["seal_review", "conclude_review", "second_round", "decide_ready"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """Campaigns with how many sheets are in."""
        return selectors.with_counts(super().get_queryset(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> list:
        """Everything: services move a campaign."""
        return self.fields

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Whether this person may seal and conclude."""
        return request.user.has_perm("village.change_campaign")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person speaks for the branch."""
        return request.user.has_perm("village.decide_outcome")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """One campaign, and which of its steps are this person's to take."""
        campaign = super().get_object(request, object_id, from_field)
        if campaign:
            campaign.rights = {
                right for right, needed in RIGHTS.items() if request.user.has_perm(needed)
            }
        return campaign

    def get_urls(self) -> list[URLPattern]:
        """The meeting and the lots have pages of their own."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/meeting/", view(self.meeting), name="village_campaign_meeting"),
            path("<int:pk>/checks/", view(self.draw_checks), name="village_campaign_checks"),
            path("<int:pk>/voices/", view(self.voices), name="village_campaign_voices"),
            *super().get_urls(),
        ]

    @admin.display(description=_("round"), ordering="round")
    def which_round(self, campaign: Campaign) -> str:
        """The round's number, and whether it looks at an earlier one again."""
        again = f" · {_('Second review')}" if campaign.follows_id else ""
        return f"{campaign.round}{again}"

    @admin.display(description=_("spot checks that agree"))
    def checks(self, campaign: Campaign) -> str:
        """How often a spot check found the review right, of those made and drawn."""
        if not campaign.checks_count:
            return self.empty_value_display
        done = campaign.checks_done
        rate = f"{campaign.checks_agree * 100 // done}%" if done else self.empty_value_display
        return f"{rate} ({campaign.checks_agree}/{done}/{campaign.checks_count})"

    @admin.display(description=_("steps"))
    def steps(self, campaign: Campaign) -> SafeString:
        """What may be done with one campaign beside the list's actions."""
        offered = [
            (
                "host",
                "meeting",
                _("Open a meeting"),
                campaign.status == Campaign.Status.REVIEWING,
            ),
            (
                "draw",
                "checks",
                _("Draw spot checks"),
                campaign.status in spot_checks.TO_BE_CHECKED and not campaign.follows_id,
            ),
            ("work", "voices", _("How reviewers were heard"), bool(campaign.concluded_at)),
            ("work", "close", _("Close this round"), campaign.status == Campaign.Status.GRANTED),
        ]
        buttons = (
            (reverse(f"admin:village_campaign_{where}", args=[campaign.pk]), word)
            for right, where, word, is_time in offered
            if is_time and right in campaign.rights
        )
        return format_html_join(" ", '<a class="button" href="{}">{}</a>', buttons) or SafeString(
            self.empty_value_display
        )

    def meeting(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One device for a whole village: its address, and a code for every reviewer, this once."""
        if not request.user.has_perm("village.host_campaign"):
            raise PermissionDenied
        campaign = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method != "POST":
            return step_page(
                self,
                request,
                title=_("Open a meeting"),
                form=forms.Form(),
                says=_("One device goes from reviewer to reviewer. Codes handed out earlier end."),
                do=_("Open the meeting and show the codes"),
            )
        try:
            opened = meetings.open_meeting(pk, actor=request.user, at=timezone.now())
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return redirect("admin:village_campaign_change", pk)
        address = request.build_absolute_uri(reverse("village:meeting", args=[opened.token]))
        reviewers = campaign.reviewers.select_related("customer")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Meeting"),
            "campaign": campaign,
            "address": address,
            "qr": qr_code(address),
            "cards": [{"name": each, "code": opened.codes[each.pk]} for each in reviewers],
        }
        return TemplateResponse(
            request,
            "admin/village/meeting.html",
            context,
            headers={"Cache-Control": "no-store, private"},
        )

    def voices(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who was counted as one voice, and what each weighed: numbers, no names. Whoever works
        campaigns may look, and that they did is written down."""
        if not self.has_work_permission(request):
            raise PermissionDenied
        campaign = get_object_or_404(self.get_queryset(request), pk=pk, concluded_at__isnull=False)
        audit.read(campaign, reader=request.user, what="how reviewers were heard")
        found = selectors.voices(campaign)
        context = {
            **self.admin_site.each_context(request),
            "title": _("How reviewers were heard"),
            "opts": self.opts,
            "campaign": campaign,
            "voices": found,
            "suspected": sum(each.cluster > 0 for each in found),
        }
        return TemplateResponse(
            request,
            "admin/village/voices.html",
            context,
            headers={"Cache-Control": "no-store, private"},
        )

    def draw_checks(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Draw a share of the outcomes by lot and give them to managers."""
        if not request.user.has_perm("village.draw_spotcheck"):
            raise PermissionDenied
        campaign = get_object_or_404(self.get_queryset(request), pk=pk)
        due_on = timezone.localdate() + timedelta(days=DAYS_TO_CHECK)
        form = DrawForm(request.POST or None, initial={"due_on": due_on})
        if request.method == "POST" and form.is_valid():
            try:
                drawn = spot_checks.draw_checks(
                    pk,
                    seed=secrets.randbelow(LARGEST_SEED),
                    actor=request.user,
                    **form.cleaned_data,
                )
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                count = ngettext("%(n)s check drawn.", "%(n)s checks drawn.", drawn.checks.count())
                self.message_user(request, count % {"n": drawn.checks.count()}, messages.SUCCESS)
                return redirect("admin:village_campaign_change", pk)
        return step_page(
            self,
            request,
            title=_("Draw spot checks"),
            form=form,
            facts=[(_("Campaign"), campaign)],
            says=_("Chance decides; its seed is kept, so that anybody can draw the same again."),
            do=_("Draw"),
        )

    @admin.action(
        description=_("Second round: ask fresh panels about the doubted"), permissions=["work"]
    )
    def second_round(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> None:
        """Open the second round of the chosen campaigns."""

        def opened(pk: int, *, actor: User) -> Campaign:
            return second_rounds.open_second_round(
                pk,
                business_day=timezone.localdate(),
                seed=secrets.randbelow(LARGEST_SEED),
                actor=actor,
            )

        self._each(request, queryset, opened, _("%(campaign)s is in its second round."))

    @admin.action(
        description=_("Confirm for the branch all that waits for nothing else"),
        permissions=["decide"],
    )
    def decide_ready(
        self, request: HttpRequest, queryset: QuerySet[Campaign]
    ) -> HttpResponse | None:
        """The branch's word on everything without open doubts, once its extent was read."""
        if "confirmed" not in request.POST:
            return self._ask_to_decide(request, queryset)
        for each in queryset:
            decided = stages.decide_ready(each.pk, actor=request.user)
            self.message_user(
                request,
                ngettext(
                    "%(campaign)s: %(n)s outcome confirmed.",
                    "%(campaign)s: %(n)s outcomes confirmed.",
                    decided,
                )
                % {"campaign": each, "n": decided},
                messages.SUCCESS,
            )
        return None

    def _ask_to_decide(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> HttpResponse:
        """How many outcomes of how much, and what is left open."""
        said = _(
            "%(ready)s outcomes confirmed, %(limits)s (10,000 yuan) in all; %(black)s void for the "
            "black list; %(doubted)s still to be looked at again"
        )
        facts = [
            (
                each.campaign,
                said
                % {
                    "ready": each.ready,
                    "limits": wan(each.limits),
                    "black": each.black,
                    "doubted": each.doubted,
                },
            )
            for each in selectors.to_decide(queryset, request.user)
        ]
        chosen = [(ACTION_CHECKBOX_NAME, pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)]
        return step_page(
            self,
            request,
            title=_("Confirm for the branch"),
            form=forms.Form(),
            facts=facts,
            hidden=[
                ("action", "decide_ready"),
                ("select_across", request.POST.get("select_across", "0")),
                ("confirmed", "1"),
                *chosen,
            ],
            says=_(
                "Lines may be granted on confirmed outcomes, and white lists count from then on. A "
                "confirmed outcome is taken back only by a spot check that contradicts it."
            ),
            do=_("Confirm for the branch"),
        )

    @admin.display(description=_("outcomes"))
    def outcomes_link(self, campaign: Campaign) -> SafeString | str:
        """The way to what came of it; a second round's sheets went into the first's outcomes."""
        if not campaign.concluded_at:
            return self.empty_value_display
        return format_html(
            '<a href="{}?campaign__id__exact={}">{}</a>',
            reverse("admin:village_outcome_changelist"),
            campaign.follows_id or campaign.pk,
            _("Outcomes"),
        )

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

    comes_from = _("Panels are drawn when a round of review is rostered.")
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
    actions = ["issue_links", "issue_wechat_links", "print_sheets"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        """Reviewers of campaigns one may see, with how far they are."""
        scope = within(request.user, "campaign__village")
        return selectors.with_sheets(super().get_queryset(request).filter(scope))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A campaign's page leads here."""
        return lookup == "campaign__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Whether this person may hand out links."""
        return request.user.has_perm("village.host_campaign")

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
