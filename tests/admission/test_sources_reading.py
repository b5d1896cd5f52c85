"""What comes back from a source: strict reading into our words."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import polars as pl
import pytest

from admission.deliveries.classes import FEEDING
from admission.features import COLUMNS, frame
from admission.sources import SOURCES, Question, Subject, ask
from admission.sources.agreed import refuse_impossible
from admission.sources.errors import Unreadable
from admission.sources.own import own_frames, register_own_source
from admission.sources.reading import Reader, answer_about, yuan_to_fen
from admission.sources.transport import Transport
from core.line import Reply
from tests.admission.conftest import AS_OF
from tests.admission.wired import COURTS, SUBJECT, Line, answer, heard


def home(**told):
    """A home as a register tells of it."""
    return {
        "unit_no": "U1", "registered_on": "2020-01-31", "sealed": False, "dispute": False,
        "usage": "住宅", "area_m2": 90, "value": "500000.00", "share": 1, "mortgages": [],
    } | told  # fmt: skip


def account(**told):
    """An account as a provident fund tells of it."""
    return {
        "status": "正常", "continuous_months": 12, "months_12": 12, "monthly_amount": "1200.00",
        "person_rate": 0.12, "unit_rate": 0.12, "base": "5000.00", "base_avg_12m": "5000.00",
        "balance": "9000.00", "employer_type": "民营", "loan_balance": "0.00",
        "withdrawals_12m": 0,
    } | told  # fmt: skip


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

        found = heard(Line(Reply(200, body)), "social_security")

        assert (found.status, found.values) == ("quarantined", None)

    @pytest.mark.parametrize("rate", ["NaN", "Infinity", "1e12", "-0.1", '"0.05"'])
    def test_a_measure_that_is_no_number_is_put_aside(self, rate):
        farm = {"transferred_in_mu": 0, "subsidy_12m": "0.00", "main_crop": None, "insured": False}
        told = {"subject": SUBJECT.digest, "data": {"farm": farm | {"contract_mu": 1.5}}}
        body = json.dumps(told).replace("1.5", rate)

        found = heard(Line(Reply(200, body.encode())), "agriculture")

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
        homes = answer({"homes": [home(unit_no=None), home(unit_no=None, sealed=True)]})

        told = heard(Line(homes), "real_estate")

        assert (told.status, told.error) == ("quarantined", "reply.data.homes[0].unit_no is empty.")

    def test_a_mortgage_of_an_unknown_amount_is_not_a_mortgage_of_nothing(self):
        lent = {"holder": "测试银行", "registered_on": "2026-01-31", "amount": None}
        homes = answer({"homes": [home(sealed=None, mortgages=[lent])]})

        told = heard(Line(homes), "real_estate").values

        assert told["homes"][0]["mortgage"] is None
        assert told["homes"][0]["sealed"] is None

    def test_a_register_may_say_in_which_zone_a_home_stands_and_no_other_word(self):
        def told(**more):
            return heard(Line(answer({"homes": [home(**more)]})), "real_estate")

        assert told().values["homes"][0]["zone"] is None
        assert told(zone=None).values["homes"][0]["zone"] is None
        assert told(zone="乡镇").values["homes"][0]["zone"] == "乡镇"
        assert told(zone="海上").status == "quarantined"

    @pytest.mark.parametrize("sealed_at", ["city", "county"])
    def test_a_home_of_which_two_registers_tell_is_sealed_if_one_says_so(self, sealed_at):
        lent = {"holder": "测试银行", "registered_on": "2025-10-01", "amount": "300000.00"}
        free = home(sealed=False, mortgages=[])
        bound = home(sealed=True, mortgages=[lent])
        told = [bound, free] if sealed_at == "city" else [free, bound]

        (found,) = heard(
            Line(*(answer({"homes": [each]}) for each in told)), "real_estate"
        ).values["homes"]  # fmt: skip

        assert (found["sealed"], found["mortgage"]) == (True, 30_000_000)
        assert found["mortgaged_on"] == ["2025-10-01"]

    def test_an_account_that_is_paid_into_speaks_before_one_that_is_closed(self):
        closed = account(status="销户", months_12=0, loan_balance="1000.00")
        paid = account(status="正常", months_12=12, loan_balance="2000.00")

        told = heard(
            Line(answer({"account": closed}), answer({"account": paid})), "provident_fund"
        ).values

        assert (told["status"], told["months_12"]) == ("正常", 12)
        assert told["loan_balance"] == 300_000, "both are owed"

    @pytest.mark.parametrize(
        ("source", "data", "column"),
        [
            ("provident_fund", {"account": account(person_rate=12)}, "person_rate"),
            ("provident_fund", {"account": account(months_12=13)}, "months_12"),
            ("real_estate", {"homes": [home(share=100)]}, "share"),
            ("real_estate", {"homes": [home(registered_on="2999-01-01")]}, "registered_on"),
        ],
    )
    def test_what_no_file_may_hold_no_answer_may_hold(self, source, data, column):
        found = heard(Line(answer(data), answer(data)), source)

        assert (found.status, found.values) == ("quarantined", None)
        assert column in found.error

    def test_a_day_to_come_is_an_answer_where_it_may_be_one(self):
        assert FEEDING["police"].column("list_expires_on").future
        refuse_impossible("police", {"list_expires_on": "2999-01-01"}, AS_OF)

    def test_an_account_of_which_nothing_is_known_is_neither_empty_nor_in_order(self):
        accounts = [
            {"account_no": "1", "status": "正常", "balance": "12.00"},
            {"account_no": "2", "status": None, "balance": None},
        ]

        told = heard(Line(answer({"accounts": accounts})), "core_bank").values

        assert told == {"accounts": 2, "not_normal": None, "balance": None}

    @pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"[1]", b"{}", b"\xff\xfe{"])
    def test_a_reply_that_is_no_answer_is_put_aside_and_kept(self, body):
        found = heard(Line(Reply(200, body)))

        assert found.status == "quarantined"
        assert bool(found.raw) == bool(body)

    def test_a_deep_reply_does_not_bring_the_reader_down(self):
        body = b"[" * 200_000 + b"]" * 200_000

        assert heard(Line(Reply(200, body))).status == "quarantined"

    def test_an_answer_about_somebody_else_is_put_aside(self):
        other = Subject(2, "320799198005170026", "测试乙")

        found = heard(Line(answer(COURTS, other)))

        assert found.status == "quarantined"
        assert "another person" in found.error

    def test_a_failure_after_the_first_of_two_answers_has_delivered_something(self):
        account = {"scope": "city", "account": None}
        found = heard(Line(answer(account), Reply(500, b"")), "provident_fund")

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
