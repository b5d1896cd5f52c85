"""What every test may ask for."""

from functools import cache as once

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

STANDING = {
    "auth_group", "auth_group_permissions", "auth_permission", "django_content_type",
    "django_migrations",
}  # fmt: skip
"""Tables that migrating fills and no test changes."""


@once
def _is_filled() -> str:
    """The query for the tables that hold anything."""
    tables = set(connection.introspection.django_table_names(only_existing=True)) - STANDING
    return " UNION ALL ".join(
        f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})"  # noqa: S608 - our own tables
        for each in sorted(tables)
    )


def _empty_what_was_filled(_case: TransactionTestCase) -> None:
    """How a test ends that committed. Django would empty every table there is, and make every
    permission anew: a third of a second for each such test."""
    with connection.cursor() as cursor:
        cursor.execute(_is_filled())
        filled = [name for (name,) in cursor.fetchall()]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


TransactionTestCase._fixture_teardown = _empty_what_was_filled


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
