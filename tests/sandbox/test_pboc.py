from datetime import date, timedelta
from xml.etree import ElementTree as ET

import polars as pl
import pytest

from admission.sources.pboc import read_whole
from sandbox.county.truth import load_world
from sandbox.server import pboc
from sandbox.server.accounts import CLASS_CODES, repayment_states
from sandbox.server.world import World
from tests.admission.test_sources_pboc_whole import items

DAY = date(2026, 6, 30)
NONBANK = {"24", "51", "21"}


@pytest.fixture(scope="module")
def reports(county):
    """Reports read back beside the truth: of all with something to tell, and of some others."""
    world = World(county)
    truth = load_world(county).with_row_index()
    telling = (
        (pl.col("pb_od_months_24") > 0)
        | (pl.col("pb_bad_debt") + pl.col("pb_recourse") + pl.col("pb_guar_bal") > 0)
        | (pl.col("pb_joint_bal") > 0)
        | (pl.col("pb_lender_open") > 2)
        | (pl.col("index") % 8 == 0)
    )
    found = []
    for number in truth.filter(telling)["id_number"]:
        person = world.find(number, DAY)
        xml = pboc.report(person, number, person["name"], "02", DAY, doubled=False)
        found.append((person, ET.fromstring(xml)))  # noqa: S314  our own document
    return found


def whole(node, path):
    return sum(int(each.text) for each in node.findall(path))


def accounts(report):
    return report.findall("PDA/PD01")


def still_open(report):
    return [
        a
        for a in accounts(report)
        if a.findtext("PD01A/PD01AD01") != "C1"
        and a.findtext("PD01B/PD01BD01") not in ("3", "4")
        or a.findtext("PD01A/PD01AD01") == "R2"
    ]


def late_months(account):
    return [int(s.text) for s in account.findall("PD01D/PD01DH/PD01DD01") if s.text.isdigit()]


def test_every_code_of_every_report_is_a_word(reports):
    bare = {
        (each.tag, each.text)
        for _person, report in reports
        for each in items(read_whole(ET.tostring(report)))
        if not each.is_known
    }

    assert bare == set()


def test_a_report_names_the_person_and_nobody_else(reports):
    for person, report in reports:
        assert report.findtext("PRH/PA01/PA01B/PA01BI01") == person["id_number"]
        assert report.findtext("PRH/PA01/PA01B/PA01BQ01") == person["name"]


def test_somebody_without_history_has_no_account(reports):
    strangers = [report for person, report in reports if person["pb_first_month"] is None]

    assert len(strangers) > 50
    assert all(not accounts(report) for report in strangers)


def test_the_first_month_of_credit_is_the_true_one(reports):
    for person, report in reports:
        months = [m.text for m in report.findall("PCO/PC02/PC02A/PC02AH/PC02AR01")]

        assert (min(months) if months else None) == person["pb_first_month"]


def test_lenders_and_balances_add_up_to_the_truth(reports):
    for person, report in reports:
        lenders = {a.findtext("PD01A/PD01AI02") for a in still_open(report)}
        others = [a for a in still_open(report) if a.findtext("PD01A/PD01AD02") in NONBANK]

        assert len(lenders) == person["pb_lender_open"]
        assert len(others) == person["pb_nonbank_open"]
        summary = "PCO/PC02/PC02{0}/PC02{0}{1}"
        for tag, truth in (("J02", "pb_loan_bal"), ("J03", "pb_pay_6m")):
            total = sum(whole(report, summary.format(kind, tag)) for kind in "EG")
            assert total == person[truth]
        loans = [a for a in still_open(report) if a.findtext("PD01A/PD01AD01") != "R2"]
        assert sum(int(a.findtext("PD01B/PD01BJ01")) for a in loans) == person["pb_loan_bal"]


def test_cards_show_limit_use_and_standing(reports):
    for person, report in reports:
        assert whole(report, "PCO/PC02/PC02H/PC02HJ01") == person["pb_card_limit"]
        if person["pb_card_limit"]:
            used = whole(report, "PCO/PC02/PC02H/PC02HJ05")
            assert used / person["pb_card_limit"] == pytest.approx(
                person["pb_card_util_6m"], abs=1e-3
            )


def test_arrears_of_today_are_the_true_ones_and_never_more_than_the_loan(reports):
    for person, report in reports:
        late = [a for a in accounts(report) if int(a.findtext("PD01C/PD01CS02") or 0) > 0]

        assert len(late) == person["pb_cur_od_cnt"]
        assert whole(report, "PDA/PD01/PD01C/PD01CJ06") == person["pb_cur_od_amt"]
        for account in late:
            owed = int(account.findtext("PD01C/PD01CJ06"))
            assert owed <= int(account.findtext("PD01B/PD01BJ01"))


def test_arrears_of_24_months_are_the_true_ones(reports):
    for person, report in reports:
        months = [late_months(account) for account in accounts(report)]

        assert sum(len(each) for each in months) == person["pb_od_months_24"]
        assert max((max(each) for each in months if each), default=0) == person["pb_od_max_24"]
        for account in accounts(report):
            if account.findtext("PD01A/PD01AD01") != "C1":
                assert len(account.findall("PD01D/PD01DH")) == 24
        told = [int(n.text) for n in report.findall("PCO/PC02/PC02D/PC02DH/PC02DS03")]
        assert sum(told) == person["pb_od_months_24"]


def test_no_account_is_overdue_before_it_was_opened(reports):
    for _, report in reports:
        for account in accounts(report):
            opened = account.findtext("PD01A/PD01AR01")[:7]
            for month in account.findall("PD01D/PD01DH"):
                if month.findtext("PD01DR03") < opened:
                    assert month.findtext("PD01DD01") == "/"


def test_the_worst_class_is_the_true_one(reports):
    worst = {code: name for name, code in CLASS_CODES.items()}
    for person, report in reports:
        codes = [a.findtext("PD01B/PD01BD03") for a in still_open(report)]

        assert (worst[max(codes)] if codes else None) == person["pb_class5_worst"]


def test_bad_debts_recourse_and_guarantees_are_the_true_ones(reports):
    for person, report in reports:
        assert whole(report, "PCO/PC02/PC02C/PC02CS01") == person["pb_bad_debt"]
        assert whole(report, "PCO/PC02/PC02B/PC02BS01") == person["pb_recourse"]
        liable = {
            each.findtext("PC02KD02"): int(each.findtext("PC02KJ02"))
            for each in report.findall("PCO/PC02/PC02K/PC02KH")
        }
        told = {
            each.findtext("PD03AD03"): int(each.findtext("PD03AJ02"))
            for each in report.findall("PCR/PD03/PD03A")
        }
        assert liable == told
        assert liable.get("2", 0) == person["pb_guar_bal"]
        assert liable.get("1", 0) == person["pb_joint_bal"]
        classes = [c.text for c in report.findall("PCR/PD03/PD03A/PD03AD05")]
        assert any(c != "1" for c in classes) == bool(
            person["pb_guar_bal"] and person["pb_guar_bad"]
        )


def test_some_people_borrowed_together_with_others(reports):
    together = [person for person, _report in reports if person["pb_joint_bal"]]

    assert len(together) > 10
    assert all(person["pb_first_month"] for person in together)


def test_hard_queries_of_one_three_and_six_months_are_the_true_ones(reports):
    starts = {"1m": date(2026, 5, 30), "3m": date(2026, 3, 30), "6m": date(2025, 12, 30)}
    for person, report in reports:
        hard = [
            date.fromisoformat(query.findtext("PH010R01"))
            for query in report.findall("POQ/PH01")
            if query.findtext("PH010Q03") in ("02", "03", "08")
        ]
        for window, since in starts.items():
            assert sum(day >= since for day in hard) == person[f"pb_q_hard_{window}"], window


def test_no_lender_asks_twice_on_one_day(reports):
    for _, report in reports:
        queries = [
            (query.findtext("PH010R01"), query.findtext("PH010Q02"))
            for query in report.findall("POQ/PH01")
        ]

        assert len(set(queries)) == len(queries)


def test_a_doubled_report_repeats_accounts_and_queries_but_not_the_summary(county):
    world = World(county)
    number = load_world(county).filter(pl.col("pb_lender_open") > 1)["id_number"][0]
    person = world.find(number, DAY)
    plain = ET.fromstring(pboc.report(person, number, "", "02", DAY, doubled=False))  # noqa: S314
    doubled = ET.fromstring(pboc.report(person, number, "", "02", DAY, doubled=True))  # noqa: S314

    assert len(accounts(doubled)) == 2 * len(accounts(plain))
    assert len(doubled.findall("PCO/PC02")) == 1
    assert whole(doubled, "PCO/PC02/PC02E/PC02EJ02") == whole(plain, "PCO/PC02/PC02E/PC02EJ02")


def test_the_report_holds_together_in_every_month_of_the_next_two_years(county):
    world = World(county)
    numbers = load_world(county).filter(pl.col("trouble_month") <= 20)["id_number"]
    assert len(numbers) > 20
    for number in numbers[:12]:
        for month in range(0, 25, 2):
            day = DAY + timedelta(days=31 * month)
            person = world.find(number, day)
            xml = pboc.report(person, number, "", "01", day, doubled=False)
            report = ET.fromstring(xml)  # noqa: S314
            late = [len(late_months(account)) for account in accounts(report)]

            assert sum(late) == person["pb_od_months_24"]
            assert whole(report, "PDA/PD01/PD01C/PD01CJ06") == person["pb_cur_od_amt"]
            for account in accounts(report):
                owed = int(account.findtext("PD01C/PD01CJ06") or 0)
                assert owed <= int(account.findtext("PD01B/PD01BJ01"))


@pytest.mark.parametrize("longest", range(8))
@pytest.mark.parametrize("more", range(6))
@pytest.mark.parametrize("now", [True, False])
def test_repayment_states_have_the_run_and_the_number_asked_for(longest, more, now):
    if longest == 0 and more:
        longest = 1
    states = repayment_states(longest, longest + more, now)
    late = [int(s) for s in states if s.isdigit()]

    assert len(states) == 24
    assert len(late) == longest + more
    assert max(late, default=0) == longest
    assert states[-1].isdigit() == (now and longest > 0)
