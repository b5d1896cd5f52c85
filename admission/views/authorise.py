"""The pages of the person who is asked: no sign-in, a secret link, one question at a time.

As with the neighbours' links no page may be stored or told to another site. From the moment they
have made themselves known, a cookie ties the link to their phone.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from admission.contexts_requests import ClosedPage, PersonPage
from admission.errors import LinkDead
from admission.forms import ConsentForm, FaceForm, IdentityForm
from admission.models import AuthorisationRequest
from admission.services import authorising
from admission.services.authorisation_requests import LINK_LIVES
from core import documents, throttling
from core.errors import DomainError

log = logging.getLogger("qianmo.admission")

COOKIE = "authorising-phone"
MOST_STRANGE_LINKS, MOST_ANSWERS, WITHIN = 60, 40, 600
"""Links that do not exist from one address, and answers behind one link, in so many seconds."""
Status = AuthorisationRequest.Status
View = Callable[..., HttpResponse]


def behind_link(view: View) -> View:
    """Open a page with the person's link, or say calmly why it leads nowhere and what to do."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = _answered(view, request, token)
        except LinkDead as exc:
            response = _closed(request, exc.code)
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


def _answered(view: View, request: HttpRequest, token: str) -> HttpResponse:
    found = authorising.find(token, phone=request.COOKIES.get(COOKIE, ""), at=timezone.now())
    if request.method == "POST" and not throttling.allowed(
        "authorising", str(found.pk), most=MOST_ANSWERS, seconds=WITHIN
    ):
        return _closed(request, "too_many", status=429)
    return view(request, found, token)


def _closed(request: HttpRequest, code: str, *, status: int = 410) -> HttpResponse:
    """The page of a link that is dead; whoever tries many that never were has to wait."""
    if code == "unknown":
        log.warning("An authorisation link that does not work was opened.")
        status = 404
        if not throttling.allowed(
            "authorisation-strangers", _address(request), most=MOST_STRANGE_LINKS, seconds=WITHIN
        ):
            code, status = "too_many", 429
    return render(request, "authorise/closed.html", {"page": ClosedPage(code)}, status=status)


def _address(request: HttpRequest) -> str:
    """Where a caller is, as far as the server in front of us says."""
    return request.headers.get("x-forwarded-for", "") or request.META.get("REMOTE_ADDR", "")


@require_safe
@behind_link
def authorise(request: HttpRequest, found: AuthorisationRequest, token: str) -> HttpResponse:
    """What is asked, by whom and for what; or the step that is next."""
    if found.status == Status.SENT:
        authorising.note_opening(found.pk, at=timezone.now())
    step = {
        Status.IDENTIFIED: "admission:authorise-face",
        Status.RECOGNISED: "admission:authorise-sign",
    }.get(found.status)
    if step:
        return redirect(step, token)
    template = "done" if found.status == Status.SIGNED else "landing"
    return _page(request, template, PersonPage(found, token))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def identity(request: HttpRequest, found: AuthorisationRequest, token: str) -> HttpResponse:
    """Name and ID number."""
    if found.status != Status.OPENED:
        return redirect("admission:authorise", token)
    form = IdentityForm(request.POST or None)
    if form.is_valid():
        try:
            phone = authorising.identify(found.pk, **form.cleaned_data, at=timezone.now())
        except LinkDead:
            raise
        except DomainError as exc:
            form.add_error(None, str(exc))
        else:
            return _tied_to_phone(redirect("admission:authorise-face", token), phone, token)
    return _page(request, "identity", PersonPage(found, token, form))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def face(request: HttpRequest, found: AuthorisationRequest, token: str) -> HttpResponse:
    """A photo of the person's face."""
    if found.status != Status.IDENTIFIED:
        return redirect("admission:authorise", token)
    form = FaceForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            photo = form.cleaned_data["photo"]
            photo.seek(0)
            authorising.show_face(found.pk, photo=photo.read(), at=timezone.now())
        except LinkDead:
            raise
        except DomainError as exc:
            form.add_error("photo", str(exc))
        else:
            return redirect("admission:authorise-sign", token)
    return _page(request, "face", PersonPage(found, token, form))


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def sign(request: HttpRequest, found: AuthorisationRequest, token: str) -> HttpResponse:
    """Consent and signature."""
    if found.status != Status.RECOGNISED:
        return redirect("admission:authorise", token)
    form = ConsentForm(request.POST or None, initial={"text_hash": found.text_hash})
    if form.is_valid():
        given = form.cleaned_data
        try:
            authorising.sign(
                found.pk,
                text_hash=given["text_hash"],
                signature=given["signature"],
                at=timezone.now(),
            )
        except LinkDead:
            raise
        except DomainError as exc:
            form.add_error(None, str(exc))
        else:
            return redirect("admission:authorise", token)
    return _page(request, "sign", PersonPage(found, token, form))


@require_POST
@behind_link
def decline(request: HttpRequest, found: AuthorisationRequest, token: str) -> HttpResponse:
    """The person does not want to."""
    authorising.decline(found.pk, at=timezone.now())
    return redirect("admission:authorise", token)


@require_safe
@behind_link
def paper(request: HttpRequest, found: AuthorisationRequest, token: str) -> HttpResponse:
    """The person's own copy, on their phone, for the minutes that the link still lives."""
    if found.status != Status.SIGNED:
        raise Http404
    document = found.authorisation.document
    return HttpResponse(
        documents.content(document),
        content_type=document.content_type,
        headers={"Content-Disposition": content_disposition_header(True, document.name)},
    )


def _page(request: HttpRequest, template: str, page: PersonPage) -> HttpResponse:
    refused = page.form is not None and bool(page.form.errors)
    status = 422 if refused else 200
    return render(request, f"authorise/{template}.html", {"page": page}, status=status)


def _tied_to_phone(response: HttpResponse, phone: str, token: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        phone,
        max_age=LINK_LIVES + timedelta(minutes=1),
        path=reverse("admission:authorise", args=[token]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
