"""Lists of customers by their tags: chosen, kept, and taken out of the house with a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_tags_picked import PickPage, SegmentPage
from admission.models import Proposal, Segment
from admission.services import segments
from admission.tags.choosing import ALL, HOWS, JOINS, Choice, Group
from core import sheets
from core.admin import RecordAdmin, columns
from core.errors import DomainError

LONGEST_SEARCH = 60


class SaveForm(forms.Form):
    """A name for a list, and what it is for."""

    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=60)
    note = forms.CharField(label=gettext_lazy("What for"), max_length=200, required=False)


class ExportForm(forms.Form):
    """Why a list leaves the house, and as what."""

    reason = forms.CharField(label=gettext_lazy("Reason, kept on record"), max_length=200)
    form = forms.ChoiceField(
        label=gettext_lazy("File"), choices=[(sheets.XLSX, "Excel"), (sheets.CSV, "CSV")]
    )


@admin.register(Segment)
class SegmentAdmin(RecordAdmin):
    """Whom to visit: customers chosen by tags, kept as lists."""

    comes_from = gettext_lazy("Choose customers by their tags and keep the list.")
    list_display = [
        "name",
        "note",
        columns.count("counted", gettext_lazy("customers when saved")),
        "owner",
        "saved_at",
    ]
    list_select_related = ["owner"]

    def has_add_permission(self, request: HttpRequest, obj: Segment | None = None) -> bool:
        """Whether this person may choose customers by tags."""
        return request.user.has_perm("admission.add_segment")

    def get_urls(self) -> list[URLPattern]:
        """What is done with a list has addresses of its own."""
        doors = {"export": self.export, "throw": self.throw}
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(door),
                    name=f"admission_segment_{name}",
                )
                for name, door in doors.items()
            ),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Choose words, see whom they name, keep the choice as a list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else request.GET
        (choice, at), proposal = _asked(given), _proposal(request, given.get("proposal"))
        form = SaveForm(request.POST if request.method == "POST" else None)
        try:
            if request.method == "POST" and form.is_valid() and (choice or proposal):
                made = segments.save(
                    choice=choice, proposal=proposal, actor=request.user, **form.cleaned_data
                )
                return redirect("admin:admission_segment_change", made.pk)
            page = PickPage.build(
                request.user,
                choice=choice,
                at=at,
                proposal=proposal,
                number=request.GET.get("p"),
                search=request.GET.get("find", "").strip()[:LONGEST_SEARCH],
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return redirect("admin:admission_segment_changelist")
        title = _("Choose customers by tags")
        return self.draw_page(
            request, "admin/admission/pick.html", title=title, form=form, page=page
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One list as it stands today."""
        return self._page(request, self._mine(request, object_id), ExportForm())

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The list as a file, with a reason and a watermark."""
        if request.method != "POST" or not request.user.has_perm("admission.export_segment"):
            raise PermissionDenied
        segment, form = self._mine(request, str(pk)), ExportForm(request.POST)
        if not form.is_valid():
            return self._page(request, segment, form)
        try:
            made = segments.export(segment, actor=request.user, **form.cleaned_data)
        except DomainError as exc:
            form.add_error("reason", str(exc))
            return self._page(request, segment, form)
        answer = HttpResponse(made.content, content_type=made.content_type)
        answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return answer

    def throw(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Throw one's own list away."""
        segment = self._mine(request, str(pk))
        mine = segment.owner_id == request.user.pk
        if request.method != "POST" or not mine:
            raise PermissionDenied
        segments.delete(segment, actor=request.user)
        self.message_user(request, _("The list is gone; what was exported stays on record."))
        return redirect("admin:admission_segment_changelist")

    def _mine(self, request: HttpRequest, pk: str) -> Segment:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self._lists(request).filter(pk=pk).first() if pk.isdecimal() else None
        if found is None:
            raise Http404
        return found

    def _lists(self, request: HttpRequest) -> QuerySet[Segment]:
        return self.get_queryset(request).select_related("owner", "proposal")

    def _page(self, request: HttpRequest, segment: Segment, form: ExportForm) -> HttpResponse:
        return self.draw_page(
            request,
            "admin/admission/segment.html",
            title=segment.name,
            form=form,
            is_mine=segment.owner_id == request.user.pk,
            page=SegmentPage.build(segment, request.user, number=request.GET.get("p")),
        )


def _asked(given: QueryDict) -> tuple[Choice, int | None]:
    """The groups that an address or a form names, and in which place the form shows one.

    The ticked words of the form stand in their place among the groups it does not show.
    """
    groups = [found for each in given.getlist("g") if (found := Group.read(each))]
    named = given.get("at", "")
    at = min(int(named), len(groups)) if named.isdecimal() and len(named) < 5 else None
    words, without = _numbers(given, "word"), _numbers(given, "without")
    if words or without:
        how = given.get("how")
        at = len(groups) if at is None else at
        groups.insert(at, Group.of(how if how in HOWS else ALL, words, without))
    joined = given.get("join")
    choice = Choice(tuple(groups), joined if joined in JOINS else ALL)
    return choice, None if "more" in given else at


def _proposal(request: HttpRequest, number: str | None) -> Proposal | None:
    """The proposed group that a list is made of, for who may look at such."""
    if not number:
        return None
    may = request.user.has_perm("admission.view_proposal") and number.isdecimal()
    found = Proposal.objects.filter(pk=number).first() if may else None
    if found is None:
        raise Http404
    return found


def _numbers(given: Any, name: str) -> list[int]:
    """The numbers of words in a request; what is no number is no word."""
    return sorted({int(each) for each in given.getlist(name) if each.isdecimal() and len(each) < 9})
