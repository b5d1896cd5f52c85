"""The register of data sources: 28 kinds, each with owner, ground, columns, cost and health."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
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
        context = {
            **self.admin_site.each_context(request),
            "title": _("Data sources"),
            "opts": self.opts,
            "page": RegisterPage.build(now=timezone.now(), today=timezone.localdate()),
        }
        return TemplateResponse(request, "admin/admission/sources.html", context)

    def one(self, request: HttpRequest, name: str) -> HttpResponse:
        """One kind."""
        self._must_see(request)
        kind = KINDS.get(name)
        if kind is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": kind.zh,
            "opts": self.opts,
            "page": KindPage.build(
                kind, request.user, now=timezone.now(), today=timezone.localdate()
            ),
        }
        return TemplateResponse(request, "admin/admission/source.html", context)

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
