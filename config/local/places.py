"""Where the embedded PostgreSQL and Redis keep their data, sockets and logs."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.local.words import LocalError

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET = 100  # bytes; the system's own limit is 104 to 108
SERVER_ACCOUNTS = ("postgres", "nobody")  # who runs PostgreSQL when we are root


@dataclass(frozen=True)
class Account:
    """The user that PostgreSQL runs as: ourselves, or another one where we are root."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.getuid()


@dataclass(frozen=True)
class Place:
    """The folder of one checkout's servers, and the folder of its logs."""

    base: Path
    logs: Path

    @property
    def sockets(self) -> Path:
        """Holds Redis' socket. PostgreSQL's is in a folder of its own account."""
        return self.base / "run"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def open_log(self, name: str) -> int:
        """A file descriptor that appends to a log which is no longer than 10 MB."""
        path = self.log(name)
        if path.exists() and path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".old.log"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    @contextlib.contextmanager
    def door(self) -> Iterator[None]:
        """Only one process at a time starts or stops servers here."""
        lock = self.lock("door")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def lock(self, name: str) -> int:
        """An open lock file; the lock itself is the caller's to take."""
        return os.open(self.base / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def here() -> Place:
    """The place of this checkout's servers, made if it is missing.

    It is ``.local/`` in the checkout (or the folder that QIANMO_LOCAL names) wherever PostgreSQL's
    account can reach that and the socket's path is short enough, and else a folder under /var/tmp.
    """
    wanted = Path(os.environ.get("QIANMO_LOCAL") or CHECKOUT / ".local").absolute()
    ours = _make_ours(wanted)
    base = wanted if ours and _can_hold_servers(wanted) else _away_from(wanted)
    place = Place(base=base, logs=(wanted if ours else base) / "log")
    place.logs.mkdir(mode=0o700, exist_ok=True)
    place.sockets.mkdir(mode=0o700, exist_ok=True)
    if not ours:
        os.environ["QIANMO_LOCAL"] = str(base)
    return place


def server_account() -> Account:
    """Who PostgreSQL runs as. It refuses to run as root, so root lends it another account."""
    if os.getuid() != 0:
        return Account(os.getuid(), os.getgid())
    for name in SERVER_ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise LocalError(
        "PostgreSQL 不能以 root 运行，且本机没有 postgres 或 nobody 用户。",
        "PostgreSQL refuses to run as root, and this machine has no user postgres or nobody; "
        "make one: useradd --system postgres",
    )


def _make_ours(folder: Path) -> bool:
    """Whether ``folder`` is there, is ours and keeps the modes we give it (some mounts do not)."""
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        found = folder.stat()
        if found.st_uid != os.getuid():
            return False
        folder.chmod(0o711)
    except OSError:
        return False
    return stat.S_IMODE(folder.stat().st_mode) == 0o711


def _can_hold_servers(folder: Path) -> bool:
    socket = folder / "postgres-18" / "run" / ".s.PGSQL.5432.lock"
    return len(os.fsencode(socket)) < LONGEST_SOCKET and _reachable(folder)


def _reachable(folder: Path) -> bool:
    """Whether PostgreSQL's account may walk down to ``folder``."""
    account = server_account()
    if account.is_us:
        return True
    return all(_may_enter(each.stat(), account) for each in (folder, *folder.resolve().parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _away_from(wanted: Path) -> Path:
    """A folder of our own under /var/tmp, one for each checkout. Nobody else can have laid it."""
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    folder = Path("/var/tmp") / f"qianmo-{os.getuid()}-{digest}"  # noqa: S108 - owner is checked below
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o711)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise LocalError(
            f"{folder} 属于别的用户。",
            f"{folder} belongs to somebody else; remove it, or name another folder: "
            "QIANMO_LOCAL=/some/folder",
        )
    folder.chmod(0o711)
    return folder
