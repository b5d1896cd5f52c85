"""Bringing in roster files from the back office."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, documents
from core.admin import RecordAdmin, columns
from core.errors import DomainError
from village.models import RosterImport
from village.roster import kinds
from village.services import rosters

LARGEST = 200 * 1024 * 1024


class UploadForm(forms.Form):
    """One file, whatever its kind: its headings say which."""

    file = forms.FileField(label=gettext_lazy("File (CSV or Excel)"))
    as_of = forms.DateField(
        label=gettext_lazy("True on"),
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_file(self) -> object:
        """Refuse what no roster can be."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is too large; cut it by towns."))
        return given


@admin.register(RosterImport)
class RosterImportAdmin(RecordAdmin):
    """Roster files: upload one, see what became of its rows, fetch those to correct."""

    list_display = [
        "file_name",
        "kind",
        "imported_at",
        "imported_by",
        columns.count("rows", gettext_lazy("rows")),
        columns.count("new", gettext_lazy("new")),
        columns.count("changed", gettext_lazy("changed")),
        columns.count("unchanged", gettext_lazy("unchanged")),
        columns.count("refused", gettext_lazy("refused")),
    ]
    list_select_related = ["imported_by"]
    list_filter = ["kind"]
    fields = [*list_display, "rows_to_correct"]

    def has_add_permission(self, request: HttpRequest, obj: RosterImport | None = None) -> bool:
        """Whether this person may bring in rosters."""
        return request.user.has_perm("village.add_rosterimport")

    def get_readonly_fields(self, request: HttpRequest, obj: RosterImport | None = None) -> list:
        """Everything: an import is a fact."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """The file of rows to correct has an address of its own."""
        fetch = path(
            "<int:pk>/refusals/",
            self.admin_site.admin_view(self.fetch_refusals),
            name="village_rosterimport_refusals",
        )
        return [fetch, *super().get_urls()]

    @admin.display(description=gettext_lazy("rows to correct"))
    def rows_to_correct(self, brought: RosterImport) -> SafeString | str:
        """The refused rows with line, field and reason."""
        if brought.refusals_id is None:
            return self.empty_value_display
        address = reverse("admin:village_rosterimport_refusals", args=[brought.pk])
        return format_html('<a href="{}">{}</a>', address, _("Fetch the rows to correct"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Upload a file and see what became of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            brought = self._bring(request, form)
            if brought:
                return redirect("admin:village_rosterimport_change", brought.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bring in a roster"),
            "form": form,
            "opts": self.opts,
            "kinds": [(RosterImport.Kind(each.name).label, each) for each in kinds.KINDS],
        }
        return TemplateResponse(request, "admin/village/rosterimport/upload.html", context)

    def fetch_refusals(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows to correct as a file; that it was fetched is written down."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        brought = self.get_queryset(request).filter(pk=pk).select_related("refusals").first()
        if brought is None or brought.refusals is None:
            raise Http404
        audit.read(brought, reader=request.user, what="rows to correct")
        answer = HttpResponse(
            documents.content(brought.refusals), content_type=brought.refusals.content_type
        )
        answer.headers["Content-Disposition"] = 'attachment; filename="rows-to-correct.csv"'
        return answer

    def _bring(self, request: HttpRequest, form: UploadForm) -> RosterImport | None:
        given = form.cleaned_data["file"]
        try:
            return rosters.import_content(
                given.read(),
                name=given.name,
                actor=request.user,
                as_of=form.cleaned_data["as_of"],
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None
