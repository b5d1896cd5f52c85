"""The way to one's own work, one's own page, notices, and the answer to "are you well?"."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from core import audit, health
from core import notices as core_notices
from core.contexts import MePage, NoticesPage
from core.roles import Role


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Each role lands on its own work: managers in the village, everybody else at the desk."""
    if request.user.role == Role.CUSTOMER_MANAGER:
        return redirect("visits:home")
    return redirect("admin:index" if request.user.is_staff else "core:me")


class ChoosePassword(PasswordResetConfirmView):
    """Where an invitation leads: new staff choose their first password, once."""

    template_name = "registration/choose_password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        """Keep the password and write down that it was chosen."""
        answer = super().form_valid(form)
        audit.record(form.user, "core.staff.password_chosen", actor=form.user)
        return answer


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in; the language; the way out."""
    return render(request, "core/me.html", {"page": MePage.build(request.user)})


@login_required
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def notices(request: HttpRequest) -> HttpResponse:
    """What happened that one should know; POST ``up_to`` says how far one has read."""
    if request.method == "POST":
        up_to = request.POST.get("up_to", "")
        if not up_to.isdecimal():
            return HttpResponseBadRequest()
        core_notices.mark_read(request.user, up_to=int(up_to))
        if not request.htmx:
            return redirect("core:notices")
    template = "core/_notices.html" if request.htmx else "core/notices.html"
    return render(request, template, {"page": NoticesPage.build(request.user)})


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where database and Redis answer, 503 with the name of the one that does not."""
    answers = health.check()
    return JsonResponse(
        {name: "ok" if well else "away" for name, well in answers.items()},
        status=200 if all(answers.values()) else 503,
    )
