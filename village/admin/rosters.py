"""Roster files in the back office: handed in, tried out, looked at, brought in, undone."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from core import audit, documents
from core.admin import RecordAdmin, columns, waiting
from core.errors import DomainError
from core.models import User
from village.admin import waiting as waiting_lists
from village.admin.handed_in import FileForm, HandedInAdmin, first_changes, first_refusals
from village.admin.steps import step_page
from village.models import RosterChange, RosterImport, RosterShape
from village.roster import kinds, reading
from village.services import roster_report, roster_shapes, roster_undo, rosters

SAMPLE_ROWS = 3
SHOWN_REFUSALS = 20


class UploadForm(FileForm):
    """One roster file, and the day on which it was true."""

    largest = 200 * 1024 * 1024
    as_of = forms.DateField(
        label=gettext_lazy("True on"),
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_as_of(self) -> date:
        """No day to come: it would overtake every file until then."""
        day = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class UndoForm(forms.Form):
    """Why a whole file is taken back."""

    because = forms.CharField(
        label=gettext_lazy("Reason"), max_length=roster_undo.LONGEST_REASON, strip=True
    )


@admin.register(RosterImport)
class RosterImportAdmin(HandedInAdmin):
    """Roster files: hand one in, see what it would do, bring it in, fetch what is to correct."""

    comes_from = gettext_lazy(
        "Bring in a roster with the button at the top; every file and what became of it stays here."
    )
    list_filter = ["kind", "status", waiting_lists.RostersWaiting]
    fields = ["kind", "as_of", "imported_at", "imported_by", "ordered_by", "written_at"]
    deeds = {"bring": rosters.order, "again": rosters.again, "discard": rosters.discard}

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        """A roster is also waited for, explained and undone."""
        more = {"step": self.step, "explain": self.explain, "undo": self.undo}
        return super().steps() | more

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Hand a file in; a worker tries it out."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            received = self._receive(request, form)
            if received:
                return redirect("admin:village_rosterimport_change", received.pk)
        return self.draw_page(
            request,
            "admin/village/rosterimport/upload.html",
            title=_("Bring in a roster"),
            form=form,
            kinds=[(RosterImport.Kind(each.name).label, each) for each in kinds.KINDS],
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict | None = None,
    ) -> HttpResponse:
        """What the file would do or did, and what can be done with it now."""
        made = self.mine(request, int(object_id)) if object_id.isdecimal() else None
        working = made is not None and _is_worked(made)
        told = self._first_changes(request, made) if made and not working else []
        more = {
            "changes": told,
            "refused": first_refusals(made, SHOWN_REFUSALS) if made and not working else [],
            "made": made,
            "working": working,
            "says": waiting.says(made) if working else "",
            "may_work": self.has_add_permission(request),
            "may_order": made is not None and _is_orderable(made, request.user),
        }
        return super().change_view(request, object_id, form_url, more | (extra_context or {}))

    def step(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far a worker has come with a file."""
        made = self.mine(request, pk)
        return waiting.answer(made, is_over=not _is_worked(made))

    def explain(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say once what the columns of a file mean."""
        made = self.workable(request, pk)
        asked = request.POST or request.GET
        known = [each.name for each in kinds.KINDS]
        given = asked.get("kind", made.kind)
        kind = roster_shapes.kind(given if given in known else known[0])
        table = reading.beginning(documents.content(made.source))
        understand = roster_shapes.understanding()
        standing = next((at for at, each in enumerate(table, 1) if understand(each)), 1)
        said = asked.get("line", "")
        line = min(max(int(said) if said.isdecimal() else standing, 1), len(table))
        headings, below = table[line - 1], table[line : line + SAMPLE_ROWS]
        understood = understand(headings, [kind])
        names = {at: name for name, at in understood.place.items()} if understood else {}
        chosen = {
            at: request.POST.get(f"c{at}", "") if request.method == "POST" else names.get(at, "")
            for at in range(len(headings))
        }
        if request.method == "POST" and self._explained(request, made, kind, headings, chosen):
            return redirect("admin:village_rosterimport_change", pk)
        audit.read(made, reader=request.user, what="first rows of a roster file")
        return self.draw_page(
            request,
            "admin/village/rosterimport/explain.html",
            title=_("Explain the columns"),
            made=made,
            kinds=RosterImport.Kind.choices,
            kind=kind,
            lines=range(1, len(table) + 1),
            line=line,
            columns=[
                {
                    "heading": heading,
                    "sample": "、".join(row[at] for row in below if at < len(row) and row[at]),
                    "chosen": chosen[at],
                }
                for at, heading in enumerate(headings)
            ],
        )

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a whole file back, after a reason."""
        made = self.workable(request, pk)
        form = UndoForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                roster_undo.undo(made.pk, because=form.cleaned_data["because"], actor=request.user)
            except DomainError as exc:
                form.add_error(None, str(exc))
            else:
                self.message_user(request, _("The register stands as before this file."))
                self._tell_left_void(request, made)
                return redirect("admin:village_rosterimport_change", pk)
        return step_page(
            self,
            request,
            title=_("Undo the whole file"),
            form=form,
            says=_(
                "What this file changed stands as before, and the people and households it "
                "brought are removed. Either all of it is undone, or nothing."
            ),
            facts=[
                (_("file"), made.file_name),
                (_("new"), made.new),
                (pgettext("rows", "changed"), made.changed),
            ],
            do=_("Undo the whole file"),
        )

    def _tell_left_void(self, request: HttpRequest, made: RosterImport) -> None:
        """Undoing a black list does not bring back what it voided; whoever undoes it must know."""
        void = roster_undo.left_void(made)
        if void:
            said = ngettext(
                "%(n)s review outcome that this file voided stays void. Judge the household again "
                "in a new round.",
                "%(n)s review outcomes that this file voided stay void. Judge the households "
                "again in a new round.",
                void,
            )
            self.message_user(request, said % {"n": void}, messages.WARNING)

    def _first_changes(self, request: HttpRequest, made: RosterImport) -> list[list[str]]:
        """The beginning of the change report, for those who decide about the file."""
        if made.report is None or not self.has_add_permission(request):
            return []
        audit.read(made, reader=request.user, what="beginning of the change report")
        return first_changes(made)

    def _receive(self, request: HttpRequest, form: UploadForm) -> RosterImport | None:
        given = form.cleaned_data["file"]
        try:
            received = rosters.receive(
                given.read(),
                name=given.name,
                actor=request.user,
                as_of=form.cleaned_data["as_of"],
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None
        return received

    def _explained(
        self,
        request: HttpRequest,
        made: RosterImport,
        kind: kinds.Kind,
        headings: list[str],
        chosen: dict[int, str],
    ) -> bool:
        try:
            roster_shapes.explain(
                made.pk,
                headings=headings,
                kind_name=kind.name,
                chosen=chosen,
                actor=request.user,
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return False
        return True


def _is_worked(made: RosterImport) -> bool:
    """Whether a worker has the file, or is to have it."""
    return made.status in (RosterImport.Status.RECEIVED, RosterImport.Status.ORDERED)


def _is_orderable(made: RosterImport, user: User) -> bool:
    return RosterImport.objects.orderable_by(user).filter(pk=made.pk).exists()


@admin.register(RosterChange)
class RosterChangeAdmin(RecordAdmin):
    """Who died, who moved, and what else roster files changed."""

    comes_from = gettext_lazy(
        "What roster files change of people and households already registered."
    )
    list_display = ["about", "kind", "what", "roster_import"]
    list_display_links = None
    list_select_related = ["customer__household", "household", "roster_import"]
    list_filter = ["kind"]
    search_fields = ["customer__name__startswith", "household__number__exact"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RosterChange]:
        """Changes about people and households this person may see; what stood is not shown."""
        return super().get_queryset(request).defer("before", "mobile")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Whom each change is about, a way there for whoever may open people and households."""
        opens = request.user.has_perms(["village.view_customer", "village.view_household"])
        return ["about" if opens else "named", *self.list_display[1:]]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The changes of one file are asked for by its number."""
        return lookup == "roster_import__id__exact" or super().lookup_allowed(
            lookup, value, request
        )

    @admin.display(description=gettext_lazy("about"))
    def about(self, change: RosterChange) -> SafeString:
        """The person or household, one press away."""
        who = change.customer or change.household
        kind = "customer" if change.customer else "household"
        address = reverse(f"admin:village_{kind}_change", args=[who.pk])
        return format_html('<a href="{}">{}</a>', address, who)

    @admin.display(description=gettext_lazy("about"))
    def named(self, change: RosterChange) -> str:
        """The person or household by name alone."""
        return str(change.customer or change.household)

    @admin.display(description=gettext_lazy("columns"))
    def what(self, change: RosterChange) -> str:
        """The columns that changed, in words."""
        return "、".join(roster_report.word(each) for each in change.columns.split())


@admin.register(RosterShape)
class RosterShapeAdmin(RecordAdmin):
    """Shapes of files that somebody explained."""

    comes_from = gettext_lazy("A file whose headings nobody knew leaves its explanation here.")
    list_display = ["__str__", "kind", "remembered_by", "remembered_at"]
    list_select_related = ["remembered_by"]
    fields = ["headings", "kind", columns.readable("places", gettext_lazy("columns"))]
    fields += ["remembered_by", "remembered_at"]
    readonly_fields = fields
