"""The register of data sources: 28 kinds, each with owner, ground, columns, cost and health."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.contexts_sources import KindPage, RegisterPage
from admission.models import SourceKind
from admission.sources.kinds import KINDS
from core.admin import RecordAdmin


@admin.register(SourceKind)
class SourceKindAdmin(RecordAdmin):
    """Every kind of data, in place of a list of rows."""

    def get_urls(self) -> list[URLPattern]:
        """A kind is found by its name."""
        one = path(
            "kind/<slug:name>/",
            self.admin_site.admin_view(self.one),
            name="admission_sourcekind_one",
        )
        return [one, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """All kinds, how they did lately, how much of each is held."""
        self._must_see(request)
        return self.draw_page(
            request,
            "admin/admission/sources.html",
            title=_("Data sources"),
            page=RegisterPage.build(now=timezone.now(), today=timezone.localdate()),
        )

    def one(self, request: HttpRequest, name: str) -> HttpResponse:
        """One kind."""
        self._must_see(request)
        kind = KINDS.get(name)
        if kind is None:
            raise Http404
        return self.draw_page(
            request,
            "admin/admission/source.html",
            title=kind.zh,
            page=KindPage.build(kind, request.user, now=timezone.now(), today=timezone.localdate()),
        )

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
