"""Documents: opening one is a reading of personal data, and is written down."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import audit, documents
from core.admin import columns
from core.admin.base import RecordAdmin
from core.models import Document


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    """Files by name and day; who opens one leaves their name."""

    list_display = ["name", "content_type", columns.count("size", _("size, bytes")), "stored_at"]
    list_display += ["stored_by"]
    list_select_related = ["stored_by"]
    search_fields = ["name__startswith", "address__exact"]
    fields = ["name", "content_type", "size", "stored_at", "stored_by", "address", "download_link"]
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        """The download, beside the stock pages."""
        download = path(
            "<int:pk>/download/",
            self.admin_site.admin_view(self.download),
            name="core_document_download",
        )
        return [download, *super().get_urls()]

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file itself."""
        document = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        content = documents.content(document)
        audit.read(document, reader=request.user, what="content")
        return HttpResponse(
            content,
            content_type=document.content_type,
            headers={"Content-Disposition": content_disposition_header(True, document.name)},
        )

    @admin.display(description=_("file"))
    def download_link(self, document: Document) -> SafeString:
        """Where to fetch it."""
        return format_html(
            '<a class="button" href="{}">{}</a>',
            reverse("admin:core_document_download", args=[document.pk]),
            _("Download; this is written down"),
        )
