"""Working on one warning or one check, on a phone or at a desk."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from postloan import services
from postloan.contexts import InspectionPage, WarningPage
from postloan.forms import EvidenceForm
from postloan.models import Inspection, Warning


@login_required
@permission_required("postloan.handle_warning", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning; POST writes down what was done about it."""
    visible = Warning.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("customer__household", "loan", "handler", "closed_by"), pk=pk
    )
    form = EvidenceForm(request.POST or None)
    if form.is_valid():
        evidence = form.cleaned_data["text"]
        done = _tried(request, lambda: services.handle(pk, evidence=evidence, actor=request.user))
        if done:
            return redirect("postloan:warning", pk=pk)
    return render(
        request, "postloan/warning.html", {"page": WarningPage(found, request.user, form)}
    )


@login_required
@permission_required("postloan.handle_warning", raise_exception=True)
@require_POST
def move_warning(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Take a warning on, hand it up, or agree as a second person that it is over."""
    get_object_or_404(Warning.objects.visible_to(request.user), pk=pk)
    _tried(request, lambda: MOVES[move](pk, actor=request.user))
    return redirect("postloan:warning", pk=pk)


MOVES = {
    "acknowledge": services.acknowledge,
    "escalate": services.escalate,
    "resolve": services.resolve,
    "dismiss": services.dismiss,
}


@login_required
@permission_required("postloan.handle_inspection", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """One check after disbursement; POST brings in the findings."""
    visible = Inspection.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("loan__customer__household", "inspector", "reviewed_by"), pk=pk
    )
    form = EvidenceForm(request.POST or None)
    if form.is_valid():
        findings = form.cleaned_data["text"]
        done = _tried(
            request,
            lambda: services.finish_inspection(pk, findings=findings, actor=request.user),
        )
        if done:
            return redirect("postloan:inspection", pk=pk)
    return render(
        request, "postloan/inspection.html", {"page": InspectionPage(found, request.user, form)}
    )


@login_required
@permission_required("postloan.handle_inspection", raise_exception=True)
@require_POST
def review_inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the findings as a second person."""
    get_object_or_404(Inspection.objects.visible_to(request.user), pk=pk)
    _tried(request, lambda: services.review_inspection(pk, actor=request.user))
    return redirect("postloan:inspection", pk=pk)


def _tried(request: HttpRequest, service: Callable[[], object]) -> bool:
    """Do it; a refusal becomes a message."""
    try:
        service()
    except DomainError as exc:
        messages.error(request, str(exc))
        return False
    messages.success(request, _("Written down."))
    return True
