"""The customer manager's pages about villages, households and people."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from village.contexts.register import CustomersPage, VillagePage, VillagesPage
from village.forms import CustomerSearchForm
from village.models import Village
from village.views.files import sees_households, sees_people


@login_required
@require_safe
def villages(request: HttpRequest) -> HttpResponse:
    """My villages."""
    page = VillagesPage.build(request.user, search=_search(request), number=request.GET.get("page"))
    return render(request, "village/villages.html", {"page": page})


@login_required
@sees_households
@require_safe
def village(request: HttpRequest, pk: int) -> HttpResponse:
    """One village: how far it has come, and its households."""
    visible = Village.objects.visible_to(request.user).select_related("town", "grid__manager")
    found = get_object_or_404(visible, pk=pk)
    page = VillagePage.build(found, search=_search(request), number=request.GET.get("page"))
    return render(request, "village/village.html", {"page": page})


@login_required
@sees_people
@require_http_methods(["GET", "HEAD", "POST"])
def customers(request: HttpRequest) -> HttpResponse:
    """Look somebody up. POST, so that no ID number stands in an address or a log of addresses."""
    form = CustomerSearchForm(request.POST if request.method == "POST" else None)
    page = CustomersPage.build(request.user, form)
    return render(request, "village/customers.html", {"page": page})


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:40]
