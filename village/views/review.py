"""A neighbour's pages: no sign-in, a secret link, one household at a time.

The link is the key, so no page may be stored or told to another site. The referrer policy is
"same-origin" and not "no-referrer": under the latter browsers send no usable origin with a form,
and the protection against forged requests would refuse the neighbour's own.
"""

import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import documents
from core.errors import DomainError
from village import selectors
from village.contexts.review import ReviewPage, SheetPage
from village.errors import LinkRefused
from village.forms import ReviewSheetForm, WithdrawForm
from village.models import Customer, Reviewer, Seat, SheetForm
from village.services import campaigns, devices, sheets

log = logging.getLogger("qianmo.village")

DEVICE = "review_device"

View = Callable[..., HttpResponse]


def behind_link(view: View) -> View:
    """Open a page with a reviewer's link, or say kindly that the link does not work."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, **kwargs: int) -> HttpResponse:
        reviewer = selectors.reviewer_by_token(token, at=timezone.now())
        if reviewer is None:
            log.warning("A review link that does not work was opened.")
            response = render(request, "review/no_link.html", status=404)
        else:
            response = _on_own_device(request, reviewer, view, token, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


def _on_own_device(
    request: HttpRequest, reviewer: Reviewer, view: View, token: str, **kwargs: int
) -> HttpResponse:
    """The page, unless the link belongs to another phone. The first page binds nothing: messengers
    open it to show a preview. The cookie is lax, for links are opened out of messages."""
    if selectors.has_gone(reviewer):
        sheets.note_refusal(kwargs.get("pk"), reviewer.pk, "reviewer_gone")
        page = {"reason": str(sheets.reviewer_gone()), "token": ""}
        return render(request, "review/refused.html", {"page": page}, status=403)
    held = request.get_signed_cookie(DEVICE, default="")
    device = held or devices.new_device()
    try:
        if reviewer.at_meeting:
            pass
        elif "pk" in kwargs:
            devices.keep_to(reviewer, device=device)
        else:
            devices.check(reviewer, device=held)
    except LinkRefused as exc:
        page = {"reason": str(exc), "token": ""}
        return render(request, "review/refused.html", {"page": page}, status=403)
    if reviewer.first_opened_at is None:
        sheets.note_opening(reviewer.pk, at=timezone.now())
    response = view(request, reviewer, token, **kwargs)
    if not held and not reviewer.at_meeting and "pk" in kwargs:
        response.set_signed_cookie(
            DEVICE,
            device,
            max_age=campaigns.LINK_LIVES,
            path="/review/",
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


@require_safe
@behind_link
def review(request: HttpRequest, reviewer: Reviewer, token: str) -> HttpResponse:
    """Who asks, how it is sealed, which households."""
    return render(request, "review/landing.html", {"page": ReviewPage.build(reviewer, token)})


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def sheet(request: HttpRequest, reviewer: Reviewer, token: str, pk: int) -> HttpResponse:
    """One household: the form, what was filled in to be confirmed, or thanks."""
    seat = _seat(reviewer, pk)
    if seat is None:
        return _not_yours(request, token)
    if request.method != "POST":
        page = _page(reviewer, token, seat)
        template = "review/done.html" if page.sheet or not page.is_open else "review/sheet.html"
        return render(request, template, {"page": page})
    form = ReviewSheetForm(request.POST, seat=seat)
    page = _page(reviewer, token, seat, form=form)
    step = request.POST.get("step")
    if not form.is_valid() or step == "mend":
        status = 200 if step == "mend" else 422
        return render(request, "review/sheet.html", {"page": page}, status=status)
    if step != "submit":
        return render(request, "review/confirm.html", {"page": page})
    try:
        sheets.submit_sheet(
            seat.pk,
            reviewer_id=reviewer.pk,
            answers=form.answers(),
            remarks=form.cleaned_data["remarks"],
            form=SheetForm.MEETING if reviewer.at_meeting else reviewer.form,
            at=timezone.now(),
        )
    except DomainError as exc:
        messages.error(request, str(exc))
    return redirect("village:review-sheet", token=token, pk=seat.pk)


@require_POST
@behind_link
def withdraw(request: HttpRequest, reviewer: Reviewer, token: str, pk: int) -> HttpResponse:
    """Take one sheet back, with a reason."""
    seat = _seat(reviewer, pk)
    if seat is None:
        return _not_yours(request, token)
    form = WithdrawForm(request.POST)
    given = seat.sheets.filter(withdrawn_at=None).first()
    if not form.is_valid():
        page = _page(reviewer, token, seat, withdraw=form)
        return render(request, "review/done.html", {"page": page}, status=422)
    if given is not None:
        try:
            sheets.withdraw_sheet(
                given.pk,
                reviewer_id=reviewer.pk,
                because=form.cleaned_data["because"],
                at=timezone.now(),
            )
        except DomainError as exc:
            messages.error(request, str(exc))
        else:
            messages.success(request, _("Withdrawn. You may judge this household again."))
    return redirect("village:review-sheet", token=token, pk=seat.pk)


@require_safe
@behind_link
def photo(
    request: HttpRequest, reviewer: Reviewer, token: str, pk: int, person: int
) -> HttpResponse:
    """The photo of a member of a household the reviewer judges."""
    seat = _seat(reviewer, pk)
    if seat is None:
        raise Http404
    member = get_object_or_404(
        Customer.objects.select_related("photo"),
        pk=person,
        household=seat.household_id,
        photo__isnull=False,
    )
    return HttpResponse(documents.content(member.photo), content_type=member.photo.content_type)


def _seat(reviewer: Reviewer, pk: int) -> Seat | None:
    """The reviewer's own seat; another's is written down, whether there is one or not."""
    seat = reviewer.seats.select_related("household__group", "household__village").filter(pk=pk)
    found = seat.first()
    if found is None:
        sheets.note_refusal(pk, reviewer.pk, "not_your_seat")
    return found


def _not_yours(request: HttpRequest, token: str) -> HttpResponse:
    page = {"reason": _("This household is not yours to judge."), "token": token}
    return render(request, "review/refused.html", {"page": page}, status=403)


def _page(
    reviewer: Reviewer,
    token: str,
    seat: Seat,
    *,
    form: ReviewSheetForm | None = None,
    withdraw: WithdrawForm | None = None,
) -> SheetPage:
    photos = reverse("village:review-sheet", kwargs={"token": token, "pk": seat.pk}) + "photo/"
    return SheetPage.build(
        ReviewPage.build(reviewer, token), seat, photo_url=photos, form=form, withdraw=withdraw
    )
