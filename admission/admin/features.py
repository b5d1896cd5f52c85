"""The dictionary of features, to read, search, print and take along."""

import csv
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_features import DictionaryPage, FeaturePage
from admission.features import FEATURES
from admission.models import FeatureFigures
from admission.services import measuring
from core.admin import RecordAdmin

LONGEST_SEARCH = 60


@admin.register(FeatureFigures)
class FeatureFiguresAdmin(RecordAdmin):
    """Every feature with its definition and how it lies over the county."""

    comes_from = gettext_lazy(
        "Coverage and drift are measured on the first of each month, or on demand."
    )

    def get_urls(self) -> list[URLPattern]:
        """A feature is found by its name; the dictionary can be fetched and measured anew."""
        wrap = self.admin_site.admin_view
        return [
            path("feature/<slug:name>/", wrap(self.one), name="admission_featurefigures_one"),
            path("fetch/", wrap(self.fetch), name="admission_featurefigures_fetch"),
            path("measure/", wrap(self.measure), name="admission_featurefigures_measure"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The dictionary in place of a list of rows."""
        self._must_see(request)
        return self.draw_page(
            request,
            "admin/admission/dictionary.html",
            title=_("Feature dictionary"),
            page=self._page(request),
            query=request.GET.urlencode(),
            may_measure=request.user.has_perm("admission.change_tagset"),
        )

    def one(self, request: HttpRequest, name: str) -> HttpResponse:
        """One feature."""
        self._must_see(request)
        feature = FEATURES.get(name)
        if feature is None:
            raise Http404
        return self.draw_page(
            request,
            "admin/admission/feature.html",
            title=feature.zh,
            page=FeaturePage.build(feature),
        )

    def fetch(self, request: HttpRequest) -> HttpResponse:
        """The dictionary, as narrowed on the page, as CSV. It names no customer."""
        self._must_see(request)
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="features.csv"'
        answer.write("\ufeff")
        file = csv.writer(answer)
        file.writerow(
            [
                _("Number"), _("Code"), _("Name"), _("Source"), _("Unit"), _("Window"),
                _("Definition"), _("Formula"), _("Definition in English"),
                _("Known of"), _("Distribution"), _("Drift (PSI)"),
            ]
        )  # fmt: skip
        for each in self._page(request).lines:
            of = each.feature
            file.writerow(
                [
                    each.number, of.name, of.zh, each.source, each.unit, each.window, each.means,
                    each.formula, of.about, each.coverage, each.shape, each.drift,
                ]
            )  # fmt: skip
        return answer

    def measure(self, request: HttpRequest) -> HttpResponse:
        """Measure all features now; workers take the sources."""
        if request.method != "POST" or not request.user.has_perm("admission.change_tagset"):
            raise PermissionDenied
        measuring.ask_for_measuring(request.user)
        self.message_user(request, _("The features are being measured; look again in a minute."))
        return redirect("admin:admission_featurefigures_changelist")

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest) -> DictionaryPage:
        search = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
        return DictionaryPage.build(search=search, source=request.GET.get("source", ""))
