"""What the page of an answer in full shows: a credit report section by section, or what arrived."""

import json
from dataclasses import dataclass
from datetime import datetime

from admission.models import SourceRecord
from admission.services.revealing import Opened
from admission.sources import SOURCES
from admission.sources.pboc.whole import Report
from core.models import User

SHOWN = 60_000
"""Characters of an answer as received that a page shows; the rest stays in the table."""


@dataclass(frozen=True)
class OpenedPage:
    """One answer in full, with who opened it and what for: it stands on the print, too."""

    record: SourceRecord
    source: str
    report: Report | None
    raw: str
    is_cut: bool
    reader: User
    reason: str
    at: datetime

    @classmethod
    def build(cls, opened: Opened, reader: User, reason: str, *, at: datetime) -> "OpenedPage":
        """The page of an answer that was just opened."""
        name = opened.record.source
        text = _set_out(opened.raw)
        return cls(
            record=opened.record,
            source=SOURCES[name].zh if name in SOURCES else name,
            report=opened.report,
            raw="" if opened.report else text[:SHOWN],
            is_cut=opened.report is None and len(text) > SHOWN,
            reader=reader,
            reason=reason,
            at=at,
        )


def _set_out(raw: str) -> str:
    """Replies in JSON line by line; anything else as it came."""
    try:
        replies = [json.loads(line) for line in raw.splitlines()]
    except ValueError:
        return raw
    return "\n".join(json.dumps(each, ensure_ascii=False, indent=1) for each in replies)
