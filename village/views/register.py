"""The customer manager's pages about villages, households and people."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit, documents
from village.contexts.register import (
    CustomerPage,
    CustomersPage,
    HouseholdPage,
    VillagePage,
    VillagesPage,
)
from village.forms import CustomerSearchForm, RevealForm
from village.models import Customer, Household, Village


@login_required
@require_safe
def villages(request: HttpRequest) -> HttpResponse:
    """My villages."""
    page = VillagesPage.build(request.user, search=_search(request), number=request.GET.get("page"))
    return render(request, "village/villages.html", {"page": page})


@login_required
@require_safe
def village(request: HttpRequest, pk: int) -> HttpResponse:
    """One village: how far it has come, and its households."""
    visible = Village.objects.visible_to(request.user).select_related("town", "grid__manager")
    found = get_object_or_404(visible, pk=pk)
    page = VillagePage.build(found, search=_search(request), number=request.GET.get("page"))
    return render(request, "village/village.html", {"page": page})


@login_required
@require_safe
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's file."""
    visible = Household.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("village__town", "group"), pk=pk)
    page = HouseholdPage.build(found, request.user)
    return render(request, "village/household.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def customers(request: HttpRequest) -> HttpResponse:
    """Look somebody up. POST, so that no ID number stands in an address or a log of addresses."""
    form = CustomerSearchForm(request.POST if request.method == "POST" else None)
    page = CustomersPage.build(request.user, form)
    return render(request, "village/customers.html", {"page": page})


@login_required
@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, numbers masked."""
    found = _visible_customer(request, pk)
    page = CustomerPage.build(found, request.user)
    return render(request, "village/customer.html", {"page": page})


@login_required
@permission_required("village.reveal_customer", raise_exception=True)
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, numbers in full, once the reader has said what for; it is written down."""
    found = _visible_customer(request, pk)
    form = RevealForm(request.POST)
    may = form.is_valid()
    if may:
        audit.read(
            found,
            reader=request.user,
            what="id_number, mobile",
            reason=form.cleaned_data["reason"],
        )
    page = CustomerPage.build(found, request.user, reveal=form, revealed=may)
    return render(request, "village/customer.html", {"page": page}, status=200 if may else 422)


@login_required
@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of a person one may see."""
    visible = Customer.objects.visible_to(request.user).select_related("photo")
    found = get_object_or_404(visible, pk=pk, photo__isnull=False)
    return HttpResponse(documents.content(found.photo), content_type=found.photo.content_type)


def _visible_customer(request: HttpRequest, pk: int) -> Customer:
    visible = Customer.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("household__village__town"), pk=pk)


def _search(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:40]
