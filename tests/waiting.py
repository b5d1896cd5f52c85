"""Waiting for other sessions of the database, so that a race happens and is not hoped for."""

import time

from django.db import connection

STAND_IN_LINE = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def until_others_wait(sessions: int = 1, *, seconds: float = 60) -> None:
    """Until so many other sessions stand in line behind locks; a test that waits in vain fails."""
    give_up = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < give_up:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction looks but once
            cursor.execute(STAND_IN_LINE)
            if cursor.fetchone()[0] >= sessions:
                return
            time.sleep(0.02)
    raise AssertionError("Nobody came to wait.")
