"""An outside end of the wire for tests of asking, and questions put to it."""

import httpx

from admission.sources import SOURCES, Question, Subject, ask
from admission.sources.breaker import Breakers
from admission.sources.transport import Manners, Transport
from tests.admission.conftest import AS_OF

SUBJECT = Subject(1, "320799198005170018", "测试甲", "14000000000")
QUICK = Manners(timeout=1.0, connect_timeout=0.5, attempts=3, first_wait=0.0)


class Line:
    """An outside end of the wire that answers as told, and counts."""

    def __init__(self, *replies):
        self.replies, self.heard = list(replies), []

    def __call__(self, request):
        self.heard.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def transport(self, breakers=None):
        return Transport(
            "http://outside",
            manners=QUICK,
            breakers=breakers or Breakers(),
            inner=httpx.MockTransport(self),
        )


def post(line, breakers=None):
    with line.transport(breakers) as transport:
        return transport.post("courts", "/v1/courts/cases", {}, authorisation="7")


def answer(data, subject=SUBJECT):
    return httpx.Response(200, json={"subject": subject.digest, "data": data})


COURTS = {
    "dishonest": False, "consumption_limit": False, "open_enforcement_amount": "0.00",
    "defendant_24m": 0, "capacity": None,
}  # fmt: skip


def heard(line, source="courts"):
    with line.transport() as transport:
        return ask(Question(SOURCES[source], SUBJECT, 7, AS_OF), transport)
