"""The real towns of one county, so that maps and codes in the demo look as they do at work.

Names and codes are public facts of the statistical area code. The coordinates are rough centres
(WGS 84), good enough to spread a demo over a map and for nothing else. Farms, salt works and
development zones have codes too, but hardly any villages, and are left out.
"""

from typing import NamedTuple


class Town(NamedTuple):
    """A town or street with its official nine-digit code."""

    code: str
    name: str
    longitude: float
    latitude: float


COUNTY_CODE = "320723"
COUNTY_NAME = "灌云县"
COUNTY_CENTRE = (119.239, 34.284)

TOWNS = (
    Town("320723100", "伊山镇", 119.255, 34.284),
    Town("320723107", "龙苴镇", 119.085, 34.300),
    Town("320723102", "杨集镇", 119.470, 34.220),
    Town("320723105", "四队镇", 119.600, 34.300),
    Town("320723104", "同兴镇", 119.420, 34.270),
    Town("320723106", "圩丰镇", 119.510, 34.420),
    Town("320723108", "下车镇", 119.330, 34.320),
    Town("320723109", "图河镇", 119.660, 34.380),
    Town("320723110", "东王集镇", 119.360, 34.360),
    Town("320723111", "小伊镇", 119.300, 34.230),
    Town("320723112", "南岗镇", 119.140, 34.230),
    Town("320723001", "侍庄街道", 119.220, 34.320),
    Town("320723103", "燕尾港镇", 119.780, 34.470),
)
