"""`make run` on a stand-in for Qianmo: what dies is mended, and all ends when asked to."""

import contextlib
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from config.local import given, places, processes
from config.local.children import MOST_DEATHS, Child, TooManyDeaths
from config.local.supervisor import catalogues_are_compiled

STAND_IN = {
    "config/__init__.py": "",
    "config/celery.py": """
import os
from celery import Celery
broker = os.environ["REDIS_URL"].replace("unix://", "redis+socket://")
app = Celery("stand_in", broker=broker)
""",
    "config/asgi.py": """
async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well"})
""",
    "locale/zh_Hans/LC_MESSAGES/django.po": "",
    "manage.py": """
import http.server, sys
if sys.argv[1] == "sandbox":
    address = ("127.0.0.1", int(sys.argv[3]))
    http.server.HTTPServer(address, http.server.BaseHTTPRequestHandler).serve_forever()
print("ran", *sys.argv[1:])
""",
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("QIANMO_LOCAL", str(tmp_path))
    found = places.here()
    yield found
    if found.base != tmp_path:
        shutil.rmtree(found.base)


@pytest.fixture(scope="module")
def checkout():
    """A folder with our own `config/local` and a stand-in for everything else."""
    path = Path(tempfile.mkdtemp(prefix="qm", dir="/var/tmp"))
    path.chmod(0o755)
    for name, text in STAND_IN.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    shutil.copytree(places.CHECKOUT / "config" / "local", path / "config" / "local")
    yield path
    shutil.rmtree(path)


def _command_of(process):
    """How a process was started; nothing for one that ended while we looked."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return " ".join(process.cmdline())
    return ""


class Run:
    """A `python -m config.local run` whose words can be waited for."""

    def __init__(self, checkout, *, port, **more):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {given.DATABASE, given.REDIS, "QIANMO_LOCAL", "DJANGO_SETTINGS_MODULE"}
        }
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "config.local", "run"],
            cwd=checkout,
            env=environment | {"PORT": str(port), "PYTHONPATH": str(checkout)} | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = []
        self._lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            self._lines.put(line)

    def wait_for(self, words, *, seconds=40):
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"{words!r} was not said within {seconds} s, but: {''.join(self.said)}")
            self.said.append(line)
            if words in line:
                return line

    def children(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words):
        found = [each for each in self.children() if words in _command_of(each)]
        return min(found, key=lambda each: each.create_time()) if found else None

    def wait_for_child(self, words):
        """The part of that name, once it runs; parts are mended one after another."""
        seen = []

        def runs():
            seen.append(self.child(words))
            return seen[-1] is not None

        assert processes.wait_until(runs, seconds=15), words
        return seen[-1]

    def ended(self):
        """The exit code, once it has ended by itself."""
        return self.process.wait(timeout=40)

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(timeout=40)
        return self.process.returncode


@pytest.fixture(scope="module")
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def latest(checkout, port):
    """The run that is going on, if any: starting one takes seconds, so tests hand it on."""
    runs = []
    yield runs
    for run in runs:
        run.end()


@pytest.fixture
def running(checkout, port, latest):
    if not latest or latest[-1].process.poll() is not None:
        latest.append(Run(checkout, port=port))
        latest[-1].wait_for("Web is up")
        latest[-1].wait_for("Ctrl-C stops all")
    return latest[-1]


@pytest.fixture
def idle(latest):
    """Nothing of the checkout is running."""
    for run in latest:
        run.end()


def page(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:  # noqa: S310
        return answer.read()


def test_second_run_of_the_same_checkout_is_told_where_the_first_is(running, checkout, port):
    second = Run(checkout, port=port)

    line = second.wait_for("already running")

    assert f"http://127.0.0.1:{port}/" in line
    assert second.ended() == 1


def test_every_killed_part_is_noticed_said_and_mended(running, port):
    for words, name in (
        ("uvicorn", "web"),
        ("celery -A config.celery:app worker", "worker"),
        ("config.celery:app beat", "beat"),
        ("manage.py sandbox", "sandbox"),
    ):
        killed = running.wait_for_child(words)
        killed.kill()

        running.wait_for(f"The {name} died (signal 9)")
        mended = processes.wait_until(
            lambda words=words, killed=killed: (
                (found := running.child(words)) is not None and found.pid != killed.pid
            ),
            seconds=10,
        )
        assert mended, name

    for words, name in (("postgres-18/data", "PostgreSQL"), ("redis-server", "Redis")):
        running.wait_for_child(words).kill()
        running.wait_for(f"{name} had died and was started again")

    def served():
        with contextlib.suppress(OSError):
            return page(port) == b"well"
        return False

    assert processes.wait_until(served, seconds=10)


def test_run_prepares_in_order_then_serves_and_ends_with_no_process_left(running, port):
    everything = running.children()

    served = page(port)
    code = running.end(signal.SIGINT)

    assert served == b"well"
    assert [line.split()[1] for line in running.said if line.startswith("ran ")] == [
        "compile_catalogues",
        "prepare",
    ]
    assert len(everything) > 6
    assert code == 0
    assert not [each for each in everything if processes.is_alive(each.pid)]


def test_children_do_not_outlive_a_killed_keeper(running):
    everything = running.children()

    running.process.kill()
    gone = processes.wait_until(
        lambda: not any(processes.is_alive(each.pid) for each in everything), seconds=15
    )

    assert len(everything) > 6
    assert gone


def test_port_in_use_gets_one_sentence_before_any_work(checkout, port, idle):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        run = Run(checkout, port=port)
        line = run.wait_for("in use")
        code = run.ended()

    assert f"Port {port} is in use" in line
    assert f"PORT={port + 1} make run" in line
    assert run.said == [line]
    assert code == 1


@pytest.mark.parametrize("odd", ["eighty", "0", "65536", "-1"])
def test_odd_port_gets_one_sentence(checkout, odd):
    run = Run(checkout, port=odd)

    line = run.wait_for("PORT must be a whole number")

    assert odd in line
    assert run.ended() == 1


def test_wrong_address_ends_the_run_with_one_sentence(checkout, port, idle):
    run = Run(checkout, port=port, REDIS_URL="redis://127.0.0.1:1/0")

    line = run.wait_for("does not answer")

    assert "unset REDIS_URL" in line
    assert run.ended() == 1


def test_program_that_keeps_dying_ends_the_run_with_the_tail_of_its_log(checkout, port, idle):
    asgi = checkout / "config" / "asgi.py"
    healthy = asgi.read_text()
    asgi.write_text("raise SystemExit('the asgi module is broken')")
    run = Run(checkout, port=port)
    try:
        run.wait_for(f"The web died {MOST_DEATHS} times within a minute")
        run.wait_for("the asgi module is broken")
        everything = run.children()
        code = run.ended()
    finally:
        asgi.write_text(healthy)
        run.end()

    assert code == 1
    assert not [each for each in everything if processes.is_alive(each.pid)]


def test_what_a_dead_program_had_started_is_ended_with_it(place):
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    child = Child("试", "trial", ["-c", f"{code}; time.sleep(60)"], place)
    child.start()
    assert processes.wait_until(lambda: child.log.read_text() != "", seconds=10)
    orphan = int(child.log.read_text())
    os.kill(child.pid, signal.SIGKILL)
    processes.wait_until(lambda: child.due is not None or child.look_after(), seconds=5)

    assert not processes.is_alive(orphan)
    child.see_ended(deadline=time.monotonic())


def test_program_deaf_to_requests_is_ended_at_the_deadline(place):
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True)"
    child = Child("试", "trial", ["-c", f"{code}; time.sleep(60)"], place)
    child.start()
    assert processes.wait_until(lambda: child.log.read_text() != "", seconds=10)
    pid = child.pid

    child.ask_to_end()
    child.see_ended(deadline=time.monotonic() + 0.3)

    assert not processes.is_alive(pid)


def test_deaths_far_apart_are_forgiven(place):
    child = Child("试", "trial", ["-c", ""], place)

    pauses = [child.deaths.count(now) for now in range(0, 61 * 9, 61)]
    close = [child.deaths.count(now) for now in (1000, 1001, 1002, 1003)]

    assert pauses == [0.5] * 9
    assert close == [0.5, 1, 2, 4]
    with pytest.raises(TooManyDeaths):
        child.deaths.count(1004)


def test_catalogue_is_compiled_again_only_when_it_was_written_since(tmp_path):
    text = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    text.parent.mkdir(parents=True)
    compiled = text.with_suffix(".mo")

    nothing_to_compile = catalogues_are_compiled(tmp_path)
    text.touch()
    never_compiled = catalogues_are_compiled(tmp_path)
    compiled.touch()
    os.utime(text, (1000, 1000))
    up_to_date = catalogues_are_compiled(tmp_path)
    os.utime(compiled, (999, 999))
    written_since = catalogues_are_compiled(tmp_path)

    assert (nothing_to_compile, never_compiled) == (True, False)
    assert (up_to_date, written_since) == (True, False)
