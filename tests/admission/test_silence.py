"""A source that is gone: the outside world is a process of its own here, and is really killed.

Whoever would have passed waits or goes to a person, whoever is refused stays refused, and nobody
passes because of it.
"""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

import httpx
import pytest
from django.urls import reverse

from admission.contexts import DecisionPage
from admission.models import Authorisation, SourceRecord
from admission.services import replaying
from admission.sources import SOURCES
from admission.sources.breaker import breakers
from admission.sources.transport import Manners
from core.roles import Role
from tests import make
from tests.admission.conftest import allow, decided, visited

pytestmark = pytest.mark.django_db
PASSES = {"admit", "notice"}
KNOWN = ("sound", "white", "sued", "dishonest")
NOBODY_ASKED = {"agriculture", "valuers", "core_bank"}
"""Sources that no rule of the published case reads."""


@contextlib.contextmanager
def played(folder, where):
    """The sandbox as ``manage.py sandbox`` serves it, in a process that may be killed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = ["--port", str(port), "--county", str(folder), "--latency-ms", "1-5"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", "sandbox", *told],
        cwd=where,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _until_it_answers(url)
        yield Outside(url, process)
    finally:
        process.kill()
        process.wait(10)


@dataclass(frozen=True)
class Outside:
    """The outside world at ``url``, and the process that plays it."""

    url: str
    process: subprocess.Popen

    def break_down(self, source, fault="500"):
        told = {"source": source, "fault": fault}
        httpx.post(f"{self.url}/control/faults", json=told, trust_env=False).raise_for_status()

    def mend(self):
        httpx.delete(f"{self.url}/control/faults", trust_env=False).raise_for_status()
        breakers.reset()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture(scope="module")
def _lasting(_served, pytestconfig):
    with played(_served.folder, pytestconfig.rootpath) as outside:
        yield outside


@pytest.fixture
def outside(_lasting, settings):
    """The outside world in good order, in a process of its own."""
    settings.SOURCES_URL = _lasting.url
    _lasting.mend()
    yield _lasting
    _lasting.mend()


@pytest.fixture
def mortal(_served, settings):
    """One of its own for a test that kills it."""
    with played(_served.folder, settings.BASE_DIR) as outside:
        settings.SOURCES_URL = outside.url
        breakers.reset()
        yield outside
    breakers.reset()


def _until_it_answers(url, seconds=180):
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health", trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise AssertionError("The sandbox did not start.")


@pytest.fixture
def everybody(_served):
    """Somebody for each outcome, each visited and each under a fresh leave."""
    people = {name: visited(_served.customer(name)) for name in KNOWN}
    for each in people.values():
        allow(each)
    return people


def outcomes(people):
    """Everybody decided under a new leave, with every source asked anew."""
    for each in people.values():
        allow(each)
    breakers.reset()
    return {name: decided(each, anew=set(SOURCES)) for name, each in people.items()}


def test_nobody_passes_because_one_source_is_down(outside, rules, everybody):
    before = outcomes(everybody)
    assert {each.outcome for each in before.values()} == {"admit", "notice", "manual", "refuse"}

    for source in sorted(set(SOURCES) - NOBODY_ASKED):
        outside.break_down(SOURCES[source].path.removeprefix("/v1/"))
        after = outcomes(everybody)
        outside.mend()

        for name, decision in after.items():
            about = (source, name, decision.outcome)
            assert decision.outcome not in PASSES, about
            assert decision.inputs["sources_silent"] == 1, about
            (silent,) = DecisionPage.build(decision).silent
            assert (silent.name, bool(silent.why)) == (SOURCES[source].zh, True), about
            lost = _codes(before[name].hits) - _codes(decision.hits)
            assert lost <= _codes(decision.unknowns), about


def _codes(heard):
    return {each["code"] for each in heard}


def test_nobody_passes_once_the_outside_world_is_killed(mortal, rules, everybody):
    before = outcomes(everybody)
    assert before["sound"].outcome == "admit"
    mortal.kill()

    after = outcomes(everybody)

    assert {each.outcome for each in after.values()} <= {"wait", "manual", "refuse"}
    asked = set(SOURCES) - NOBODY_ASKED
    for decision in after.values():
        silent = DecisionPage.build(decision).silent
        assert {each.name for each in silent} == {SOURCES[name].zh for name in asked}
        assert decision.inputs["sources_silent"] == len(asked)
        assert replaying.compare(decision).is_same


def test_a_bureau_that_cannot_be_reached_has_not_used_up_the_leave(settings, rules, everybody):
    settings.SOURCES_URL = "http://127.0.0.1:9"
    breakers.reset()
    began = time.monotonic()

    decision = decided(everybody["sound"])

    assert decision.outcome == "wait"
    assert time.monotonic() - began < Manners().timeout
    assert not Authorisation.objects.exclude(bureau_asked_at=None).exists()
    breakers.reset()


def test_the_decision_page_names_the_silent_source_and_its_rules(outside, rules, everybody, client):
    outside.break_down("phone")
    decision = decided(everybody["sound"])
    client.force_login(make.staff(Role.RISK_OFFICER))

    page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))

    told = page.content.decode()
    assert decision.outcome == "manual"
    assert "以下来源没有给出可用的回答" in told
    assert "运营商" in told
    assert "对方返回 HTTP 500" in told
    assert "L04" in told


def test_a_source_that_answers_about_another_is_named_and_its_answer_kept(
    outside, rules, everybody
):
    outside.break_down("courts", "wrong")

    decision = decided(everybody["sound"])

    (silent,) = DecisionPage.build(decision).silent
    kept = SourceRecord.objects.get(pk=silent.record)
    assert decision.outcome == "wait"
    assert (silent.status, silent.touches) == ("quarantined", "H05 H06 H12 M01 M02")
    assert kept.raw
    assert kept.values == {}


@pytest.mark.parametrize("fault", ["cut", "hostile"])
@pytest.mark.parametrize("source", ["pboc", "courts", "phone", "social-security"])
def test_a_reply_that_is_cut_off_or_hostile_is_put_aside_whole(
    outside, rules, everybody, source, fault
):
    outside.break_down(source, fault)

    decision = decided(everybody["sound"])

    (silent,) = DecisionPage.build(decision).silent
    kept = SourceRecord.objects.get(pk=silent.record)
    assert decision.outcome not in PASSES
    assert (kept.status, kept.values) == ("quarantined", {})
    assert kept.raw
    assert "root:" not in kept.raw


def test_a_source_that_was_down_and_is_back_is_asked_again(outside, rules, everybody):
    sound = everybody["sound"]
    outside.break_down("phone")
    assert decided(sound).outcome == "manual"
    outside.mend()

    assert decided(sound).outcome == "admit"
