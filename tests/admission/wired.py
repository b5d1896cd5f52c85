"""An outside end of the wire for tests of asking, and questions put to it."""

from dataclasses import dataclass

from admission.sources import SOURCES, Question, Subject, ask
from admission.sources.breaker import Breakers
from admission.sources.transport import Manners, Transport
from core.line import Limits, Reply, written
from tests.admission.conftest import AS_OF

SUBJECT = Subject(1, "320799198005170018", "测试甲", "14000000000")
QUICK = Manners(timeout=1.0, connect_timeout=0.5, attempts=3, first_wait=0.0)


@dataclass(frozen=True)
class Asked:
    """One question as the outside heard it."""

    path: str
    body: bytes
    limits: Limits
    headers: dict


class Line:
    """An outside end of the wire that answers as told, and counts."""

    def __init__(self, *replies):
        self.replies, self.heard = list(replies), []

    def ask(self, path, body, *, limits, headers):
        self.heard.append(Asked(path, body, limits, headers))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self):
        """Nothing to hang up."""

    def transport(self, breakers=None, manners=QUICK):
        return Transport(
            "http://outside",
            manners=manners,
            breakers=breakers or Breakers(),
            opens=lambda _address: self,
        )


def post(line, breakers=None):
    with line.transport(breakers) as transport:
        return transport.post("courts", "/v1/courts/cases", {}, authorisation="7")


def answer(data, subject=SUBJECT):
    return Reply(200, written({"subject": subject.digest, "data": data}))


COURTS = {
    "dishonest": False, "consumption_limit": False, "open_enforcement_amount": "0.00",
    "defendant_24m": 0, "capacity": None,
}  # fmt: skip


def heard(line, source="courts"):
    with line.transport() as transport:
        return ask(Question(SOURCES[source], SUBJECT, 7, AS_OF), transport)
