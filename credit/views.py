"""The customer manager's pages: what customers asked for, and how it stands."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core import audit, documents
from credit.contexts import ApplicationPage, ApplicationsPage
from credit.models import Application, Contract


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
