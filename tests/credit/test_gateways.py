"""The bank's own systems: nobody waits for them beyond their time."""

import time
from datetime import date

import pytest

from credit.gateways import core_bank, sms
from credit.gateways.core_bank import NoAnswer, Order
from tests.dripping import dripping

HEADINGS = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nX-Padding: " + b"x" * 900
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900
DRIPS = [(HEADINGS, 0), (HEADINGS, 30), (BODY, 45)]


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(core_bank, "SECONDS", 0.3)
    monkeypatch.setattr(sms, "SECONDS", 0.3)


def asked(settings, said, at_once, ask):
    with dripping(said, at_once=at_once, pause=0.05) as (url, _heard):
        settings.SOURCES_URL = url
        began = time.monotonic()
        return ask(), time.monotonic() - began


ORDER = Order("P-1", "6200000000000000", "测试甲", 100, "测试", date(2026, 11, 30))


def test_a_no_that_says_nothing_we_can_read_is_no_answer(settings):
    said = b"HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nnull"

    answer, _took = asked(settings, said, len(said), lambda: core_bank.pay(ORDER))

    assert answer == NoAnswer("HTTP 409")


def test_a_core_bank_that_failed_has_not_answered_whatever_it_says_beside(settings):
    said = b"HTTP/1.1 500 Oops\r\nContent-Length: 900\r\n\r\n<html>"

    answer, _took = asked(settings, said, len(said), lambda: core_bank.pay(ORDER))

    assert answer == NoAnswer("HTTP 500")


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("said", "at_once"), DRIPS)
class TestDripping:
    def test_a_payment_without_a_whole_answer_in_time_has_none(self, settings, said, at_once):
        answer, took = asked(settings, said, at_once, lambda: core_bank.pay(ORDER))

        assert answer == NoAnswer("Late")
        assert took < 10, "the whole of it would take over forty seconds"

    def test_a_message_not_acknowledged_in_time_was_not_taken(self, settings, said, at_once):
        taken, took = asked(
            settings,
            said,
            at_once,
            lambda: sms.send("14000000000", template="code", text="1234", number="M-1"),
        )

        assert not taken
        assert took < 10, "the whole of it would take over forty seconds"
