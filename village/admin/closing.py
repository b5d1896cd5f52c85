"""Ending a round whose lines are granted, or that nobody answers: a page that names what it leads
to."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin
from core.admin.deeds import ReasonForm
from core.errors import DomainError
from village.admin.steps import step_page
from village.models import Outcome, SpotCheck
from village.services import campaigns


class ClosingAdmin(RecordAdmin):
    """A register of rounds that can be ended one by one."""

    def get_urls(self) -> list[URLPattern]:
        """Ending a round is confirmed on a page of its own."""
        close = path(
            "<int:pk>/close/",
            self.admin_site.admin_view(self.close_round),
            name="village_campaign_close",
        )
        call_off = path(
            "<int:pk>/call-off/",
            self.admin_site.admin_view(self.call_off),
            name="village_campaign_call_off",
        )
        return [close, call_off, *super().get_urls()]

    def call_off(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why a round is called off, say what that leads to, and call it off."""
        if not request.user.has_perm("village.change_campaign"):
            raise PermissionDenied
        campaign = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            campaigns.refuse_once_answered(campaign)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return redirect("admin:village_campaign_change", pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                campaigns.call_off(pk, because=form.cleaned_data["reason"], actor=request.user)
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                said = _("%(campaign)s is called off.") % {"campaign": campaign}
                self.message_user(request, said, messages.SUCCESS)
                return redirect("admin:village_campaign_change", pk)
        return step_page(
            self,
            request,
            title=_("Call this round off"),
            form=form,
            facts=[
                (_("Campaign"), campaign),
                (_("Reviewers asked"), campaign.reviewers.count()),
            ],
            says=_(
                "Links, codes and paper of this round end, and nothing comes of it. The village "
                "may have a new round at once. Only a round in which nobody has answered can be "
                "called off."
            ),
            do=_("Call this round off"),
        )

    def close_round(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say what ends with the round, and end it."""
        if not request.user.has_perm("village.change_campaign"):
            raise PermissionDenied
        campaign = get_object_or_404(self.get_queryset(request), pk=pk)
        form = forms.Form(request.POST or None)
        if request.method == "POST":
            try:
                campaigns.close(pk, actor=request.user)
            except DomainError as exc:
                self.message_user(request, str(exc), messages.ERROR)
            else:
                said = _("%(campaign)s is closed.") % {"campaign": campaign}
                self.message_user(request, said, messages.SUCCESS)
            return redirect("admin:village_campaign_change", pk)
        open_checks = SpotCheck.objects.waiting().filter(outcome__campaign=campaign)
        undecided = campaign.outcomes.exclude(
            stage__in=[Outcome.Stage.DECIDED, Outcome.Stage.VOIDED]
        )
        return step_page(
            self,
            request,
            title=_("Close this round"),
            form=form,
            facts=[
                (_("Campaign"), campaign),
                (_("Outcomes that stay undecided"), undecided.count()),
                (_("Spot checks not made"), open_checks.count()),
            ],
            says=_(
                "No outcome of this round is decided, drawn for a spot check or voided any more. "
                "Lines that were granted stay as they are. A round cannot be opened again."
            ),
            do=_("Close this round"),
        )
