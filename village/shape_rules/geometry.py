"""What makes a ring of points a piece of ground, and how many points it needs."""

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]
"""Points as longitude and latitude in degrees, the last the same as the first."""

PRECISION = 5
"""Decimals kept: a metre."""
AT_ONCE = 256


def area(ring: Ring) -> float:
    """Signed area in square degrees: positive where the ring goes anticlockwise."""
    x, y = (ring - ring[0]).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def crossing(ring: Ring) -> int | None:
    """The number of the first side (from 1) that another side crosses; None for a sound ring."""
    begin, end = ring[:-1], ring[1:]
    count = len(begin)
    order = np.arange(count)
    for first in range(0, count, AT_ONCE):
        rows = order[first : first + AT_ONCE]
        a, b = begin[rows][:, None], end[rows][:, None]
        apart = np.abs(rows[:, None] - order[None, :])
        strangers = (apart > 1) & (apart < count - 1)
        cuts = (_side(a, b, begin[None]) * _side(a, b, end[None]) < 0) & (
            _side(begin[None], end[None], a) * _side(begin[None], end[None], b) < 0
        )
        found = np.flatnonzero((cuts & strangers).any(axis=1))
        if found.size:
            return int(rows[found[0]]) + 1
    return None


def compact(ring: Ring) -> Ring:
    """The ring to the metre, without points that say nothing new."""
    rounded = np.round(ring, PRECISION)
    moved = np.any(np.diff(rounded, axis=0) != 0, axis=1)
    return rounded[np.append(True, moved)]


def holds(rings: list[Ring], points: Ring) -> NDArray[np.bool_]:
    """Which points lie within a polygon, outer ring first, then holes."""
    inside = np.zeros(len(points), dtype=bool)
    x, y = points[:, :1], points[:, 1:]
    for ring in rings:
        (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
        spans = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            left = x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        inside ^= (np.count_nonzero(spans & left, axis=1) % 2).astype(bool)
    return inside


def _side(a: Ring, b: Ring, point: Ring) -> NDArray[np.float64]:
    """On which side of the line from ``a`` to ``b`` a point lies."""
    return (b[..., 0] - a[..., 0]) * (point[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        point[..., 0] - a[..., 0]
    )
