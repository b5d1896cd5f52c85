"""Visits as the branch sees them: who is where, and whose findings wait to be accepted."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin
from core.admin.deeds import ReasonForm
from core.errors import DomainError
from core.templatetags.money import wan
from visits import services
from visits.models import Survey, VisitTask


class SurveyInline(admin.TabularInline):
    model = Survey
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "revision",
        "seen_on",
        "met",
        "income",
        "surplus",
        "net_worth",
        "needed",
        "limit",
        "notes",
    ]

    def has_add_permission(self, request: HttpRequest, obj: VisitTask | None = None) -> bool:
        """Surveys come from the yard, not from the office."""
        return False

    @admin.display(description=_("income a year (10,000 yuan)"))
    def income(self, survey: Survey) -> str:
        """Income in 万元."""
        return wan(survey.income_year)

    @admin.display(description=_("surplus a year (10,000 yuan)"))
    def surplus(self, survey: Survey) -> str:
        """What is left of a year in 万元."""
        return wan(survey.findings.surplus_year)

    @admin.display(description=_("net worth (10,000 yuan)"))
    def net_worth(self, survey: Survey) -> str:
        """Assets less debts in 万元."""
        return wan(survey.findings.net_worth)

    @admin.display(description=_("loan needed (10,000 yuan)"))
    def needed(self, survey: Survey) -> str:
        """What they ask for in 万元."""
        return wan(survey.need)

    @admin.display(description=_("surveyed limit (10,000 yuan)"))
    def limit(self, survey: Survey) -> str:
        """The limit that follows in 万元."""
        return wan(survey.surveyed_limit)


@admin.register(VisitTask)
class VisitTaskAdmin(RecordAdmin):
    comes_from = _(
        "Visits are planned when a round of review ends in doubt, when leads come in, or by hand."
    )
    list_display = [
        "household",
        "village",
        "reason",
        "manager",
        "status",
        "due_on",
        "submitted_at",
        "surveyed",
    ]
    list_filter = ["status", "reason", "household__village__grid"]
    list_select_related = ["household__village", "manager"]
    search_fields = ["household__number__exact"]
    search_help_text = _("Household number")
    date_hierarchy = "due_on"
    inlines = [SurveyInline]
    actions = ["accept_findings", "send_back", "give_to_managers", "call_off"]
    fields = readonly_fields = [
        "household",
        "campaign",
        "reason",
        "manager",
        "due_on",
        "status",
        "submitted_at",
        "accepted_by",
        "accepted_at",
        "returned_because",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VisitTask]:
        """Visits with the surveyed limit of their newest revision."""
        newest = Survey.objects.filter(task=OuterRef("pk")).order_by("-revision")
        return (
            super()
            .get_queryset(request)
            .annotate(newest_limit=Subquery(newest.values("surveyed_limit")[:1]))
        )

    @admin.display(description=_("village"))
    def village(self, task: VisitTask) -> str:
        """Where it is."""
        return task.household.village.name

    @admin.display(description=_("surveyed limit (10,000 yuan)"))
    def surveyed(self, task: VisitTask) -> str:
        """The newest surveyed limit in 万元."""
        return wan(task.newest_limit)

    def has_accept_permission(self, request: HttpRequest) -> bool:
        """Whether this person may accept findings."""
        return request.user.has_perm("visits.accept_visittask")

    @admin.action(description=_("Accept the findings"), permissions=["accept"])
    def accept_findings(self, request: HttpRequest, queryset: QuerySet[VisitTask]) -> None:
        """Accept each; what cannot be accepted is said and left."""
        accepted = self.one_by_one(
            request, queryset, lambda task: services.accept(task.pk, actor=request.user)
        )
        if accepted:
            self.message_user(request, _("%(count)d findings accepted.") % {"count": len(accepted)})

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Whether this person says who goes where."""
        return request.user.has_perm("visits.change_visittask")

    @admin.action(description=_("Send the findings back"), permissions=["accept"])
    def send_back(self, request: HttpRequest, queryset: QuerySet[VisitTask]) -> HttpResponse | None:
        """Ask the managers to look again, saying at what."""
        waiting = queryset.filter(status=VisitTask.Status.SUBMITTED)
        form = self._reason(request)
        if not form.is_valid():
            return self._ask(
                request,
                form=form,
                title=_("Send the findings back"),
                facts=[
                    (_("Findings that wait to be accepted"), waiting.count()),
                    (_("Others, left as they are"), queryset.count() - waiting.count()),
                ],
                says=_(
                    "The managers are told what is missing and go again. What they found so far "
                    "does not count."
                ),
            )
        by = {"actor": request.user, "reason": form.cleaned_data["reason"]}
        returned = self.one_by_one(request, waiting, lambda it: services.send_back(it.pk, **by))
        if returned:
            self.message_user(request, _("%(count)d visits sent back.") % {"count": len(returned)})
        return None

    @admin.action(
        description=_("Give to the customer managers of their grids"), permissions=["assign"]
    )
    def give_to_managers(
        self, request: HttpRequest, queryset: QuerySet[VisitTask]
    ) -> HttpResponse | None:
        """Open visits find whoever walks their grid by now: it had nobody, or changed hands."""
        astray = queryset.astray()
        form = self._reason(request)
        if not form.is_valid():
            unwalked = astray.exclude(household__village__grid__manager__is_active=True)
            return self._ask(
                request,
                form=form,
                title=_("Give to the customer managers of their grids"),
                facts=[
                    (_("Open visits that their grid's manager does not have"), astray.count()),
                    (_("Of these in grids that have none"), unwalked.count()),
                    (_("Others, left as they are"), queryset.count() - astray.count()),
                ],
                says=_(
                    "Each manager is told and finds the visits under “My tasks”. Findings that "
                    "were submitted stay with who made the visit. A grid without a manager first "
                    "gets one in the register of grids."
                ),
            )
        try:
            done = services.assign_to_grids(
                astray.values_list("pk", flat=True),
                because=form.cleaned_data["reason"],
                actor=request.user,
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None
        self.message_user(request, _("%(count)d visits assigned.") % {"count": done.given})
        if done.without_manager:
            said = _("%(count)d visits are in grids without a manager.")
            self.message_user(request, said % {"count": done.without_manager}, messages.WARNING)
        return None

    @admin.action(description=_("Call the visits off"), permissions=["assign"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[VisitTask]) -> HttpResponse | None:
        """Nobody has to go any more, saying why."""
        still_open = queryset.open()
        form = self._reason(request)
        if not form.is_valid():
            return self._ask(
                request,
                form=form,
                title=_("Call the visits off"),
                facts=[
                    (_("Visits that nobody has made yet"), still_open.count()),
                    (_("Others, left as they are"), queryset.count() - still_open.count()),
                ],
                says=_(
                    "They leave the managers' lists for good, and the managers are told why. A "
                    "loan application that still waits for a visit plans another one."
                ),
            )
        by = {"actor": request.user, "reason": form.cleaned_data["reason"]}
        done = self.one_by_one(request, still_open, lambda it: services.call_off(it.pk, **by))
        if done:
            self.message_user(request, _("%(count)d visits called off.") % {"count": len(done)})
        return None

    def _reason(self, request: HttpRequest) -> ReasonForm:
        """Why, once somebody has said so on the page between."""
        return ReasonForm(request.POST if "reason" in request.POST else None)

    def _ask(self, request: HttpRequest, **shown: Any) -> HttpResponse:
        """The page between an action and its effect: how many, what it leads to, and why."""
        return self.draw_page(
            request,
            "admin/visits/step.html",
            action=request.POST["action"],
            chosen=request.POST.getlist(ACTION_CHECKBOX_NAME),
            across=request.POST.get("select_across", "0"),
            **shown,
        )
