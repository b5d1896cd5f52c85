"""Deliveries of data: bring one in, see what it is worth, fetch the rows to correct."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.admin.classes import ClassFilter, name_of_class
from admission.admin.withdrawing import WithWithdrawal
from admission.contexts_data import QualityPage
from admission.contexts_withdrawing import Withdrawal
from admission.deliveries.classes import CLASSES
from admission.models import Delivery, IncomingFile
from admission.services import deliveries, incoming, unmatched
from core import audit, documents, pieces
from core.admin import columns, waiting
from core.errors import DomainError

LARGEST = 200 * 1024 * 1024
LATEST = 10


class UploadForm(forms.Form):
    """One file; its headings say which class it is, unless the person does."""

    file = forms.FileField(label=gettext_lazy("File (CSV or Excel)"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Class of data"),
        required=False,
        choices=[
            ("", gettext_lazy("as its headings say")),
            *((name, each.zh) for name, each in CLASSES.items()),
        ],
    )
    day = forms.DateField(
        label=gettext_lazy("Data of"),
        required=False,
        help_text=gettext_lazy("Only where the file has no column for the day."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_file(self) -> object:
        """Refuse what no delivery can be."""
        given = self.cleaned_data["file"]
        if given.size > LARGEST:
            raise forms.ValidationError(
                _(
                    "The file is too large to be handed in here. Have the IT staff bring it in "
                    "whole with manage.py import_data: a part of it would count as all there is."
                )
            )
        return given


def _found(delivery: Delivery) -> SafeString | str:
    if not delivery.findings:
        return columns.NOTHING
    level = "red" if delivery.is_grave else "yellow"
    return pieces.badge(str(len(delivery.findings)), level=level)


_found.short_description = gettext_lazy("findings")


@admin.register(Delivery)
class DeliveryAdmin(WithWithdrawal):
    """Files of data: upload one, read its quality report, fetch the rows to correct, withdraw."""

    comes_from = gettext_lazy(
        "Bring in a file of data with the button at the top; its quality report is then kept here."
    )
    change_form_template = "admin/admission/delivery.html"
    list_display = [
        name_of_class,
        columns.state(),
        _found,
        "as_of",
        "file_name",
        columns.count("rows", gettext_lazy("rows")),
        columns.count("matched", gettext_lazy("matched")),
        columns.count("unmatched", gettext_lazy("of nobody registered")),
        columns.count("refused", gettext_lazy("refused")),
        "received_at",
    ]
    list_filter = [ClassFilter, "status", "as_of"]
    fields = ["file_name", "received_at", "received_by", "settled_by", "previous"]

    def has_add_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Whether this person may bring in data."""
        return request.user.has_perm("admission.add_delivery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """What the list shows; quality is read on a delivery's own page."""
        return super().get_queryset(request).defer("quality")

    def get_urls(self) -> list[URLPattern]:
        """What can be fetched, and settling, have addresses of their own."""
        doors = {
            "refusals": self.fetch_refusals,
            "strangers": self.fetch_strangers,
            "settle": self.settle,
            "step": self.step,
        }
        of_files = {"": self.file, "step/": self.file_step}
        return [
            *(
                path(
                    f"files/<int:pk>/{name}",
                    self.admin_site.admin_view(door),
                    name=f"admission_incomingfile_{name.strip('/') or 'change'}",
                )
                for name, door in of_files.items()
            ),
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(door),
                    name=f"admission_delivery_{name}",
                )
                for name, door in doors.items()
            ),
            *super().get_urls(),
        ]

    def shown(self, request: HttpRequest, record: Delivery) -> dict[str, Any]:
        """The quality report of one delivery."""
        return {
            "page": QualityPage.build(record, request.user),
            "may_fetch": self.has_add_permission(request),
            "withdrawal": Withdrawal.build(record, request.user),
            "says": waiting.says(record) if _is_worked(record) else "",
        }

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Hand in a file, for a worker to take in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            received = self._receive(request, form)
            if received:
                return redirect("admin:admission_incomingfile_change", received.pk)
        return self.draw_page(
            request,
            "admin/admission/upload.html",
            title=_("Bring in data"),
            form=form,
            classes=CLASSES.values(),
            files=_files_of(request)[:LATEST],
        )

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A file that was handed in: how far it has come; a delivery once it is taken in."""
        received = self._file(request, pk)
        if received.delivery_id:
            return redirect("admin:admission_delivery_change", received.delivery_id)
        return self.draw_page(
            request,
            "admin/admission/incoming.html",
            title=received.file_name,
            received=received,
            says=waiting.says(received),
        )

    def file_step(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far a worker has come with a file."""
        received = self._file(request, pk)
        return waiting.answer(received, is_over=not received.is_waiting)

    def step(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far a worker has come with a delivery that was held back."""
        made = self._mine(request, pk)
        return waiting.answer(made, is_over=not _is_worked(made))

    def fetch_refusals(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows to correct as a file; that it was fetched is written down."""
        made = self._mine(request, pk)
        if made.refusals is None:
            raise Http404
        audit.read(made, reader=request.user, what="rows to correct")
        return _as_file(documents.content(made.refusals), "rows-to-correct.csv")

    def fetch_strangers(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The rows about people whom the register does not know today."""
        made = self._mine(request, pk)
        return _as_file(unmatched.file(made, reader=request.user), "not-registered.csv")

    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take in or reject a delivery that was held back."""
        if request.method != "POST" or not request.user.has_perm("admission.settle_delivery"):
            raise PermissionDenied
        take_in = request.POST.get("settle") == "take_in"
        try:
            deliveries.settle(pk, take_in=take_in, actor=request.user)
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
        return redirect("admin:admission_delivery_change", pk)

    def _file(self, request: HttpRequest, pk: int) -> IncomingFile:
        if not self.has_add_permission(request):
            raise PermissionDenied
        received = _files_of(request).filter(pk=pk).first()
        if received is None:
            raise Http404
        return received

    def _mine(self, request: HttpRequest, pk: int) -> Delivery:
        if not self.has_add_permission(request):
            raise PermissionDenied
        made = Delivery.objects.filter(pk=pk).select_related("file", "refusals").first()
        if made is None:
            raise Http404
        return made

    def _receive(self, request: HttpRequest, form: UploadForm) -> IncomingFile | None:
        given = form.cleaned_data["file"]
        try:
            return incoming.receive(
                given.read(),
                name=given.name,
                actor=request.user,
                at=timezone.now(),
                kind=form.cleaned_data["kind"] or None,
                day=form.cleaned_data["day"],
            )
        except DomainError as exc:
            self.message_user(request, str(exc), messages.ERROR)
            return None


def _files_of(request: HttpRequest) -> QuerySet[IncomingFile]:
    """What this person handed in, the newest first."""
    return IncomingFile.objects.filter(received_by=request.user)


def _is_worked(made: Delivery) -> bool:
    return made.status in incoming.ORDERED


def _as_file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=deliveries.CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
