"""What every test may ask for."""

import gc

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from tests.kept import Kept, filled_tables


def _empty_what_was_filled(_case: TransactionTestCase) -> None:
    """How a test ends that committed. Django would empty every table there is, and make every
    permission anew: a third of a second for each such test."""
    if filled := filled_tables():
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


def pytest_collection_finish():
    """What was imported and collected stays to the end: the collector need not walk through it."""
    gc.collect()
    gc.freeze()


TransactionTestCase._fixture_teardown = _empty_what_was_filled


@pytest.fixture(autouse=True)
def _empty_cache():
    """No test sees what another one left in the cache or counted against a log-in."""
    yield
    cache.clear()


@pytest.fixture(scope="session")
def keep(django_db_setup, django_db_blocker):
    """``keep(build)``: what many tests begin with, made once in a process."""

    def kept(build):
        with django_db_blocker.unblock():
            return Kept.of(build)

    return kept


@pytest.fixture
def in_english():
    """Messages in the language of the sources, whatever the installation speaks."""
    with translation.override("en"):
        yield
