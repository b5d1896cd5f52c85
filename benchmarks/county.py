"""The whole county in one go: made, brought in, reviewed, decided, calibrated, granted.

Rosters go through the importer, neighbours' sheets through the service of the review, limits
through the policy; every figure is counted by the services themselves. Two processes share the
villages under review, as web workers share them where neighbours answer. Two things are played by
SQL, since people would do them: visits (a survey for nine in ten households, its limit worked out
by the rule of the visits) and the answers of admission (a share of each outcome by lot).
Spot checks are left out. The stages say how many seconds they took; linking deeds into the audit
chain, which workers do afterwards, is in none of them.

QIANMO_BENCH_CUSTOMERS and QIANMO_BENCH_VILLAGES make the county smaller.
"""

import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.db import connection, transaction

from benchmarks import print_table

needs_database = True

NAME = "county"
CUSTOMERS = int(os.environ.get("QIANMO_BENCH_CUSTOMERS", "869554"))
VILLAGES = int(os.environ.get("QIANMO_BENCH_VILLAGES", "355"))
TARGET_YUAN = int(os.environ.get("QIANMO_BENCH_TARGET", "59500"))
VARIED = "model_scale"
WORKERS = 2
SPAWNED = multiprocessing.get_context("spawn")
DAYS_TO_DECIDE = timedelta(days=30)

ADMISSIONS = """
INSERT INTO admission_decision (customer_id, purpose, as_of, rule_set_id, rule_set_hash, outcome,
    limit_factor, inputs, asked_for, records, hits, unknowns, customer_text, decided_at,
    rules_outcome)
SELECT id, 'granting', %(day)s, %(rule_set)s, 'benchmark',
       CASE WHEN lot < 0.02 THEN 'refuse' WHEN lot < 0.06 THEN 'manual' ELSE 'admit' END, 1,
       '{}', '{}', '[]', '[]', '[]', '', %(at)s, ''
  FROM (SELECT id, ('x' || right(id_index, 6))::bit(24)::int / 16777216.0 AS lot
          FROM village_customer WHERE role = 'head' ORDER BY id) heads
"""
SURVEYS = """
INSERT INTO visits_survey (task_id, revision, client_uuid, met, seen_on, income_year,
    operating_cost_year, living_cost_year, debt_service_year, assets, debts, need, term_months,
    surveyed_limit, notes, received_at, by_id)
SELECT f.task_id, 1, gen_random_uuid(), f.met, f.seen_on, f.income_year, f.operating_cost_year,
       f.living_cost_year, f.debt_service_year, f.assets, f.debts, f.need, f.term_months,
       f.surveyed_limit, '', %(at)s, t.manager_id
  FROM found f JOIN visits_visittask t ON t.id = f.task_id ORDER BY f.task_id
"""
VISITED = """
UPDATE visits_visittask t
   SET status = 'accepted', submitted_at = %(at)s, accepted_at = %(at)s, accepted_by_id = %(by)s
  FROM found f WHERE t.id = f.task_id
"""
LOOKED_AGAIN = """
UPDATE village_outcome o SET second_look = 'visit', second_done_at = %(at)s
  FROM found f JOIN visits_visittask t ON t.id = f.task_id
 WHERE o.household_id = t.household_id AND o.campaign_id = t.campaign_id AND o.stage = 'second'
"""
FOUND = {
    "task_id": "bigint", "met": "text", "seen_on": "date", "income_year": "bigint",
    "operating_cost_year": "bigint", "living_cost_year": "bigint", "debt_service_year": "bigint",
    "assets": "bigint", "debts": "bigint", "need": "bigint", "term_months": "int",
    "surveyed_limit": "bigint",
}  # fmt: skip


@dataclass
class Stages:
    """Seconds and figures of each stage, in their order."""

    seconds: dict[str, float] = field(default_factory=dict)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[dict[str, Any]]:
        """Measure one stage; what it counts goes into the dictionary."""
        began, counted = time.perf_counter(), {}
        yield counted
        self.seconds[name] = round(time.perf_counter() - began, 1)
        self.figures[name] = counted
        told = "  ".join(f"{key} {value:,}" for key, value in counted.items())
        print(f"  {name:<12} {self.seconds[name]:>8.1f} s  {told}", flush=True)


def run() -> dict[str, object]:
    """Play the county stage by stage and print what each took."""
    with TemporaryDirectory() as folder:
        stages = _play(Path(folder))
    granted, target = stages.figures["grant"], TARGET_YUAN * 100
    mean = granted["amount"] // max(granted["lines"], 1)
    print_table(
        "The mean line against the target of the calibration",
        ["figure", "yuan"],
        [["target", TARGET_YUAN], ["mean line", mean // 100]],
    )
    return {
        "name": NAME,
        "customers": CUSTOMERS,
        "villages": VILLAGES,
        "seconds": stages.seconds,
        "lines": granted["lines"],
        "granted_yuan": granted["amount"] // 100,
        "mean_yuan": mean // 100,
        "off_target": round(mean / target - 1, 4),
        "import_peak_mb": stages.figures["import"]["peak_mb"],
        "sheets": stages.figures["review"]["sheets"],
    }


def _play(county: Path) -> Stages:
    # Models exist only once the harness has set Django up.
    from celery import current_app

    from sandbox.county.making import AS_OF, make_county
    from sandbox.demo import organisation, review, roster
    from sandbox.demo.clock import Clock

    current_app.conf.task_always_eager = True
    stages, quiet = Stages(), lambda _done, _of: None
    with stages.of("make"):
        # In a process of its own, so that the peak of the import is the import's.
        _in_processes([(make_county, (county,), {"villages": VILLAGES, "customers": CUSTOMERS})])
    setting = _setting(county, Clock.on_the_morning_of(AS_OF).at)
    with setting.clock.ticking():
        for name, stage in (
            ("organisation", organisation.found_the_bank),
            ("reference", organisation.put_rules_into_force),
            ("import", roster.bring_in),
        ):
            with stages.of(name) as counted:
                counted |= stage(setting, quiet)
                _analyse()
                counted["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        with stages.of("review") as counted:
            _review(setting)
            _analyse()
            counted |= review.what_they_judged()
        setting.clock.go_on(days=DAYS_TO_DECIDE.days)
        with stages.of("visits") as counted:
            counted["surveys"] = _visit(setting)
        with stages.of("admission") as counted:
            counted["decisions"] = _admit(setting)
        with stages.of("decide") as counted:
            counted["outcomes"] = _decide(setting)
        _analyse()
        with stages.of("calibrate") as counted:
            counted |= _calibrate(setting)
        with stages.of("grant") as counted:
            counted |= _grant(setting.clock.today)
    return stages


def _setting(county: Path, at: datetime) -> Any:
    from sandbox.demo.clock import Clock
    from sandbox.demo.setting import Setting

    return Setting(
        county=county,
        seed=1,
        clock=Clock(at),
        password="benchmark",  # noqa: S106 - of nobody
        sandbox_url="",
    )


def review_some(database: str, county: Path, at: datetime, worker: int) -> None:
    """What one worker does: every so-manieth village, from the list of reviewers to the outcomes.

    Each has a clock of its own, so that two villages may meet at the same hour.
    """
    django.setup()
    connection.settings_dict["NAME"] = database
    from celery import current_app

    from sandbox.demo import review

    current_app.conf.task_always_eager = True
    setting = _setting(county, at)
    with setting.clock.ticking():
        review.judge_villages(setting, lambda _done, _of: None, worker=worker, workers=WORKERS)


def _review(setting: Any) -> None:
    name = connection.settings_dict["NAME"]
    connection.close()
    given = name, setting.county, setting.clock.at
    _in_processes([(review_some, (*given, worker), {}) for worker in range(WORKERS)])


def _in_processes(work: list[tuple[Callable[..., object], tuple, dict[str, Any]]]) -> None:
    """Run each piece in a process of its own; raises where one of them failed."""
    at_work = [SPAWNED.Process(target=do, args=args, kwargs=given) for do, args, given in work]
    for each in at_work:
        each.start()
    for each in at_work:
        each.join()
    if any(each.exitcode for each in at_work):
        raise ChildProcessError("A worker failed; what it said stands above.")


def _decide(setting: Any) -> int:
    """The branch's word on every outcome that was looked at again where it had to be."""
    from core.roles import Role
    from village.models import Campaign
    from village.services import stages

    presidents = {user.branch_id: user for user in setting.staff(Role.BRANCH_PRESIDENT)}
    rounds = Campaign.objects.first_rounds().select_related("village__grid").order_by("pk")
    return sum(
        stages.decide_ready(each.pk, actor=presidents[each.village.grid.branch_id])
        for each in rounds
    )


def _visit(setting: Any) -> int:
    """A survey for nine in ten households, as a careful manager would find them."""
    import polars as pl

    from core.roles import Role
    from sandbox.demo.visiting import AT_HOME, findings_of
    from village.services import copying
    from visits.findings import surveyed_limit
    from visits.models import VisitTask

    rng, rows = setting.chance("visits"), []
    tasks = VisitTask.objects.filter(status="assigned").select_related("household")
    for task in tasks.order_by("household__number").iterator(chunk_size=10_000):
        chance = rng.random(6)
        if chance[0] < AT_HOME:
            found = findings_of(setting, task.household, chance)
            said = {name: each for name, each in asdict(found).items() if name in FOUND}
            rows.append({"task_id": task.pk, "surveyed_limit": surveyed_limit(found).amount} | said)
    given = {"at": setting.clock.at, "by": setting.one(Role.RISK_OFFICER).pk}
    with transaction.atomic():
        copying.stage("found", FOUND, pl.DataFrame(rows, infer_schema_length=None))
        with connection.cursor() as cursor:
            for statement in (SURVEYS, VISITED, LOOKED_AGAIN):
                cursor.execute(statement, given)
    return len(rows)


def _admit(setting: Any) -> int:
    from admission.models import RuleSet

    rules = RuleSet.objects.get(status="published")
    with connection.cursor() as cursor:
        cursor.execute(
            ADMISSIONS,
            {"day": setting.clock.today, "at": setting.clock.at, "rule_set": rules.pk},
        )
        return cursor.rowcount


def _calibrate(setting: Any) -> dict[str, Any]:
    """Find the figure that grants the mean, simulate the draft, have a second person publish it."""
    from core import publishing
    from core.roles import Role
    from credit.models import LimitPolicy
    from credit.reference.limits import POLICY_CODE
    from credit.services import calibrating, products, simulating

    author, publisher = setting.staff(Role.RISK_OFFICER)[:2]
    in_force = publishing.in_force(LimitPolicy, POLICY_CODE)
    target = calibrating.Target(mean=TARGET_YUAN * 100)
    found = calibrating.calibrate(in_force, target, vary=VARIED, business_day=setting.clock.today)
    draft = calibrating.propose(in_force, found, actor=author)
    simulating.simulate(draft.pk, business_day=setting.clock.today, actor=author)
    products.publish(publishing.submit(draft, actor=author), actor=publisher)
    return {"mean_expected_fen": found.found.mean, "lines_expected": found.found.lines}


def _grant(day: date) -> dict[str, Any]:
    from core import runs
    from core.models import Run
    from credit.services import granting

    run = granting.open_granting_of_all(business_day=day, actor=None)
    for _done in granting.work_through(runs.waiting(run), workers=WORKERS):
        pass
    return Run.objects.get(pk=run.pk).result


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
