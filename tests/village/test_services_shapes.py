"""Village polygons and household positions: what goes in, and what is told about the rest."""

import json

import numpy as np
import openpyxl
import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEntry
from core.roles import Role
from tests import make
from village.errors import FileRefused
from village.models import HouseholdPosition, VillageShape
from village.services import shapes
from village.shape_rules import datum, geometry

pytestmark = pytest.mark.django_db
X, Y = 119.2, 34.3
SQUARE = [[X, Y], [X + 0.02, Y], [X + 0.02, Y + 0.02], [X, Y + 0.02], [X, Y]]
BOW_TIE = [[X, Y], [X + 0.02, Y + 0.02], [X + 0.02, Y], [X, Y + 0.03], [X, Y]]


def feature(code, ring=None, **geometry_):
    shape = {"type": "Polygon", "coordinates": [ring or SQUARE]} | geometry_
    return {"type": "Feature", "properties": {"code": code, "name": "陈圩村"}, "geometry": shape}


def collection(*features, crs="urn:ogc:def:crs:OGC:1.3:CRS84"):
    made = {"type": "FeatureCollection", "features": list(features)}
    if crs:
        made["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(made).encode()


def brought(*features, datum="", **how):
    return shapes.import_shapes(
        collection(*features, **how), name="villages.geojson", actor=None, datum=datum
    )


def reasons(*features, **how):
    return [each.reason for each in brought(*features, **how).faults]


def test_a_sound_polygon_goes_in_and_who_brought_it_is_written_down():
    village = make.village()
    clerk = make.staff(Role.ADMINISTRATOR)

    told = shapes.import_shapes(collection(feature(village.code)), name="v.geojson", actor=clerk)

    shape = VillageShape.objects.get(village=village)
    assert (told.new, told.changed, told.faults, told.without) == (1, 0, [], 0)
    assert json.loads(shape.geometry)["coordinates"] == [SQUARE]
    assert (shape.west, shape.north, shape.imported_by) == (X, Y + 0.02, clerk)
    assert AuditEntry.objects.filter(action="village.shapes.imported").exists()


def test_good_features_go_in_beside_bad_ones_each_of_which_is_named():
    village = make.village()

    told = brought(feature("999999999999"), feature(village.code), feature(""))

    assert told.new == 1
    assert [(each.feature, each.who) for each in told.faults] == [
        (1, "999999999999"),
        (3, "陈圩村"),
    ]
    assert "区划代码" in str(told.faults[0]) or "area code" in str(told.faults[0])


@pytest.mark.parametrize(
    ("ring", "says"),
    [
        ([[y, x] for x, y in SQUARE], "swapped"),
        ([[x * 100_000, y * 100_000] for x, y in SQUARE], "metres"),
        ([[x - 100, y] for x, y in SQUARE], "outside China"),
        (SQUARE[:-1], "not closed"),
        (SQUARE[:2], "at least four points"),
        ([SQUARE[0]] * 5, "encloses no ground"),
        (BOW_TIE, "crosses itself"),
        ([["a", "b"]] * 4, "not a pair of numbers"),
        ([[X, float("nan")], *SQUARE[1:]], "not a pair of numbers"),
        ([X, Y, X, Y], "not a pair of numbers"),
        ([[10**400, Y], *SQUARE[1:]], "not a pair of numbers"),
        ([[[1, 2], [3, 4]]] * 4, "not a pair of numbers"),
    ],
)
def test_a_bad_ring_is_refused_with_what_is_wrong_with_it(ring, says, settings):
    settings.LANGUAGE_CODE = "en"
    village = make.village()

    (reason,) = reasons(feature(village.code, ring))

    assert says in reason
    assert not VillageShape.objects.exists()


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ({"type": "Point", "coordinates": [X, Y]}, "“Point”"),
        ({"type": ["Polygon"]}, "Polygon or MultiPolygon"),
        ({"type": {"is": "Polygon"}}, "Polygon or MultiPolygon"),
        ({"coordinates": []}, "no coordinates"),
        ({"type": "MultiPolygon", "coordinates": []}, "no coordinates"),
        ({"coordinates": [SQUARE, [[x + 1, y] for x, y in SQUARE]]}, "hole"),
    ],
)
def test_what_is_no_polygon_is_refused(shape, says, settings):
    settings.LANGUAGE_CODE = "en"
    village = make.village()

    (reason,) = reasons(feature(village.code, **shape))

    assert says in reason


def test_features_that_are_no_features_do_not_stop_the_others():
    village = make.village()

    told = brought(None, 7, {"type": "Feature"}, feature(village.code))

    assert (told.new, len(told.faults)) == (1, 3)


def test_one_village_twice_in_a_file_goes_in_once(settings):
    settings.LANGUAGE_CODE = "en"
    village = make.village()

    told = brought(feature(village.code), feature(village.code))

    assert told.new == 1
    assert "Feature 1 is this village already" in told.faults[0].reason


def test_a_polygon_far_from_its_village_is_refused(settings):
    settings.LANGUAGE_CODE = "en"
    village = make.village(longitude="117.000000", latitude="34.300000")

    (reason,) = reasons(feature(village.code))

    assert "244 km" in reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "no GeoJSON"),
        (b"\xff\xfe", "no GeoJSON"),
        (b"[]", "FeatureCollection"),
        (b'{"type":"FeatureCollection","features":[]}', "no features"),
        (collection(feature("1"), crs="urn:ogc:def:crs:EPSG::3857"), "3857"),
        (collection(feature("1"), crs=""), "does not say"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_as_a_whole(content, says, settings):
    settings.LANGUAGE_CODE = "en"

    with pytest.raises(FileRefused, match=says):
        shapes.import_shapes(content, name="f", actor=None)


def test_a_file_and_a_person_who_say_different_datums_are_refused(settings):
    settings.LANGUAGE_CODE = "en"

    with pytest.raises(FileRefused, match="One of them is wrong"):
        brought(feature("1"), datum="gcj02")


@pytest.mark.parametrize("declared", ["GCJ-02", ""])
def test_a_polygon_in_gcj02_is_moved_to_wgs84(declared):
    village = make.village()
    moved = datum.to_gcj02(np.array(SQUARE)).tolist()

    brought(feature(village.code, moved), crs=declared, datum="" if declared else "gcj02")

    ring = np.array(json.loads(VillageShape.objects.get().geometry)["coordinates"][0])
    assert np.abs(ring - np.array(SQUARE)).max() <= 0.00001
    assert np.abs(np.array(moved) - np.array(SQUARE)).max() > 0.001


def test_brought_again_the_same_polygon_stays_and_another_replaces_it():
    village = make.village()
    brought(feature(village.code))

    again = brought(feature(village.code))
    other = brought(feature(village.code, [[x + 0.01, y] for x, y in SQUARE]))

    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    assert (other.new, other.changed) == (0, 1)
    assert VillageShape.objects.get().west == pytest.approx(X + 0.01)


def test_a_dry_run_tells_and_writes_nothing():
    village = make.village()

    told = shapes.import_shapes(
        collection(feature(village.code)), name="f", actor=None, dry_run=True
    )

    assert told.new == 1
    assert not VillageShape.objects.exists()


def test_however_many_features_a_file_costs_the_same_queries(django_assert_max_num_queries):
    villages = [make.village() for _number in range(12)]

    with django_assert_max_num_queries(8):
        told = brought(*(feature(each.code) for each in villages))

    assert told.new == 12


def test_a_ring_is_made_anticlockwise_and_kept_to_the_metre():
    village = make.village()
    ring = [[x + 0.0000001, y] for x, y in SQUARE][::-1]

    brought(feature(village.code, ring))

    kept = np.array(json.loads(VillageShape.objects.get().geometry)["coordinates"][0])
    assert geometry.area(kept) > 0
    assert sorted(kept.tolist()) == sorted(SQUARE)


def test_the_command_names_what_did_not_go_in(tmp_path, capsys):
    village = make.village()
    path = tmp_path / "villages.geojson"
    path.write_bytes(collection(feature(village.code), feature("404"), crs=""))

    with pytest.raises(CommandError, match="WGS-84"):
        call_command("import_shapes", str(path))
    call_command("import_shapes", str(path), "--datum", "wgs84", "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["refused"]) == (1, 1)
    assert (told["faults"][0]["feature"], told["faults"][0]["who"]) == (2, "404")


def test_households_are_placed_in_one_go_and_strangers_are_counted(tmp_path):
    village = make.village()
    homes = [make.household(village) for _number in range(3)]
    path = tmp_path / "positions.csv"
    lines = [f"{each.number},119.2{n},34.3" for n, each in enumerate(homes)]
    path.write_text(
        "\n".join(["# made up", "户号,经度,纬度", *lines, "H-none,119.2,34.3", "x,0,0", "y,a,b"])
    )

    told = shapes.import_positions_file(path, actor=None)

    assert (told.placed, told.unknown, told.outside) == (3, 1, 2)
    assert [(each.feature, each.who) for each in told.faults] == [
        (6, "H-none"),
        (7, "x"),
        (8, "y"),
    ]
    assert HouseholdPosition.objects.get(household=homes[1]).longitude == 119.21


def test_a_table_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "positions.csv"
    path.write_text("户号,经度\n1,2\n")

    with pytest.raises(FileRefused, match="纬度"):
        shapes.import_positions_file(path, actor=None)


def test_a_dry_run_says_the_same_and_places_nobody(tmp_path, capsys):
    home = make.household()
    path = tmp_path / "positions.csv"
    path.write_bytes(f"户号,经度,纬度\n{home.number},119.2,34.3\nH-none,119,34".encode("gb18030"))

    call_command("import_positions", str(path), "--datum", "wgs84", "--dry-run", "--json")
    tried = json.loads(capsys.readouterr().out)
    before = HouseholdPosition.objects.count()
    call_command("import_positions", str(path), "--datum", "wgs84", "--json")
    done = json.loads(capsys.readouterr().out)

    assert before == 0
    assert (tried["placed"], tried["unknown"]) == (done["placed"], done["unknown"]) == (1, 1)
    assert HouseholdPosition.objects.get().household == home


def test_of_a_household_named_twice_the_last_row_counts(tmp_path):
    home = make.household()
    path = tmp_path / "positions.csv"
    path.write_text(f"户号,经度,纬度\n{home.number},119.2,34.3\n{home.number},119.4,34.3\n")

    told = shapes.import_positions_file(path, actor=None)

    assert (told.placed, told.refused) == (1, 0)
    assert HouseholdPosition.objects.get().longitude == 119.4


def test_positions_are_read_from_a_spreadsheet_too(tmp_path):
    homes = [make.household() for _number in range(2)]
    book = openpyxl.Workbook()
    book.active.append(["灌云县农户位置"])
    book.active.append(["户编号", "经度", "纬度"])
    for n, each in enumerate(homes):
        book.active.append([each.number, 119.25 + n / 100, "34.3"])
    book.active.append(["H-none", 119.2, 34.3])
    book.save(tmp_path / "positions.xlsx")

    told = shapes.import_positions_file(tmp_path / "positions.xlsx", actor=None)

    assert (told.placed, told.unknown, told.outside) == (2, 1, 0)
    assert [(each.feature, each.who) for each in told.faults] == [(5, "H-none")]
    assert HouseholdPosition.objects.get(household=homes[1]).longitude == pytest.approx(119.26)


def test_a_line_that_is_no_row_is_told_and_the_others_go_in(tmp_path):
    home = make.household()
    path = tmp_path / "positions.csv"
    path.write_text(f"户号,经度,纬度\nH1,119.2,34.3,5,6\n{home.number},119.2,34.3\nH2,119\n")

    told = shapes.import_positions_file(path, actor=None)

    assert (told.placed, told.refused) == (1, 2)
    assert [each.feature for each in told.faults] == [2, 4]
