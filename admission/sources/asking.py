"""Asking one source about one person, and what came of it."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

from admission.features.columns import OUTSIDE
from admission.sources.catalogue import Source
from admission.sources.errors import NotTrusted, SourceError
from admission.sources.reading import Values
from admission.sources.subject import Subject
from admission.sources.transport import TooLarge, Transport

ANSWERED, FAILED, QUARANTINED = "answered", "failed", "quarantined"
_BETWEEN = b"\n"


@dataclass(frozen=True)
class Question:
    """One source, one person, one authorisation, one day."""

    source: Source
    subject: Subject
    authorisation_id: int
    as_of: date


@dataclass(frozen=True)
class Heard:
    """What came of one question: an answer in our words, a failure, or something not trusted.

    ``raw`` is what arrived, kept for the file. ``delivered`` is False where the source certainly
    gave nothing away.
    """

    question: Question
    status: str
    asked_at: datetime
    took_ms: int
    raw: str = ""
    values: Values | None = None
    error: str = ""
    delivered: bool = True


def ask(question: Question, transport: Transport) -> Heard:
    """Ask; every kind of failure becomes a Heard that says so. Touches no database."""
    began, asked_at = time.monotonic(), datetime.now(UTC)
    received: list[bytes] = []

    def heard(status: str, **more: object) -> Heard:
        took = round((time.monotonic() - began) * 1000)
        return Heard(question, status, asked_at, took, raw=_text(received), **more)

    try:
        for more in question.source.also:
            received.append(_send(question, transport, dict(more)))
        values = question.source.translate(received, question.subject)
    except SourceError as exc:
        return heard(FAILED, error=exc.reason, delivered=exc.delivered or bool(received))
    except TooLarge as exc:
        received.append(exc.beginning)
        return heard(QUARANTINED, error=exc.reason)
    except NotTrusted as exc:
        return heard(QUARANTINED, error=exc.reason)
    if values.keys() != OUTSIDE[question.source.name].keys():
        raise TypeError(f"{question.source.name} is translated into other columns than declared.")
    return heard(ANSWERED, values=values)


def _send(question: Question, transport: Transport, more: dict[str, str]) -> bytes:
    subject = question.subject
    body = {
        "id_number": subject.id_number,
        "name": subject.name,
        "phone": subject.mobile,
        "as_of": question.as_of.isoformat(),
    }
    return transport.post(
        question.source.name,
        question.source.path,
        body | more,
        authorisation=str(question.authorisation_id),
    )


def _text(received: list[bytes]) -> str:
    """What arrived as text that can be kept; bytes that are no text stay readable as escapes."""
    return _BETWEEN.join(received).decode("utf-8", "backslashreplace")
