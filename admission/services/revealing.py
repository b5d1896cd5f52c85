"""Opening what a source answered in full: never without saying what for, and never unrecorded."""

from dataclasses import dataclass

from admission.models import SourceRecord
from admission.sources.errors import Unreadable
from admission.sources.pboc import read_whole
from admission.sources.pboc.whole import Report
from admission.sources.received import as_received, legible
from core import audit
from core.models import User

BUREAU = "pboc"
REPORT, AS_RECEIVED = "credit report", "answer as received"


@dataclass(frozen=True)
class Opened:
    """An answer in full: the bureau's report in words, or what arrived, as it can be read."""

    record: SourceRecord
    report: Report | None
    raw: str


def open_in_full(record_id: int, *, reader: User, reason: str) -> Opened:
    """What was received, with the reading written down first: who, which answer, what for."""
    record = SourceRecord.objects.select_related("customer").get(pk=record_id)
    report = _report(record)
    audit.read(record, reader=reader, what=REPORT if report else AS_RECEIVED, reason=reason)
    return Opened(record, report, legible(record.raw))


def _report(record: SourceRecord) -> Report | None:
    """The report in words; None where it is none, or is not to be trusted as one."""
    if record.source != BUREAU or record.status != SourceRecord.Status.ANSWERED:
        return None
    try:
        return read_whole(as_received(record.raw))
    except Unreadable:
        return None
