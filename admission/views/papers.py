"""A customer manager photographs papers, and compares what was read with the picture."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from admission.contexts_papers import PaperPage, PapersPage, labels_of, present_members
from admission.errors import PaperRefused
from admission.forms import FieldsForm, PaperForm, TakeBackForm
from admission.models import PhotographedPaper
from admission.paper_words import OBJECTIONS
from admission.services import photographed_papers
from core import audit, documents
from core.errors import DomainError
from village import selectors
from village.errors import PhotoRefused
from village.models import Household

MAY_TAKE = "admission.add_photographedpaper"
MOST_LISTED = 50
sees_papers = permission_required("admission.view_photographedpaper", raise_exception=True)


@login_required
@sees_papers
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers of a household; POST brings in a picture."""
    household = get_object_or_404(Household.objects.visible_to(request.user), pk=pk)
    people = present_members(selectors.heads_first(household.members.all()))
    may_take = request.user.has_perm(MAY_TAKE)
    form = PaperForm(request.POST or None, request.FILES or None, people=people)
    if request.method == "POST" and may_take and form.is_valid():
        taken = _taken(request, form)
        if taken:
            return redirect("admission:paper", pk=taken.pk)
    rows = PhotographedPaper.objects.filter(customer__household=household)
    listed = list(rows.select_related("customer").defer("found", "accepted")[:MOST_LISTED])
    page = PapersPage(household, listed, form, may_take)
    status = 422 if form.is_bound else 200
    return render(request, "admission/papers.html", {"page": page}, status=status)


def _taken(request: HttpRequest, form: PaperForm) -> PhotographedPaper | None:
    photo = form.cleaned_data["photo"]
    photo.seek(0)
    try:
        return photographed_papers.take(
            form.cleaned_data["customer"],
            kind=form.cleaned_data["kind"],
            content=photo.read(),
            actor=request.user,
            at=timezone.now(),
        )
    except PhotoRefused as exc:
        form.add_error("photo", str(exc))
        return None


@login_required
@sees_papers
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper beside its fields; POST takes them over. Seeing them is written down."""
    found = _visible(request, pk)
    may_act = request.user.has_perm(MAY_TAKE)
    form = _fields_form(request, found) if found.status == PhotographedPaper.Status.READ else None
    if request.method == "POST" and may_act and form and form.is_valid():
        if _accepted(request, found, form):
            return redirect("admission:paper", pk=found.pk)
    elif found.fields_found or found.values:
        audit.read(found, reader=request.user, what="paper")
    page = PaperPage(found, form, may_act)
    refused = form is not None and bool(form.errors)
    return render(request, "admission/paper.html", {"page": page}, status=422 if refused else 200)


def _fields_form(request: HttpRequest, found: PhotographedPaper) -> FieldsForm:
    values = {each["name"]: each["value"] for each in found.fields_found}
    return FieldsForm(request.POST or None, initial=values, labels=labels_of(found.kind))


def _accepted(request: HttpRequest, found: PhotographedPaper, form: FieldsForm) -> bool:
    try:
        photographed_papers.accept(
            found.pk, values=form.values(), actor=request.user, at=timezone.now()
        )
    except PaperRefused as exc:
        for each in exc.objections:
            form.add_error(each.field, OBJECTIONS[each.code])
        return False
    except DomainError as exc:
        messages.error(request, str(exc))
        return False
    messages.success(request, _("Taken over. The picture is kept encrypted."))
    return True


@login_required
@permission_required(MAY_TAKE, raise_exception=True)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a picture aside."""
    found = _visible(request, pk)
    try:
        photographed_papers.discard(found.pk, actor=request.user, at=timezone.now())
    except DomainError as exc:
        messages.error(request, str(exc))
    return redirect("admission:papers", pk=found.customer.household_id)


@login_required
@permission_required(MAY_TAKE, raise_exception=True)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper that was taken over counts no more."""
    found = _visible(request, pk)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, in a few words."))
        return redirect("admission:paper", pk=found.pk)
    try:
        photographed_papers.take_back(
            found.pk, because=form.cleaned_data["reason"], actor=request.user, at=timezone.now()
        )
    except DomainError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, _("Taken back. Nothing rests on this paper from now on."))
    return redirect("admission:paper", pk=found.pk)


@login_required
@sees_papers
@require_safe
def standing(request: HttpRequest, pk: int) -> JsonResponse:
    """How far reading has come; ``over`` once the page should be shown anew."""
    found = _visible(request, pk)
    waiting = PaperPage(found, None, may_act=False).is_waiting
    says = str(found.get_stage_display())
    return JsonResponse({"over": not waiting, "says": says, "done": found.stage})


@login_required
@sees_papers
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture itself; opening it is written down."""
    found = _visible(request, pk)
    if found.picture is None:
        raise Http404
    audit.read(found, reader=request.user, what="picture")
    return HttpResponse(
        documents.content(found.picture),
        content_type=found.picture.content_type,
        headers={"Cache-Control": "no-store, private"},
    )


def _visible(request: HttpRequest, pk: int) -> PhotographedPaper:
    rows = PhotographedPaper.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("customer__household", "picture"), pk=pk)
