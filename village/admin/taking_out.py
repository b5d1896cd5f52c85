"""A register whose rows may be taken out of the house as a file."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import sheets
from core.admin import BackOfficeAdmin
from core.errors import DomainError
from core.sheets import Export
from village.admin.steps import step_page

MAY = "village.export_customer"


class TakeOutForm(forms.Form):
    """Why a list leaves the house, and as what."""

    reason = forms.CharField(label=gettext_lazy("Reason, kept on record"), max_length=200)
    form = forms.ChoiceField(
        label=gettext_lazy("File"), choices=[(sheets.XLSX, "Excel"), (sheets.CSV, "CSV")]
    )


class TakenOut(BackOfficeAdmin):
    """What the filters of a register name, as a file with a reason and a watermark."""

    take_out: Callable[..., Export]
    """The service that makes the file."""

    def get_urls(self) -> list[URLPattern]:
        """The way out has an address of its own."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        door = self.admin_site.admin_view(self.export)
        return [path("export/", door, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict | None = None
    ) -> HttpResponse:
        """The register, with the way out for those who may take it."""
        more = {"may_take_out": request.user.has_perm(MAY), "asked": request.GET.urlencode()}
        return super().changelist_view(request, more | (extra_context or {}))

    def export(self, request: HttpRequest) -> HttpResponse:
        """Ask for a reason, then hand the file over."""
        if not (self.has_view_permission(request) and request.user.has_perm(MAY)):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)
        form = TakeOutForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                made = type(self).take_out(
                    rows, _said(request), actor=request.user, **form.cleaned_data
                )
            except DomainError as exc:
                form.add_error("reason", str(exc))
            else:
                answer = HttpResponse(made.content, content_type=made.content_type)
                answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
                return answer
        return step_page(
            self,
            request,
            title=_("Take out as a file"),
            form=form,
            says=_(
                "The file names who took it, when and why. It holds no ID numbers and no mobile "
                "numbers."
            ),
            facts=[(_("rows"), f"{rows.count():,}")],
            do=_("Export"),
        )


def _said(request: HttpRequest) -> dict[str, str]:
    """The filters, for the record; what was searched for may be a name and is not kept."""
    return {name: value for name, value in request.GET.items() if name not in ("q", "p", "o")}
