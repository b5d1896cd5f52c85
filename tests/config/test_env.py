"""What the environment may say about the pictures under the map."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ADDRESS = "https://t{s}.tianditu.gov.cn/img?x={x}&y={y}&l={z}&tk=key"


def test_without_an_address_there_are_no_pictures(monkeypatch):
    monkeypatch.delenv("QIANMO_MAP_TILES", raising=False)

    assert env.map_tiles() is None


def test_a_page_may_fetch_pictures_from_the_hosts_of_the_address_and_no_others(monkeypatch):
    monkeypatch.setenv("QIANMO_MAP_TILES", ADDRESS)
    monkeypatch.setenv("QIANMO_MAP_TILES_DATUM", "gcj02")

    tiles = env.map_tiles()

    assert (tiles.url, tiles.datum) == (ADDRESS, "gcj02")
    assert tiles.origins == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("QIANMO_MAP_TILES", "http://host/{z}/{x}/{y}.png"),
        ("QIANMO_MAP_TILES", "https://host/{z}/{x}.png"),
        ("QIANMO_MAP_TILES", "/tiles/{z}/{x}/{y}.png"),
        ("QIANMO_MAP_TILES_DATUM", "bd09"),
    ],
)
def test_an_odd_address_or_datum_stops_the_start(monkeypatch, name, said):
    monkeypatch.setenv("QIANMO_MAP_TILES", ADDRESS)
    monkeypatch.setenv(name, said)

    with pytest.raises(ImproperlyConfigured, match=name):
        env.map_tiles()
