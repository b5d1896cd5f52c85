"""How long granting a whole county takes, against one plain UPDATE of as many rows.

Every household gets its decision with the figures behind it, a line where one is due, and a deed on
record for each of the two. The plain UPDATE writes the same value back to every household, in one
statement, in the same run: it judges nothing, explains nothing and records nothing.

QIANMO_BENCH_HOUSEHOLDS makes the county smaller; QIANMO_BENCH_PROFILE=1 adds where the time goes.
"""

import cProfile
import os
import pstats
import time
from collections.abc import Callable

from django.db import connection, transaction

from benchmarks import print_table
from benchmarks.reviewed_county import DAY, HOUSEHOLDS, ReviewedCounty, make

needs_database = True

NAME = "grant"
AIM = 4
SHOWN = 12


def run() -> dict[str, object]:
    """Grant a county, update it once more, print what both took."""
    county = make(households())
    profile = cProfile.Profile()
    if os.environ.get("QIANMO_BENCH_PROFILE") == "1":
        profile.enable()
    seconds, figures = granted(county)
    profile.disable()
    bare = _bare_update()
    ratio = round(seconds / bare, 2)
    print_table(
        f"{county.households:,} households of {len(county.campaigns)} villages granted",
        ["how", "seconds", "households/s"],
        [
            [how, f"{each:.2f}", f"{county.households / each:,.0f}"]
            for how, each in (
                ("decisions, lines, deeds on record", seconds),
                ("one plain UPDATE", bare),
            )
        ],
    )
    print_table(
        "Against the other of the same run",
        ["figure", "measured", "aim"],
        [["seconds, times those of the plain UPDATE", str(ratio), f"≤ {AIM}"]],
    )
    if profile.getstats():
        pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)
    return {
        "name": NAME,
        "households": county.households,
        "villages": len(county.campaigns),
        "seconds": round(seconds, 3),
        "plain_update_seconds": round(bare, 3),
        "households_per_second": round(county.households / seconds),
        "figures": figures,
        "ratios": {"to_plain_update": ratio},
        "aims": {"to_plain_update": AIM},
    }


def households() -> int:
    """How many households a benchmark of granting shall have."""
    return int(os.environ.get("QIANMO_BENCH_HOUSEHOLDS", HOUSEHOLDS))


def granted(county: ReviewedCounty) -> tuple[float, dict[str, int]]:
    """Grant every village as `manage.py grant --all` does: seconds, and what the run came to."""
    # Models exist only once the harness has set Django up.
    from core import runs
    from credit.services import granting

    began = time.perf_counter()
    opened = granting.open_granting(county.campaigns, business_day=DAY, actor=None)
    for _done in granting.work_through(runs.waiting(opened), workers=granting.THREADS):
        pass
    seconds = time.perf_counter() - began
    opened.refresh_from_db()
    if opened.status != opened.Status.DONE or opened.result["households"] != county.households:
        raise ValueError(f"The run ended {opened.status} with {opened.result}.")
    return seconds, opened.result


def _bare_update() -> float:
    """Seconds of one UPDATE of every household; taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        seconds = _timed(lambda: cursor.execute("UPDATE village_household SET debt = debt"))
        transaction.set_rollback(True)
    return seconds


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
