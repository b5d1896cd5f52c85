"""The embedded servers: shared while used, mended after a crash, gone when nobody needs them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import given, places, processes, services
from config.local.words import LocalError

REDIS_OF_THIS_RUN = os.environ[given.REDIS]
HOLDER = """
from config.local import services
services.ensure_until_exit()
print("up", flush=True)
input()
"""


@pytest.fixture(scope="module")
def folder():
    """A place of our own with a short path, made once since a new database takes a second."""
    path = Path(tempfile.mkdtemp(prefix="qm", dir="/var/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def place(folder, monkeypatch):
    monkeypatch.setenv("QIANMO_LOCAL", str(folder))
    for name in (given.DATABASE, given.REDIS):
        monkeypatch.delenv(name, raising=False)
    yield places.here()
    for server in services.both(places.here()):
        server.stop()


def ask_database(statement):
    with psycopg.connect(os.environ[given.DATABASE]) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def live_servers(place):
    return [server.pid for server in services.both(place) if server.pid]


def caretaker_of(place):
    return processes.first_line_number(place.sockets / "caretaker.pid")


def holder():
    """Another command that uses the servers until a line is typed into it."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", HOLDER],
        cwd=places.CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "up\n"
    return process


def test_servers_answer_while_in_use_and_leave_no_process(place):
    with services.ensure():
        version = int(ask_database("SHOW server_version_num"))
        pong = redis.Redis.from_url(os.environ[given.REDIS]).ping()
        running = live_servers(place)

    assert version >= 150_000
    assert pong is True
    assert len(running) == 2
    assert not any(processes.is_alive(pid) for pid in running)


def test_database_is_utf8_and_listens_on_no_network(place):
    with services.ensure():
        encoding = ask_database("SHOW server_encoding")
        addresses = ask_database("SHOW listen_addresses")
        capital = ask_database("SELECT upper('é阡陌')")

    assert (encoding, addresses, capital) == ("UTF8", "", "É阡陌")


def test_first_to_leave_does_not_stop_the_others_servers(place):
    with services.ensure():
        other = holder()
        before = live_servers(place)
        other.communicate("\n")

        assert other.returncode == 0
        assert live_servers(place) == before
        assert ask_database("SELECT 1") == 1


def test_last_to_leave_stops_what_another_started(place):
    other = holder()
    with services.ensure():
        other.communicate("\n")
        running = live_servers(place)

    assert len(running) == 2
    assert live_servers(place) == []


def test_command_ended_by_a_signal_leaves_no_process(place):
    other = holder()
    running = live_servers(place)

    other.terminate()
    other.wait(timeout=20)
    other.stdin.close()
    other.stdout.close()

    assert other.returncode == 128 + signal.SIGTERM
    assert len(running) == 2
    assert live_servers(place) == []


def test_killed_command_leaves_no_process(place):
    other = holder()
    left = live_servers(place)
    caretaker = caretaker_of(place)

    other.kill()
    other.communicate()

    assert len(left) == 2
    assert processes.wait_until(lambda: not live_servers(place), seconds=15)
    assert processes.wait_until(lambda: not processes.is_alive(caretaker), seconds=5)


def test_servers_left_by_a_killed_command_and_caretaker_are_adopted_and_stopped(place):
    other = holder()
    left = live_servers(place)
    os.kill(caretaker_of(place), signal.SIGKILL)
    other.kill()
    other.communicate()

    with services.ensure():
        adopted = live_servers(place)

    assert adopted == left
    assert live_servers(place) == []


def test_caretaker_leaves_servers_alone_while_somebody_uses_them(place):
    with services.ensure():
        before = live_servers(place)
        other = holder()
        other.kill()
        other.communicate()
        services.close()

        assert live_servers(place) == before
        assert processes.is_alive(caretaker_of(place))
        caretaker = caretaker_of(place)

    assert not processes.is_alive(caretaker)


def test_killed_servers_are_started_again_with_their_data(place):
    with services.ensure() as held:
        ask_database("CREATE TABLE kept AS SELECT 42 AS answer")
        for pid in live_servers(place):
            os.kill(pid, signal.SIGKILL)
        processes.wait_until(lambda: not live_servers(place), seconds=5)

        mended = held.repair()

        assert mended == ["PostgreSQL", "Redis"]
        assert ask_database("SELECT answer FROM kept") == 42
        ask_database("DROP TABLE kept")


def test_healthy_servers_need_no_repair(place):
    with services.ensure() as held:
        assert held.repair() == []


def test_pid_file_naming_somebody_elses_process_is_no_hindrance(place):
    with services.ensure():
        postgres, _ = services.both(place)
        os.kill(postgres.pid, signal.SIGKILL)
    pid_file = postgres.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines() if pid_file.exists() else ["", str(postgres.data)]
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    assert postgres.pid is None
    with services.ensure():
        assert ask_database("SELECT 1") == 1
        assert postgres.pid != os.getpid()


def test_half_made_database_is_made_anew(place, folder):
    postgres, _ = services.both(place)
    with services.ensure():
        pass
    finished = postgres.data.rename(folder / "finished")
    (postgres.home / "making-abandoned").mkdir()

    with services.ensure():
        names = ask_database("SELECT array_agg(datname::text) FROM pg_database")
    left = list(postgres.home.glob("making-*"))
    shutil.rmtree(postgres.data)
    finished.rename(postgres.data)

    assert "qianmo" in names
    assert left == []


def test_what_is_queued_outlives_a_restart(place):
    with services.ensure():
        redis.Redis.from_url(os.environ[given.REDIS]).rpush("queue", "task")

    with services.ensure():
        assert redis.Redis.from_url(os.environ[given.REDIS]).lpop("queue") == b"task"


def test_only_what_was_not_given_is_started(place, monkeypatch):
    monkeypatch.setenv(given.REDIS, REDIS_OF_THIS_RUN)
    postgres, broker = services.both(place)

    with services.ensure():
        running = (postgres.pid is not None, broker.pid is not None)
        address = os.environ[given.REDIS]

    assert running == (True, False)
    assert address == REDIS_OF_THIS_RUN
    assert postgres.pid is None


def test_settings_can_be_read_without_starting_anything(place):
    services.Services().name()

    assert str(place.base) in os.environ[given.DATABASE].replace("%20", " ")
    assert os.environ[given.REDIS].startswith("unix:///")
    assert live_servers(place) == []


@pytest.mark.parametrize(
    ("variable", "url", "words"),
    [
        (given.DATABASE, "postgresql://u:secret@127.0.0.1:1/bank", "unset DATABASE_URL"),
        (given.DATABASE, "not a url", "unset DATABASE_URL"),
        (given.REDIS, "redis://:secret@127.0.0.1:1/0", "unset REDIS_URL"),
        (given.REDIS, "http://127.0.0.1:1", "unset REDIS_URL"),
    ],
)
def test_wrong_address_gets_one_sentence_and_no_password(monkeypatch, variable, url, words):
    for name in (given.DATABASE, given.REDIS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, url)

    with pytest.raises(LocalError) as caught:
        given.check_those_set()

    assert variable in str(caught.value)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_folder_laid_by_somebody_else_is_refused(monkeypatch, tmp_path):
    if os.getuid() != 0:
        pytest.skip("Only root can lay a folder that belongs to somebody else.")
    far = tmp_path / ("long" * 30)
    monkeypatch.setenv("QIANMO_LOCAL", str(far))
    laid = places.here().base
    shutil.rmtree(laid)
    laid.mkdir()
    os.chown(laid, 65534, 65534)

    with pytest.raises(LocalError, match="belongs to somebody else"):
        places.here()
    laid.rmdir()


def test_path_too_long_for_a_socket_moves_the_servers_elsewhere(monkeypatch, tmp_path):
    far = tmp_path / ("long" * 30)
    monkeypatch.setenv("QIANMO_LOCAL", str(far))

    found = places.here()
    shutil.rmtree(found.base)

    assert found.base.parent == Path("/var/tmp")  # noqa: S108
    assert found.logs == far / "log"
