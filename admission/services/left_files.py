"""Files of data that others left in the directory of deliveries: taken in, or put aside.

Each stands for itself: one at which a worker stops, or that may not be read, keeps no other back.
"""

import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.models import Delivery
from admission.services import deliveries
from core import failures, notices
from core.errors import DomainError
from core.models import Notice
from core.roles import Role

log = logging.getLogger("qianmo.deliveries")

STILL_BEING_WRITTEN = timedelta(seconds=30)
FAILED = "failed"
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

    A file that is still being written waits for the next time. One that cannot be taken in goes
    into the folder ``failed`` beside a note that says why, and the administrators are told; where
    that comes unforeseen, it is tried a few times first.
    """
    for path in sorted(Path(directory).iterdir()):
        seen = _seen(path)
        if seen is None or at - _written_at(seen) < STILL_BEING_WRITTEN:
            continue
        with _held(f"{path.name} {seen.st_mtime_ns} {seen.st_ctime_ns}") as key:
            if key and (became := _taken_up(path, key, at)):
                yield became


def _seen(path: Path) -> os.stat_result | None:
    """What the system says of a file; None for what is none of ours, or gone already."""
    if path.suffix.lower() not in READABLE or path.name.startswith("."):
        return None
    try:
        return path.stat() if path.is_file() else None
    except OSError:
        return None


def _written_at(seen: os.stat_result) -> datetime:
    return datetime.fromtimestamp(seen.st_mtime, tz=timezone.get_current_timezone())


@contextmanager
def _held(name: str) -> Iterator[str]:
    """A key under which the tries at this very file are counted; empty while another worker has
    it. A file whose rights were corrected, or that was put back, is another one."""
    key = f"left-file:{hashlib.sha256(name.encode()).hexdigest()}"
    if not cache.add(f"{key}:held", 1, HELD.total_seconds()):
        yield ""
        return
    try:
        yield key
    finally:
        cache.delete(f"{key}:held")


def _taken_up(path: Path, key: str, at: datetime) -> PickedUp | None:
    """What became of one file; None for one that was given up and still lies there."""
    cache.add(key, 0, REMEMBERED.total_seconds())
    times = cache.incr(key)
    if times > GIVEN_UP:
        return None
    if times == GIVEN_UP:  # workers died of it: nobody was left to say so
        return _given_up(path, key, _unforeseen())
    try:
        content = path.read_bytes()
        made = deliveries.import_content(content, name=path.name, actor=None, at=at)
        path.unlink(missing_ok=True)
        cache.delete(key)
    except DomainError as exc:
        return _given_up(path, key, str(exc))
    except failures.UNFORESEEN as exc:
        log.error("A file left in the directory of deliveries failed: %s", failures.told(exc))
        if times == TAKEN_UP_AT_MOST:
            return _given_up(path, key, _unforeseen(exc))
        return PickedUp(path.name, None, _unforeseen(exc))
    return PickedUp(path.name, made)


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


def _given_up(path: Path, key: str, why: str) -> PickedUp:
    """Put a file aside with its reason and tell the administrators; it is not tried again, unless
    somebody puts it back."""
    log.warning("A file left in the directory of deliveries was put aside; a notice names it.")
    try:
        _put_aside(path, why)
        cache.delete(key)
        told = _("%(file)s, left in the directory of deliveries, was put aside: %(why)s")
    except OSError as exc:
        log.error("It could not be moved away: %s", failures.told(exc))
        cache.set(key, GIVEN_UP, REMEMBERED.total_seconds())
        told = _("%(file)s cannot be taken in, nor moved out of the directory: %(why)s")
    notices.send(
        told % {"file": path.name, "why": why},
        role=Role.ADMINISTRATOR,
        level=Notice.Level.ORANGE,
        url=reverse("admin:admission_deliveryplan_changelist"),
    )
    return PickedUp(path.name, None, why)


def _put_aside(path: Path, reason: str) -> None:
    aside = path.parent / FAILED
    aside.mkdir(exist_ok=True)
    path.rename(aside / path.name)
    (aside / f"{path.name}.reason.txt").write_text(reason + "\n", encoding="utf-8")
