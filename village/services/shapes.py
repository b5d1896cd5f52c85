"""Bringing in where villages and households lie."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from village.errors import FileRefused
from village.models import Village, VillageShape
from village.roster import clean, reading
from village.roster.kinds import POSITIONS
from village.roster.reading import Delivery, FileNotReadable
from village.services import copying, positions, roster_reasons
from village.shape_rules import datum as datums
from village.shape_rules import geojson
from village.shape_rules.geojson import Fault, Shape

FARTHEST_DEGREES = 0.5
"""How far a village's polygon may lie from where the area table puts it: about fifty kilometres."""
AT_ONCE = 500
MOST_FAULTS_NAMED = 100
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
    """What became of a table of household positions; ``faults`` names the first rows left out.
    Of those placed, ``new`` had no place before and ``changed`` stood elsewhere."""

    file_name: str
    placed: int
    new: int
    changed: int
    unknown: int
    outside: int
    faults: list[Fault]
    import_id: int | None = None
    """Under which the table is kept, so that it can be undone; none where nothing was written."""

    @property
    def refused(self) -> int:
        """Rows that did not go in."""
        return self.unknown + self.outside


def import_positions_file(
    path: Path | str, *, actor: User | None, datum: str = datums.WGS84, dry_run: bool = False
) -> PositionsBrought:
    """The same from a file on this machine. Raises FileRefused and OSError."""
    path = Path(path)
    return import_positions(
        path.read_bytes(), name=path.name, actor=actor, datum=datum, dry_run=dry_run
    )


@transaction.atomic
def import_positions(
    content: bytes,
    *,
    name: str,
    actor: User | None,
    datum: str = datums.WGS84,
    dry_run: bool = False,
) -> PositionsBrought:
    """Bring in where households stand: 户号, 经度, 纬度 of a CSV or Excel file; set-based, a county
    in one go.

    Of a household named twice the last row counts. Households that are not registered and points
    outside China are passed by, counted, and the first of them named. Raises FileRefused.
    """
    name = name[:200]
    read, no_rows = _positions(content, name)
    here = _in_wgs84(read.drop_nulls(), datum).filter(
        pl.col("longitude").is_between(*geojson.CHINA_EAST),
        pl.col("latitude").is_between(*geojson.CHINA_NORTH),
    )
    outside = read.join(here, on="line", how="anti", maintain_order="left")
    given = here.unique(subset=["number"], keep="last", maintain_order=True)
    copying.stage("given_positions", _STAGED, given)
    unknown = _unknown()
    differing = positions.compare()
    brought = PositionsBrought(
        file_name=name,
        placed=given.height - len(unknown),
        new=differing.new,
        changed=differing.changed,
        unknown=len(unknown),
        outside=outside.height + len(no_rows),
        faults=_left_out(outside, unknown, no_rows),
    )
    if dry_run:
        return brought
    made = positions.place(
        differing,
        name=name,
        rows=read.height + len(no_rows),
        refused=brought.refused,
        placed=brought.placed,
        actor=actor,
    )
    return replace(brought, import_id=made.pk)


def _in_wgs84(given: pl.DataFrame, datum: str) -> pl.DataFrame:
    if datum != datums.GCJ02 or given.is_empty():
        return given
    moved = datums.to_wgs84(given.select("longitude", "latitude").to_numpy())
    return given.with_columns(
        pl.Series("longitude", np.ascontiguousarray(moved[:, 0])),
        pl.Series("latitude", np.ascontiguousarray(moved[:, 1])),
    )


def _unknown() -> list[tuple[int, str]]:
    """Line and number of the staged households that nobody has registered."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN)
        return cursor.fetchall()


def _left_out(
    outside: pl.DataFrame, unknown: list[tuple[int, str]], no_rows: list[Fault]
) -> list[Fault]:
    """The first rows that did not go in, in the order of the file, each with its reason."""
    where = _("Longitude and latitude are no place in China, in degrees.")
    who = _("No household with this number is registered.")
    faults = no_rows + [Fault(line, number, who) for line, number in unknown]
    faults += [
        Fault(line, number or "", where)
        for line, number in outside.select("line", "number").iter_rows()
    ]
    return sorted(faults, key=lambda fault: fault.feature)[:MOST_FAULTS_NAMED]


def _positions(content: bytes, name: str) -> tuple[pl.DataFrame, list[Fault]]:
    """The table's rows under our names, with their line, and the lines that are no rows; what is
    no number is unknown."""
    try:
        delivery = reading.read(content, [POSITIONS])
    except FileNotReadable as exc:
        raise FileRefused(roster_reasons.of_file(name, exc)) from exc
    fields = delivery.fields.join(delivery.faulty.select("line"), on="line", how="anti")
    rows = fields.select(
        pl.col("line").cast(pl.Int64),
        clean.code(fields["number"]).str.slice(0, 30).alias("number"),
        *(
            clean.number(fields[name]).cast(pl.Float64, strict=False).alias(name)
            for name in ("longitude", "latitude")
        ),
    )
    return rows, _no_rows(delivery)


def _no_rows(delivery: Delivery) -> list[Fault]:
    told = delivery.faulty.join(delivery.fields.select("line", "number"), on="line", how="left")
    return [
        Fault(line, number or "", roster_reasons.sentence(code, detail))
        for line, number, code, detail in told.select(
            "line", "number", "code", "detail"
        ).iter_rows()
    ]


_STAGED = {
    "line": "integer",
    "number": "varchar(30)",
    "longitude": "double precision",
    "latitude": "double precision",
}
_UNKNOWN = """
SELECT given.line, given.number FROM given_positions given
LEFT JOIN village_household household ON household.number = given.number
WHERE household.id IS NULL ORDER BY given.line
"""
