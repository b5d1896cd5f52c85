"""What cannot be read of one answer is put aside with it; all other answers are kept."""

import json
import logging
import re
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from admission.models import Authorisation, SourceRecord
from admission.services.gathering import Person, gather
from admission.sources import SOURCES
from admission.sources.breaker import breakers
from admission.sources.errors import Unreadable
from admission.sources.reading import MOST_FEN, total, yuan_to_fen
from tests.admission.conftest import AS_OF, allow, decided, visited

BEYOND = "1E+999999"
"""Writes a number that no arithmetic holds once it is turned into fen."""
COURTS, PBOC = SOURCES["courts"].path, SOURCES["pboc"].path


def beyond_json(reply):
    told = json.loads(reply)
    told["data"]["open_enforcement_amount"] = BEYOND
    return json.dumps(told).encode()


def beyond_xml(reply):
    return re.sub(rb"<PD01CJ06>[^<]*<", b"<PD01CJ06>" + BEYOND.encode() + b"<", reply)


@pytest.fixture
def garbling(world, settings):
    """A line to the outside on which the answers about some people are garbled."""

    @contextmanager
    def line(*, about, **garbled):
        garbles = {{"courts": COURTS, "pboc": PBOC}[name]: how for name, how in garbled.items()}

        class Between(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                heard = httpx.post(f"{world.url}{self.path}", content=asked, headers={
                    "Content-Type": "application/json",
                    "X-Authorisation": self.headers["X-Authorisation"],
                }, trust_env=False)  # fmt: skip
                content, id_number = heard.content, json.loads(asked)["id_number"]
                if id_number in about and self.path in garbles:
                    content = garbles[self.path](content)
                self.send_response(heard.status_code)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *said):
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Between) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            settings.SOURCES_URL = f"http://127.0.0.1:{server.server_address[1]}"
            try:
                yield
            finally:
                server.shutdown()
                thread.join()
                settings.SOURCES_URL = world.url
                breakers.reset()

    return line


@pytest.mark.parametrize("text", [BEYOND, "-1E+999999", "1E+9999999999999999999", "sNaN", "1e400"])
def test_an_amount_beyond_all_arithmetic_is_unreadable(text):
    with pytest.raises(Unreadable, match="place is not an amount of yuan"):
        yuan_to_fen(text, "place")


def test_amounts_that_are_one_by_one_possible_and_together_are_not_are_unreadable():
    assert total([MOST_FEN - 1, 1], "place") == MOST_FEN
    with pytest.raises(Unreadable, match="place is not an amount of yuan"):
        total([MOST_FEN] * 1100, "place")


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "garble"), [("courts", beyond_json), ("pboc", beyond_xml)])
def test_of_several_people_one_unreadable_figure_puts_that_answer_aside_alone(
    world, garbling, source, garble
):
    one, other, third = (world.customer(each) for each in ("sound", "sued", "white"))
    people = [Person(each, allow(each)) for each in (one, other, third)]

    with garbling(about={one.id_number}, **{source: garble}):
        records = gather(people, ["courts", "pboc", "police"], as_of=AS_OF, at_once=3)

    statuses = {(pk, name): each.status for pk, of in records.items() for name, each in of.items()}
    assert len(statuses) == SourceRecord.objects.count() == 9
    assert {key for key, status in statuses.items() if status != "answered"} == {(one.pk, source)}
    aside = SourceRecord.objects.get(status="quarantined")
    assert BEYOND in aside.raw
    assert (aside.values, "is not an amount of yuan" in aside.error) == ({}, True)
    assert Authorisation.objects.filter(bureau_asked_at=None).count() == 0


@pytest.mark.django_db
def test_somebody_whose_report_cannot_be_read_waits_and_is_not_lost(world, rules, garbling):
    customer = visited(world.customer("sound"))
    allow(customer)

    with garbling(about={customer.id_number}, pboc=beyond_xml):
        decision = decided(customer)

    assert decision.outcome == "wait"
    assert {each["source"]: each["status"] for each in decision.records}["pboc"] == "quarantined"


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["courts", "pboc"])
def test_a_reader_that_stumbles_costs_that_answer_alone_and_is_told_of_without_the_person(
    world, monkeypatch, caplog, source
):
    one, other = world.customer("sound"), world.customer("sued")
    people = [Person(each, allow(each)) for each in (one, other)]
    reads = SOURCES[source].translate

    def stumbles(raw, subject):
        if subject.id_number == one.id_number:
            raise KeyError(subject.name)
        return reads(raw, subject)

    monkeypatch.setitem(SOURCES, source, replace(SOURCES[source], translate=stumbles))
    with caplog.at_level(logging.ERROR, logger="qianmo.admission"):
        records = gather(people, ["courts", "pboc", "police"], as_of=AS_OF, at_once=2)

    aside = records[one.pk][source]
    assert (aside.status, aside.values, bool(aside.raw)) == ("quarantined", {}, True)
    others = [each for of in records.values() for each in of.values() if each.pk != aside.pk]
    assert [each.status for each in others] == ["answered"] * 5
    assert "KeyError" in aside.error
    (line,) = [each.getMessage() for each in caplog.records if "stumbled" in each.getMessage()]
    assert (source in line, "stumbles" in line, one.name in line) == (True, True, False)
