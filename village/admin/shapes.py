"""Bringing in village polygons from the back office."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.admin import RecordAdmin
from core.errors import DomainError
from village.models import VillageShape
from village.services import shapes
from village.services.shapes import PositionsBrought, ShapesBrought
from village.shape_rules.datum import GCJ02, WGS84

Brought = TypeVar("Brought", ShapesBrought, PositionsBrought)
LARGEST = 100 * 1024 * 1024
DATUMS = [
    ("", gettext_lazy("as the file says")),
    (WGS84, gettext_lazy("WGS-84 or CGCS2000 (satellite, survey, 天地图)")),
    (GCJ02, gettext_lazy("GCJ-02 (高德, 腾讯)")),
]


class ShapesForm(forms.Form):
    """A GeoJSON file, and what its coordinates mean."""

    file = forms.FileField(label=gettext_lazy("File (GeoJSON)"))
    datum = forms.ChoiceField(
        label=gettext_lazy("Coordinates are in"), choices=DATUMS, required=False
    )
    dry_run = forms.BooleanField(label=gettext_lazy("Only check, write nothing"), required=False)

    def clean_file(self) -> object:
        """Refuse what no county's outline can be."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is too large; simplify the outlines."))
        return given


class PositionsForm(ShapesForm):
    """A table of positions; it cannot say itself what its coordinates are in."""

    file = forms.FileField(label=gettext_lazy("File (CSV or Excel)"))
    datum = forms.ChoiceField(label=gettext_lazy("Coordinates are in"), choices=DATUMS[1:])


@admin.register(VillageShape)
class VillageShapeAdmin(RecordAdmin):
    """Village polygons: whose ground is on the map, since when, from which file."""

    list_display = ["village", "town", "file_name", "imported_at", "imported_by"]
    list_select_related = ["village__town", "imported_by"]
    search_fields = ["village__code__exact", "village__name__contains"]
    fields = ["village", "west", "south", "east", "north", "file_name", "imported_at"]
    fields += ["imported_by"]

    def has_add_permission(self, request: HttpRequest, obj: VillageShape | None = None) -> bool:
        """Whether this person may bring in polygons."""
        return request.user.has_perm("village.add_villageshape")

    def get_urls(self) -> list[URLPattern]:
        """Where households stand is brought in on a page of its own."""
        positions = path(
            "positions/",
            self.admin_site.admin_view(self.positions),
            name="village_villageshape_positions",
        )
        return [positions, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[VillageShape]:
        """Without the polygons themselves."""
        return super().get_queryset(request).defer("geometry")

    @admin.display(description=gettext_lazy("town"), ordering="village__town")
    def town(self, shape: VillageShape) -> str:
        """The town it belongs to."""
        return shape.village.town.name

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Upload a file and see what became of each feature."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ShapesForm(request.POST or None, request.FILES or None)
        brought = None
        if request.method == "POST" and form.is_valid():
            brought = self._bring(request, form)
        return self.draw_page(
            request,
            "admin/village/villageshape/upload.html",
            title=_("Bring in village polygons"),
            form=form,
            brought=brought,
        )

    def positions(self, request: HttpRequest) -> HttpResponse:
        """Upload a table of household positions and see what became of its rows."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PositionsForm(request.POST or None, request.FILES or None)
        brought = None
        if request.method == "POST" and form.is_valid():
            brought = self._worked(request, form, shapes.import_positions)
        return self.draw_page(
            request,
            "admin/village/villageshape/positions.html",
            title=_("Bring in household positions"),
            form=form,
            brought=brought,
            tried=brought is not None and form.cleaned_data["dry_run"],
        )

    def _worked(
        self, request: HttpRequest, form: ShapesForm, service: Callable[..., Brought]
    ) -> Brought | None:
        """What a service made of the uploaded file; a refusal becomes a message."""
        given = form.cleaned_data["file"]
        try:
            return service(
                given.read(),
                name=given.name,
                actor=request.user,
                datum=form.cleaned_data["datum"],
                dry_run=form.cleaned_data["dry_run"],
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None

    def _bring(self, request: HttpRequest, form: ShapesForm) -> ShapesBrought | None:
        brought = self._worked(request, form, shapes.import_shapes)
        if brought is None:
            return None
        if not form.cleaned_data["dry_run"]:
            written = brought.new + brought.changed
            said = ngettext("%(n)d polygon written.", "%(n)d polygons written.", written)
            self.message_user(request, said % {"n": written}, messages.SUCCESS)
        return brought
