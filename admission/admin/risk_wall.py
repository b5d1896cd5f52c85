"""The risk wall: what is asked and decided today, as it happens."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.contexts_wall import WallPage
from admission.models import RiskWall
from admission.services import risk_wall
from admission.sources.lending import bank_day
from core.admin import RecordAdmin

DAY = timedelta(days=1)
EARLIEST = date.min + risk_wall.DAYS_SHOWN * DAY


@admin.register(RiskWall)
class RiskWallAdmin(RecordAdmin):
    """One page for those who see the whole bank; its figures are counted once for all of them."""

    def get_urls(self) -> list[URLPattern]:
        """The figures alone have an address of their own, for pages that are open."""
        return [
            path(
                "figures/",
                self.admin_site.admin_view(self.figures),
                name="admission_riskwall_figures",
            ),
            path(
                "",
                self.admin_site.admin_view(self.changelist_view),
                name="admission_riskwall_changelist",
            ),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What all see alike only those may see who see everything."""
        return request.user.sees_everything and super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The menu shows the room for other pages too."""
        return self.has_view_permission(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The wall, of today or of a day before."""
        shown = self._shown(request)
        page = shown["page"]
        return self.draw_page(
            request,
            "admin/admission/wall.html",
            title=_("Risk wall"),
            is_nav_sidebar_enabled=False,
            last_busy=risk_wall.last_busy_day(before=page.day) if page.is_quiet else None,
            **shown,
        )

    def figures(self, request: HttpRequest) -> HttpResponse:
        """The figures alone, as they stand now; where no day is asked for, of the bank's day now,
        so that a wall that hangs overnight goes over to the new one."""
        return TemplateResponse(request, "admin/admission/_wall_figures.html", self._shown(request))

    def _shown(self, request: HttpRequest) -> dict[str, Any]:
        """A day's figures, and the way to its neighbours."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = bank_day(timezone.localdate())
        day = _asked(request, today)
        return {
            "page": WallPage.build(risk_wall.figures(day, at=timezone.now())),
            "is_dark": request.GET.get("look") == "dark",
            "before": day - DAY,
            "after": day + DAY if day < today else None,
            "is_today": day == today,
        }


def _asked(request: HttpRequest, today: date) -> date:
    """The day asked for, never one that has not come; what is no day, or has not as many days
    before it as the wall shows, is today."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return min(day, today) if day > EARLIEST else today
