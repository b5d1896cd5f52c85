"""What files say of customers, and the line of the file a figure is from."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.admin.classes import ClassFilter, name_of_class
from admission.admin.searching import ByCustomer
from admission.contexts_data import block, class_name
from admission.deliveries.classes import CLASSES
from admission.models import Figures
from admission.services import lineage
from core.admin import RecordAdmin


@admin.register(Figures)
class FiguresAdmin(ByCustomer, RecordAdmin):
    """What files say of customers, each row with its way back to the file."""

    comes_from = gettext_lazy("Figures come with the files of data that are brought in.")
    list_display = ["customer", name_of_class, "part", "as_of", "delivery", "line"]
    list_filter = [ClassFilter]
    list_select_related = ["customer", "delivery"]
    fields = [
        "customer",
        name_of_class,
        "part",
        "as_of",
        "delivery",
        "line",
        "said",
        "as_delivered",
    ]
    ordering = ["customer_id", "kind", "part"]

    def get_readonly_fields(self, request: HttpRequest, obj: Figures | None = None) -> list:
        """Everything: figures are facts."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """The line as delivered has an address of its own."""
        origin = path(
            "<int:pk>/origin/",
            self.admin_site.admin_view(self.origin),
            name="admission_figures_origin",
        )
        return [origin, *super().get_urls()]

    @admin.display(description=gettext_lazy("values"))
    def said(self, figures: Figures) -> str:
        """The figures as people read them."""
        told = block(figures, None, timezone.localdate())
        return render_to_string("admission/admin/_said.html", {"block": told})

    @admin.display(description=gettext_lazy("line as delivered"))
    def as_delivered(self, figures: Figures) -> SafeString:
        """From the figure to the line of the file."""
        address = reverse("admin:admission_figures_origin", args=[figures.pk])
        return format_html('<a href="{}">{}</a>', address, _("Show the line as it was delivered"))

    def origin(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The line as it stands in the sealed file, the ID number masked; the look is logged."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("customer", "delivery__file")
        figures = rows.filter(pk=pk).first()
        if figures is None:
            raise Http404
        return self.draw_page(
            request,
            "admin/admission/origin.html",
            title=_("Where the figures come from"),
            figures=figures,
            name=class_name(figures.kind),
            of=CLASSES.get(figures.kind),
            cells=lineage.line_as_delivered(figures, reader=request.user),
        )
