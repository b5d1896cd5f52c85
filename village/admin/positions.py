"""Tables of household positions that were brought in: what each changed, and undoing it."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core import audit
from core.errors import DomainError
from village.admin.handed_in import HandedInAdmin, first_changes
from village.admin.rosters import UndoForm
from village.admin.steps import step_page
from village.models import PositionsImport
from village.services import positions


@admin.register(PositionsImport)
class PositionsImportAdmin(HandedInAdmin):
    """Tables of positions; a new one is brought in on a page of the polygons' register."""

    comes_from = gettext_lazy(
        "Bring in a table of household positions beside the village polygons; every table and what "
        "it changed stays here."
    )
    change_form_template = "admin/village/positionsimport/change_form.html"
    list_display = [each for each in HandedInAdmin.list_display if each != "kind"]
    list_filter = ["status"]
    fields = ["imported_at", "imported_by"]
    deeds = {}

    def has_view_permission(self, request: HttpRequest, obj: PositionsImport | None = None) -> bool:
        """A county's table is for those who see the whole county."""
        return super().has_view_permission(request, obj) and request.user.sees_everything

    def has_add_permission(self, request: HttpRequest, obj: PositionsImport | None = None) -> bool:
        """Whoever may bring in polygons."""
        return request.user.has_perm("village.add_villageshape")

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        """The report is fetched, and the whole table undone."""
        return {"changes": self.fetch_changes, "undo": self.undo}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Where a table is brought in."""
        return redirect("admin:village_villageshape_positions")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """What the table changed, and what can be done with it now."""
        made = self.mine(request, int(object_id)) if object_id.isdecimal() else None
        may_work = self.has_add_permission(request)
        changes = []
        if made and may_work and made.report_id:
            audit.read(made, reader=request.user, what="beginning of the change report")
            changes = first_changes(made)
        more = {"made": made, "may_work": may_work, "changes": changes}
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a whole table back, after a reason."""
        made = self.workable(request, pk)
        form = UndoForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                positions.undo(made.pk, because=form.cleaned_data["because"], actor=request.user)
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                self.message_user(request, _("The households stand as before this table."))
                return redirect("admin:village_positionsimport_change", pk)
        return step_page(
            self,
            request,
            title=_("Undo the whole table"),
            form=form,
            says=_(
                "Households that this table moved stand where they stood before; those it placed "
                "for the first time have no place any more. Either all of it is undone, or nothing."
            ),
            facts=[
                (_("file"), made.file_name),
                (_("new"), f"{made.new:,}"),
                (pgettext("rows", "changed"), f"{made.changed:,}"),
            ],
            do=_("Undo the whole table"),
        )
