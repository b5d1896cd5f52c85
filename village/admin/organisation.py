"""The bank's own tables in the back office: handed in, looked at, brought in or put aside."""

import csv
import io
from itertools import islice

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from core import audit, documents
from core.admin import RecordAdmin, columns
from core.errors import DomainError
from core.models import Document
from village.models import OrganisationImport
from village.roster import organisation as tables
from village.roster import refusals
from village.services import organisation

LARGEST = 10 * 1024 * 1024
SHOWN = 50


class TableForm(forms.Form):
    """One table, whichever it is: its headings say."""

    file = forms.FileField(label=gettext_lazy("File (CSV or Excel)"))

    def clean_file(self) -> object:
        """Refuse what no table of a bank can be."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is too large; cut it by towns."))
        return given


@admin.register(OrganisationImport)
class OrganisationImportAdmin(RecordAdmin):
    """Tables of branches, staff and areas: hand one in, see what it would do, bring it in."""

    comes_from = gettext_lazy(
        "Bring in a table of branches, staff or areas with the button at the top; every file and "
        "what became of it stays here."
    )
    list_display = [
        "file_name",
        "kind",
        columns.state(),
        "imported_at",
        "imported_by",
        columns.count("rows", gettext_lazy("rows")),
        columns.count("new", gettext_lazy("new")),
        columns.count("changed", pgettext_lazy("rows", "changed")),
        columns.count("unchanged", gettext_lazy("unchanged")),
        columns.count("refused", gettext_lazy("refused")),
    ]
    list_select_related = ["imported_by"]
    list_filter = ["kind", "status"]
    fields = ["kind", "imported_at", "imported_by", "ordered_by", "written_at"]

    def has_view_permission(
        self, request: HttpRequest, obj: OrganisationImport | None = None
    ) -> bool:
        """Whoever may see the bank's staff may see how they came in."""
        return super().has_view_permission(request, obj) and request.user.has_perm("core.view_user")

    def has_add_permission(
        self, request: HttpRequest, obj: OrganisationImport | None = None
    ) -> bool:
        """Whether this person may bring in the bank's tables."""
        return request.user.has_perm("village.add_organisationimport")

    def get_readonly_fields(
        self, request: HttpRequest, obj: OrganisationImport | None = None
    ) -> list[str]:
        """Everything: an import is a fact."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """Every step of a table has an address of its own."""
        steps = {
            "refusals": self.fetch_refusals,
            "changes": self.fetch_changes,
            "act": require_POST(self.act),
        }
        view = self.admin_site.admin_view
        return [
            *(
                path(f"<int:pk>/{name}/", view(step), name=f"village_organisationimport_{name}")
                for name, step in steps.items()
            ),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Hand a table in, and come to what it would do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TableForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data["file"]
            try:
                made = organisation.receive(given.read(), name=given.name, actor=request.user)
            except DomainError as exc:
                form.add_error("file", str(exc))
            else:
                return redirect("admin:village_organisationimport_change", made.pk)
        return self.draw_page(
            request,
            "admin/village/organisationimport/upload.html",
            title=_("Bring in branches, staff or areas"),
            status=422 if form.errors else 200,
            form=form,
            kinds=[(OrganisationImport.Kind(each.name).label, each) for each in tables.KINDS],
            roles=list(tables.ROLES),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """What the table would do or did, line by line, and what can be done with it now."""
        made = self._mine(request, int(object_id)) if object_id.isdecimal() else None
        may_work = self.has_add_permission(request)
        more = {"made": made, "may_work": may_work}
        if made and may_work:
            more |= {"changes": _first(made.report), "faults": _faults(made.refusals)}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Bring in what was tried out, or put it aside."""
        made = self._workable(request, pk)
        deeds = {"bring": organisation.bring_in, "discard": organisation.discard}
        act = request.POST.get("act", "")
        if act not in deeds:
            raise Http404
        try:
            deeds[act](made.pk, actor=request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return redirect("admin:village_organisationimport_change", pk)

    def fetch_refusals(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The lines to correct as a file; that it was fetched is written down."""
        made = self._workable(request, pk)
        return self._file(request, made, made.refusals, "rows to correct")

    def fetch_changes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the table changes as a file; that it was fetched is written down."""
        made = self._workable(request, pk)
        return self._file(request, made, made.report, "change report")

    def _file(
        self, request: HttpRequest, made: OrganisationImport, file: Document | None, what: str
    ) -> HttpResponse:
        if file is None:
            raise Http404
        audit.read(made, reader=request.user, what=what)
        name = f"{what.replace(' ', '-')}.csv"
        return HttpResponse(
            documents.content(file),
            content_type=file.content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _mine(self, request: HttpRequest, pk: int) -> OrganisationImport:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("refusals", "report", "imported_by")
        made = rows.filter(pk=pk).first()
        if made is None:
            raise Http404
        return made

    def _workable(self, request: HttpRequest, pk: int) -> OrganisationImport:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._mine(request, pk)


def _first(report: Document | None) -> list[list[str]]:
    """The beginning of a report, headings first."""
    if report is None:
        return []
    text = documents.content(report).decode("utf-8-sig")
    return list(islice(csv.reader(io.StringIO(text)), SHOWN + 1))


def _faults(file: Document | None) -> list[refusals.Refused]:
    """Line, field and reason of the first lines that do not go in."""
    return refusals.beginning(documents.content(file), SHOWN) if file else []
