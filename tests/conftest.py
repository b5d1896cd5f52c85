"""What every test may ask for."""

import pytest
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def _empty_cache():
    """No test sees what another one left in the cache or counted against a log-in."""
    yield
    cache.clear()


@pytest.fixture
def in_english():
    """Messages in the language of the sources, whatever the installation speaks."""
    with translation.override("en"):
        yield
