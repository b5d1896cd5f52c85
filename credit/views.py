"""The customer manager's pages: what customers asked for, and how it stands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import audit, documents
from core.errors import DomainError
from credit.contexts import MAY_ASK_PHONE, ApplicationPage, ApplicationsPage
from credit.models import Application, Contract
from credit.services import phone_binding


@login_required
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Applications of the customers I look after."""
    page = ApplicationsPage.build(request.user, number=request.GET.get("page"))
    return render(request, "credit/applications.html", {"page": page})


@login_required
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: state, road, reasons, contract."""
    visible = Application.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("customer__household", "village", "product", "line", "admission"),
        pk=pk,
    )
    page = ApplicationPage.build(found, request.user)
    return render(request, "credit/application.html", {"page": page})


@login_required
@permission_required(MAY_ASK_PHONE, raise_exception=True)
@require_POST
def ask_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the operator whether the number on file is the borrower's own by now."""
    visible = Application.objects.visible_to(request.user).select_related("admission")
    found = get_object_or_404(visible, pk=pk)
    try:
        phone_binding.ask(found, actor=request.user)
        messages.success(
            request, _("The operator confirms the number; the contract can be signed.")
        )
    except DomainError as exc:
        messages.error(request, str(exc))
    return redirect("credit:application", pk)


@login_required
@require_safe
def contract_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The contract as PDF, signed where it is signed. Who read it is written down."""
    visible = Application.objects.visible_to(request.user)
    found = get_object_or_404(
        Contract.objects.filter(application__in=visible).select_related(
            "document", "signed_document", "application__customer"
        ),
        application=pk,
    )
    audit.read(found.application.customer, reader=request.user, what="contract")
    document = found.signed_document or found.document
    answer = HttpResponse(documents.content(document), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{document.name}"'
    return answer
