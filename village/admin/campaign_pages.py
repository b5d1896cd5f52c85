"""What a round of review has pages of its own for: the meeting, the lots, how voices were heard."""

import secrets
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import audit
from core.errors import DomainError
from core.qr import qr_code
from village import selectors
from village.admin.steps import step_page
from village.services import (
    meetings,
    spot_checks,
)

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


class CampaignPages:
    """The pages beside the register of rounds."""

    def get_urls(self) -> list[URLPattern]:
        """The meeting and the lots have pages of their own."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/meeting/", view(self.meeting), name="village_campaign_meeting"),
            path("<int:pk>/checks/", view(self.draw_checks), name="village_campaign_checks"),
            path("<int:pk>/voices/", view(self.voices), name="village_campaign_voices"),
            *super().get_urls(),
        ]

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
        return self.draw_page(
            request,
            "admin/village/meeting.html",
            title=_("Meeting"),
            headers={"Cache-Control": "no-store, private"},
            campaign=campaign,
            address=address,
            qr=qr_code(address),
            cards=[{"name": each, "code": opened.codes[each.pk]} for each in reviewers],
        )

    def voices(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who was counted as one voice, and what each weighed: numbers, no names. Whoever works
        campaigns may look, and that they did is written down."""
        if not self.has_work_permission(request):
            raise PermissionDenied
        campaign = get_object_or_404(self.get_queryset(request), pk=pk, concluded_at__isnull=False)
        audit.read(campaign, reader=request.user, what="how reviewers were heard")
        found = selectors.voices(campaign)
        return self.draw_page(
            request,
            "admin/village/voices.html",
            title=_("How reviewers were heard"),
            headers={"Cache-Control": "no-store, private"},
            campaign=campaign,
            voices=found,
            suspected=sum(each.cluster > 0 for each in found),
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
