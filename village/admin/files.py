"""The desk's door to the file of a household and of a person."""

from collections.abc import Callable

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import BackOfficeAdmin
from village.contexts.files import DESK, CustomerPage, HouseholdPage
from village.models import Customer, Household


class WithFile(BackOfficeAdmin):
    """A register whose records have a file, one press away from the list and from the entry.

    ``page`` is what the file of one record shows; each register has its own.
    """

    page: Callable[[HttpRequest, int], HouseholdPage | CustomerPage]

    def get_urls(self) -> list[URLPattern]:
        """The file, beside the stock pages."""
        view = self.admin_site.admin_view(self.file)
        name = f"village_{self.opts.model_name}_file"
        return [path("<int:pk>/file/", view, name=name), *super().get_urls()]

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file of one record in the frame of the back office; the unseen is 404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = self.page(request, pk)
        template = f"admin/village/{self.opts.model_name}/file.html"
        return self.draw_page(request, template, title=page_title(page), page=page)

    @admin.display(description=gettext_lazy("record file"))
    def file_link(self, record: Model) -> SafeString:
        """Where the file is."""
        address = reverse(f"admin:village_{self.opts.model_name}_file", args=[record.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open the file"))


class WithHouseholdFile(WithFile):
    """The register of households."""

    def page(self, request: HttpRequest, pk: int) -> HouseholdPage:
        """A household's file with the desk's links."""
        visible = Household.objects.visible_to(request.user)
        found = get_object_or_404(visible.select_related("village__town", "group"), pk=pk)
        return HouseholdPage.build(found, request.user, as_of=timezone.localdate(), door=DESK)


class WithCustomerFile(WithFile):
    """The register of people."""

    def page(self, request: HttpRequest, pk: int) -> CustomerPage:
        """A person's file with the desk's links."""
        visible = Customer.objects.visible_to(request.user)
        found = get_object_or_404(visible.select_related("household__village__town"), pk=pk)
        return CustomerPage.build(found, request.user, as_of=timezone.localdate(), door=DESK)


def page_title(page: HouseholdPage | CustomerPage) -> str:
    """Whose file it is."""
    if isinstance(page, CustomerPage):
        return page.customer.name
    return _("%(name)s's household") % {"name": page.head}
