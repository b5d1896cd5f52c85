"""The back office: Django's admin in our clothes, its menu in the order of the road."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.my_work import MyWork
from credit.services import business_days

ROAD = ["village", "visits", "admission", "credit", "postloan", "core"]
SYSTEM = ["auth", "axes"]


class BackOffice(AdminSite):
    """`/admin/`: a menu along the road, and for everybody what waits for them."""

    site_title = _("Qianmo")
    site_header = _("Qianmo")
    index_title = _("My work")
    site_url = None

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """My work: what waits, how long already, and the bank's day against those before."""
        page = MyWork.build(
            request.user,
            today=business_days.being_worked(timezone.localdate()),
            now=timezone.now(),
            registers=self.is_registered,
        )
        return super().index(request, {"page": page, **(extra_context or {})})

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one way in for everybody; who is in and lacks the right is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one way out, too."""
        return redirect("logout", permanent=False, preserve_request=True)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The rooms in the order of the road; within a room, the order its admin declares."""
        found = self._build_app_dict(request, app_label)
        if app_label:
            return list(found.values())
        system = [each for label in SYSTEM for each in found.pop(label, {}).get("models", [])]
        if system and "core" in found:
            found["core"]["models"].extend(system)
        return [found[label] for label in ROAD if label in found] + [
            room for label, room in found.items() if label not in ROAD
        ]
