"""Where things lie on the map as drawn: in WGS-84, or in the datum of the pictures under it."""

from collections.abc import Sequence

import numpy as np
from django.conf import settings

from village.shape_rules import datum, geometry


def drawn_in() -> str:
    """The datum of the pictures under the map; ours where there are none."""
    return settings.MAP_TILES.datum if settings.MAP_TILES else datum.WGS84


def as_drawn(points: Sequence[Sequence[float]]) -> list[list[float]]:
    """Longitudes and latitudes (WGS-84) where the map has to draw them, to the metre."""
    places = np.asarray(points, dtype=float).reshape(-1, 2)
    if drawn_in() == datum.GCJ02:
        places = datum.to_gcj02(places)
    return np.round(places, geometry.PRECISION).tolist()
