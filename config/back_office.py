"""The back office: Django's admin in our clothes, its menu in the order of the road."""

import re
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.my_work import MyWork
from core.role_permissions import permissions_of
from credit.services import business_days

ROAD = ["village", "visits", "admission", "credit", "postloan", "core"]
SYSTEM = ["auth", "axes"]


class BackOffice(AdminSite):
    """`/admin/`: a menu along the road, and for everybody what waits for them.

    The menu is the same for everybody of a role: it is put together and drawn once for each.
    """

    site_title = _("Qianmo")
    site_header = _("Qianmo")
    index_title = _("My work")
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._rooms: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        self._menus: dict[tuple[Any, ...], str] = {}

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page shows: the menu too, with the register one is in marked."""
        return super().each_context(request) | {"menu": self._menu(request)}

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
        whose = (*_rights(request), app_label)
        if whose not in self._rooms:
            self._rooms[whose] = self._open_rooms(request, app_label)
        return self._rooms[whose]

    def _open_rooms(self, request: HttpRequest, app_label: str | None) -> list[dict[str, Any]]:
        found = self._build_app_dict(request, app_label)
        if app_label:
            return list(found.values())
        system = [each for label in SYSTEM for each in found.pop(label, {}).get("models", [])]
        if system and "core" in found:
            found["core"]["models"].extend(system)
        return [found[label] for label in ROAD if label in found] + [
            room for label, room in found.items() if label not in ROAD
        ]

    def _menu(self, request: HttpRequest) -> SafeString:
        whose = (*_rights(request), get_language())
        if whose not in self._menus:
            rooms = {"rooms": self.get_app_list(request)}
            self._menus[whose] = render_to_string("admin/_menu.html", rooms)
        return _marked(self._menus[whose], request.path)


def _rights(request: HttpRequest) -> tuple[Any, ...]:
    """What decides which registers somebody finds in the menu."""
    role = request.user.role
    return role, permissions_of(role), request.user.is_superuser


def _marked(menu: str, path: str) -> SafeString:
    """The menu with the entry marked to which the page at this path belongs."""

    def entry(link: re.Match[str]) -> str:
        return f'{link[0]} aria-current="page"' if link[1] in path else link[0]

    return mark_safe(re.sub(r'href="([^"]+)"', entry, menu))  # noqa: S308 - drawn by a template
