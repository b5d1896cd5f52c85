"""What came of the review, and the branch's decision on it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import RecordAdmin, columns
from core.admin.deeds import ReasonForm
from core.errors import DomainError
from core.models import User
from core.pieces import badge
from core.roles import Role
from core.templatetags.money import wan, yuan
from village import selectors
from village.admin.steps import asks_first, step_page
from village.admin.waiting import OutcomesWaiting
from village.models import ListFlag, Outcome, SpotCheck
from village.services import spot_checks, stages

FEN_PER_WAN = 1_000_000


class DecideForm(forms.Form):
    """What the branch confirms."""

    limit = forms.DecimalField(
        label=_("Reviewed limit (10,000 yuan)"),
        help_text=_("Leave empty to confirm the amount as it is. May be lowered, not raised."),
        min_value=0,
        decimal_places=4,
        required=False,
    )

    def __init__(self, *args: Any, as_it_is: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"].widget.attrs["placeholder"] = wan(as_it_is)

    def fen(self) -> int | None:
        """The amount in fen; None where it was left empty."""
        limit = self.cleaned_data["limit"]
        return None if limit is None else int(limit * FEN_PER_WAN)


class HandOverForm(forms.Form):
    """To whom checks go, and why."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("customer manager"))
    because = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, checks: QuerySet[SpotCheck], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = checks.order_by().values("draw__campaign__village__grid__branch")
        managers = User.objects.filter(role=Role.CUSTOMER_MANAGER, is_active=True)
        self.fields["to"].queryset = managers.filter(branch__in=branches).order_by("username")


class PutOnList(admin.ChoicesFieldListFilter):
    """The lists by the words that an outcome has for them."""

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """As they come, but for the word of no list."""
        for each in super().choices(changelist):
            is_none = each["display"] == ListFlag.NONE.label
            yield each | {"display": Outcome().get_list_flag_display()} if is_none else each


@admin.register(Outcome)
class OutcomeAdmin(RecordAdmin):
    """What the neighbours' sheets say together about each household."""

    comes_from = _("Outcomes come when a round of review is sealed and concluded.")
    list_display = [
        "household",
        "reviewed_in",
        "campaign",
        columns.count("valid_sheets", _("valid sheets")),
        "points",
        columns.wan("reviewed_limit", _("reviewed limit")),
        "put_on_list",
        columns.state("stage", _("stage")),
        "visit_needed",
        "decide_link",
    ]
    list_select_related = ["household", "campaign__village"]
    list_filter = [
        OutcomesWaiting,
        "stage",
        ("list_flag", PutOnList),
        "visit_needed",
        "campaign__village__town",
    ]
    actions = ["confirm"]
    search_fields = [
        "household__number__exact",
        "household__village__code__exact",
        "household__village__name__exact",
    ]
    search_help_text = _("Household number, or a village's name or area code")
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
        "put_on_list",
        "visit_needed",
        columns.readable("visit_reasons", _("why a visit")),
        columns.readable("explanation", _("how the limit came about")),
        columns.state("stage", _("stage")),
        "spot_check",
        "second_look",
        "second_by",
        "second_done_at",
        columns.readable("first_figures", _("what the first panel said")),
        "decided_by",
        "decided_at",
        "voided_because",
        "voided_at",
    ]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person speaks for the branch."""
        return request.user.has_perm("village.decide_outcome")

    def get_urls(self) -> list[URLPattern]:
        """Deciding one outcome has a page of its own."""
        decide = path(
            "<int:pk>/decide/",
            self.admin_site.admin_view(self.decide),
            name="village_outcome_decide",
        )
        return [decide, *super().get_urls()]

    @admin.display(description=_("step"))
    def decide_link(self, outcome: Outcome) -> SafeString | str:
        """The way to the branch's decision, where nothing stands before it."""
        waits = outcome.stage in (Outcome.Stage.INITIAL, Outcome.Stage.SECOND)
        if not waits or (outcome.visit_needed and outcome.second_done_at is None):
            return self.empty_value_display
        address = reverse("admin:village_outcome_decide", args=[outcome.pk])
        return format_html('<a href="{}">{}</a>', address, _("Decide"))

    @admin.action(description=_("Confirm for the branch"), permissions=["decide"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Outcome]) -> HttpResponse | None:
        """Confirm the chosen outcomes as the neighbours left them, once their extent was read."""
        if "confirmed" not in request.POST:
            return self._ask_to_confirm(request, queryset)
        done = self.one_by_one(
            request, queryset, lambda it: stages.decide(it.pk, actor=request.user)
        )
        if done:
            said = ngettext("%(n)s outcome settled.", "%(n)s outcomes settled.", len(done))
            self.message_user(request, said % {"n": len(done)}, messages.SUCCESS)
        return None

    def _ask_to_confirm(self, request: HttpRequest, queryset: QuerySet[Outcome]) -> HttpResponse:
        """How many outcomes of how much, and which of the chosen are left as they are."""
        told = selectors.chosen_to_decide(queryset, request.user)
        return asks_first(
            self,
            request,
            "confirm",
            title=_("Confirm for the branch"),
            facts=[
                (_("Outcomes confirmed"), told["ready"]),
                (_("Limits in all (10,000 yuan)"), wan(told["limits"])),
                (_("Void for the black list"), told["black"]),
                (_("Still to be looked at again, left as they are"), told["doubted"]),
                (_("Settled, overtaken or looked at by you, left as they are"), told["others"]),
            ],
            says=_(
                "Lines may be granted on confirmed outcomes, and white lists count from then on. A "
                "confirmed outcome is taken back only by a spot check that contradicts it."
            ),
            do=_("Confirm for the branch"),
        )

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The branch's decision on one outcome; it may lower the amount."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        outcome = get_object_or_404(
            self.get_queryset(request).select_related("household", "campaign__village"), pk=pk
        )
        form = DecideForm(request.POST or None, as_it_is=outcome.reviewed_limit)
        if request.method == "POST" and form.is_valid():
            try:
                stages.decide(pk, actor=request.user, limit=form.fen())
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                return redirect("admin:village_outcome_change", pk)
        nothing = self.empty_value_display
        return step_page(
            self,
            request,
            title=_("Decide for the branch"),
            form=form,
            facts=[
                (_("household"), outcome.household),
                (_("reviewed limit (yuan)"), yuan(outcome.reviewed_limit)),
                (_("valid sheets"), outcome.valid_sheets),
                (_("mean points of 100"), nothing if outcome.points is None else outcome.points),
                (_("list"), outcome.get_list_flag_display()),
                (_("second look by"), outcome.get_second_look_display() or nothing),
            ],
            says=_("After this a line may be granted on the outcome."),
            do=_("Confirm"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Outcome | None = None) -> list:
        """Everything: it is concluded, not typed."""
        return self.fields

    @admin.display(description=_("list"), ordering="list_flag")
    def put_on_list(self, outcome: Outcome) -> SafeString:
        """On which list the review puts the household."""
        return badge(outcome.get_list_flag_display(), state=outcome.list_flag)

    @admin.display(description=_("village"))
    def reviewed_in(self, outcome: Outcome) -> str:
        """Where; who has moved since counts where they live."""
        return str(outcome.campaign.village)

    @admin.display(description=_("spot check"))
    def spot_check(self, outcome: Outcome) -> SafeString | str:
        """What was found on the spot, where the lot fell on this household."""
        check = outcome.checks.select_related("assigned_to").first()
        if check is None:
            return self.empty_value_display
        found = check.get_finding_display() or check.get_status_display()
        seen_on = f"{timezone.localtime(check.done_at):%Y-%m-%d}" if check.done_at else ""
        words = " · ".join(filter(None, [found, check.note, str(check.assigned_to), seen_on]))
        address = reverse("admin:village_spotcheck_change", args=[check.pk])
        return format_html('<a href="{}">{}</a>', address, words)


@admin.register(SpotCheck)
class SpotCheckAdmin(RecordAdmin):
    """Spot checks: drawn by lot, made by a manager, with photo and signature."""

    comes_from = _("Spot checks are drawn when a round of review is concluded.")
    list_display = [
        "household",
        "campaign",
        "assigned_to",
        "due_on",
        columns.state(),
        columns.state("finding", _("finding")),
        "done_at",
    ]
    list_select_related = ["outcome__household", "draw__campaign__village", "assigned_to"]
    list_filter = ["status", "finding"]
    actions = ["hand_over", "call_off"]
    search_fields = ["outcome__household__number__exact"]
    fields = [
        "household",
        "campaign",
        "draw",
        "seed",
        "assigned_to",
        "due_on",
        columns.state(),
        columns.state("finding", _("finding")),
        "note",
        "photo",
        "signature",
        "done_at",
    ]

    def has_draw_permission(self, request: HttpRequest) -> bool:
        """Whether this person says who checks."""
        return request.user.has_perm("village.draw_spotcheck")

    @admin.action(description=_("Give to another customer manager"), permissions=["draw"])
    def hand_over(self, request: HttpRequest, queryset: QuerySet[SpotCheck]) -> HttpResponse | None:
        """Checks of somebody who left or has no time go to somebody else, for a reason."""
        waiting = queryset.waiting()
        form = HandOverForm(request.POST if "to" in request.POST else None, checks=waiting)
        if not form.is_valid():
            return self._ask_to_whom(request, queryset, form)
        try:
            given = spot_checks.hand_over(
                list(waiting.values_list("pk", flat=True)),
                actor=request.user,
                **form.cleaned_data,
            )
        except DomainError as exc:
            form.add_error(None, str(exc))
            return self._ask_to_whom(request, queryset, form)
        said = ngettext("%(n)s check given to %(to)s.", "%(n)s checks given to %(to)s.", given)
        told = said % {"n": given, "to": form.cleaned_data["to"]}
        self.message_user(request, told, messages.SUCCESS)
        return None

    @admin.action(description=_("Call the checks off"), permissions=["draw"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[SpotCheck]) -> HttpResponse | None:
        """Checks that cannot be made end, for a reason."""
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            ids = list(queryset.waiting().values_list("pk", flat=True))
            ended = spot_checks.call_off(
                ids, because=form.cleaned_data["reason"], actor=request.user
            )
            said = ngettext("%(n)s check called off.", "%(n)s checks called off.", ended)
            self.message_user(request, said % {"n": ended}, messages.SUCCESS)
            return None
        return self._ask(
            request,
            queryset,
            form,
            action="call_off",
            title=_("Call the checks off"),
            says=_(
                "For households that have gone, or that cannot be met. They leave the list of "
                "whoever was to check, who is told why, and are not drawn again in this round."
            ),
            do=_("Call the checks off"),
        )

    def _ask_to_whom(
        self, request: HttpRequest, queryset: QuerySet[SpotCheck], form: HandOverForm
    ) -> HttpResponse:
        return self._ask(
            request,
            queryset,
            form,
            action="hand_over",
            title=_("Give to another customer manager"),
            says=_(
                "Whoever gets them is told and finds them under “Spot checks”. The village's own "
                "customer manager checks only where the branch has no other."
            ),
            do=_("Give"),
        )

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[SpotCheck],
        form: forms.Form,
        *,
        action: str,
        **shown: Any,
    ) -> HttpResponse:
        """The page between an action and its effect on the checks that nobody has made."""
        waiting = queryset.waiting().count()
        chosen = [(ACTION_CHECKBOX_NAME, pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)]
        return step_page(
            self,
            request,
            form=form,
            facts=[
                (_("Checks that nobody has made yet"), waiting),
                (_("Others, left as they are"), queryset.count() - waiting),
            ],
            hidden=[
                ("action", action),
                ("select_across", request.POST.get("select_across", "0")),
                *chosen,
            ],
            **shown,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: SpotCheck | None = None) -> list:
        """Everything: a finding is a fact."""
        return self.fields

    @admin.display(description=_("household"))
    def household(self, check: SpotCheck) -> str:
        """Who is looked at."""
        return str(check.outcome.household)

    @admin.display(description=_("campaign"))
    def campaign(self, check: SpotCheck) -> str:
        """Of which review."""
        return str(check.draw.campaign)

    @admin.display(description=_("seed of the draw"))
    def seed(self, check: SpotCheck) -> int:
        """With which anybody can draw the same again."""
        return check.draw.seed
