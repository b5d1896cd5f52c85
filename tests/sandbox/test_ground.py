"""The demo county's map: sound by the importer's own checks, with every house in its village."""

import json

import numpy as np
import polars as pl
import pytest

from sandbox.county import ground, places
from village.shape_rules import geojson, geometry


@pytest.mark.parametrize(("seed", "villages"), [(1, 1), (1, 60), (2, 6), (7, 20)])
def test_every_village_has_a_sound_polygon_around_its_centre(seed, villages):
    map_ = places.lay_out(seed, villages)
    rings = ground.grounds(seed, map_)
    text = ground.geojson(map_, rings, "made up")

    features, datum = geojson.features_of(text.encode())
    found = list(geojson.read(features, datum=datum))

    assert [each for each in found if isinstance(each, geojson.Fault)] == []
    assert [each.code for each in found] == map_.village_code.tolist()
    for shape, x, y in zip(found, map_.longitude, map_.latitude, strict=True):
        assert geometry.holds(shape.polygons[0], np.array([[x, y]]))[0], shape.code


def test_no_ground_belongs_to_two_villages():
    map_ = places.lay_out(1, 40)
    rings = [np.array(ring) for ring in ground.grounds(1, map_)]
    rng = np.random.default_rng(0)
    low, high = np.vstack(rings).min(axis=0), np.vstack(rings).max(axis=0)
    spots = rng.uniform(low, high, (4000, 2))

    owners = sum(geometry.holds([ring], spots).astype(int) for ring in rings)

    assert owners.max() == 1
    assert (owners == 1).sum() > 200


def test_every_household_stands_in_its_own_village(county):
    features = json.loads((county / "villages.geojson").read_text(encoding="utf-8"))["features"]
    rings = {
        each["properties"]["code"]: np.array(each["geometry"]["coordinates"][0])
        for each in features
    }
    told = pl.read_csv(county / "positions.csv", comment_prefix="#", infer_schema=False)
    declared = pl.read_csv(county / "households.csv", comment_prefix="#", infer_schema=False)

    assert told["户号"].to_list() == declared["户号"].to_list()
    for (code,), homes in told.group_by(pl.col("户号").str.head(12)):
        spots = homes.select("经度", "纬度").cast(pl.Float64).to_numpy()
        assert geometry.holds([rings[code]], spots).all()
