"""Visits as the branch sees them: who is where, and whose findings wait to be accepted."""

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin
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
    actions = ["accept_findings"]
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
        accepted = 0
        for each in queryset:
            try:
                services.accept(each.pk, actor=request.user)
                accepted += 1
            except DomainError as exc:
                self.message_user(request, f"{each}: {exc}", messages.ERROR)
        if accepted:
            self.message_user(request, _("%(count)d findings accepted.") % {"count": accepted})
