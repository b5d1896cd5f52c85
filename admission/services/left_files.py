"""Files of data that others left in the directory of deliveries: taken in, or put aside.

Each stands for itself: one at which a worker stops, or that may not be read, keeps no other back.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.models import Delivery
from admission.services import deliveries
from core import failures, notices
from core.errors import DomainError
from core.models import Notice
from core.roles import Role

log = logging.getLogger("qianmo.deliveries")

STILL_BEING_WRITTEN = timedelta(seconds=30)
FAILED, WORKING = "failed", "working"
_PUT_ASIDE = gettext_lazy("%(file)s, left in the directory of deliveries, was put aside: %(why)s")
_NOT_MOVED = gettext_lazy("%(file)s cannot be taken in, nor moved out of the directory: %(why)s")
READABLE = {".csv", ".txt", ".xlsx", ".xls"}
TAKEN_UP_AT_MOST = 3
"""How often a file is tried at which something broke that nobody foresaw."""
GIVEN_UP = TAKEN_UP_AT_MOST + 1
REMEMBERED = timedelta(days=30)
"""How long a file that nobody could move away is left alone before it is told of again."""
HELD = timedelta(minutes=30)
"""How long a worker that died keeps others from its file."""


@dataclass(frozen=True)
class PickedUp:
    """What became of one file that was left in the directory."""

    name: str
    delivery: Delivery | None
    reason: str = ""


def pick_up(directory: Path, *, at: datetime) -> Iterator[PickedUp]:
    """Take in every file left in ``directory``; a sealed copy is kept, so the file itself goes.

    A file that is still being written waits for the next time. Whoever takes one up moves it into
    the folder ``working`` first: what is left meanwhile under the same name is another file, and
    what a worker died of is found there by the next. One that cannot be taken in goes into the
    folder ``failed`` beside a note that says why, and the administrators are told; where that comes
    unforeseen, it is tried a few times first.
    """
    working = Path(directory) / WORKING
    for path in sorted(working.glob("*/*")):
        if became := _worked(path, at):
            yield became
    for path in sorted(Path(directory).iterdir()):
        if not _is_settled(seen := _seen(path), at):
            continue
        try:
            mine = _moved_in(path, working, at)
        except FileNotFoundError:  # another worker was faster
            continue
        except OSError as exc:
            if told := _cannot_be_moved(path, seen, exc):
                yield told
            continue
        if became := _worked(mine, at):
            yield became


def _moved_in(path: Path, working: Path, at: datetime) -> Path:
    """The file where nobody else writes: in a folder of its own, under its own name."""
    folder = working / f"{_stamp(at)}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        return path.rename(folder / path.name)
    except OSError:
        folder.rmdir()
        raise


def _worked(path: Path, at: datetime) -> PickedUp | None:
    """What became of one file in the folder ``working``; None where it is left for later."""
    seen = _seen(path)
    if not _is_settled(seen, at):
        return None
    with _held(_told_apart(path, seen)) as key:
        return _taken_up(path, seen, key, at) if key else None


def _seen(path: Path) -> os.stat_result | None:
    """What the system says of a file; None for what is none of ours, or gone already."""
    if path.suffix.lower() not in READABLE or path.name.startswith("."):
        return None
    try:
        return path.stat() if path.is_file() else None
    except OSError:
        return None


def _is_settled(seen: os.stat_result | None, at: datetime) -> bool:
    """Whether it is a file of ours and nobody is writing it any more."""
    if seen is None:
        return False
    written_at = datetime.fromtimestamp(seen.st_mtime, tz=timezone.get_current_timezone())
    return at - written_at >= STILL_BEING_WRITTEN


def _told_apart(path: Path, seen: os.stat_result) -> str:
    """A file as it is now. One whose rights were corrected, or that was put back, is another."""
    return f"{path.name} {seen.st_mtime_ns} {seen.st_ctime_ns}"


def _stamp(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y%m%dT%H%M%S}"


@contextmanager
def _held(name: str) -> Iterator[str]:
    """A key under which the tries at this very file are counted; empty while another worker has
    it."""
    key = _key(name)
    if not cache.add(f"{key}:held", 1, HELD.total_seconds()):
        yield ""
        return
    try:
        yield key
    finally:
        cache.delete(f"{key}:held")


def _key(name: str) -> str:
    return f"left-file:{hashlib.sha256(name.encode()).hexdigest()}"


def _taken_up(path: Path, seen: os.stat_result, key: str, at: datetime) -> PickedUp | None:
    """What became of one file; None for one that was given up and still lies there."""
    cache.add(key, 0, REMEMBERED.total_seconds())
    times = cache.incr(key)
    if times > GIVEN_UP:
        return None
    if times == GIVEN_UP:  # workers died of it: nobody was left to say so
        return _given_up(path, key, _unforeseen(), at)
    try:
        content = path.read_bytes()
        made = deliveries.import_content(content, name=path.name, actor=None, at=at)
        _let_go(path, seen)
        cache.delete(key)
    except DomainError as exc:
        return _given_up(path, key, str(exc), at)
    except failures.UNFORESEEN as exc:
        log.error("A file left in the directory of deliveries failed: %s", failures.told(exc))
        if times == TAKEN_UP_AT_MOST:
            return _given_up(path, key, _unforeseen(exc), at)
        return PickedUp(path.name, None, _unforeseen(exc))
    return PickedUp(path.name, made)


def _let_go(path: Path, seen: os.stat_result) -> None:
    """Remove a file that was taken in, unless somebody who had it open wrote on meanwhile: then it
    is read again."""
    now = path.stat()
    if (now.st_mtime_ns, now.st_size) == (seen.st_mtime_ns, seen.st_size):
        path.unlink()
        path.parent.rmdir()


def _unforeseen(exc: BaseException | None = None) -> str:
    if isinstance(exc, PermissionError):
        return _(
            "The system may not read this file or move it away. Correct its rights and leave it "
            "there once more."
        )
    return _(
        "No worker came to the end of this file, and nothing of it was written. Leave it there "
        "once more; if it fails again, tell those who look after the system."
    )


def _cannot_be_moved(path: Path, seen: os.stat_result, exc: OSError) -> PickedUp | None:
    """A file that stays where it is, unread: it would be read again and again. Told once."""
    log.error("A file cannot be moved within the directory: %s", failures.told(exc))
    if not cache.add(_key(_told_apart(path, seen)), GIVEN_UP, REMEMBERED.total_seconds()):
        return None
    return _told(path, _NOT_MOVED, _unforeseen(exc))


def _given_up(path: Path, key: str, why: str, at: datetime) -> PickedUp:
    """Put a file aside with its reason and tell the administrators; it is not tried again, unless
    somebody puts it back."""
    log.warning("A file left in the directory of deliveries was put aside; a notice names it.")
    try:
        _put_aside(path, why, at)
    except OSError as exc:
        log.error("It could not be moved away: %s", failures.told(exc))
        cache.set(key, GIVEN_UP, REMEMBERED.total_seconds())
        return _told(path, _NOT_MOVED, why)
    cache.delete(key)
    return _told(path, _PUT_ASIDE, why)


def _told(path: Path, said: Promise, why: str) -> PickedUp:
    """Tell the administrators what became of a file."""
    notices.send(
        said,
        {"file": path.name, "why": why},
        role=Role.ADMINISTRATOR,
        level=Notice.Level.ORANGE,
        url=reverse("admin:admission_deliveryplan_changelist"),
    )
    return PickedUp(path.name, None, why)


def _put_aside(path: Path, reason: str, at: datetime) -> None:
    """Move a file into the folder ``failed``, under a name of its own: of one that comes every day,
    every day's stays."""
    aside = path.parents[2] / FAILED
    aside.mkdir(exist_ok=True)
    name = f"{path.stem}.{_stamp(at)}-{secrets.token_hex(2)}{path.suffix}"
    (aside / f"{name}.reason.txt").write_text(reason + "\n", encoding="utf-8")
    path.rename(aside / name)
    path.parent.rmdir()
