"""The file of a household and of a person: read, photographed, revealed, printed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from core import audit, documents
from village.contexts.files import PHONE, CustomerPage, Door, HouseholdPage
from village.errors import PhotoRefused
from village.forms import PhotoForm, PrintForm, RevealForm
from village.models import Customer, Household
from village.services import papers, photos

PHOTO_MINUTES = 10
sees_households = permission_required("village.view_household", raise_exception=True)
sees_people = permission_required("village.view_customer", raise_exception=True)


@login_required
@sees_households
@require_safe
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's file."""
    page = household_page(request, pk, door=PHONE)
    return render(request, "village/household.html", {"page": page})


def household_page(request: HttpRequest, pk: int, *, door: Door) -> HouseholdPage:
    """What either door shows of a household; what the reader may not see is not there."""
    visible = Household.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("village__town", "group"), pk=pk)
    return HouseholdPage.build(found, request.user, as_of=timezone.localdate(), door=door)


@login_required
@sees_households
@require_http_methods(["GET", "HEAD", "POST"])
def household_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The file on paper, once the reader has said what for; it is written down."""
    page = household_page(request, pk, door=PHONE)
    whose = _("%(name)s's household") % {"name": page.head}
    back = reverse("village:household", args=[pk])
    if (reason := _reason_to_print(request)) is None:
        return _asked_why(request, whose, back)
    for each in page.members:
        each.photo_url = papers.face(each)
    name = f"{page.household.number}.pdf"
    return _on_paper(request, page.household, "village/file_pdf.html", page, reason, name)


def _reason_to_print(request: HttpRequest) -> str | None:
    """What the print is for; None while it was not said."""
    form = PrintForm(request.POST if request.method == "POST" else None)
    return form.cleaned_data["reason"] if form.is_valid() else None


def _asked_why(request: HttpRequest, whose: str, back: str) -> HttpResponse:
    form = PrintForm(request.POST if request.method == "POST" else None)
    shown = {"form": form, "whose": whose, "back": back}
    return render(request, "village/print.html", shown, status=422 if form.is_bound else 200)


def _on_paper(
    request: HttpRequest,
    record: Household | Customer,
    template: str,
    page: HouseholdPage | CustomerPage,
    reason: str,
    name: str,
) -> HttpResponse:
    at = timezone.localtime()
    paper = papers.print_file(
        record, template, page=page, at=at, reason=reason, reader=request.user
    )
    return HttpResponse(
        paper,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


@login_required
@sees_people
@require_safe
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, numbers masked."""
    page = customer_page(request, visible_customer(request, pk), door=PHONE)
    return render(request, "village/customer.html", {"page": page})


@login_required
@sees_people
@require_http_methods(["GET", "HEAD", "POST"])
def customer_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's file on paper, numbers masked, once the reader has said what for."""
    found = visible_customer(request, pk)
    back = reverse("village:customer", args=[pk])
    if (reason := _reason_to_print(request)) is None:
        return _asked_why(request, found.name, back)
    page = customer_page(request, found, door=PHONE)
    found.photo_url = papers.face(found)
    name = f"{found.household.number}-{found.pk}.pdf"
    return _on_paper(request, found, "village/person_pdf.html", page, reason, name)


def visible_customer(request: HttpRequest, pk: int) -> Customer:
    """A person the reader may see, or 404."""
    visible = Customer.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("household__village__town"), pk=pk)


def customer_page(
    request: HttpRequest, found: Customer, *, door: Door, **given: Any
) -> CustomerPage:
    """What either door shows of a person."""
    return CustomerPage.build(found, request.user, as_of=timezone.localdate(), door=door, **given)


@login_required
@permission_required("village.reveal_customer", raise_exception=True)
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, numbers in full, once the reader has said what for; it is written down."""
    found = visible_customer(request, pk)
    form = RevealForm(request.POST)
    may = form.is_valid()
    if may:
        audit.read(
            found,
            reader=request.user,
            what="id_number, mobile",
            reason=form.cleaned_data["reason"],
        )
    page = customer_page(request, found, door=PHONE, reveal=form, revealed=may)
    return render(request, "village/customer.html", {"page": page}, status=200 if may else 422)


def _photo_tag(request: HttpRequest, pk: int) -> str | None:
    """What the browser's copy must be called to be still the photo; nobody learns it unseen."""
    visible = Customer.objects.visible_to(request.user).filter(pk=pk, photo__isnull=False)
    return next((f'"{each}"' for each in visible.values_list("photo", flat=True)), None)


@login_required
@sees_people
@require_safe
@cache_control(private=True, max_age=PHOTO_MINUTES * 60)
@condition(etag_func=_photo_tag)
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo of a person one may see; the reader's own browser keeps it a few minutes."""
    visible = Customer.objects.visible_to(request.user).select_related("photo")
    found = get_object_or_404(visible, pk=pk, photo__isnull=False)
    return HttpResponse(documents.content(found.photo), content_type=found.photo.content_type)


@login_required
@permission_required("village.change_customer", raise_exception=True)
@require_POST
def take_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a new photo into a person's file."""
    found = visible_customer(request, pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            content = form.cleaned_data["photo"].read()
            photos.take_photo(found.pk, content=content, actor=request.user)
        except PhotoRefused as exc:
            form.add_error("photo", str(exc))
        else:
            messages.success(request, _("The photo is in the file."))
            return redirect("village:customer", found.pk)
    page = customer_page(request, found, door=PHONE, photo=form)
    return render(request, "village/customer.html", {"page": page}, status=422)
