"""The police's two answers about somebody who is authorising us: is it their name and number, and
is it their face.

They are asked before there is any authorisation, because the person who stands there asks for it;
what they are told under is the number of the request that the person is answering.
"""

import base64
import hashlib
from dataclasses import dataclass

from admission.sources.errors import NotTrusted
from admission.sources.reading import Reader, answer_about
from admission.sources.subject import Subject
from admission.sources.transport import Transport

_STATUSES = ("正常", "死亡", "注销")


@dataclass(frozen=True)
class KnownPerson:
    """What the police say of a name and a number; ``raw`` is the reply as received."""

    matches: bool
    is_living: bool
    raw: str

    @property
    def holds(self) -> bool:
        """Whether a living person bears this name and this number."""
        return self.matches and self.is_living


@dataclass(frozen=True)
class Face:
    """How like the picture on file a photo is, 0 to 1, and whether a living face was seen."""

    score: float | None
    is_live: bool
    digest: str
    raw: str


def ask_who(subject: Subject, transport: Transport, *, under: str) -> KnownPerson:
    """Whether name and number belong together. Raises SourceError, NotTrusted."""
    reply, raw = _ask("police", "/v1/police/identity", subject, transport, under)
    return KnownPerson(
        matches=reply.flag("id_match") is True,
        is_living=reply.word("person_status", _STATUSES) == "正常",
        raw=raw,
    )


def compare_face(subject: Subject, photo: bytes, transport: Transport, *, under: str) -> Face:
    """How like the person on file ``photo`` (JPEG) is. Raises SourceError, NotTrusted."""
    digest = hashlib.sha256(photo).hexdigest()
    picture = {"image": base64.b64encode(photo).decode(), "image_digest": digest}
    reply, raw = _ask("police_face", "/v1/police/face", subject, transport, under, picture)
    if reply.word("image_digest") != digest:
        raise NotTrusted("The reply is about another picture.")
    return Face(reply.ratio("score"), reply.flag("live") is True, digest, raw)


def _ask(
    source: str,
    path: str,
    subject: Subject,
    transport: Transport,
    under: str,
    more: dict[str, str] | None = None,
) -> tuple[Reader, str]:
    body = {"id_number": subject.id_number, "name": subject.name} | (more or {})
    received = transport.post(source, path, body, authorisation=under)
    return answer_about(received, subject), received.decode("utf-8", "backslashreplace")
