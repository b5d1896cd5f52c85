from pathlib import Path

import pytest

from sandbox.county.making import CountyMade, make_county


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
