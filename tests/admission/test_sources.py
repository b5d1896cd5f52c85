"""Asking: retries, breakers, time limits, size limits."""

import time
from dataclasses import replace

import pytest

from admission.sources import SOURCES, Question, ask
from admission.sources.breaker import Breakers
from admission.sources.errors import SourceError
from admission.sources.transport import Manners, TooLarge, Transport, Tries
from core.line import Late, NoConnection, Reply
from tests.admission.conftest import AS_OF
from tests.admission.wired import QUICK, SUBJECT, Line, heard, post
from tests.dripping import dripping


def test_a_5xx_is_asked_again_and_answered():
    line = Line(Reply(503, b""), Reply(500, b""), Reply(200, b"ok"))

    assert post(line) == b"ok"
    assert len(line.heard) == 3


def test_a_source_that_keeps_failing_is_given_up_and_delivered_nothing():
    line = Line(Reply(503, b""))

    with pytest.raises(SourceError) as failure:
        post(line)

    assert len(line.heard) == QUICK.attempts
    assert (failure.value.permanent, failure.value.delivered) == (False, False)


def test_a_refusal_is_permanent_and_not_asked_again():
    line = Line(Reply(403, b""))

    with pytest.raises(SourceError) as failure:
        post(line)

    assert len(line.heard) == 1
    assert failure.value.permanent


def test_a_connection_that_never_stood_is_tried_again():
    line = Line(NoConnection("down"), Reply(200, b"ok"))

    assert post(line) == b"ok"


def test_a_question_that_may_have_arrived_is_not_asked_twice():
    line = Line(Late("late"))

    with pytest.raises(SourceError) as failure:
        post(line)

    assert len(line.heard) == 1
    assert failure.value.delivered


class Slow(Line):
    """Takes its time over every reply."""

    def __init__(self, seconds, *replies):
        super().__init__(*replies)
        self.seconds = seconds

    def ask(self, *question, **more):
        time.sleep(self.seconds)
        return super().ask(*question, **more)


class TestSilence:
    """A question that may have arrived is put once more where that does no harm."""

    OK = Reply(200, b"ok")

    def posted(self, line, breakers=None, manners=QUICK, **given):
        with line.transport(breakers, manners) as transport:
            return transport.post("tax", "/v1/tax", {}, authorisation="7", **given)

    def test_it_is_asked_once_more_and_each_try_counted(self):
        line, tries = Line(Late("late"), self.OK), Tries()

        assert self.posted(line, is_repeatable=True, tries=tries) == b"ok"
        assert len(line.heard) == tries.number == 2

    def test_no_more_than_once(self):
        line = Line(Late("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, is_repeatable=True)

        assert len(line.heard) == 2

    def test_the_second_try_has_what_is_left_of_the_overall_limit(self):
        line, manners = Slow(0.2, Late("late"), self.OK), Manners(timeout=0.2)

        self.posted(line, manners=manners, is_repeatable=True)

        first, second = (each.limits.silence for each in line.heard)
        assert first == manners.timeout
        assert 0 < second <= manners.overall - manners.timeout

    def test_nothing_is_asked_once_the_overall_limit_is_over(self):
        line = Slow(0.04, Late("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, manners=Manners(timeout=0.02), is_repeatable=True)

        assert len(line.heard) == 1

    def test_every_silent_try_counts_for_the_breaker(self):
        breakers, line = Breakers(after=2), Line(Late("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, breakers, is_repeatable=True)
        with pytest.raises(SourceError, match="resting"):
            self.posted(line, breakers, is_repeatable=True)

        assert len(line.heard) == 2

    def test_a_source_that_must_rest_now_is_not_asked_once_more(self):
        line = Line(Late("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, Breakers(after=1), is_repeatable=True)

        assert len(line.heard) == 1

    @pytest.mark.parametrize("source", ["pboc", "baihang", "police", "valuers", "phone", "courts"])
    def test_what_costs_or_leaves_a_trace_is_asked_once(self, source):
        line = Line(Late("late"))

        told = heard(line, source)

        assert (told.status, told.error) == ("failed", "No answer in time.")
        assert len(line.heard) == told.tries == len(SOURCES[source].also)


class TestDripping:
    """A source that sends a byte at a time is left once its question's time is over."""

    HEADINGS = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nX-Padding: " + b"x" * 900
    BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900
    REFUSAL = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nX-Padding: " + b"x" * 8 + b"\r\n\r\n"

    def told(self, said, *, at_once=0, pause=0.05):
        began = time.monotonic()
        with (
            dripping(said, at_once=at_once, pause=pause) as (url, heard),
            Transport(url, manners=Manners(timeout=0.2), breakers=Breakers()) as transport,
        ):
            told = ask(Question(SOURCES["tax"], SUBJECT, 7, AS_OF), transport)
            return told, time.monotonic() - began, len(heard)

    @pytest.mark.parametrize(("said", "at_once"), [(HEADINGS, 0), (HEADINGS, 30), (BODY, 60)])
    def test_neither_its_headings_nor_its_reply_are_waited_for_for_ever(self, said, at_once):
        told, took, _heard = self.told(said, at_once=at_once)

        assert (told.status, told.error, told.delivered) == ("failed", "No answer in time.", True)
        assert took < 1.0

    def test_nor_is_a_dripping_reply_asked_for_again(self):
        with (
            dripping(self.BODY, at_once=60, pause=0.05) as (url, heard),
            Transport(url, manners=Manners(timeout=0.2), breakers=Breakers()) as transport,
            pytest.raises(SourceError, match="in time") as failure,
        ):
            transport.post("tax", "/v1/tax", {}, authorisation="7", is_repeatable=True)

        assert failure.value.delivered
        assert len(heard) == 1

    def test_refusals_that_drip_take_no_longer_together(self):
        told, took, heard = self.told(self.REFUSAL, pause=0.006)

        assert told.status == "failed"
        assert heard < 3
        assert took < 1.0

    def test_another_question_after_it_goes_out_on_a_new_connection(self):
        with (
            dripping(self.HEADINGS, pause=0.05) as (url, heard),
            Transport(url, manners=Manners(timeout=0.2), breakers=Breakers()) as transport,
        ):
            for _ in range(2):
                with pytest.raises(SourceError, match="in time"):
                    transport.post("courts", "/v1/courts/cases", {}, authorisation="7")

        assert len(heard) == 2


def test_a_gateway_that_waited_in_vain_may_have_delivered_and_is_not_asked_twice():
    line = Line(Reply(504, b""))

    told = heard(line, "pboc")

    assert (told.status, told.error, told.delivered) == ("failed", "No answer in time.", True)
    assert len(line.heard) == told.tries == 1


def test_a_fault_of_ours_is_a_failure_of_one_question_that_may_have_arrived(caplog):
    told = heard(Line(RuntimeError(f"no buffer for {SUBJECT.name}")))

    assert (told.status, told.delivered, told.tries) == ("failed", True, 1)
    assert told.error == "Asking failed: RuntimeError."
    assert "courts" in caplog.text
    assert SUBJECT.name not in caplog.text


def test_a_fault_before_anything_was_sent_has_delivered_nothing():
    unwritable = replace(SOURCES["courts"], also=((("more", object()),),))
    line = Line(Reply(200, b""))

    with line.transport() as transport:
        told = ask(Question(unwritable, SUBJECT, 7, AS_OF), transport)

    assert (told.status, told.delivered, told.tries) == ("failed", False, 0)
    assert line.heard == []


def test_a_reply_without_end_is_cut_and_not_trusted():
    line = Line(Reply(200, b"x" * 9, is_whole=False))

    with pytest.raises(TooLarge) as failure:
        post(line)

    assert failure.value.beginning == b"x" * 9


def test_a_redirect_elsewhere_is_not_followed():
    line = Line(Reply(302, b""))

    with pytest.raises(SourceError):
        post(line)

    assert len(line.heard) == 1


def test_the_question_names_its_authorisation():
    line = Line(Reply(200, b""))

    post(line)

    assert line.heard[0].headers["X-Authorisation"] == "7"


class TestBreaker:
    def test_a_source_rests_after_failures_in_a_row(self):
        breakers = Breakers(after=2, rest=30)
        line = Line(Reply(500, b""))
        for _ in range(2):
            with pytest.raises(SourceError):
                post(line, breakers)
        asked = len(line.heard)

        with pytest.raises(SourceError, match="resting"):
            post(line, breakers)

        assert len(line.heard) == asked

    def test_after_its_rest_one_question_decides_whether_it_is_back(self):
        now = [0.0]
        breakers = Breakers(after=1, rest=30, clock=lambda: now[0])
        breakers.failed("courts")
        assert not breakers.lets_through("courts")

        now[0] = 31
        assert breakers.lets_through("courts")
        assert not breakers.lets_through("courts")
        breakers.failed("courts")
        assert not breakers.lets_through("courts")

        now[0] = 62
        assert breakers.lets_through("courts")
        breakers.answered("courts")
        assert breakers.lets_through("courts")
        assert breakers.lets_through("courts")

    def test_a_probe_lost_to_a_fault_of_ours_is_followed_by_another(self):
        now = [0.0]
        breakers = Breakers(after=1, rest=30, clock=lambda: now[0])
        breakers.failed("courts")
        now[0] = 31

        with pytest.raises(RuntimeError):
            post(Line(RuntimeError("no memory")), breakers)

        assert post(Line(Reply(200, b"ok")), breakers) == b"ok"

    def test_one_source_down_leaves_the_others_alone(self):
        breakers = Breakers(after=1)
        breakers.failed("courts")

        assert breakers.lets_through("police")

    def test_a_refusal_is_no_failure_of_the_source(self):
        breakers = Breakers(after=1)
        with pytest.raises(SourceError):
            post(Line(Reply(404, b"")), breakers)

        assert breakers.lets_through("courts")
