"""The bank's own tables in the back office: handed in, looked at, brought in or put aside."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from village.admin.handed_in import FileForm, HandedInAdmin, first_changes, first_refusals
from village.models import OrganisationImport
from village.roster import organisation as tables
from village.services import organisation

SHOWN_REFUSALS = 50


class TableForm(FileForm):
    """One table of branches, staff or areas."""

    largest = 10 * 1024 * 1024


@admin.register(OrganisationImport)
class OrganisationImportAdmin(HandedInAdmin):
    """Tables of branches, staff and areas: hand one in, see what it would do, bring it in."""

    comes_from = gettext_lazy(
        "Bring in a table of branches, staff or areas with the button at the top; every file and "
        "what became of it stays here."
    )
    list_filter = ["kind", "status"]
    fields = ["kind", "imported_at", "imported_by", "ordered_by", "written_at"]
    deeds = {"bring": organisation.bring_in, "discard": organisation.discard}

    def has_view_permission(
        self, request: HttpRequest, obj: OrganisationImport | None = None
    ) -> bool:
        """Whoever may see the bank's staff may see how they came in."""
        return super().has_view_permission(request, obj) and request.user.has_perm("core.view_user")

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
        made = self.mine(request, int(object_id)) if object_id.isdecimal() else None
        may_work = self.has_add_permission(request)
        more = {"made": made, "may_work": may_work}
        if made and may_work:
            more |= {
                "changes": first_changes(made),
                "faults": first_refusals(made, SHOWN_REFUSALS),
            }
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))
