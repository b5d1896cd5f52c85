"""Sealed review in the back office: counts before the seal, and every step of a campaign."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import columns
from core.models import User
from core.templatetags.money import wan
from village import selectors
from village.admin.campaign_pages import LARGEST_SEED, CampaignPages
from village.admin.closing import ClosingAdmin
from village.admin.steps import asks_first
from village.models import Campaign
from village.services import (
    campaigns,
    conclusions,
    second_rounds,
    spot_checks,
    stages,
)

SEALED = [
    status
    for status in Campaign.Status
    if status not in (*campaigns.NOT_SEALED, Campaign.Status.CALLED_OFF)
]


RIGHTS = {
    "host": "village.host_campaign",
    "draw": "village.draw_spotcheck",
    "work": "village.change_campaign",
}


@admin.register(Campaign)
class CampaignAdmin(CampaignPages, ClosingAdmin):
    """Review campaigns 评议. They are opened from the list of villages."""

    comes_from = _("In the list of villages, choose some and then “Open a review”.")
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
        counts = {"count": campaign.checks_count, "done": campaign.checks_done}
        if not campaign.checks_done:
            return _("%(count)s drawn, none made yet") % counts
        rate = campaign.checks_agree * 100 // campaign.checks_done
        return _("%(rate)s%% of %(done)s made, %(count)s drawn") % (counts | {"rate": rate})

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
            (
                "work",
                "call_off",
                _("Call this round off"),
                campaign.status == Campaign.Status.REVIEWING and not campaign.sheets_count,
            ),
        ]
        buttons = (
            (reverse(f"admin:village_campaign_{where}", args=[campaign.pk]), word)
            for right, where, word, is_time in offered
            if is_time and right in campaign.rights
        )
        return format_html_join(" ", '<a class="button" href="{}">{}</a>', buttons) or SafeString(
            self.empty_value_display
        )

    @admin.action(
        description=_("Second round: ask fresh panels about the doubted"), permissions=["work"]
    )
    def second_round(
        self, request: HttpRequest, queryset: QuerySet[Campaign]
    ) -> HttpResponse | None:
        """Open the second round of the chosen campaigns, once its extent was read."""

        def opened(pk: int, *, actor: User) -> Campaign:
            return second_rounds.open_second_round(
                pk,
                business_day=timezone.localdate(),
                seed=secrets.randbelow(LARGEST_SEED),
                actor=actor,
            )

        if "confirmed" in request.POST:
            self._each(request, queryset, opened, _("%(campaign)s is in its second round."))
            return None
        return asks_first(
            self,
            request,
            "second_round",
            title=_("Open a second round"),
            facts=_told(queryset, _("%(doubted)s households to look at again")),
            says=_(
                "Fresh panels are drawn for these households, and need links of their own. A round "
                "has one second round; what it says takes the place of what the first panels said."
            ),
            do=_("Open a second round"),
        )

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
        return asks_first(
            self,
            request,
            "decide_ready",
            title=_("Confirm for the branch"),
            facts=facts,
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
    def seal_review(
        self, request: HttpRequest, queryset: QuerySet[Campaign]
    ) -> HttpResponse | None:
        """Close the review of the chosen campaigns, once it was read what is not in yet."""
        if "confirmed" in request.POST:
            self._each(request, queryset, campaigns.seal, _("%(campaign)s is sealed."))
            return None
        return asks_first(
            self,
            request,
            "seal_review",
            title=_("Seal the review"),
            facts=_told(
                selectors.with_open_paper(queryset),
                _(
                    "%(sheets)s of %(seats)s sheets are in; on paper, %(once)s keyed once and "
                    "%(differ)s in which the two differ"
                ),
            ),
            says=_(
                "No sheet comes in any more, and none is taken back. Paper keyed once, or in which "
                "the two differ, is lost to this round: have it keyed again or settled first. A "
                "sealed review cannot be opened again."
            ),
            do=_("Seal the review"),
        )

    @admin.action(description=_("Conclude the sealed review"), permissions=["work"])
    def conclude_review(
        self, request: HttpRequest, queryset: QuerySet[Campaign]
    ) -> HttpResponse | None:
        """Turn the sheets of the chosen campaigns into outcomes, once that was read."""
        if "confirmed" in request.POST:
            self._each(request, queryset, conclusions.conclude, _("%(campaign)s is concluded."))
            return None
        return asks_first(
            self,
            request,
            "conclude_review",
            title=_("Conclude the review"),
            facts=_told(queryset, _("%(sheets)s of %(seats)s sheets are in")),
            says=_(
                "Every household gets its points, limit and list out of these sheets, warnings "
                "count at once, and visits are planned. This cannot be taken back."
            ),
            do=_("Conclude the review"),
        )

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Campaign],
        service: Callable[..., Campaign],
        done: str,
    ) -> None:
        for each in self.one_by_one(
            request, queryset, lambda it: service(it.pk, actor=request.user)
        ):
            self.message_user(request, done % {"campaign": each}, messages.SUCCESS)


def _told(campaigns_chosen: QuerySet[Campaign], said: str) -> list[tuple[Campaign, str]]:
    """Each campaign beside how far it is, in the words of ``said``."""
    return [
        (
            each,
            said
            % {
                "sheets": each.sheets_count,
                "seats": each.seats_count,
                "doubted": each.doubted_count,
                "once": getattr(each, "paper_once", 0),
                "differ": getattr(each, "paper_differs", 0),
            },
        )
        for each in campaigns_chosen
    ]
