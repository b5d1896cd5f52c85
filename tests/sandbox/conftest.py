from pathlib import Path

import httpx
import polars as pl
import pytest

from sandbox.county.making import CountyMade, make_county
from sandbox.county.truth import load_world
from sandbox.server.testing import running


@pytest.fixture(scope="session")
def county(tmp_path_factory) -> Path:
    """A small county of six villages, made once for all tests."""
    directory = tmp_path_factory.mktemp("county")
    make_county(directory, villages=6, customers=2400, seed=1)
    return directory


@pytest.fixture(scope="session")
def summary(tmp_path_factory) -> CountyMade:
    """What the command would say of that same county."""
    return make_county(tmp_path_factory.mktemp("again"), villages=6, customers=2400, seed=1)


@pytest.fixture(scope="module")
def served(county):
    with running(county, hold_seconds=1.0) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def line(served):
    with httpx.Client(base_url=served.url, timeout=10) as line:
        yield line


@pytest.fixture
def client(line):
    """A caller of a sandbox without faults, payments or messages."""
    yield line
    line.delete("/control/faults")
    line.delete("/control/books")


@pytest.fixture(scope="module")
def world(county):
    return load_world(county)


@pytest.fixture(scope="module")
def known(world):
    """Somebody who has everything: an account, a history, a house."""
    return world.filter(
        pl.col("pb_first_month").is_not_null() & (pl.col("re_cnt") > 0) & (pl.col("phone") != "")
    ).row(0, named=True)
