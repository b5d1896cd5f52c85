"""What a paper tells of the person it names, without a database."""

import pytest

from admission.readings import KINDS, read
from admission.readings.telling import BUSINESS, HOME, STATEMENT, told, trusted
from tests.admission.test_readings import HOUSE, LICENCE, lines
from tests.admission.test_readings import STATEMENT as SHEET

NAME = "王守田"


def found(kind, texts, sure=0.98):
    return [each.stored() for each in read(kind, lines(*texts, sure=sure))]


def said(paper, texts, sure=0.98, name=NAME, **changed):
    fields = found(paper, texts, sure)
    values = {each["name"]: each["value"] for each in fields} | changed
    return told(paper, trusted(fields, values), name=name)


class TestWhatIsTrusted:
    FOUND = (
        {"name": "area", "value": "118.62", "confidence": 0.6},
        {"name": "holder", "value": NAME, "confidence": 0.97},
    )

    def test_what_was_read_surely_and_taken_over(self):
        assert trusted(self.FOUND, {"holder": NAME}) == {"holder": NAME}

    def test_not_what_was_hard_to_read_and_left_as_it_was(self):
        assert trusted(self.FOUND, {"area": "118.62"}) == {}

    def test_what_a_person_wrote_anew_against_the_picture(self):
        assert trusted(self.FOUND, {"area": "113.62"}) == {"area": "113.62"}

    def test_not_what_stands_on_no_paper(self):
        assert trusted(self.FOUND, {"house_value": "300000.00"}) == {}


class TestACertificate:
    def test_it_tells_area_and_use_and_nothing_of_seals_and_mortgages(self):
        home = said(HOME, HOUSE)

        assert home.columns["area_m2"] == 118.62
        assert home.columns["usage"] == "住宅"
        unknown = ("sealed", "dispute", "mortgage", "mortgaged_on", "value", "share")
        assert all(home.columns[each] is None for each in unknown)
        assert home.thing == "苏(2019)灌云县不动产权第0001234号" or "0001234" in home.thing

    def test_each_holder_has_it_and_nobody_else(self):
        assert said(HOME, HOUSE, name="李秀英") is not None
        assert said(HOME, HOUSE, name="王守") is None

    def test_without_an_area_that_is_sure_it_tells_nothing(self):
        assert said(HOME, HOUSE, sure=0.7) is None


class TestALicence:
    def test_it_tells_since_when_and_as_what(self):
        business = said(BUSINESS, LICENCE)

        assert business.columns["role"] == "个体经营者"
        assert business.columns["established_on"] == "2018-03-21"
        assert business.columns["status"] is None

    @pytest.mark.parametrize(
        ("kind", "role"),
        [("有限责任公司（自然人独资）", "法人"), ("农民专业合作社", "法人"), ("其他", None)],
    )
    def test_the_kind_says_what_somebody_is_to_it(self, kind, role):
        assert said(BUSINESS, LICENCE, kind=kind).columns["role"] == role

    def test_another_s_licence_tells_nothing(self):
        assert said(BUSINESS, LICENCE, name="李秀英") is None


class TestAStatement:
    def test_it_tells_what_passed_in_how_many_days(self):
        sheet = said(STATEMENT, SHEET)

        assert sheet.columns == {
            "days": 181, "paid_in": 86_420_50, "paid_out": 61_205_00, "balance": 25_215_50,
        }  # fmt: skip
        assert str(sheet.until) == "2026-06-30"

    def test_some_days_are_no_month(self):
        assert said(STATEMENT, SHEET, **{"from": "2026-06-10"}) is None

    def test_a_sum_that_was_guessed_is_not_trusted(self):
        texts = (*SHEET[:3], "+1,000.00", "+2,000.00")

        assert said(STATEMENT, texts) is None
        assert said(STATEMENT, texts, paid_in="3100.00").columns["paid_in"] == 3_100_00

    def test_another_s_account_tells_nothing(self):
        assert said(STATEMENT, SHEET, name="李秀英") is None


def test_every_kind_that_tells_is_a_kind_that_is_read():
    assert {HOME, BUSINESS, STATEMENT} <= KINDS.keys()
