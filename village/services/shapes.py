"""Bringing in where villages and households lie."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from village.errors import FileRefused
from village.models import Household, Village, VillageShape
from village.services import copying
from village.shape_rules import datum as datums
from village.shape_rules import geojson
from village.shape_rules.geojson import Fault, Shape

POSITION_COLUMNS = ("户号", "经度", "纬度")
FARTHEST_DEGREES = 0.5
"""How far a village's polygon may lie from where the area table puts it: about fifty kilometres."""
AT_ONCE = 500
DRAWN = ["geometry", "west", "south", "east", "north", "file_name", "imported_by", "imported_at"]


@dataclass(frozen=True, slots=True)
class ShapesBrought:
    """What became of a file of village polygons."""

    file_name: str
    new: int
    changed: int
    unchanged: int
    faults: list[Fault]
    without: int
    """Villages of the bank that still have no shape."""


def import_shapes_file(
    path: Path | str, *, actor: User | None, datum: str = "", dry_run: bool = False
) -> ShapesBrought:
    """The same from a file on this machine. Raises FileRefused and OSError."""
    path = Path(path)
    return import_shapes(
        path.read_bytes(), name=path.name, actor=actor, datum=datum, dry_run=dry_run
    )


@transaction.atomic
def import_shapes(
    content: bytes, *, name: str, actor: User | None, datum: str = "", dry_run: bool = False
) -> ShapesBrought:
    """Bring in village polygons from GeoJSON: sound features go in, every other says why not.

    ``datum`` is ``wgs84`` or ``gcj02`` where the file itself does not say. A polygon that is
    already there to the metre stays as it is. Raises FileRefused for a file as a whole.
    """
    features, agreed = geojson.features_of(content, datum=datum)
    villages = {each.code: each for each in Village.objects.select_related("shape")}
    without = sum(getattr(each, "shape", None) is None for each in villages.values())
    sound: list[VillageShape] = []
    faults: list[Fault] = []
    new = unchanged = 0
    for found in geojson.read(features, datum=agreed):
        fault = found if isinstance(found, Fault) else _misplaced(found, villages)
        if fault is not None:
            faults.append(fault)
            continue
        village = villages[found.code]
        before = getattr(village, "shape", None)
        if before is not None and before.geometry == found.written:
            unchanged += 1
            continue
        new += before is None
        sound.append(_drawn(village, found, name=name, actor=actor))
    if not dry_run:
        _write(sound, actor=actor, name=name, faults=len(faults))
    return ShapesBrought(
        file_name=name,
        new=new,
        changed=len(sound) - new,
        unchanged=unchanged,
        faults=faults,
        without=without - new,
    )


def _misplaced(shape: Shape, villages: dict[str, Village]) -> Fault | None:
    """What is wrong with whose ground this is said to be."""
    village = villages.get(shape.code)
    if village is None:
        return Fault(shape.feature, shape.code, _("No village with this area code is registered."))
    if village.longitude is None or village.latitude is None:
        return None
    west, south, east, north = shape.bounds
    x, y = float(village.longitude), float(village.latitude)
    off = max(west - x, x - east, south - y, y - north)
    if off <= FARTHEST_DEGREES:
        return None
    return Fault(
        shape.feature,
        f"{shape.code} {village.name}",
        _("It lies %(km)s km from where the area table puts the village (%(x)s, %(y)s).")
        % {"km": round(off * 111), "x": x, "y": y},
    )


def _drawn(village: Village, shape: Shape, *, name: str, actor: User | None) -> VillageShape:
    west, south, east, north = shape.bounds
    return VillageShape(
        village=village,
        geometry=shape.written,
        west=west,
        south=south,
        east=east,
        north=north,
        file_name=name[:200],
        imported_by=actor,
        imported_at=timezone.now(),
    )


def _write(sound: list[VillageShape], *, actor: User | None, name: str, faults: int) -> None:
    VillageShape.objects.bulk_create(
        sound,
        update_conflicts=True,
        unique_fields=["village"],
        update_fields=DRAWN,
        batch_size=AT_ONCE,
    )
    for one in sound[:1]:
        audit.record(
            one.village,
            "village.shapes.imported",
            actor=actor,
            file=name,
            shapes=len(sound),
            faults=faults,
        )


@dataclass(frozen=True, slots=True)
class PositionsBrought:
    """What became of a table of household positions."""

    placed: int
    unknown: int
    outside: int


@transaction.atomic
def import_positions(
    path: Path | str, *, actor: User | None, datum: str = datums.WGS84
) -> PositionsBrought:
    """Bring in where households stand: 户号, 经度, 纬度; set-based, a county in one go.

    Households that are not registered and points outside China are passed by and counted. Raises
    FileRefused and OSError.
    """
    path = Path(path)
    read = _positions(path)
    given = read.drop_nulls().unique(subset=["number"], keep="last", maintain_order=True)
    if datum == datums.GCJ02:
        moved = datums.to_wgs84(given.select("longitude", "latitude").to_numpy())
        given = given.with_columns(
            pl.Series("longitude", np.ascontiguousarray(moved[:, 0])),
            pl.Series("latitude", np.ascontiguousarray(moved[:, 1])),
        )
    here = given.filter(
        pl.col("longitude").is_between(*geojson.CHINA_EAST),
        pl.col("latitude").is_between(*geojson.CHINA_NORTH),
    )
    copying.stage("given_positions", _STAGED, here)
    placed = copying.run(_PLACE, [path.name[:200]])
    for household in Household.objects.filter(position__source=path.name[:200])[:1]:
        audit.record(household, "village.positions.imported", actor=actor, placed=placed)
    return PositionsBrought(
        placed=placed, unknown=here.height - placed, outside=read.height - here.height
    )


def _positions(path: Path) -> pl.DataFrame:
    """The table's three columns under our names; what is no number is unknown."""
    try:
        read = pl.read_csv(io.BytesIO(path.read_bytes()), comment_prefix="#", infer_schema=False)
    except pl.exceptions.PolarsError as exc:
        raise FileRefused(
            _("%(file)s cannot be read as a table: %(why)s") % {"file": path.name, "why": exc}
        ) from exc
    missing = [each for each in POSITION_COLUMNS if each not in read.columns]
    if missing:
        raise FileRefused(
            _("%(file)s has no column %(columns)s.")
            % {"file": path.name, "columns": "、".join(missing)}
        )
    number, longitude, latitude = POSITION_COLUMNS
    return read.select(
        pl.col(number).str.strip_chars().alias("number"),
        pl.col(longitude).cast(pl.Float64, strict=False).alias("longitude"),
        pl.col(latitude).cast(pl.Float64, strict=False).alias("latitude"),
    )


_STAGED = {
    "number": "varchar(30)",
    "longitude": "double precision",
    "latitude": "double precision",
}
_PLACE = """
INSERT INTO village_householdposition (household_id, longitude, latitude, source)
SELECT household.id, given.longitude, given.latitude, %s
FROM given_positions given
JOIN village_household household ON household.number = given.number
ON CONFLICT (household_id) DO UPDATE
SET longitude = excluded.longitude, latitude = excluded.latitude, source = excluded.source
"""
