"""A database for one benchmark: made, migrated, and dropped when it is done."""

import contextlib
import os
from collections.abc import Iterator

import django
from django.db import connection

from config.local import services


@contextlib.contextmanager
def throwaway_database() -> Iterator[None]:
    """Django, set up, on an empty database of its own, as long as the block runs.

    The servers are those given in the environment, or the embedded ones. A database of the
    demo's is never touched: this one bears the number of the process that made it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    with services.ensure():
        django.setup()
        own = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(own, verbosity=0)
