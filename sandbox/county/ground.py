"""The ground of each village as a polygon, and where its houses stand in it.

A village owns what lies nearer to its centre than to any other's, as far as two kilometres or so.
Borders wander as borders do; both neighbours wander the same way, so nothing gaps or overlaps.
"""

import json
import math
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sandbox.county.chance import Numbers, Whole, stream
from sandbox.county.places import Places
from village.shape_rules import geometry

REACH_KM = 2.1
KM_NORTH = 110.9
HALVINGS = 3
WANDER = (0.10, 0.05, 0.02, 0.0)
"""How far the middle of a border strays, of its length: the most that crosses none."""
NO_NEARER = 0.3
"""A border strays at most this share of the way to the villages on its two sides."""
ARC = math.radians(18)
DECIMALS = 5
HAMLET_KM = 0.09

Point = tuple[float, float]
Ring = list[Point]


def grounds(seed: int, places: Places) -> list[Ring]:
    """One closed ring of longitudes and latitudes for each village, anticlockwise."""
    middle, scale = _middle(places)
    centres = _plane(places, middle, scale)
    cells = [
        _within_reach(_cell(village, centres), tuple(centre), seed)
        for village, centre in enumerate(centres.tolist())
    ]
    for wander in WANDER:
        rings = [
            np.round(
                np.array(_wandering(cell, tuple(centre), seed, wander)) / scale + middle, DECIMALS
            )
            for cell, centre in zip(cells, centres.tolist(), strict=True)
        ]
        if all(geometry.crossing(ring) is None for ring in rings):
            break
    return [[tuple(point) for point in ring.tolist()] for ring in rings]


def geojson(places: Places, rings: list[Ring], notice: str) -> str:
    """The villages' polygons as the map importer takes them: WGS-84, area code and name."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": str(code), "name": str(name)},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code, name, ring in zip(places.village_code, places.village_name, rings, strict=True)
    ]
    head = {
        "type": "FeatureCollection",
        "notice": notice,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    }
    lines = ",\n".join(
        json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in features
    )
    return json.dumps(head, ensure_ascii=False)[:-1] + f', "features": [\n{lines}\n]}}\n'


def positions(
    seed: int,
    places: Places,
    rings: list[Ring],
    group: Whole,
    household_no: NDArray[np.str_],
) -> pl.DataFrame:
    """Where every household stands: hamlets of a group's houses, all within their village."""
    rng = stream(seed, "positions")
    middle, scale = _middle(places)
    centres = _plane(places, middle, scale)
    village = places.group_village
    heading = rng.uniform(0, 2 * np.pi, village.size)
    depth = 0.15 + 0.6 * np.sqrt(rng.random(village.size))
    reach = _reach(rings, centres, middle, scale, village, heading)
    hamlet = centres[village] + (depth * reach)[:, None] * _direction(heading)
    stray = rng.standard_normal((group.size, 2)) * HAMLET_KM
    at = hamlet[group] + stray
    home = village[group]
    out = at - centres[home]
    angle = np.arctan2(out[:, 1], out[:, 0])
    furthest = 0.93 * _reach(rings, centres, middle, scale, home, angle)
    far = np.hypot(*out.T)
    held = centres[home] + out * np.minimum(1, furthest / np.maximum(far, 1e-9))[:, None]
    degrees = np.round(held / scale + middle, 6)
    return pl.DataFrame({"户号": household_no, "经度": degrees[:, 0], "纬度": degrees[:, 1]})


def write(path: Path, text: str) -> None:
    """The polygons beside the county's tables."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _middle(places: Places) -> tuple[Numbers, Numbers]:
    """The county's middle in degrees, and kilometres to a degree east and north of it."""
    middle = np.array([places.longitude.mean(), places.latitude.mean()])
    return middle, np.array([KM_NORTH * math.cos(math.radians(middle[1])), KM_NORTH])


def _plane(places: Places, middle: Numbers, scale: Numbers) -> Numbers:
    return (np.column_stack([places.longitude, places.latitude]) - middle) * scale


def _cell(village: int, centres: Numbers) -> Ring:
    """What lies nearer to one centre than to the others, within a square about it."""
    x, y = centres[village]
    side = 1.5 * REACH_KM
    ring = [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)]
    away = np.hypot(*(centres - centres[village]).T)
    for other in np.argsort(away, kind="stable")[1:]:
        if away[other] > 2 * REACH_KM:
            break
        ring = _nearer(ring, centres[village], centres[other])
    return ring


def _nearer(ring: Ring, ours: Numbers, theirs: Numbers) -> Ring:
    """The part of a convex ring on our side of the line half-way between two centres."""
    across = theirs - ours
    half = float(across @ (ours + theirs)) / 2
    beyond = [across[0] * x + across[1] * y - half for x, y in ring]
    kept: Ring = []
    for at, (x, y) in enumerate(ring):
        before = at - 1
        if (beyond[before] > 0) != (beyond[at] > 0):
            share = beyond[before] / (beyond[before] - beyond[at])
            px, py = ring[before]
            kept.append((px + share * (x - px), py + share * (y - py)))
        if beyond[at] <= 0:
            kept.append((x, y))
    return kept


def _within_reach(ring: Ring, centre: Point, seed: int) -> Ring:
    """The cell cut off at a village's reach; the open side becomes an uneven arc."""
    cut: Ring = []
    for begin, end in zip(ring, [*ring[1:], ring[0]], strict=True):
        part = _inside(begin, end, centre)
        if part is None:
            continue
        if cut and math.dist(cut[-1], part[0]) > 1e-6:
            cut += _arc(cut[-1], part[0], centre, seed)
        cut += part if not cut or math.dist(cut[-1], part[0]) > 1e-6 else part[1:]
    if not cut:
        start = (centre[0] + REACH_KM, centre[1])
        return [start, *_arc(start, start, centre, seed)]
    if math.dist(cut[-1], cut[0]) > 1e-6:
        return cut + _arc(cut[-1], cut[0], centre, seed)
    return cut[:-1]


def _inside(begin: Point, end: Point, centre: Point) -> list[Point] | None:
    """The part of a side within reach of the centre."""
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    fx, fy = begin[0] - centre[0], begin[1] - centre[1]
    a, b, c = dx * dx + dy * dy, fx * dx + fy * dy, fx * fx + fy * fy - REACH_KM**2
    under = b * b - a * c
    if a < 1e-12 or under <= 0:
        return None
    root = math.sqrt(under)
    enter, leave = max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)
    if enter >= leave:
        return None
    return [(begin[0] + t * dx, begin[1] + t * dy) for t in (enter, leave)]


def _arc(begin: Point, end: Point, centre: Point, seed: int) -> Ring:
    """Points between two ends of the arc, anticlockwise, each a little nearer than the reach."""
    first = math.atan2(begin[1] - centre[1], begin[0] - centre[0])
    turn = (math.atan2(end[1] - centre[1], end[0] - centre[0]) - first) % (2 * math.pi)
    turn = turn or 2 * math.pi
    steps = max(2, round(turn / ARC))
    made = []
    for step in range(1, steps):
        angle = first + turn * step / steps
        radius = REACH_KM * (1 - 0.16 * (0.5 + _whim(seed, centre, (angle, 0.0)) / 2))
        made.append((centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)))
    return made


def _wandering(ring: Ring, centre: Point, seed: int, wander: float) -> Ring:
    """The ring closed, its borders with neighbours no longer straight."""
    made: Ring = []
    for begin, end in zip(ring, [*ring[1:], ring[0]], strict=True):
        length = math.dist(begin, end)
        near = abs(
            (end[0] - begin[0]) * (begin[1] - centre[1])
            - (begin[0] - centre[0]) * (end[1] - begin[1])
        )
        share = min(wander, NO_NEARER * near / max(length, 1e-9) ** 2)
        made += _bend(begin, end, seed, round(share, 3), HALVINGS)[:-1]
    return [*made, made[0]]


def _bend(begin: Point, end: Point, seed: int, wander: float, halvings: int) -> Ring:
    """A side bent at its middle, and each half again; the same from either end."""
    length = math.dist(begin, end)
    if halvings == 0 or length < 0.15:
        return [begin, end]
    first, last = sorted([_key(begin), _key(end)])
    whim = wander * _whim(seed, first, last)
    sign = 1 if _key(begin) == first else -1
    across = (-(end[1] - begin[1]) * sign, (end[0] - begin[0]) * sign)
    middle = (
        (begin[0] + end[0]) / 2 + whim * across[0],
        (begin[1] + end[1]) / 2 + whim * across[1],
    )
    near = _bend(begin, middle, seed, wander, halvings - 1)
    return near[:-1] + _bend(middle, end, seed, wander, halvings - 1)


def _key(point: Point) -> Point:
    """A point to the metre, so that two neighbours mean the same one."""
    return round(point[0], 3) + 0.0, round(point[1], 3) + 0.0


def _whim(seed: int, one: Point, other: Point) -> float:
    """Chance between −1 and 1 that depends on a place alone, not on who asks first."""
    said = f"{seed} {one[0]:.3f} {one[1]:.3f} {other[0]:.3f} {other[1]:.3f}"
    return crc32(said.encode()) / 2**31 - 1


def _direction(angle: Numbers) -> Numbers:
    return np.column_stack([np.cos(angle), np.sin(angle)])


def _reach(
    rings: list[Ring],
    centres: Numbers,
    middle: Numbers,
    scale: Numbers,
    village: Whole,
    angle: Numbers,
) -> Numbers:
    """How far it is from each village's centre to its border in some directions, kilometres."""
    out = np.full(village.size, np.inf)
    order = np.argsort(village, kind="stable")
    edges = np.searchsorted(village[order], np.arange(len(rings) + 1))
    for each, ring in enumerate(rings):
        rows = order[edges[each] : edges[each + 1]]
        if not rows.size:
            continue
        border = (np.array(ring) - middle) * scale - centres[each]
        begin, side = border[:-1], np.diff(border, axis=0)
        look = _direction(angle[rows])
        cross = look[:, :1] * side[:, 1] - look[:, 1:] * side[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            far = (begin[:, 0] * side[:, 1] - begin[:, 1] * side[:, 0]) / cross
            along = (begin[:, 0] * look[:, 1:] - begin[:, 1] * look[:, :1]) / cross
        hits = (far > 0) & (along >= 0) & (along <= 1)
        out[rows] = np.where(hits, far, np.inf).min(axis=1)
    return np.where(np.isfinite(out), out, 0.1)
