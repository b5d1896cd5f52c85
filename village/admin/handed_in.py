"""What the registers of files that were handed in have in common."""

import csv
import io
from collections.abc import Callable
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
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
from village.models import HandedIn
from village.roster import refusals

SHOWN_CHANGES = 50


class FileForm(forms.Form):
    """One file, whatever its kind: its headings say which."""

    largest: int
    file = forms.FileField(label=gettext_lazy("File (CSV or Excel)"))

    def clean_file(self) -> object:
        """Refuse what no such file can be."""
        given = self.cleaned_data["file"]
        if given.size > self.largest:
            raise forms.ValidationError(_("The file is too large; cut it by towns."))
        return given


class HandedInAdmin(RecordAdmin):
    """Files that were handed in: what each would do or did is seen on its page, and fetched.

    ``deeds`` are the services that can be called for from there.
    """

    deeds: dict[str, Callable[..., object]]
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

    def has_add_permission(self, request: HttpRequest, obj: HandedIn | None = None) -> bool:
        """Whether this person may hand in such files."""
        return request.user.has_perm(f"village.add_{self.opts.model_name}")

    def get_readonly_fields(self, request: HttpRequest, obj: HandedIn | None = None) -> list:
        """Everything: an import is a fact."""
        return self.fields

    def get_urls(self) -> list[URLPattern]:
        """Every step of a file has an address of its own."""
        view, kind = self.admin_site.admin_view, self.opts.model_name
        steps = [
            path(f"<int:pk>/{name}/", view(step), name=f"village_{kind}_{name}")
            for name, step in self.steps().items()
        ]
        return steps + super().get_urls()

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        """What can be asked for besides a file's page."""
        return {
            "refusals": self.fetch_refusals,
            "changes": self.fetch_changes,
            "act": require_POST(self.act),
        }

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do to a file what was pressed on its page."""
        made = self.workable(request, pk)
        deed = self.deeds.get(request.POST.get("act", ""))
        if deed is None:
            raise Http404
        try:
            deed(made.pk, actor=request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return redirect(f"admin:village_{self.opts.model_name}_change", pk)

    def fetch_refusals(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows to correct as a file; that it was fetched is written down."""
        made = self.workable(request, pk)
        return _fetched(request, made, made.refusals, "rows to correct")

    def fetch_changes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the file changes as a file; that it was fetched is written down."""
        made = self.workable(request, pk)
        return _fetched(request, made, made.report, "change report")

    def mine(self, request: HttpRequest, pk: int) -> Any:
        """A file this person may see; any other is not found."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kept = ["refusals", "report", "source", "imported_by"]
        made = self.get_queryset(request).select_related(*kept).filter(pk=pk).first()
        if made is None:
            raise Http404
        return made

    def workable(self, request: HttpRequest, pk: int) -> Any:
        """A file this person may do something about."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.mine(request, pk)


def first_changes(made: HandedIn) -> list[list[str]]:
    """The beginning of the change report, headings first."""
    if made.report is None:
        return []
    text = documents.content(made.report).decode("utf-8-sig")
    return list(islice(csv.reader(io.StringIO(text)), SHOWN_CHANGES + 1))


def first_refusals(made: HandedIn, at_most: int) -> list[refusals.Refused]:
    """Where the first faulty lines stand and why; what is written there stays in the file."""
    if made.refusals is None:
        return []
    return refusals.beginning(documents.content(made.refusals), at_most)


def _fetched(
    request: HttpRequest, made: HandedIn, file: Document | None, what: str
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
