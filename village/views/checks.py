"""A manager's spot checks: which households, and what was found at each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import documents
from core.errors import DomainError
from village.contexts.checks import CheckPage, ChecksPage
from village.forms import SpotCheckForm
from village.models import SpotCheck
from village.services import spot_checks


@login_required
@permission_required("village.do_spotcheck", raise_exception=True)
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """The checks given to me, those to make first."""
    number = request.GET.get("page")
    page = ChecksPage.build(request.user, today=timezone.localdate(), number=number)
    return render(request, "village/checks.html", {"page": page})


@login_required
@permission_required("village.do_spotcheck", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """One household: what the neighbours concluded, and whether it is so."""
    found = get_object_or_404(
        SpotCheck.objects.select_related(
            "outcome__household__village", "outcome__household__group"
        ),
        pk=pk,
        assigned_to=request.user,
    )
    is_open = found.status == SpotCheck.Status.ASSIGNED
    form = SpotCheckForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and is_open and form.is_valid() and _finish(request, pk, form):
        return redirect("village:checks")
    page = CheckPage.build(found, form)
    status = 422 if request.method == "POST" else 200
    return render(request, "village/check.html", {"page": page}, status=status)


def _finish(request: HttpRequest, pk: int, form: SpotCheckForm) -> bool:
    given = form.cleaned_data
    try:
        spot_checks.finish_check(
            pk,
            finding=given["finding"],
            note=given["note"],
            photo=given["photo"].read(),
            signature=documents.store(
                given["signature"],
                name=f"check-{pk}-signature.png",
                content_type="image/png",
                by=request.user,
            ),
            actor=request.user,
            at=timezone.now(),
        )
    except DomainError as exc:
        messages.error(request, str(exc))
        return False
    messages.success(request, _("The check is in. Thank you."))
    return True
