"""Progress and map in the back office: pages instead of a register."""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from openpyxl import Workbook

from credit.admin.granting import MAY, GrantingPages
from credit.contexts_map import Ground, MapPage
from credit.contexts_progress import (
    DESK,
    Asked,
    ProgressPage,
    export_table,
    one_village,
)
from credit.contexts_progress_village import VillageProgressPage
from credit.models import VillageProgress
from credit.selectors_granting import ready_in
from credit.services import progress

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cells = Iterable[str | int | Decimal]


@admin.register(VillageProgress)
class ProgressAdmin(GrantingPages):
    """How far villages have come: ranked, on the map, and one by one down to the households."""

    comes_from = gettext_lazy(
        "Villages are counted as soon as there are households and a round of review."
    )

    def get_urls(self) -> list[URLPattern]:
        """The map, a village's lists and the export, beside the ranking."""
        mine = [
            ("map/", self.map_page, "map"),
            ("export/", self.export, "export"),
            ("count/", self.count, "count"),
            ("village/<int:pk>/", self.village, "village"),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=f"credit_villageprogress_{name}")
            for route, view, name in mine
        ] + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The ranking."""
        asked = Asked.of(request.GET)
        self._must_see(request)
        page = ProgressPage.build(request.user, asked, door=DESK, number=request.GET.get("page"))
        return self._page(request, "progress", {"page": page})

    def map_page(self, request: HttpRequest) -> HttpResponse:
        """The county in one figure."""
        self._must_see(request)
        page = MapPage.build(request.user, request.GET, door=DESK)
        return self._page(request, "map", {"page": page, "ground": page.ground})

    def village(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One village's stages, ground and lists."""
        self._must_see(request)
        found = get_object_or_404(one_village(request.user), pk=pk)
        page = VillageProgressPage.build(found, request.user, door=DESK, query=request.GET)
        context = {"page": page, "ground": Ground.of(village=pk)}
        if request.user.has_perm(MAY):
            context["campaigns"] = ready_in(request.user, pk)
        return self._page(request, "progress_village", context)

    def count(self, request: HttpRequest) -> HttpResponse:
        """Count again, now, for those who changed something that tells nobody."""
        self._must_see(request)
        if request.method == "POST":
            changed = progress.count()
            said = ngettext("%(n)d village changed.", "%(n)d villages changed.", changed)
            self.message_user(request, said % {"n": changed}, messages.SUCCESS)
        return redirect(DESK.progress)

    def export(self, request: HttpRequest) -> HttpResponse:
        """The whole ranking as a file. It names villages and no people."""
        self._must_see(request)
        headings, rows = export_table(request.user, Asked.of(request.GET))
        as_csv = request.GET.get("format") == "csv"
        name = f"progress-{timezone.localdate():%Y%m%d}.{'csv' if as_csv else 'xlsx'}"
        return HttpResponse(
            _csv(headings, rows) if as_csv else _xlsx(headings, rows),
            content_type="text/csv; charset=utf-8" if as_csv else XLSX,
            headers={"Content-Disposition": content_disposition_header(True, name)},
        )

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        """A whole page, or the part of it that changes while people look."""
        if request.htmx:
            return TemplateResponse(request, FRAGMENTS[name], context)
        return self.draw_page(
            request,
            f"admin/credit/{name}.html",
            title=capfirst(_("progress and map")),
            may_grant=request.user.has_perm(MAY),
            **context,
        )


FRAGMENTS = {
    "progress": "credit/_progress_table.html",
    "map": "credit/_map_figures.html",
    "progress_village": "credit/_progress_village.html",
}


def _csv(headings: list[str], rows: Iterable[Cells]) -> bytes:
    """For Excel, which reads UTF-8 only behind a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([_harmless(each) for each in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(headings: list[str], rows: Iterable[Cells]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Progress"))
    sheet.freeze_panes = "C2"
    sheet.append(headings)
    for row in rows:
        sheet.append([_harmless(each) for each in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(cell: str | int | Decimal) -> str | int | Decimal:
    """A text that a spreadsheet would run is quoted."""
    is_formula = isinstance(cell, str) and cell.startswith(BEGINS_A_FORMULA)
    return f"'{cell}" if is_formula else cell
