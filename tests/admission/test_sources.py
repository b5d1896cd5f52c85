"""Asking: retries, breakers, time limits, size limits, strict reading."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import httpx
import polars as pl
import pytest

from admission.features import COLUMNS, frame
from admission.sources import SOURCES, Question, Subject, ask
from admission.sources.breaker import Breakers
from admission.sources.errors import SourceError, Unreadable
from admission.sources.own import own_frames, register_own_source
from admission.sources.reading import Reader, answer_about, yuan_to_fen
from admission.sources.transport import LARGEST_REPLY, Manners, TooLarge, Transport, Tries
from tests.admission.conftest import AS_OF
from tests.dripping import dripping

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


def test_a_5xx_is_asked_again_and_answered():
    line = Line(httpx.Response(503), httpx.Response(500), httpx.Response(200, content=b"ok"))

    assert post(line) == b"ok"
    assert len(line.heard) == 3


def test_a_source_that_keeps_failing_is_given_up_and_delivered_nothing():
    line = Line(httpx.Response(503))

    with pytest.raises(SourceError) as failure:
        post(line)

    assert len(line.heard) == QUICK.attempts
    assert (failure.value.permanent, failure.value.delivered) == (False, False)


def test_a_refusal_is_permanent_and_not_asked_again():
    line = Line(httpx.Response(403))

    with pytest.raises(SourceError) as failure:
        post(line)

    assert len(line.heard) == 1
    assert failure.value.permanent


def test_a_connection_that_never_stood_is_tried_again():
    line = Line(httpx.ConnectError("down"), httpx.Response(200, content=b"ok"))

    assert post(line) == b"ok"


def test_a_question_that_may_have_arrived_is_not_asked_twice():
    line = Line(httpx.ReadTimeout("late"))

    with pytest.raises(SourceError) as failure:
        post(line)

    assert len(line.heard) == 1
    assert failure.value.delivered


class TestSilence:
    """A question that may have arrived is put once more where that does no harm."""

    OK = httpx.Response(200, content=b"ok")

    def posted(self, line, breakers=None, manners=QUICK, **given):
        with Transport(
            "http://outside",
            manners=manners,
            breakers=breakers or Breakers(),
            inner=httpx.MockTransport(line),
        ) as transport:
            return transport.post("tax", "/v1/tax", {}, authorisation="7", **given)

    def test_it_is_asked_once_more_and_each_try_counted(self):
        line, tries = Line(httpx.ReadTimeout("late"), self.OK), Tries()

        assert self.posted(line, is_repeatable=True, tries=tries) == b"ok"
        assert len(line.heard) == tries.number == 2

    def test_no_more_than_once(self):
        line = Line(httpx.ReadTimeout("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, is_repeatable=True)

        assert len(line.heard) == 2

    def test_the_second_try_has_what_is_left_of_the_overall_limit(self):
        def slow(request):
            waits.append(request.extensions["timeout"]["read"])
            if len(waits) > 1:
                return self.OK
            time.sleep(0.2)
            raise httpx.ReadTimeout("late")

        waits, manners = [], Manners(timeout=0.2)
        self.posted(slow, manners=manners, is_repeatable=True)

        first, second = waits
        assert first == manners.timeout
        assert 0 < second <= manners.overall - manners.timeout

    def test_nothing_is_asked_once_the_overall_limit_is_over(self):
        def slow(request):
            heard.append(request)
            time.sleep(0.04)
            raise httpx.ReadTimeout("late")

        heard = []
        with pytest.raises(SourceError, match="in time"):
            self.posted(slow, manners=Manners(timeout=0.02), is_repeatable=True)

        assert len(heard) == 1

    def test_an_answer_that_drips_is_over_in_time_and_not_asked_for_again(self):
        class Dripping(httpx.SyncByteStream):
            def __iter__(self):
                for _ in range(100):
                    time.sleep(0.02)
                    yield b" "

        line = Line(httpx.Response(200, stream=Dripping()))
        manners, began = Manners(timeout=0.1), time.monotonic()

        with pytest.raises(SourceError, match="in time") as failure:
            self.posted(line, manners=manners, is_repeatable=True)

        assert time.monotonic() - began < 1
        assert failure.value.delivered
        assert len(line.heard) == 1

    def test_every_silent_try_counts_for_the_breaker(self):
        breakers, line = Breakers(after=2), Line(httpx.ReadTimeout("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, breakers, is_repeatable=True)
        with pytest.raises(SourceError, match="resting"):
            self.posted(line, breakers, is_repeatable=True)

        assert len(line.heard) == 2

    def test_a_source_that_must_rest_now_is_not_asked_once_more(self):
        line = Line(httpx.ReadTimeout("late"))

        with pytest.raises(SourceError, match="in time"):
            self.posted(line, Breakers(after=1), is_repeatable=True)

        assert len(line.heard) == 1

    @pytest.mark.parametrize("source", ["pboc", "baihang", "police", "valuers", "phone", "courts"])
    def test_what_costs_or_leaves_a_trace_is_asked_once(self, source):
        line = Line(httpx.ReadTimeout("late"))

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
    line = Line(httpx.Response(504))

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
    line = Line(httpx.Response(200))

    with line.transport() as transport:
        told = ask(Question(unwritable, SUBJECT, 7, AS_OF), transport)

    assert (told.status, told.delivered, told.tries) == ("failed", False, 0)
    assert line.heard == []


def test_a_reply_without_end_is_cut_and_not_trusted():
    line = Line(httpx.Response(200, content=b"x" * (LARGEST_REPLY + 1)))

    with pytest.raises(TooLarge) as failure:
        post(line)

    assert len(failure.value.beginning) == LARGEST_REPLY


def test_a_redirect_elsewhere_is_not_followed():
    line = Line(httpx.Response(302, headers={"location": "http://elsewhere/"}))

    with pytest.raises(SourceError):
        post(line)

    assert len(line.heard) == 1


def test_the_question_names_its_authorisation():
    line = Line(httpx.Response(200))

    post(line)

    assert line.heard[0].headers["x-authorisation"] == "7"


class TestBreaker:
    def test_a_source_rests_after_failures_in_a_row(self):
        breakers = Breakers(after=2, rest=30)
        line = Line(httpx.Response(500))
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

        assert post(Line(httpx.Response(200, content=b"ok")), breakers) == b"ok"

    def test_one_source_down_leaves_the_others_alone(self):
        breakers = Breakers(after=1)
        breakers.failed("courts")

        assert breakers.lets_through("police")

    def test_a_refusal_is_no_failure_of_the_source(self):
        breakers = Breakers(after=1)
        with pytest.raises(SourceError):
            post(Line(httpx.Response(404)), breakers)

        assert breakers.lets_through("courts")


class TestReading:
    def test_an_answer_is_put_into_our_words(self):
        found = heard(Line(answer(COURTS | {"open_enforcement_amount": "1234.50"})))

        assert found.status == "answered"
        assert found.values["open_enforcement"] == 123_450
        assert found.values["capacity"] == "完全"

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"dishonest": "yes"}, "dishonest"),
            ({"defendant_24m": -1}, "defendant_24m"),
            ({"defendant_24m": True}, "defendant_24m"),
            ({"open_enforcement_amount": 12.5}, "open_enforcement_amount"),
            ({"open_enforcement_amount": "NaN"}, "open_enforcement_amount"),
            ({"open_enforcement_amount": "1E+999999"}, "open_enforcement_amount"),
            ({"open_enforcement_amount": "一千"}, "open_enforcement_amount"),
            ({"capacity": "也许"}, "capacity"),
        ],
    )
    def test_what_is_not_in_the_form_agreed_on_is_put_aside(self, change, place):
        found = heard(Line(answer(COURTS | change)))

        assert (found.status, found.values) == ("quarantined", None)
        assert place in found.error
        assert found.raw

    @pytest.mark.parametrize(
        "employer", ["云台\x00小学", "\ud800", "校" * 300, ["云台小学"], {"name": "x"}]
    )
    def test_a_text_that_no_table_takes_is_put_aside(self, employer):
        insured = {
            "status": "正常", "continuous_months": 1, "months_12": 1, "base_now": "1.00",
            "employer": employer,
        }  # fmt: skip
        body = json.dumps({"subject": SUBJECT.digest, "data": {"insured": insured}}).encode()

        found = heard(Line(httpx.Response(200, content=body)), "social_security")

        assert (found.status, found.values) == ("quarantined", None)

    @pytest.mark.parametrize("rate", ["NaN", "Infinity", "1e12", "-0.1", '"0.05"'])
    def test_a_measure_that_is_no_number_is_put_aside(self, rate):
        farm = {"transferred_in_mu": 0, "subsidy_12m": "0.00", "main_crop": None, "insured": False}
        told = {"subject": SUBJECT.digest, "data": {"farm": farm | {"contract_mu": 1.5}}}
        body = json.dumps(told).replace("1.5", rate)

        found = heard(Line(httpx.Response(200, content=body.encode())), "agriculture")

        assert found.status == "quarantined"

    def test_a_missing_key_is_not_a_no(self):
        told = dict(COURTS)
        del told["dishonest"]

        assert heard(Line(answer(told))).status == "quarantined"

    def test_baihang_that_does_not_say_whether_it_knows_somebody_has_not_answered(self):
        clean = {
            "apply_orgs_3m": None, "apply_count_3m": None, "open_balance": None,
            "overdue_12m": None, "special_list": None,
        }  # fmt: skip

        found = heard(Line(answer({"found": None} | clean)), "baihang")

        assert (found.status, found.values) == ("quarantined", None)
        assert heard(Line(answer({"found": False})), "baihang").values["apply_orgs_3m"] == 0

    def test_two_homes_that_nothing_names_are_not_taken_for_one(self):
        home = {
            "unit_no": None, "registered_on": None, "sealed": False, "dispute": False,
            "usage": "住宅", "area_m2": 90.0, "value": "1.00", "share": 1.0, "mortgages": [],
        }  # fmt: skip
        homes = answer({"homes": [home, home | {"sealed": True}]})

        told = heard(Line(homes), "real_estate")

        assert (told.status, told.error) == ("quarantined", "reply.data.homes[0].unit_no is empty.")

    def test_a_mortgage_of_an_unknown_amount_is_not_a_mortgage_of_nothing(self):
        lent = {"holder": "测试银行", "registered_on": "2026-01-31", "amount": None}
        home = {
            "unit_no": "U1", "registered_on": "2020-01-31", "sealed": None, "dispute": False,
            "usage": "住宅", "area_m2": 90, "value": "500000.00", "share": 1, "mortgages": [lent],
        }  # fmt: skip

        told = heard(Line(answer({"homes": [home]})), "real_estate").values

        assert told["homes"][0]["mortgage"] is None
        assert told["homes"][0]["sealed"] is None

    def test_a_register_may_say_in_which_zone_a_home_stands_and_no_other_word(self):
        home = {
            "unit_no": "U1", "registered_on": "2020-01-31", "sealed": False, "dispute": False,
            "usage": "住宅", "area_m2": 90, "value": "500000.00", "share": 1, "mortgages": [],
        }  # fmt: skip

        def told(**more):
            return heard(Line(answer({"homes": [home | more]})), "real_estate")

        assert told().values["homes"][0]["zone"] is None
        assert told(zone=None).values["homes"][0]["zone"] is None
        assert told(zone="乡镇").values["homes"][0]["zone"] == "乡镇"
        assert told(zone="海上").status == "quarantined"

    def test_an_account_of_which_nothing_is_known_is_neither_empty_nor_in_order(self):
        accounts = [
            {"account_no": "1", "status": "正常", "balance": "12.00"},
            {"account_no": "2", "status": None, "balance": None},
        ]

        told = heard(Line(answer({"accounts": accounts})), "core_bank").values

        assert told == {"accounts": 2, "not_normal": None, "balance": None}

    @pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"[1]", b"{}", b"\xff\xfe{"])
    def test_a_reply_that_is_no_answer_is_put_aside_and_kept(self, body):
        found = heard(Line(httpx.Response(200, content=body)))

        assert found.status == "quarantined"
        assert bool(found.raw) == bool(body)

    def test_a_deep_reply_does_not_bring_the_reader_down(self):
        body = b"[" * 200_000 + b"]" * 200_000

        assert heard(Line(httpx.Response(200, content=body))).status == "quarantined"

    def test_an_answer_about_somebody_else_is_put_aside(self):
        other = Subject(2, "320799198005170026", "测试乙")

        found = heard(Line(answer(COURTS, other)))

        assert found.status == "quarantined"
        assert "another person" in found.error

    def test_a_failure_after_the_first_of_two_answers_has_delivered_something(self):
        account = {"scope": "city", "account": None}
        found = heard(Line(answer(account), httpx.Response(500)), "provident_fund")

        assert (found.status, found.delivered) == ("failed", True)

    def test_amounts_are_read_without_floats(self):
        assert yuan_to_fen("0.29", "x") == 29
        assert yuan_to_fen("5400.0", "x") == 540_000
        with pytest.raises(Unreadable):
            yuan_to_fen("1e400", "x")

    def test_records_repeated_by_a_faulty_line_count_once(self):
        reader = Reader({"homes": [{"n": "a"}, {"n": "b"}, {"n": "a"}]}, "reply")

        assert [each.word("n") for each in reader.parts("homes", once_by=["n"])] == ["a", "b"]

    def test_a_reader_says_where_it_stumbled(self):
        raw = json.dumps({"subject": SUBJECT.digest, "data": {"a": {"b": 1}}}).encode()

        with pytest.raises(Unreadable, match=r"reply\.data\.a\.b is not a text"):
            answer_about(raw, SUBJECT).part("a").word("b")


@pytest.mark.parametrize("nickname", ["sound", "overdue", "white", "four troubles"])
@pytest.mark.parametrize("source", list(SOURCES))
def test_every_source_is_understood_as_the_outside_speaks(world, source, nickname):
    person = world.person(nickname)
    subject = Subject(1, person["id_number"], person["name"], person["phone"])

    with Transport(world.url) as transport:
        found = ask(Question(SOURCES[source], subject, 7, AS_OF), transport)

    assert found.status == "answered", found.error
    assert frame(source, {1: found.values}).height == 1


def test_somebody_whom_nobody_knows_is_still_understood(world):
    nobody = Subject(1, "110105194912310028", "无名", "")

    with Transport(world.url) as transport:
        found = {
            name: ask(Question(source, nobody, 7, AS_OF), transport)
            for name, source in SOURCES.items()
        }

    assert {each.status for each in found.values()} == {"answered"}
    assert found["police"].values["id_match"] is False
    assert found["pboc"].values["accounts"] == []


def test_sources_are_asked_beside_one_another(world, settings):
    world.faults.set("*", "slow:0.2", None)
    person = world.person("sound")
    subject = Subject(1, person["id_number"], person["name"], person["phone"])
    names = [name for name in SOURCES if name != "provident_fund"]

    began = time.monotonic()
    with Transport(world.url) as transport, ThreadPoolExecutor(len(names)) as pool:
        list(
            pool.map(lambda name: ask(Question(SOURCES[name], subject, 7, AS_OF), transport), names)
        )

    assert time.monotonic() - began < 0.2 * len(names) / 2


def test_an_own_source_must_be_one_that_is_declared():
    with pytest.raises(ValueError, match="No own source"):
        register_own_source("gossip", lambda ids: pl.DataFrame())


def test_own_frames_have_the_declared_columns(rules):
    made = own_frames({"own_loans"}, [1, 2])["own_loans"]

    assert made.columns == ["customer_id", *COLUMNS["own_loans"]]
    assert made.height == 2


def test_a_subject_hides_who_it_is_from_logs():
    assert SUBJECT.id_number not in repr(SUBJECT)
    assert SUBJECT.name not in f"{Question(SOURCES['courts'], SUBJECT, 7, date(2026, 1, 1))}"
