"""WGS-84, which satellites and the national grid CGCS2000 speak, and GCJ-02, which maps sold in
China must speak: the same place some 300 to 700 metres away.
"""

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

WGS84, GCJ02 = "wgs84", "gcj02"
DATUMS = (WGS84, GCJ02)

_AXIS = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323
_ROUNDS = 4


def to_gcj02(points: Degrees) -> Degrees:
    """Longitudes and latitudes (two columns, degrees) moved from WGS-84 to GCJ-02."""
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    latitude = np.radians(points[:, 1])
    magic = 1 - _ECCENTRICITY * np.sin(latitude) ** 2
    metres_north = _AXIS * (1 - _ECCENTRICITY) / (magic * np.sqrt(magic))
    metres_east = _AXIS / np.sqrt(magic) * np.cos(latitude)
    moved = np.column_stack([np.degrees(east / metres_east), np.degrees(north / metres_north)])
    return points + moved


def to_wgs84(points: Degrees) -> Degrees:
    """The way back, to a tenth of a millimetre: what was moved is moved until it fits."""
    found = points.copy()
    for _round in range(_ROUNDS):
        found += points - to_gcj02(found)
    return found
