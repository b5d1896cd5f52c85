"""A customer manager's pages of remote authorisation: ask, show the code, see it signed.

The link's secret stays in a cookie of the manager's own browser, for this one page and for as long
as the link is good; the bank keeps its hash alone.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from admission import services
from admission.contexts_requests import AskPage, NobodyToAsk, RequestPage, askable
from admission.forms import AskForm
from admission.models import AuthorisationRequest
from admission.services import authorisation_requests
from admission.sources.lending import bank_day
from core import audit, documents
from core.errors import DomainError
from village import selectors
from village.models import Customer, Household

MAY_ASK = "admission.add_authorisation"
COOKIE = "authorisation-link"
sees_authorisations = permission_required("admission.view_authorisation", raise_exception=True)


@login_required
@sees_authorisations
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Who of a household has authorised what; POST asks one person. A household of children, or
    whose people have gone or died, has nobody to ask."""
    visible = Household.objects.visible_to(request.user)
    household = get_object_or_404(visible.select_related("village"), pk=pk)
    now, today = timezone.now(), bank_day(timezone.localdate())
    applicants = _adults(household, timezone.localdate())
    if not applicants:
        page = NobodyToAsk(household)
        return render(request, "admission/nobody_to_ask.html", {"page": page})
    applicant = _chosen(applicants, request.GET.get("applicant", ""))
    people = askable(applicant)
    form = AskForm(request.POST or None, people=people, initial={"customer": applicant.pk})
    may_ask = request.user.has_perm(MAY_ASK)
    if request.method == "POST" and may_ask and form.is_valid():
        started = _started(request, applicant, form)
        if started:
            return _to_its_page(started)
    page = AskPage.build(
        household,
        applicant,
        applicants=applicants,
        people=people,
        form=form,
        may_ask=may_ask,
        now=now,
        today=today,
    )
    status = 422 if form.is_bound else 200
    return render(request, "admission/authorisations.html", {"page": page}, status=status)


def _adults(household: Household, today: object) -> list[Customer]:
    present = household.members.filter(state__in=selectors.PRESENT)
    return [
        each
        for each in selectors.heads_first(present)
        if each.age_on(today) >= authorisation_requests.OF_AGE
    ]


def _chosen(applicants: list[Customer], wanted: str) -> Customer:
    return next((each for each in applicants if str(each.pk) == wanted), applicants[0])


def _started(
    request: HttpRequest, applicant: Customer, form: AskForm
) -> authorisation_requests.Started | None:
    try:
        return authorisation_requests.start(
            form.cleaned_data["customer"],
            applicant_id=applicant.pk,
            purpose=form.cleaned_data["purpose"],
            actor=request.user,
            at=timezone.now(),
        )
    except DomainError as exc:
        messages.error(request, str(exc))
        return None


def _to_its_page(started: authorisation_requests.Started) -> HttpResponse:
    address = reverse("admission:request", args=[started.request.pk])
    response = redirect(address)
    response.set_cookie(
        COOKIE,
        started.token,
        max_age=authorisation_requests.LINK_LIVES,
        path=address,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@login_required
@sees_authorisations
@require_safe
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: the code to scan, and how far the person has come."""
    page = _page(request, pk)
    return render(request, "admission/request.html", {"page": page})


@login_required
@sees_authorisations
@require_safe
def standing(request: HttpRequest, pk: int) -> JsonResponse:
    """How it stands, in a word; ``over`` once the page should be shown anew."""
    page = _page(request, pk)
    seen = request.GET.get("seen", "")
    return JsonResponse({"over": page.status != seen, "says": str(page.word)})


@login_required
@permission_required(MAY_ASK, raise_exception=True)
@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The link stops working at once."""
    found = _visible(request, pk)
    try:
        authorisation_requests.cancel(found.pk, actor=request.user, at=timezone.now())
    except DomainError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, _("Called off. The link does not work any more."))
    return redirect("admission:request", pk=found.pk)


@login_required
@permission_required(MAY_ASK, raise_exception=True)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a signed authorisation, at the customer's request."""
    found = _visible(request, pk)
    if found.authorisation_id is None:
        raise Http404
    services.withdraw(found.authorisation_id, actor=request.user, at=timezone.now())
    messages.success(request, _("Withdrawn. Nobody is asked under it any more."))
    return redirect("admission:request", pk=found.pk)


@login_required
@sees_authorisations
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed form; opening it is written down."""
    found = _visible(request, pk)
    if found.authorisation_id is None:
        raise Http404
    document = found.authorisation.document
    audit.read(document, reader=request.user, what="authorisation")
    return HttpResponse(
        documents.content(document),
        content_type=document.content_type,
        headers={"Content-Disposition": content_disposition_header(False, document.name)},
    )


def _visible(request: HttpRequest, pk: int) -> AuthorisationRequest:
    rows = AuthorisationRequest.objects.visible_to(request.user).select_related(
        "customer", "applicant__household", "asked_by", "authorisation__document", "face"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, pk: int) -> RequestPage:
    found = _visible(request, pk)
    token = request.COOKIES.get(COOKIE, "")
    is_its_link = authorisation_requests.hash_of(token) == found.token_hash
    address = reverse("admission:authorise", args=[token]) if token and is_its_link else ""
    return RequestPage(
        found,
        now=timezone.localtime(),
        may_act=request.user.has_perm(MAY_ASK),
        address=request.build_absolute_uri(address) if address else "",
    )
