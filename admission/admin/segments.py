"""Lists of customers by their tags: chosen, kept, and taken out of the house with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.contexts_tags_picked import PickPage, SegmentPage
from admission.models import Segment
from admission.services import segments
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
        words, without = _numbers(given, "word"), _numbers(given, "without")
        form = SaveForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and (words or without):
            made = segments.save(
                words=words, without=without, actor=request.user, **form.cleaned_data
            )
            return redirect("admin:admission_segment_change", made.pk)
        asked = request.GET.copy()
        asked.pop("p", None)
        return self.draw_page(
            request,
            "admin/admission/pick.html",
            title=_("Choose customers by tags"),
            form=form,
            page=PickPage.build(
                request.user,
                words=words,
                without=without,
                number=request.GET.get("p"),
                query=asked.urlencode(),
                search=request.GET.get("find", "").strip()[:LONGEST_SEARCH],
            ),
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
        found = self.get_queryset(request).filter(pk=pk).first() if pk.isdecimal() else None
        if found is None:
            raise Http404
        return found

    def _page(self, request: HttpRequest, segment: Segment, form: ExportForm) -> HttpResponse:
        return self.draw_page(
            request,
            "admin/admission/segment.html",
            title=segment.name,
            form=form,
            is_mine=segment.owner_id == request.user.pk,
            page=SegmentPage.build(segment, request.user, number=request.GET.get("p")),
        )


def _numbers(given: Any, name: str) -> list[int]:
    """The numbers of words in a request; what is no number is no word."""
    return sorted({int(each) for each in given.getlist(name) if each.isdecimal() and len(each) < 9})
