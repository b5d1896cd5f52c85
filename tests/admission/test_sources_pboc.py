"""The credit report: read strictly, and never trusted for being XML."""

import re

import pytest

from admission.features.bureau import HARD
from admission.sources import Subject
from admission.sources.errors import Unreadable, WrongPerson
from admission.sources.pboc import codes, read_report
from sandbox.server import pboc
from tests.admission.conftest import AS_OF, SOUND

ENTITY_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><Document><PRH>&c;</PRH></Document>'
)
FILE_READER = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<Document>&x;</Document>"
)


def person(**given):
    who = {
        "id_number": "320799198005170018", "name": "测试甲", "phone": "14000000000",
        "born_on": "1980-05-17", "male": True, "pb_score": 700, "tax_owe_flag": False,
    }  # fmt: skip
    return SOUND | who | given


def report(about=None, **given):
    about = about or person(**given)
    return pboc.report(about, about["id_number"], about["name"], "02", AS_OF, doubled=False)


SUBJECT = Subject(1, person()["id_number"], person()["name"])


def read(raw):
    return read_report(raw, SUBJECT)


def test_accounts_summary_and_queries_are_read():
    values = read(report(pb_loan_bal=20_000, pb_pay_6m=800, pb_q_hard_6m=2))

    assert values["report_on"] == "2026-06-30"
    assert values["pay_6m"] == 80_000
    assert values["first_month"] == "2015-03-01"
    opened = [each for each in values["accounts"] if each["open"]]
    assert len(opened) == 1
    assert opened[0]["states"] == "N" * 24
    assert sum(each["reason"] != "贷后管理" for each in values["queries"]) == 2


def test_arrears_and_their_24_months_are_read():
    values = read(report(pb_cur_od_cnt=1, pb_cur_od_amt=4000, pb_od_max_24=4, pb_od_months_24=7))

    late = max(values["accounts"], key=lambda each: each["overdue_amount"])
    assert (late["overdue_amount"], late["overdue_periods"]) == (400_000, 4)
    assert late["states"].endswith("1234")
    assert len(re.findall("[1-7]", late["states"])) == 7


def test_what_an_account_that_ended_long_ago_was_late_is_over():
    raw = report(pb_cur_od_cnt=1, pb_cur_od_amt=4000, pb_od_max_24=4, pb_od_months_24=7)
    years_ago = re.sub(rb"(<P(?:D01D|D01E)R03>)20(\d\d)", _six_years_before, raw)

    values = read(years_ago)

    assert not any(re.search("[1-7]", each["states"]) for each in values["accounts"])
    assert {each["months_late_60"] for each in values["accounts"]} == {0}


def _six_years_before(found):
    return found[1] + b"20%02d" % (int(found[2]) - 6)


def test_bad_debt_recourse_guarantees_and_cards_are_read():
    values = read(
        report(
            pb_bad_debt=1,
            pb_recourse=1,
            pb_guar_bal=90_000,
            pb_guar_bad=True,
            pb_joint_bal=120_000,
            pb_card_limit=20_000,
            pb_card_util_6m=0.5,
            pb_card_status="冻结",
            pb_lender_open=2,
        )  # fmt: skip
    )

    assert (values["bad_debts"], values["recourses"]) == (1, 1)
    assert values["guarantees"] == [
        {"balance": 9_000_000, "five_class": "次级", "liable_as": "保证人"},
        {"balance": 12_000_000, "five_class": "正常", "liable_as": "共同借款人"},
    ]
    assert (values["card_limit"], values["card_used_6m"]) == (2_000_000, 1_000_000)
    assert "冻结" in {each["state"] for each in values["accounts"]}
    assert all(not each["open"] for each in values["accounts"] if each["kind"] == "C1")


def test_a_person_without_history_has_an_empty_report():
    white = {"pb_first_month": None, "pb_lender_open": 0, "pb_q_hard_6m": 0}

    values = read(report(**white))

    assert (values["accounts"], values["first_month"], values["queries"]) == ([], None, [])


@pytest.mark.parametrize("empty", [b"<PC02AR01/>", b"<PC02AR01> </PC02AR01>"])
def test_a_kind_of_business_of_which_a_person_has_nothing_names_no_month(empty):
    of_cards = b"<PC02AH><PC02AD01>21</PC02AD01><PC02AS03>0</PC02AS03>" + empty + b"</PC02AH>"
    raw = report().replace(b"<PC02AH>", of_cards + b"<PC02AH>", 1)

    assert of_cards in raw
    assert read(raw)["first_month"] == "2015-03-01"


def test_a_line_that_repeats_accounts_counts_them_once():
    about = person(pb_guar_bal=90_000)
    once = read(report(about))
    raw = pboc.report(about, about["id_number"], "", "02", AS_OF, doubled=True)

    twice = read(raw)

    assert twice["accounts"] == once["accounts"]
    assert twice["guarantees"] == once["guarantees"]


def test_a_report_about_somebody_else_is_refused():
    with pytest.raises(WrongPerson):
        read(report(id_number="320799198005170026"))


def test_a_report_whose_number_and_mark_differ_is_refused():
    raw = report().replace(SUBJECT.digest.encode(), b"0" * 64)

    with pytest.raises(WrongPerson):
        read(raw)


@pytest.mark.parametrize(
    "raw",
    [
        ENTITY_BOMB,
        FILE_READER,
        report()[: len(report()) // 2],
        b"",
        b"{}",
        b"<html/>",
        b"<Document/>",
        report().replace(b"<PCO>", b"<XXX>").replace(b"</PCO>", b"</XXX>"),
        "<Document>&#0;</Document>".encode("utf-16"),
        b"<a>" * 5_000,
    ],
    ids=[
        "entities", "file", "cut off", "empty", "json", "other", "bare", "no summary", "utf-16",
        "deep",
    ],
)  # fmt: skip
def test_hostile_or_broken_reports_are_refused(raw):
    with pytest.raises(Unreadable):
        read(raw)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"<PD01AD01>D1</PD01AD01>", b"<PD01AD01>Q9</PD01AD01>"),
        (b"<PD01CD02>1</PD01CD02>", b"<PD01CD02>77</PD01CD02>"),
        (b"<PD01CS02>0</PD01CS02>", b"<PD01CS02>-1</PD01CS02>"),
        (b"<PD01CJ06>0</PD01CJ06>", b"<PD01CJ06>many</PD01CJ06>"),
        (b"<PD01CJ06>0</PD01CJ06>", b"<PD01CJ06>1E+999999</PD01CJ06>"),
        (b"<PD01DD01>N</PD01DD01>", b"<PD01DD01>?</PD01DD01>"),
        (b"<PD01BD01>1</PD01BD01>", b""),
    ],
)
def test_an_unknown_code_is_refused_rather_than_guessed(was, becomes):
    raw = report().replace(was, becomes)

    with pytest.raises(Unreadable, match="PD01"):
        read(raw)


@pytest.mark.parametrize(
    ("code", "word"),
    [(b"20", "本科"), (b"40", "高中/中专"), (b"90", "小学及以下"), (b"91", None), (b"99", None),
     (b"55", None), (b"", None)],
)  # fmt: skip
def test_schooling_is_told_in_the_words_of_tags_where_it_is_told(code, word):
    raw = report()
    assert raw.count(b"<PB01AD02>99<") == 1

    assert read(raw.replace(b"<PB01AD02>99<", b"<PB01AD02>" + code + b"<"))["education"] == word


@pytest.mark.parametrize(
    ("section", "what"),
    [("PDA", "accounts"), ("PCR", "liabilities"), ("POQ", "queries")],
)
def test_a_report_that_lists_less_than_its_summary_counts_is_refused(section, what):
    raw = report(pb_lender_open=2, pb_guar_bal=90_000)
    assert read(raw)

    shortened = re.sub(f"<{section}>.*</{section}>".encode(), b"", raw, flags=re.DOTALL)

    with pytest.raises(Unreadable, match=f"lists 0 {what} and counts"):
        read(shortened)


@pytest.mark.parametrize("tag", ["PD01CS02", "PD01CJ06"])
def test_a_month_that_does_not_say_what_is_overdue_is_not_taken_for_one_without_arrears(tag):
    raw = re.sub(f"<{tag}>[0-9]*</{tag}>".encode(), b"", report())

    with pytest.raises(Unreadable, match=f"{tag} is missing"):
        read(raw)


@pytest.mark.parametrize(
    ("own", "newest", "worse"),
    [(b"3", b"1", "次级"), (b"1", b"3", "次级"), (b"9", b"1", "正常"), (b"9", b"9", "未分类")],
)
def test_an_account_is_of_the_worse_of_its_two_classes(own, newest, worse):
    raw = report(pb_lender_open=1)
    assert raw.count(b"<PD01CD02>1<") == 1

    told = read(
        raw.replace(b"<PD01BD03>1<", b"<PD01BD03>" + own + b"<")
        .replace(b"<PD01CD02>1<", b"<PD01CD02>" + newest + b"<")
    )  # fmt: skip

    assert [each["five_class"] for each in told["accounts"] if each["open"]] == [worse]


def test_two_guarantees_that_differ_in_their_contract_alone_are_two():
    raw = report(pb_guar_bal=90_000, pb_guar_bad=True)
    (one,) = re.findall(b"<PD03A>.*</PD03A>", raw, flags=re.DOTALL)
    first = one.replace(b"<PD03AD02>", b"<PD03AQ02>HT1</PD03AQ02><PD03AD02>")
    other = first.replace(b"HT1", b"HT2").replace(b"<PD03AD05>3<", b"<PD03AD05>1<")

    told = read(raw.replace(one, first + other + first))

    assert [each["five_class"] for each in told["guarantees"]] == ["次级", "正常"]


def test_a_query_that_comes_after_the_report_is_refused():
    raw = report(pb_q_hard_6m=1)

    with pytest.raises(Unreadable, match="days that come after it"):
        read(re.sub(rb"<PH010R01>[^<]*<", b"<PH010R01>2027-01-01<", raw, count=1))


def test_a_review_before_a_guarantee_is_a_query_for_credit():
    assert "保前审查" in HARD
    assert set(HARD) <= set(codes.QUERY_REASONS.values())
