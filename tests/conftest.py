"""What every test may ask for."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_cache():
    """No test sees what another one left in the cache or counted against a log-in."""
    yield
    cache.clear()
