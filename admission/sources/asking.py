"""Asking one source about one person, and what came of it."""

import logging
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils import timezone

from admission.features.columns import OUTSIDE
from admission.sources.agreed import refuse_impossible
from admission.sources.catalogue import Source
from admission.sources.errors import NotTrusted, SourceError
from admission.sources.kinds import KINDS
from admission.sources.pboc.codes import APPROVAL
from admission.sources.reading import Values
from admission.sources.received import kept
from admission.sources.subject import Subject
from admission.sources.transport import TooLarge, Transport, Tries

log = logging.getLogger("qianmo.admission")

ANSWERED, FAILED, QUARANTINED = "answered", "failed", "quarantined"
_BETWEEN = b"\n"


@dataclass(frozen=True)
class Question:
    """One source, one person, one authorisation, one day; ``reason`` is the bureau's code of what
    it is asked for."""

    source: Source
    subject: Subject
    authorisation_id: int
    as_of: date
    reason: str = APPROVAL


@dataclass(frozen=True)
class Heard:
    """What came of one question: an answer in our words, a failure, or something not trusted.

    ``raw`` is what arrived, as it is kept for the file. ``delivered`` is False where the source
    certainly gave nothing away. ``tries`` is how often it was asked, all its bodies together.
    """

    question: Question
    status: str
    asked_at: datetime
    took_ms: int
    raw: str = ""
    values: Values | None = None
    error: str = ""
    delivered: bool = True
    tries: int = 0


@dataclass(frozen=True)
class Part:
    """What one of a source's bodies brought: bytes, or why there are none."""

    asked_at: datetime
    began: float
    ended: float
    received: bytes = b""
    failure: SourceError | TooLarge | None = None
    tries: int = 0


def ask(question: Question, transport: Transport) -> Heard:
    """Ask; every kind of failure becomes a Heard that says so. Touches no database."""
    return hear(question, [send(question, dict(more), transport) for more in question.source.also])


def send(question: Question, more: Mapping[str, str], transport: Transport) -> Part:
    """Put one of the source's bodies to it; bodies of one source may be asked side by side.

    A fault of ours on the way is a failure of this one question, and costs the others nothing.
    """
    began, asked_at, tries = time.monotonic(), datetime.now(UTC), Tries()
    try:
        received, failure = _send(question, transport, more, tries), None
    except TooLarge as exc:
        received, failure = exc.beginning, exc
    except SourceError as exc:
        received, failure = b"", exc
    except Exception as exc:  # noqa: BLE001 - whatever is wrong with one question, others go on
        _log_stumble(question.source, exc)
        received, failure = b"", _fault(exc, went_out=tries.number > 0)
    return Part(asked_at, began, time.monotonic(), received, failure, tries.number)


def unsent(because: BaseException) -> Part:
    """What is left of a body that nobody could be found to send."""
    now = time.monotonic()
    return Part(datetime.now(UTC), now, now, failure=_fault(because, went_out=False))


def _fault(exc: BaseException, *, went_out: bool) -> SourceError:
    return SourceError(f"Asking failed: {type(exc).__name__}.", delivered=went_out)


def hear(question: Question, parts: Sequence[Part]) -> Heard:
    """What the source said, all its bodies together: half an answer is none.

    An answer that its reader stumbles over is put aside as it came: a fault of ours in one source's
    words must not cost what the others have said, nor a bureau's query that was paid for.
    """
    received = [each.received for each in parts if each.received or each.failure is None]
    failures = [each.failure for each in parts if each.failure is not None]
    took = max(each.ended for each in parts) - min(each.began for each in parts)

    def heard(status: str, **more: object) -> Heard:
        asked_at = min(each.asked_at for each in parts)
        return Heard(
            question,
            status,
            asked_at,
            round(took * 1000),
            raw=kept(_BETWEEN.join(received)),
            tries=sum(each.tries for each in parts),
            **more,
        )

    for failure in failures:
        if isinstance(failure, TooLarge):
            return heard(QUARANTINED, error=failure.reason)
    if failures:
        delivered = bool(received) or any(each.delivered for each in failures)
        return heard(FAILED, error=failures[0].reason, delivered=delivered)
    try:
        return heard(ANSWERED, values=_translated(question, received))
    except NotTrusted as exc:
        return heard(QUARANTINED, error=exc.reason)
    except Exception as exc:  # noqa: BLE001 - whatever is wrong in one answer, it is put aside
        _log_stumble(question.source, exc)
        return heard(QUARANTINED, error=f"The reader stumbled: {type(exc).__name__}.")


def _translated(question: Question, received: Sequence[bytes]) -> Values:
    values = question.source.translate(received, question.subject)
    if values.keys() != OUTSIDE[question.source.name].keys():
        raise TypeError(f"{question.source.name} is translated into other columns than declared.")
    today = max(question.as_of, timezone.localdate())
    refuse_impossible(question.source.name, values, today)
    return values


def _log_stumble(source: Source, exc: Exception) -> None:
    """Where we stumbled, without the words of the error: they may quote question or answer."""
    places = "".join(traceback.format_tb(exc.__traceback__))
    log.error("Asking %s stumbled: %s\n%s", source.name, type(exc).__name__, places)


def _send(question: Question, transport: Transport, more: Mapping[str, str], tries: Tries) -> bytes:
    subject = question.subject
    body = {
        "id_number": subject.id_number,
        "name": subject.name,
        "phone": subject.mobile,
        "as_of": question.as_of.isoformat(),
    }
    if question.source.says_why:
        body["reason"] = question.reason
    return transport.post(
        question.source.name,
        question.source.path,
        body | more,
        authorisation=str(question.authorisation_id),
        is_repeatable=KINDS[question.source.name].is_repeatable,
        tries=tries,
    )
