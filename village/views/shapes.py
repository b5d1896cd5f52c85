"""Village polygons for maps."""

import hashlib
import json
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count, Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from village.models import VillageShape
from village.selectors_map import as_drawn, drawn_in
from village.shape_rules import datum


def _visible(request: HttpRequest) -> QuerySet[VillageShape]:
    """The shapes asked for, of those that this person may see."""
    found = VillageShape.objects.visible_to(request.user)
    village = request.GET.get("village", "")
    return found.filter(village=int(village)) if village.isdecimal() else found


def _etag(request: HttpRequest) -> str | None:
    """Changes with the shapes, with whose they are, and with the pictures they are to lie on."""
    if not request.user.has_perm("village.view_villageshape"):
        return None
    known = _visible(request).aggregate(
        n=Count("pk"), newest=Max("imported_at"), which=Sum("village_id")
    )
    said = f"{request.user.pk} {known} {drawn_in()}"
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


@login_required
@permission_required("village.view_villageshape", raise_exception=True)
@require_safe
@gzip_page
@condition(etag_func=_etag)
def shapes(request: HttpRequest) -> HttpResponse:
    """The polygons of the villages one may see, as GeoJSON; ``?village=`` narrows it to one.

    The browser keeps them and asks each time whether they still hold. They are put together from
    stored texts: nothing is parsed, unless the pictures under the map are drawn in GCJ-02.
    """
    rows = _visible(request).order_by("village").values_list("village_id", "geometry")
    moved = drawn_in() == datum.GCJ02
    features = ",".join(
        f'{{"type":"Feature","id":{pk},"properties":{{}},'
        f'"geometry":{_moved(geometry) if moved else geometry}}}'
        for pk, geometry in rows
    )
    answer = HttpResponse(
        f'{{"type":"FeatureCollection","features":[{features}]}}',
        content_type="application/geo+json",
    )
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _moved(written: str) -> str:
    """A stored geometry where the pictures under the map have it."""
    body = json.loads(written)
    body["coordinates"] = _shift(body["coordinates"])
    return json.dumps(body, separators=(",", ":"))


def _shift(nested: Any) -> Any:
    if isinstance(nested[0][0], list):
        return [_shift(each) for each in nested]
    return as_drawn(nested)
