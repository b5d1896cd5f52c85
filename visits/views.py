"""The customer manager's pages: what to do, and one visit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import documents
from core.errors import DomainError
from core.models import Document, User
from village.services import photos
from visits import services
from visits.contexts import HomePage, TaskPage
from visits.errors import ReceivedBefore
from visits.forms import SurveyForm
from visits.models import VisitTask


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My visits, the most urgent first."""
    page = HomePage.build(request.user, as_of=timezone.localdate(), number=request.GET.get("page"))
    return render(request, "visits/home.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit; POST brings in what was found."""
    visible = VisitTask.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("household__village", "household__group", "manager"), pk=pk
    )
    today = timezone.localdate()
    form = None
    if request.method == "POST" and request.POST.get("step") == "read_notes":
        form = SurveyForm.read_from_notes(request.POST, as_of=today)
    elif request.method == "POST":
        form = SurveyForm(request.POST, request.FILES, as_of=today)
        if form.is_valid() and _submitted(request, found, form):
            return redirect("visits:task", pk=found.pk)
    page = TaskPage.build(found, request.user, as_of=today, form=form)
    return render(request, "visits/task.html", {"page": page})


def _submitted(request: HttpRequest, found: VisitTask, form: SurveyForm) -> bool:
    """Bring the findings in; a refusal becomes a message and the form stays filled."""
    try:
        services.submit_survey(
            found.pk,
            client_uuid=form.cleaned_data["client_uuid"],
            findings=form.findings(),
            actor=request.user,
            at=timezone.now(),
            photo=_stored(form, request.user),
        )
    except DomainError as exc:
        if isinstance(exc, ReceivedBefore):
            form.number_anew()
        messages.error(request, str(exc))
        return False
    messages.success(request, _("Findings received. They wait for acceptance."))
    return True


def _stored(form: SurveyForm, by: User) -> Document | None:
    """The photo, drawn anew so that no place and no device come along."""
    photo = form.cleaned_data["photo"]
    if not photo:
        return None
    drawn = photos.drawn_anew(photo.read(), longest=photos.LONGEST_SIDE_OF_EVIDENCE)
    return documents.store(drawn, name="visit.jpg", content_type="image/jpeg", by=by)
