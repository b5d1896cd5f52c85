"""One device at a village meeting: a code begins a turn, passing the device on ends it."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from village import selectors
from village.forms import CodeForm
from village.models import Reviewer
from village.services import meetings
from village.views.review import behind_link

log = logging.getLogger("qianmo.village")

COOKIE = "review_meeting"


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, token: str) -> HttpResponse:
    """The page between two reviewers: nobody's answers, one field for a code."""
    now = timezone.now()
    campaign = selectors.meetings(token, at=now).select_related("village").first()
    if campaign is None:
        log.warning("A meeting that is over was opened.")
        return _private(render(request, "review/no_link.html", status=404))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            turn = meetings.begin_turn(token, form.cleaned_data["code"], at=now)
        except DomainError as exc:
            form.add_error("code", str(exc))
        else:
            answer = redirect("village:review", token=turn)
            answer.set_signed_cookie(
                COOKIE,
                token,
                max_age=meetings.MEETING_LIVES,
                path="/review/",
                httponly=True,
                samesite="Strict",
                secure=settings.SESSION_COOKIE_SECURE,
            )
            return _private(answer)
    page = {"campaign": campaign, "form": form}
    status = 422 if form.errors else 200
    return _private(render(request, "review/meeting.html", {"page": page}, status=status))


@require_POST
@behind_link
def hand_on(request: HttpRequest, reviewer: Reviewer, token: str) -> HttpResponse:
    """The reviewer is done for now; the next one takes the device."""
    meetings.end_turn(reviewer.pk)
    held = request.get_signed_cookie(COOKIE, default="")
    if not held:
        return redirect("village:review", token=token)
    return redirect("village:meeting", token=held)


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store, private"
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
