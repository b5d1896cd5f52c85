"""The customer manager's page of guarantors: who answers for a loan, naming one, letting one go."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from credit.contexts_guarantors import MAY_NAME, GuarantorsPage
from credit.forms import GuarantorForm, ReleaseForm
from credit.models import Application, Guarantor
from credit.services import guarantors as service


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guarantors(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answers for an application; POST names another by ID number."""
    application = _application(request, pk)
    form = GuarantorForm(request.POST or None)
    if request.method == "POST" and request.user.has_perm(MAY_NAME) and form.is_valid():
        try:
            service.name(
                pk,
                customer_id=form.cleaned_data["id_number"].pk,
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as exc:
            form.add_error("id_number", str(exc))
        else:
            messages.success(
                request, _("Named. Now ask this person to authorise questions about them.")
            )
            return redirect("credit:guarantors", pk)
    page = GuarantorsPage.build(application, request.user, form=form)
    status = 422 if form.is_bound else 200
    return render(request, "credit/guarantors.html", {"page": page}, status=status)


@login_required
@permission_required(MAY_NAME, raise_exception=True)
@require_POST
def release(request: HttpRequest, pk: int, guarantor: int) -> HttpResponse:
    """Let one go, with the reason."""
    application = _application(request, pk)
    found = get_object_or_404(Guarantor, pk=guarantor, application=application)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
        return redirect("credit:guarantors", pk)
    try:
        service.release(found.pk, because=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, _("This guarantor is let go."))
    except DomainError as exc:
        messages.error(request, str(exc))
    return redirect("credit:guarantors", pk)


def _application(request: HttpRequest, pk: int) -> Application:
    visible = Application.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("customer__household", "product"), pk=pk)
