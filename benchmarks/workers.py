"""What a second worker adds to granting a county, and what is left of one that is killed.

A worker is a process that takes up the waiting villages of a run, each in one transaction that it
claims with a row lock; so as many as there are may work one run. The same county, on a copy of the
same database, is granted by one worker, by two, and by two of which one is killed outright in the
middle; what the dead one had begun is then taken up again. Every decision and every line of the
interrupted run is compared with those of the first, to the fen.

QIANMO_BENCH_HOUSEHOLDS makes the county smaller.
"""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier

import django
from django.db import connection

from benchmarks import print_table
from benchmarks.grant import households
from benchmarks.reviewed_county import DAY, ReviewedCounty, make

needs_database = True

NAME = "workers"
AIM = 1.4
KILLED_AFTER = 0.3  # of the villages are done
UNTIL_READY = 300  # seconds for a process to set Django up
PATIENCE = 0.02  # seconds between two looks at how far the run has come
SPAWNED = multiprocessing.get_context("spawn")

DECISIONS = """
SELECT household_id, borrower_id, campaign_id, admission_id, decided_on, reviewed_limit,
       model_limit, surveyed_limit, "limit", outcome, explanation::text
  FROM credit_limitdecision ORDER BY household_id
"""
LINES = """
SELECT l.household_id, l.borrower_id, d.campaign_id, l.amount, l.valid_from, l.valid_to, l.status
  FROM credit_creditline l JOIN credit_limitdecision d ON d.id = l.decision_id
 ORDER BY l.household_id
"""
DEEDS = """
SELECT object_type, action, count(*) FROM core_auditentry WHERE stream = 'credit' GROUP BY 1, 2
"""
Written = dict[str, list[tuple[object, ...]]]


def run() -> dict[str, object]:
    """Grant the county three times, print how long it took and whether anything differs."""
    county = make(households())
    alone, first = _granted(county, workers=1)
    together, second = _granted(county, workers=2)
    interrupted, third, left = _killed_and_resumed(county)
    ratio = round(alone / together, 2)
    print_table(
        f"{county.households:,} households of {len(county.campaigns)} villages granted",
        ["workers", "seconds", "households/s"],
        [
            [how, f"{each:.2f}", f"{county.households / each:,.0f}"]
            for how, each in (("one", alone), ("two", together), ("one of two killed", interrupted))
        ],
    )
    same = {"two": second == first, "one of two killed": third == first}
    print_table(
        "Against one worker",
        ["figure", "measured", "aim"],
        [
            ["households/s, two workers against one", str(ratio), f"≥ {AIM}"],
            ["villages left after one was killed", str(left), ""],
            *(
                [f"decisions, lines, deeds alike: {how}", str(is_same), "True"]
                for how, is_same in same.items()
            ),
        ],
    )
    return {
        "name": NAME,
        "households": county.households,
        "villages": len(county.campaigns),
        "seconds": {"one": alone, "two": together, "one_killed": interrupted},
        "villages_left_when_killed": left,
        "decisions": len(first["decisions"]),
        "lines": len(first["lines"]),
        "alike": all(same.values()),
        "ratios": {"two_workers": ratio},
        "aims": {"two_workers": AIM},
    }


def work(database: str, run_id: int, ready: Barrier) -> None:
    """What one worker does: open its own connection, then take up villages until none is left."""
    django.setup()
    connection.settings_dict["NAME"] = database
    from core import runs
    from core.models import Run
    from credit.services import granting

    opened = Run.objects.get(pk=run_id)
    ready.wait(UNTIL_READY)
    for _done in granting.work_through(runs.waiting(opened)):
        pass


def _granted(county: ReviewedCounty, *, workers: int) -> tuple[float, Written]:
    """Seconds that so many workers took, and what they wrote."""
    with _copy_of_the_database() as name:
        run_id = _opened(county)
        at_work, began = _begin(name, run_id, workers)
        for each in at_work:
            each.join()
        return round(time.perf_counter() - began, 3), _written(run_id)


def _killed_and_resumed(county: ReviewedCounty) -> tuple[float, Written, int]:
    """The same with two workers, one of them killed on the way; and how many villages were left
    when the other had come to its end, to be taken up by a third."""
    with _copy_of_the_database() as name:
        run_id = _opened(county)
        at_work, began = _begin(name, run_id, 2)
        while _done(run_id) < KILLED_AFTER * len(county.campaigns):
            time.sleep(PATIENCE)
        os.kill(at_work[0].pid, signal.SIGKILL)
        for each in at_work:
            each.join()
        left = len(county.campaigns) - _done(run_id)
        resumed, _began = _begin(name, run_id, 1)
        resumed[0].join()
        return round(time.perf_counter() - began, 3), _written(run_id), left


def _begin(name: str, run_id: int, workers: int) -> tuple[list[BaseProcess], float]:
    """Workers that are all ready to begin, and when they began."""
    ready = SPAWNED.Barrier(workers + 1)
    at_work = [
        SPAWNED.Process(target=work, args=(name, run_id, ready), daemon=True)
        for _ in range(workers)
    ]
    for each in at_work:
        each.start()
    ready.wait(UNTIL_READY)
    return at_work, time.perf_counter()


def _opened(county: ReviewedCounty) -> int:
    from credit.services import granting  # models exist only once Django is set up

    return granting.open_granting(county.campaigns, business_day=DAY, actor=None).pk


def _done(run_id: int) -> int:
    from core import runs  # as above

    return runs.progress(run_id).done


def _written(run_id: int) -> Written:
    """All that a finished run wrote, without what numbers and clocks make different."""
    from core.models import Run  # as above

    status = Run.objects.get(pk=run_id).status
    if status != Run.Status.DONE:
        raise ValueError(f"The run ended {status}.")
    found: Written = {}
    with connection.cursor() as cursor:
        for name, query in (("decisions", DECISIONS), ("lines", LINES), ("deeds", DEEDS)):
            cursor.execute(query)
            found[name] = cursor.fetchall()
    found["deeds"].sort()
    return found


@contextlib.contextmanager
def _copy_of_the_database() -> Iterator[str]:
    """A copy of the county, to which this process is connected as long as the block runs."""
    own = connection.settings_dict["NAME"]
    name = f"{own}_copy"
    _execute_outside(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        _execute_outside(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.settings_dict["NAME"] = own


def _execute_outside(statement: str) -> None:
    """Run a statement about a database while nobody of ours is connected to it."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
