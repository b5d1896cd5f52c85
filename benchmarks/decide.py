"""How long one applicant waits for an answer: all sources asked, features, 38 rules, decision kept.

The sandbox is a process of its own and takes 100 to 300 ms over each answer, as offices do. Three
ways, one after the other in the same run:

- *ours*: ``decide``, from the authorisation to the committed decision with audit and event;
- *one after another*: what an ordinary project does, the same questions in a loop, each by a client
  that is opened for it, and nothing else: no rule, no check, nothing kept;
- *the physical limit*: the same questions all at once from a bare asynchronous client that throws
  the answers away. Nobody can answer before the slowest source has.

*Own work* is told twice: the processor time of our process over one decision, and the time that
passed beyond the slowest source's reply. The process is prepared as one that serves pages is.
Rules ask most sources; the bench adds a check item that reads the others, so that every source with
an address is asked.

QIANMO_BENCH_APPLICANTS changes how many; QIANMO_BENCH_PROFILE=1 adds where the time goes.
"""

import asyncio
import contextlib
import cProfile
import os
import pstats
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import polars as pl
from django.conf import settings

from benchmarks import print_table
from config import serving
from core import tls

needs_database = True
ENVIRONMENT = serving.ENVIRONMENT

NAME = "decide"
APPLICANTS = 40
WARM = 3
LOOPED = 4  # every so many applicants are asked about one after another, which takes long
LATENCY = "100-300"
AIM_P95, AIM_OWN = 1_500, 60  # ms
DAY = date(2026, 6, 30)
AT = datetime(2026, 6, 29, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
EVERY_SOURCE = "agri_land_mu >= 0 and value_assessed >= 0 and core_accounts >= 0"
SHOWN = 45
CHECKOUT = Path(__file__).resolve().parents[1]


def run() -> dict[str, object]:
    """Decide about some people, ask about the same people the other ways, print the table."""
    from sandbox.county.making import make_county

    number = int(os.environ.get("QIANMO_BENCH_APPLICANTS", APPLICANTS))
    with TemporaryDirectory() as kept:
        county = Path(kept)
        make_county(county, villages=1, customers=max(4 * number, 120), seed=7, as_of=DAY)
        with _sandbox(county) as url:
            settings.SOURCES_URL = url
            _put_rules_into_force()
            people = _applicants(county, number + WARM)
            return _measured(people, url)


def _measured(people: list[Any], url: str) -> dict[str, object]:
    for each in people[:WARM]:
        _decided(each)
    serving.settle()
    ours, cpu, beyond, limits, bare = [], [], [], [], []
    profile = cProfile.Profile()
    sources = 0
    for each in people[WARM:]:
        if os.environ.get("QIANMO_BENCH_PROFILE") == "1":
            profile.enable()
        took, worked, decision = _timed(lambda each=each: _decided(each))
        profile.disable()
        sources = len(decision.records)
        ours.append(took)
        cpu.append(worked)
        beyond.append(took - _slowest(decision))
    for each in people[WARM:]:
        questions = _questions(each)
        took, worked, _ = _timed(lambda q=questions: asyncio.run(_all_at_once(url, q)))
        limits.append(took)
        bare.append(worked)
    looped = [
        _timed(lambda each=each: _one_after_another(url, _questions(each)))[0]
        for each in people[WARM::LOOPED]
    ]
    if os.environ.get("QIANMO_BENCH_PROFILE") == "1":
        pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)
    of = f"{sources} sources, {len(_questions(people[0]))} questions of {LATENCY} ms each"
    return _told(of, Times(ours, cpu, beyond, looped, limits, bare))


@dataclass(frozen=True)
class Times:
    """Milliseconds of each applicant: end to end, of our processor, beyond the slowest source, one
    after another, all at once, and of the bare client's processor."""

    ours: list[float]
    cpu: list[float]
    beyond: list[float]
    looped: list[float]
    limits: list[float]
    bare: list[float]


def _told(of: str, times: Times) -> dict[str, object]:
    ours, cpu, beyond = times.ours, times.cpu, times.beyond
    looped, limits = times.looped, times.limits
    p95 = {name: _p95(each) for name, each in (("ours", ours), ("loop", looped), ("limit", limits))}
    print_table(
        f"{len(ours)} applicants, {of}",
        ["how", "p50, ms", "p95, ms"],
        [
            ["decide, all kept", f"{median(ours):.0f}", f"{p95['ours']:.0f}"],
            ["the same asked one after another, nothing else", f"{median(looped):.0f}",
             f"{p95['loop']:.0f}"],
            ["the slowest source alone, nothing else", f"{median(limits):.0f}",
             f"{p95['limit']:.0f}"],
        ],
    )  # fmt: skip
    print_table(
        "Against the aims, and the others of the same run",
        ["figure", "measured", "aim"],
        [
            ["p95 end to end, ms", f"{p95['ours']:.0f}", f"< {AIM_P95}"],
            ["own processor time, median ms", f"{median(cpu):.1f}", f"< {AIM_OWN}"],
            ["own processor time, least disturbed ms", f"{min(cpu):.1f}", f"< {AIM_OWN}"],
            ["beyond the slowest source, median ms", f"{median(beyond):.1f}", f"< {AIM_OWN}"],
            ["processor time of the bare client, median ms", f"{median(times.bare):.1f}", ""],
            ["times faster than one after another", f"{median(looped) / median(ours):.1f}", ""],
            ["times the physical limit", f"{median(ours) / median(limits):.2f}", ""],
        ],
    )
    return {
        "name": NAME,
        "applicants": len(ours),
        "of": of,
        "p50_ms": round(median(ours), 1),
        "p95_ms": round(p95["ours"], 1),
        "own_cpu_ms": round(median(cpu), 1),
        "own_cpu_least_ms": round(min(cpu), 1),
        "bare_client_cpu_ms": round(median(times.bare), 1),
        "beyond_slowest_ms": round(median(beyond), 1),
        "loop_p50_ms": round(median(looped), 1),
        "limit_p50_ms": round(median(limits), 1),
        "ratios": {
            "loop_to_ours": round(median(looped) / median(ours), 2),
            "ours_to_limit": round(median(ours) / median(limits), 3),
            "own_cpu_to_bare_client": round(median(cpu) / median(times.bare), 2),
        },
        "aims": {"p95_ms": AIM_P95, "own_cpu_ms": AIM_OWN, "beyond_slowest_ms": AIM_OWN},
    }


def _p95(times: list[float]) -> float:
    return float(np.percentile(times, 95))


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Milliseconds on the wall and of our processor, and what came of it."""
    began, worked = time.perf_counter(), time.process_time()
    done = work()
    return (time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3, done


@contextlib.contextmanager
def _sandbox(county: Path) -> Iterator[str]:
    """The outside world as a process of its own, answering as slowly as offices do."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "sandbox", "--port", str(port), "--county", str(county),
         "--latency-ms", LATENCY],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        served.terminate()
        served.wait(10)


def _wait_for(url: str, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise RuntimeError("The sandbox does not answer.")


def _put_rules_into_force() -> None:
    """The 38 rules and the check item of the bench, written by one and published by another."""
    from admission.models import Rule
    from admission.services import draft_rule_set
    from admission.services.rule_sets import refresh_fingerprint
    from core import publishing
    from core.models import User
    from core.roles import Role

    author, publisher = (
        User.objects.create(username=f"risk-{n}", role=Role.RISK_OFFICER, is_staff=True)
        for n in (1, 2)
    )
    drafted = draft_rule_set(author)
    Rule.objects.create(
        rule_set=drafted, code="B01", level="low", name="其余来源", source="基准",
        expression=EVERY_SOURCE, params={}, on_unknown="pass", says="—", says_to_customer="—",
    )  # fmt: skip
    refresh_fingerprint(drafted)
    publishing.publish(publishing.submit(drafted, actor=author), actor=publisher)


def _applicants(county: Path, number: int) -> list[Any]:
    """Adults of the county as customers who have allowed it, each the head of a household."""
    from admission.services import authorise_many
    from core import crypto
    from core.models import Branch, User
    from core.roles import Role
    from village.models import Customer, Grid, Household, Town, Village

    branch = Branch.objects.create(code="B1", name="基准支行")
    manager = User.objects.create(
        username="manager", role=Role.CUSTOMER_MANAGER, branch=branch, is_staff=True
    )
    grid = Grid.objects.create(code="G1", name="1号网格", branch=branch, manager=manager)
    town = Town.objects.create(code="320799100", name="基准镇", county="基准县")
    village = Village.objects.create(code="320799100001", name="基准村", town=town, grid=grid)
    world = pl.read_csv(county / "world.csv", comment_prefix="#", infer_schema=False)
    people = world.filter(pl.col("born_on").is_between(pl.lit("1965-01-01"), pl.lit("2000-01-01")))
    made = [
        Customer.objects.create(
            household=Household.objects.create(number=f"H{place}", village=village),
            role=Customer.Role.HEAD,
            name=row["name"],
            id_number=row["id_number"],
            id_index=crypto.blind_index(row["id_number"]),
            mobile=row["phone"] or "",
            mobile_index=crypto.blind_index(row["phone"] or ""),
            sex=Customer.Sex.MALE,
            born_on=date.fromisoformat(row["born_on"]),
            marital="已婚",
        )
        for place, row in enumerate(people.head(number).rows(named=True))
    ]
    authorise_many(
        [each.pk for each in made], purpose="granting", actor=manager, at=AT,
        valid_until=DAY + timedelta(days=365),
    )  # fmt: skip
    return made


def _decided(customer: Any) -> Any:
    from admission.services import decide

    return decide(customer.pk, purpose="granting", as_of=DAY, actor=None)


def _slowest(decision: Any) -> float:
    """Milliseconds from the first question until the slowest source had answered."""
    from admission.models import SourceRecord

    numbers = [each["record"] for each in decision.records]
    return max(SourceRecord.objects.filter(pk__in=numbers).values_list("took_ms", flat=True))


def _questions(customer: Any) -> list[tuple[str, dict[str, str]]]:
    """Every question that ``decide`` puts to an office, as path and body."""
    from admission.sources import SOURCES

    about = {"id_number": customer.id_number, "name": customer.name, "phone": customer.mobile}
    return [
        (source.path, about | {"as_of": DAY.isoformat()} | dict(more))
        for source in SOURCES.values()
        for more in source.also
    ]


def _one_after_another(url: str, questions: list[tuple[str, dict[str, str]]]) -> None:
    for path, body in questions:
        httpx.post(
            f"{url}{path}", json=body, headers={"X-Authorisation": "1"}, trust_env=False
        ).raise_for_status()


async def _all_at_once(url: str, questions: list[tuple[str, dict[str, str]]]) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False, verify=tls.trusted()) as client:
        answers = await asyncio.gather(
            *(
                client.post(path, json=body, headers={"X-Authorisation": "1"})
                for path, body in questions
            )
        )
    for each in answers:
        each.raise_for_status()
