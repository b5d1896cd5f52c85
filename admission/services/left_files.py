"""Files of data that others left in the directory of deliveries: taken in, or put aside."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from admission.models import Delivery
from admission.services import deliveries
from core.errors import DomainError

log = logging.getLogger("qianmo.deliveries")

STILL_BEING_WRITTEN = timedelta(seconds=30)
FAILED = "failed"
READABLE = {".csv", ".txt", ".xlsx", ".xls"}


@dataclass(frozen=True)
class PickedUp:
    """What became of one file that was left in the directory."""

    name: str
    delivery: Delivery | None
    reason: str = ""


def pick_up(directory: Path, *, at: datetime) -> Iterator[PickedUp]:
    """Take in every file left in ``directory``; a sealed copy is kept, so the file itself goes.

    A file that is still being written waits for the next time. One that cannot be taken in goes
    into the folder ``failed`` beside a note that says why.
    """
    for path in sorted(Path(directory).iterdir()):
        if not _is_ready(path, at):
            continue
        try:
            made = deliveries.import_file(path, actor=None, at=at)
        except DomainError as exc:
            _put_aside(path, str(exc))
            yield PickedUp(path.name, None, str(exc))
            continue
        path.unlink()
        yield PickedUp(path.name, made)


def _is_ready(path: Path, at: datetime) -> bool:
    if not path.is_file() or path.suffix.lower() not in READABLE or path.name.startswith("."):
        return False
    written = datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_current_timezone())
    return at - written >= STILL_BEING_WRITTEN


def _put_aside(path: Path, reason: str) -> None:
    log.warning("A file left in the directory of deliveries could not be taken in.")
    aside = path.parent / FAILED
    aside.mkdir(exist_ok=True)
    path.rename(aside / path.name)
    (aside / f"{path.name}.reason.txt").write_text(reason + "\n", encoding="utf-8")
