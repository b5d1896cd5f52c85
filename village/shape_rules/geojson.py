"""Village polygons out of a GeoJSON file: every feature is either sound or told what is wrong."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from village.errors import FileRefused
from village.shape_rules import datum as datums
from village.shape_rules import geometry

CODE_NAMES = ("code", "区划代码", "村代码", "village_code", "XZQDM", "ZLDWDM")
"""Where a feature may say which village it is, in this order."""
NAME_NAMES = ("name", "名称", "村名", "XZQMC", "ZLDWMC")
MOST_POINTS = 50_000
CHINA_EAST, CHINA_NORTH = (73.0, 136.0), (3.0, 54.5)
_SAME_AS_WGS84 = ("CRS84", "4326", "4490", "WGS84", "WGS 84", "WGS-84", "CGCS2000")
_GCJ = ("GCJ02", "GCJ-02", "GCJ_02")


@dataclass(frozen=True, slots=True)
class Shape:
    """One village's ground, WGS-84: polygons, each an outer ring and its holes."""

    feature: int
    code: str
    polygons: list[list[geometry.Ring]]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        outer = np.vstack([polygon[0] for polygon in self.polygons])
        return (*map(float, outer.min(axis=0)), *map(float, outer.max(axis=0)))

    @property
    def written(self) -> str:
        """The geometry as GeoJSON without blanks, coordinates to the metre."""
        rings = [[ring.tolist() for ring in polygon] for polygon in self.polygons]
        if len(rings) == 1:
            body: dict[str, Any] = {"type": "Polygon", "coordinates": rings[0]}
        else:
            body = {"type": "MultiPolygon", "coordinates": rings}
        return json.dumps(body, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A feature that is not brought in: its place in the file from 1, who it is, why."""

    feature: int
    who: str
    reason: str

    def __str__(self) -> str:
        return _("Feature %(n)s (%(who)s): %(reason)s") % {
            "n": self.feature,
            "who": self.who or _("no code"),
            "reason": self.reason,
        }


class _Unsound(Exception):
    """Why one geometry is refused."""


def features_of(content: bytes, *, datum: str = "") -> tuple[list[Any], str]:
    """The features of a file and the datum they are in.

    ``datum`` is what the person says; the file may say it too. Raises FileRefused where neither
    does, where they differ, and where the file is none that can be understood.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as exc:
        raise FileRefused(_("This is no GeoJSON: %(why)s.") % {"why": exc}) from exc
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise FileRefused(_("This is no GeoJSON FeatureCollection; export the layer as one."))
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise FileRefused(_("The file has no features."))
    return features, _agreed(_declared(document), datum)


def _declared(document: dict[str, Any]) -> str:
    """The datum that the file itself names; empty where it names none. Raises FileRefused."""
    crs = document.get("crs")
    if crs is None:
        return ""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if any(each in name.upper() for each in _GCJ):
        return datums.GCJ02
    if any(name.upper().endswith(each) for each in _SAME_AS_WGS84):
        return datums.WGS84
    raise FileRefused(
        _(
            "The file is in “%(name)s”. Export it as WGS-84 (EPSG:4326), CGCS2000 in degrees "
            "(EPSG:4490) or GCJ-02."
        )
        % {"name": name or crs}
    )


def _agreed(declared: str, said: str) -> str:
    if said and declared and said != declared:
        raise FileRefused(
            _("The file says it is in %(declared)s, you said %(said)s. One of them is wrong.")
            % {"declared": declared, "said": said}
        )
    if not (said or declared):
        raise FileRefused(
            _(
                "The file does not say whether it is in WGS-84 or GCJ-02; say which. A wrong guess "
                "moves every village by half a kilometre."
            )
        )
    return said or declared


def read(features: list[Any], *, datum: str) -> Iterator[Shape | Fault]:
    """Each feature as a shape, or what is wrong with it."""
    seen: dict[str, int] = {}
    for number, feature in enumerate(features, start=1):
        code, who = _who(feature)
        try:
            if not code:
                raise _Unsound(_("It names no village; give its area code as the property “code”."))
            if code in seen:
                raise _Unsound(
                    _("Feature %(n)s is this village already; join them to one MultiPolygon.")
                    % {"n": seen[code]}
                )
            polygons = _polygons(feature.get("geometry"), datum)
        except _Unsound as exc:
            yield Fault(number, who, str(exc))
            continue
        seen[code] = number
        yield Shape(number, code, polygons)


def _who(feature: Any) -> tuple[str, str]:
    """A feature's village code, and by what name a person finds the feature again."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return "", ""
    said = feature["properties"]
    code = next((str(said[name]).strip() for name in CODE_NAMES if said.get(name)), "")
    name = next((str(said[each]).strip() for each in NAME_NAMES if said.get(each)), "")
    return code, " ".join(filter(None, [code, name]))[:80]


def _polygons(shape: Any, datum: str) -> list[list[geometry.Ring]]:
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Unsound(
            _("Its geometry is “%(kind)s”; a village is a Polygon or MultiPolygon.")
            % {"kind": kind or _("missing")}
        )
    coordinates = shape.get("coordinates")
    nested = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(nested, list) or not nested:
        raise _Unsound(_("It has no coordinates."))
    return [_polygon(each, datum) for each in nested]


def _polygon(rings: Any, datum: str) -> list[geometry.Ring]:
    if not isinstance(rings, list) or not rings:
        raise _Unsound(_("It has no coordinates."))
    made = [_ring(each, datum) for each in rings]
    outer, holes = made[0], made[1:]
    if any(not geometry.holds([outer], hole[:1])[0] for hole in holes):
        raise _Unsound(_("A hole lies outside its polygon."))
    directed = [outer if geometry.area(outer) > 0 else outer[::-1]]
    return directed + [hole if geometry.area(hole) < 0 else hole[::-1] for hole in holes]


def _ring(given: Any, datum: str) -> geometry.Ring:
    """One closed ring in WGS-84, to the metre."""
    points = _points(given)
    _check_place(points)
    if not np.array_equal(points[0], points[-1]):
        raise _Unsound(_("A ring is not closed: its last point is not its first."))
    if datum == datums.GCJ02:
        points = datums.to_wgs84(points)
    ring = geometry.compact(points)
    if len(ring) < 4 or abs(geometry.area(ring)) < 1e-9:
        raise _Unsound(_("A ring encloses no ground."))
    at = geometry.crossing(ring)
    if at is not None:
        raise _Unsound(
            _("Its border crosses itself near %(x)s, %(y)s.")
            % {"x": f"{ring[at - 1][0]:.5f}", "y": f"{ring[at - 1][1]:.5f}"}
        )
    return ring


def _points(given: Any) -> geometry.Ring:
    if not isinstance(given, list) or len(given) < 4:
        raise _Unsound(_("A ring needs at least four points, the last the same as the first."))
    if len(given) > MOST_POINTS:
        raise _Unsound(
            _("A ring has %(n)s points; simplify it to at most %(most)s.")
            % {"n": len(given), "most": MOST_POINTS}
        )
    try:
        points = np.array([[each[0], each[1]] for each in given], dtype=float)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as exc:
        raise _Unsound(_("A point is not a pair of numbers.")) from exc
    if points.ndim != 2 or not np.isfinite(points).all():
        raise _Unsound(_("A point is not a pair of numbers."))
    return points


def _check_place(points: geometry.Ring) -> None:
    """Refuse what lies outside China, and say so where two columns were swapped or are metres."""
    if _in_china(points):
        return
    x, y = points[0]
    at = {"x": f"{x:.5f}", "y": f"{y:.5f}"}
    if _in_china(points[:, ::-1]):
        raise _Unsound(
            _("Longitude and latitude are swapped (%(x)s, %(y)s); longitude comes first.") % at
        )
    if np.abs(points).max() > 360:
        raise _Unsound(
            _("Its coordinates are metres (%(x)s, %(y)s); export the layer in degrees.") % at
        )
    raise _Unsound(_("It lies outside China (%(x)s, %(y)s).") % at)


def _in_china(points: geometry.Ring) -> bool:
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return (
        CHINA_EAST[0] <= west <= east <= CHINA_EAST[1]
        and CHINA_NORTH[0] <= south <= north <= CHINA_NORTH[1]
    )
