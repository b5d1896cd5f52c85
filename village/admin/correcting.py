"""Small corrections of a register from a file: handed in, previewed, confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from import_export.admin import ImportMixin
from import_export.formats.base_formats import Format
from import_export.forms import ImportForm
from import_export.results import Result
from import_export.tmp_storages import BaseStorage
from tablib import Dataset

from core import crypto
from core.admin import BackOfficeAdmin
from core.errors import DomainError
from village.errors import FileRefused
from village.roster import corrections as rules
from village.roster.kinds import Kind
from village.services import corrections

LARGEST = 2 * 1024 * 1024
KEPT_SECONDS = 60 * 60


class Sealed(BaseStorage):
    """A file between its preview and its confirmation: sealed, in the cache, for an hour."""

    def save(self, data: bytes) -> None:
        """Keep it under a name nobody guesses."""
        self.name = get_random_string(40)
        cache.set(self._key, crypto.encrypt(signing.b64_encode(data).decode()), KEPT_SECONDS)

    def read(self) -> bytes:
        """What was kept. Raises FileRefused after an hour."""
        kept = cache.get(self._key)
        if kept is None:
            raise FileRefused(_("The preview was kept for an hour. Hand the file in again."))
        return signing.b64_decode(crypto.decrypt(kept).encode())

    def remove(self) -> None:
        """Forget it."""
        cache.delete(self._key)

    @property
    def _key(self) -> str:
        return f"corrections-{self.name}"


class Table(Format):
    """A CSV or Excel file, whichever it is."""

    kind: Kind

    def __init__(self, encoding: str | None = None) -> None:
        """Whatever encoding is asked for: the file's own is found out."""

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """Its rows, read as rosters are."""
        return corrections.dataset(in_stream, self.kind)

    def get_title(self) -> str:
        """What the form calls it."""
        return "CSV, XLSX"

    def can_import(self) -> bool:
        """It is there for that."""
        return True


class PeopleTable(Table):
    """Corrections of people."""

    kind = rules.PEOPLE


class HomesTable(Table):
    """Corrections of households."""

    kind = rules.HOMES


class FileForm(ImportForm):
    """One small file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file"].label = gettext_lazy("File (CSV or Excel)")
        for name in ("format", "resource"):
            self.fields[name].widget = forms.HiddenInput()

    media = forms.Media()

    def clean_import_file(self) -> Any:
        """Refuse what is no small file."""
        given = self.cleaned_data["import_file"]
        if given.size > LARGEST:
            raise forms.ValidationError(_("The file is too large: bring it in as a roster."))
        return given


class CorrectedByFile(ImportMixin, BackOfficeAdmin):
    """A register that takes small corrections from a file, row by row, all of them or none."""

    import_export_change_list_template = "admin/village/people/change_list.html"
    import_template_name = "admin/village/people/corrections.html"
    import_form_class = FileForm
    tmp_storage_class = Sealed
    skip_admin_log = True
    table: type[Table]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whoever may correct one by one."""
        return self.has_change_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """The register, with the way in for those who may correct."""
        more = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, more | (extra_context or {}))

    def get_import_formats(self) -> list[type[Table]]:
        """Rosters' own way of reading files."""
        return [self.table]

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing is written where one row is wrong."""
        given = super().get_import_data_kwargs(**kwargs)
        return given | {"rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        """Why a file is refused as a whole; whatever else went wrong is a fault of ours."""
        if not isinstance(e, DomainError):
            raise e
        form.add_error("import_file", str(e))

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Hand a file in and look at what it would correct."""
        answer = super().import_action(request, **kwargs)
        answer.context_data |= {
            "title": _("Small corrections from a file"),
            "kind": self.table.kind,
            "most": corrections.MOST_ROWS,
            "faults": _faults(answer.context_data.get("result")),
        }
        answer.headers["Cache-Control"] = "no-store, private"
        return answer

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write what was previewed."""
        try:
            return super().process_import(request, **kwargs)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return redirect(f"admin:village_{self.opts.model_name}_import")

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """Say what was written, or that somebody was quicker."""
        if result.has_errors() or result.has_validation_errors():
            raise FileRefused(
                _("The register changed since the preview; nothing was written. Try again.")
            )
        return super().process_result(result, request)

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        """How many were corrected."""
        number = result.totals["update"]
        said = ngettext("%(n)s record corrected.", "%(n)s records corrected.", number)
        self.message_user(request, said % {"n": number})


def _faults(result: Result | None) -> list[dict[str, Any]]:
    """What is wrong, line by line, without what the rows say."""
    if result is None:
        return []
    return [
        {"line": row.error.line, "field": field, "reasons": reasons}
        for row in result.invalid_rows
        for field, reasons in row.error_dict.items()
    ]
