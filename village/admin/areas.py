"""The ground in the back office, and where a review begins."""

import secrets

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin import BackOfficeAdmin, columns
from village import selectors
from village.admin.campaign_pages import LARGEST_SEED
from village.models import Grid, Group, ServicePoint, Town, Village
from village.services import campaigns, grids


@admin.register(Town)
class TownAdmin(BackOfficeAdmin):
    """Towns and streets."""

    list_display = ["code", "name", "county"]
    search_fields = ["code__exact", "name__startswith"]


@admin.register(Grid)
class GridAdmin(BackOfficeAdmin):
    """Grids 网格: who walks where."""

    list_display = ["code", "name", "branch", "manager"]
    list_select_related = ["branch", "manager"]
    list_filter = ["branch"]
    search_fields = ["code__exact", "name__contains", "manager__full_name__startswith"]
    autocomplete_fields = ["branch", "manager"]

    def save_model(self, request: HttpRequest, obj: Grid, form: ModelForm, change: bool) -> None:
        """Save; a grid that changes hands is handed over with the work that is open in it."""
        super().save_model(request, obj, form, change)
        if change and "manager" in form.changed_data:
            grids.handed_over(obj, actor=request.user)


class GroupInline(admin.TabularInline):
    """A village's groups."""

    model = Group
    extra = 0
    show_change_link = False


class ServicePointInline(admin.TabularInline):
    """A village's service points."""

    model = ServicePoint
    extra = 0


@admin.register(Village)
class VillageAdmin(BackOfficeAdmin):
    """Villages. From here a round of review is opened."""

    list_display = [
        "code",
        "name",
        "town",
        "grid",
        columns.count("households_count", _("households")),
        columns.count("concluded_count", _("reviewed")),
        "campaign_state",
    ]
    list_select_related = ["town", "grid"]
    list_filter = ["town", "grid__branch"]
    search_fields = ["code__exact", "name__contains", "town__name__startswith"]
    autocomplete_fields = ["town", "grid"]
    inlines = [GroupInline, ServicePointInline]
    actions = ["open_review"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Village]:
        """Villages with their figures."""
        return selectors.with_progress(super().get_queryset(request))

    def save_model(self, request: HttpRequest, obj: Village, form: ModelForm, change: bool) -> None:
        """Save; a village that goes to another grid is walked by whoever walks that."""
        super().save_model(request, obj, form, change)
        if change and "grid" in form.changed_data:
            grids.handed_over(obj.grid, actor=request.user)

    @admin.display(description=_("newest round"))
    def campaign_state(self, village: Village) -> str:
        """How the newest round stands."""
        return selectors.campaign_word(village.campaign_status) or self.empty_value_display

    def has_open_permission(self, request: HttpRequest) -> bool:
        """Whether this person may open a review."""
        return request.user.has_perm("village.add_campaign")

    @admin.action(description=_("Open a review"), permissions=["open"])
    def open_review(self, request: HttpRequest, queryset: QuerySet[Village]) -> None:
        """Draw panels in the chosen villages and let neighbours answer."""

        def open_one(village: Village) -> None:
            campaigns.open_campaign(
                village.pk,
                business_day=timezone.localdate(),
                seed=secrets.randbelow(LARGEST_SEED),
                actor=request.user,
            )

        opened = len(self.one_by_one(request, queryset, open_one))
        if opened:
            self.message_user(
                request,
                ngettext("%(n)s review opened.", "%(n)s reviews opened.", opened) % {"n": opened},
                messages.SUCCESS,
            )


@admin.register(Group)
class GroupAdmin(BackOfficeAdmin):
    """Villagers' groups."""

    list_display = ["code", "name", "village"]
    list_select_related = ["village"]
    search_fields = ["code__exact", "village__name__startswith"]
    autocomplete_fields = ["village"]

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        """A group keeps its village, where its households live."""
        return ["village"] if obj else []


@admin.register(ServicePoint)
class ServicePointAdmin(BackOfficeAdmin):
    """Service points 金融服务站."""

    list_display = ["name", "village", "keeper"]
    list_select_related = ["village"]
    search_fields = ["name__contains", "village__name__startswith"]
    autocomplete_fields = ["village"]
