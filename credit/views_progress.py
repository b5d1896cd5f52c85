"""The customer manager's pages about progress, and what both doors' maps ask for."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core import audit
from credit.contexts_map import Ground, MapPage, points_in
from credit.contexts_progress import (
    PHONE,
    Asked,
    ProgressPage,
    one_village,
)
from credit.contexts_progress_village import VillageProgressPage
from village.models import Village

SEES_PROGRESS = "credit.view_villageprogress"


@login_required
@permission_required(SEES_PROGRESS, raise_exception=True)
@require_safe
@vary_on_headers("HX-Request")
def progress(request: HttpRequest) -> HttpResponse:
    """My villages on the road, the furthest first."""
    asked = Asked.of(request.GET)
    page = ProgressPage.build(request.user, asked, door=PHONE, number=request.GET.get("page"))
    template = "credit/_progress_cards.html" if request.htmx else "credit/progress.html"
    return render(request, template, {"page": page})


@login_required
@permission_required(SEES_PROGRESS, raise_exception=True)
@require_safe
@vary_on_headers("HX-Request")
def village(request: HttpRequest, pk: int) -> HttpResponse:
    """One village of mine: its stages, its ground, and who is next at each stage."""
    found = get_object_or_404(one_village(request.user), pk=pk)
    page = VillageProgressPage.build(found, request.user, door=PHONE, query=request.GET)
    template = "credit/_progress_village.html" if request.htmx else "credit/progress_village.html"
    return render(request, template, {"page": page, "ground": Ground.of(village=pk)})


@login_required
@permission_required(SEES_PROGRESS, raise_exception=True)
@require_safe
@vary_on_headers("HX-Request")
def map_(request: HttpRequest) -> HttpResponse:
    """My villages on the map."""
    page = MapPage.build(request.user, request.GET, door=PHONE)
    template = "credit/_map_figures.html" if request.htmx else "credit/map.html"
    return render(request, template, {"page": page, "ground": page.ground})


@login_required
@permission_required(
    (SEES_PROGRESS, "village.view_household", "village.view_householdposition"),
    raise_exception=True,
)
@require_safe
@gzip_page
def households(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a village's households stand, names masked. Who asked for it is written down."""
    found = get_object_or_404(Village.objects.visible_to(request.user), pk=pk)
    points = points_in(found)
    audit.read(found, reader=request.user, what="household positions")
    return JsonResponse(
        {
            "points": [
                [each.x, each.y, each.stage, each.who, each.group, each.word, each.url]
                for each in points
            ]
        }
    )
