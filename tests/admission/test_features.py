"""Features: declared once, worked out alike for one customer and for many."""

from dataclasses import fields
from datetime import date
from functools import partial

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission.features import CATALOGUE, COLUMNS, FEATURES, Asked, frame, sources_behind, table
from admission.features.columns import OUTSIDE
from admission.features.parts import any_of, count_of, sum_of, worst_of
from admission.features.registry import DERIVED, feature
from admission.sources import SOURCES

AS_OF = date(2026, 3, 31)


def of(source, name, as_of=AS_OF, **values):
    """One feature of one customer whose source said so, and nothing else."""
    told = dict.fromkeys(COLUMNS[source]) | values
    answered = {source: frame(source, {1: told})}
    return table([1], answered, as_of=as_of, asked=Asked())[name].item()


def account(**given):
    made = {
        "kind": "D1", "lender": "A", "lender_type": "商业银行", "open": True, "state": "正常",
        "five_class": "正常", "overdue_periods": 0, "overdue_amount": 0, "states": "N" * 24,
    }  # fmt: skip
    return made | given


def test_every_source_has_its_columns_and_every_feature_a_source():
    assert SOURCES.keys() == OUTSIDE.keys()
    assert {each.source for each in FEATURES.values()} - {DERIVED} <= COLUMNS.keys()


def test_every_feature_says_what_it_is():
    for each in FEATURES.values():
        assert each.about
        assert each.zh
        assert set(each.needs) <= set(CATALOGUE.names)


@pytest.mark.parametrize("source", sorted({each.source for each in FEATURES.values()} - {DERIVED}))
def test_what_a_source_does_not_know_is_unknown(source):
    told = dict.fromkeys(COLUMNS[source])
    known = {name for name, each in FEATURES.items() if each.source == source}

    frames = {source: frame(source, {1: told})}
    made = table([1], frames, as_of=AS_OF, asked=Asked(), only=known)

    assert known
    assert all(made[name].item() is None for name in known)


def test_a_customer_whom_a_source_did_not_answer_about_is_unknown():
    told = dict.fromkeys(COLUMNS["courts"]) | {"dishonest": False}

    made = table([1, 2], {"courts": frame("courts", {2: told})}, as_of=AS_OF, asked=Asked())

    assert made["gov_dishonest"].to_list() == [None, False]
    assert made["pb_cur_od_cnt"].to_list() == [None, None]


def test_many_customers_are_worked_out_as_one_is():
    told = [
        {"accounts": [account(states="N" * 20 + "1234")], "queries": [], "guarantees": []},
        {"accounts": [], "queries": [{"on": "2026-03-01", "reason": "贷款审批", "lender": "A"}]},
        {"accounts": [account(), account(lender="B", open=False)], "guarantees": []},
    ]
    answers = {n: dict.fromkeys(COLUMNS["pboc"]) | each for n, each in enumerate(told)}

    together = table(answers, {"pboc": frame("pboc", answers)}, as_of=AS_OF, asked=Asked())
    apart = [
        table([n], {"pboc": frame("pboc", {n: each})}, as_of=AS_OF, asked=Asked())
        for n, each in answers.items()
    ]

    assert together.equals(pl.concat(apart))


class TestBureau:
    def test_months_overdue_are_counted_per_account(self):
        accounts = [account(states="N" * 22 + "12"), account(lender="B", states="N" * 21 + "1N1")]

        assert of("pboc", "pb_od_months_24", accounts=accounts) == 2

    def test_months_overdue_of_all_accounts_are_told_beside_them(self):
        accounts = [account(states="N" * 22 + "12"), account(lender="B", states="N" * 21 + "1N1")]

        assert of("pboc", "pb_od_months_24_all", accounts=accounts) == 4

    @pytest.mark.parametrize(
        ("name", "states", "known"),
        [
            ("pb_san_liu", ["N" * 15 + "1N1N1N1NN", "N1N1"], False),
            ("pb_san_liu_all", ["N" * 15 + "1N1N1N1NN", "N1N1"], True),
            ("pb_san_liu_all", ["N" * 15 + "1N1N1N1NN", "N1NN"], False),
            ("pb_san_liu", ["N" * 13 + "1N1N1N1N1N1", "NNNN"], True),
            ("pb_san_liu_all", ["N123", "NNNN"], True),
        ],
    )
    def test_six_months_late_on_one_account_and_on_all_together_are_two_features(
        self, name, states, known
    ):
        accounts = [account(lender=str(n), states=each) for n, each in enumerate(states)]

        assert of("pboc", name, accounts=accounts) is known

    def test_the_deepest_arrears_of_any_account_count(self):
        accounts = [account(states="N" * 23 + "1"), account(states="/" * 20 + "1237")]

        assert of("pboc", "pb_od_max_24", accounts=accounts) == 7

    @pytest.mark.parametrize(
        "name", ["pb_od_months_24", "pb_od_months_24_all", "pb_od_max_24", "pb_cur_od_amt"]
    )
    def test_a_report_without_accounts_is_a_known_zero(self, name):
        assert of("pboc", name, accounts=[]) == 0

    @pytest.mark.parametrize(
        ("classes", "worst"),
        [([], "无"), (["正常"], "正常"), (["正常", "关注"], "关注"), (["可疑", "次级"], "可疑")],
    )
    def test_the_worst_class_of_open_accounts_counts(self, classes, worst):
        accounts = [account(five_class=each) for each in classes]
        accounts.append(account(five_class="损失", open=False))

        assert of("pboc", "pb_class5_worst", accounts=accounts) == worst

    @pytest.mark.parametrize(
        ("day", "three", "six"),
        [
            ("2026-03-31", 1, 1),
            ("2026-01-01", 1, 1),
            ("2025-12-31", 0, 1),
            ("2025-10-01", 0, 1),
            ("2025-09-30", 0, 0),
        ],
    )
    def test_queries_are_counted_by_calendar_months(self, day, three, six):
        queries = [{"on": day, "reason": "信用卡审批", "lender": "A"}]

        assert of("pboc", "pb_q_hard_3m", queries=queries) == three
        assert of("pboc", "pb_q_hard_6m", queries=queries) == six

    def test_one_lender_on_one_day_asks_once_and_post_loan_checks_never_count(self):
        queries = [
            {"on": "2026-03-01", "reason": "贷款审批", "lender": "A"},
            {"on": "2026-03-01", "reason": "担保资格审查", "lender": "A"},
            {"on": "2026-03-01", "reason": "贷款审批", "lender": "B"},
            {"on": "2026-03-02", "reason": "贷款审批", "lender": "A"},
            {"on": "2026-03-03", "reason": "贷后管理", "lender": "C"},
        ]

        assert of("pboc", "pb_q_hard_3m", queries=queries) == 3

    def test_a_person_without_history_is_told_from_a_missing_report(self):
        assert of("pboc", "pb_first_month", first_month=None, accounts=[]) is None
        assert of("pboc", "pb_acct_open", accounts=[]) == 0
        assert of("pboc", "pb_first_month", first_month="2025-12-01") == 3

    def test_card_use_is_unknown_without_a_card(self):
        assert of("pboc", "pb_card_util_6m", card_limit=0, card_used_6m=0) is None
        assert of("pboc", "pb_card_util_6m", card_limit=1000, card_used_6m=900) == 0.9


class TestOffices:
    def test_only_a_divorce_has_months(self):
        assert of("civil_affairs", "gov_divorce_months", status="已婚") is None
        assert (
            of("civil_affairs", "gov_divorce_months", status="离异", changed_on="2026-01-31") == 2
        )

    def test_no_home_is_a_known_answer(self):
        assert of("real_estate", "re_cnt", homes=[]) == 0
        assert of("real_estate", "re_seal_flag", homes=[]) is False
        assert of("real_estate", "re_hold_months", homes=[]) is None
        assert of("real_estate", "re_new_mortgage_12m", homes=[]) == 0

    @pytest.mark.parametrize(
        ("zones", "nearest"),
        [
            ([], "无"), (["农村"], "农村"), (["农村", "乡镇"], "乡镇"), (["乡镇", "城区"], "城区"),
            (["城区", None], "城区"), (["乡镇", None], None), ([None], None),
        ],
    )  # fmt: skip
    def test_of_several_homes_the_one_nearest_to_town_says_where(self, zones, nearest):
        homes = [{"zone": each} for each in zones]

        assert of("real_estate", "re_zone", homes=homes) == nearest

    def test_an_answer_from_before_registers_named_zones_says_nothing_of_them(self):
        assert of("real_estate", "re_zone", homes=[{"sealed": False}]) is None
        assert of("real_estate", "re_cnt", homes=[{"sealed": False}]) == 1

    def test_the_newest_home_and_every_mortgage_count(self):
        home = {"sealed": False, "dispute": False}
        homes = [
            home | {"registered_on": "2020-01-15", "mortgaged_on": ["2025-04-01", "2025-03-31"]},
            home | {"registered_on": "2026-02-01", "mortgaged_on": [], "sealed": True},
        ]

        assert of("real_estate", "re_hold_months", homes=homes) == 1
        assert of("real_estate", "re_new_mortgage_12m", homes=homes) == 1
        assert of("real_estate", "re_seal_flag", homes=homes) is True

    @pytest.mark.parametrize(
        ("sealed", "count"),
        [([], 0), ([True, False], 1), ([True, True], 2), ([True, None], None)],
    )
    def test_sealed_homes_are_counted_where_all_are_known(self, sealed, count):
        homes = [{"sealed": each} for each in sealed]

        assert of("real_estate", "re_sealed_cnt", homes=homes) == count

    @pytest.mark.parametrize(
        ("standings", "worst"),
        [([], "无"), (["在营"], "在营"), (["在营", "注销"], "注销"), (["异常", "吊销"], "吊销")],
    )
    def test_the_worst_standing_of_all_businesses_counts(self, standings, worst):
        businesses = [
            {"status": each, "established_on": "2020-01-01", "abnormal": False,
             "punishments_12m": 0, "changes_6m": 0}
            for each in standings
        ]  # fmt: skip

        assert of("business_registry", "biz_status", businesses=businesses) == worst

    @pytest.mark.parametrize(
        ("role", "shares", "tied"),
        [
            ("法人", [0.1], 1),
            ("个体经营者", [0.1, 0.2], 1),
            ("法人", [0.5, None, 0.1], 2),
            ("股东", [0.1], 0),
            ("股东", [0.25, 0.1], 1),
            ("法人", [], 0),
        ],
    )
    def test_whoever_runs_a_business_is_tied_to_one_at_least(self, role, shares, tied):
        businesses = [{"share": each} for each in shares]

        told = of("business_registry", "biz_linked_cnt", role=role, businesses=businesses)

        assert told == tied

    @pytest.mark.parametrize(
        ("name", "key"), [("re_seal_flag", "sealed"), ("re_dispute_flag", "dispute")]
    )
    @pytest.mark.parametrize(
        ("said", "known"),
        [([True, None], True), ([False, None], None), ([None], None), ([False, False], False)],
    )
    def test_a_home_of_which_it_is_not_known_is_no_clean_home(self, name, key, said, known):
        assert of("real_estate", name, homes=[{key: each} for each in said]) is known

    def test_what_is_not_known_of_one_home_is_not_known_of_all(self):
        whole = {
            "registered_on": "2020-01-15", "mortgaged_on": [], "usage": "住宅", "area_m2": 90.0,
            "value": 50_000_000, "mortgage": 10_000_000, "share": 0.5,
        }  # fmt: skip
        figures = {
            "re_hold_months": 74, "re_new_mortgage_12m": 0, "re_cnt_res": 1, "re_area": 90.0,
            "re_value_est": 50_000_000, "re_mort_amt": 10_000_000, "re_mort_cnt": 1,
            "re_net_value": 40_000_000, "re_share": 0.5, "re_ltv_now": 0.2,
        }  # fmt: skip

        for name, figure in figures.items():
            assert of("real_estate", name, homes=[whole]) == figure
            assert of("real_estate", name, homes=[whole, dict.fromkeys(whole)]) is None

    def test_a_mortgage_of_an_unknown_day_may_be_a_new_one(self):
        homes = [{"mortgaged_on": ["2026-02-01"]}, {"mortgaged_on": [None]}]

        assert of("real_estate", "re_new_mortgage_12m", homes=homes) is None

    @pytest.mark.parametrize(
        ("name", "key", "said", "known"),
        [
            ("biz_abn_flag", "abnormal", [True, None], True),
            ("biz_abn_flag", "abnormal", [False, None], None),
            ("biz_punish_12m", "punishments_12m", [1, 2], 3),
            ("biz_punish_12m", "punishments_12m", [1, None], None),
            ("biz_chg_6m", "changes_6m", [None], None),
            ("biz_age_months", "established_on", ["2026-01-31", None], None),
            ("biz_status", "status", ["吊销", None], "吊销"),
            ("biz_status", "status", ["在营", None], None),
            ("biz_live", "status", ["注销", "在营", None], True),
            ("biz_live", "status", ["注销", None], None),
            ("biz_live", "status", ["注销"], False),
        ],
    )
    def test_what_is_not_known_of_a_business_stays_unknown(self, name, key, said, known):
        businesses = [{key: each} for each in said]

        assert of("business_registry", name, businesses=businesses) == known


FLAGS = st.lists(st.none() | st.booleans(), max_size=6)


def worked_out(build, parts, dtype):
    column = pl.Series("parts", [parts], pl.List(dtype))
    return pl.select(pl.lit(column)).select(build(pl.col("parts"), pl.element())).item()


class TestParts:
    """Whatever an unknown part turns out to be, what was said of the whole stays true."""

    @given(FLAGS, st.booleans())
    def test_no_part_that_becomes_known_makes_a_liar_of_any(self, parts, truth):
        before = worked_out(any_of, parts, pl.Boolean)

        after = any(truth if each is None else each for each in parts)
        assert before in {None, after}
        assert (before is None) == (None in parts and True not in parts)

    @given(FLAGS)
    def test_a_count_is_known_when_every_part_is(self, parts):
        known = None if None in parts else sum(parts)

        assert worked_out(count_of, parts, pl.Boolean) == known

    @given(st.lists(st.none() | st.integers(0, 10**12), max_size=6))
    def test_a_sum_is_known_when_every_part_is(self, parts):
        known = None if None in parts else sum(parts)

        assert worked_out(sum_of, parts, pl.Int64) == known

    @given(st.lists(st.none() | st.sampled_from("abc"), max_size=6), st.sampled_from("abc"))
    def test_no_part_that_becomes_known_is_worse_than_the_worst(self, parts, word):
        before = worked_out(partial(worst_of, order=("a", "b"), otherwise="-"), parts, pl.String)

        filled = [word if each is None else each for each in parts]
        assert before in {None, "a" if "a" in filled else "b" if "b" in filled else "-"}

    def test_of_parts_nobody_knows_nothing_is_known(self):
        for build in (any_of, count_of, sum_of):
            assert worked_out(build, None, pl.Boolean if build is any_of else pl.Int64) is None


def test_an_answer_kept_before_a_column_was_read_is_still_an_answer():
    told = dict.fromkeys(COLUMNS["pboc"]) | {"score": 700, "guarantees": [{"balance": 100}]}
    del told["education"]

    made = table([1], {"pboc": frame("pboc", {1: told})}, as_of=AS_OF, asked=Asked())

    assert made.select("pb_score", "pb_guar_bal", "pb_education").row(0) == (700, 100, None)


def test_what_is_borrowed_together_is_no_guarantee():
    told = [
        {"balance": 100, "five_class": "正常", "liable_as": "保证人"},
        {"balance": 200, "five_class": "次级", "liable_as": "共同借款人"},
        {"balance": 400, "five_class": "正常"},
    ]

    assert of("pboc", "pb_guar_cnt", guarantees=told) == 2
    assert of("pboc", "pb_guar_bal", guarantees=told) == 500
    assert of("pboc", "pb_guar_bad", guarantees=told) is True


@pytest.mark.parametrize(
    ("liable", "count"),
    [
        ([], 0),
        ([("保证人", 100)], 0),
        ([("共同借款人", 100), ("共同借款人", 200), ("保证人", 300)], 2),
        ([("共同借款人", 0)], 0),
        ([("共同借款人", 100), (None, 100)], None),
        ([("共同借款人", 100), (None, 0)], 1),
        ([("共同借款人", None)], None),
    ],
)
def test_loans_borrowed_together_are_counted_until_they_are_repaid(liable, count):
    told = [{"liable_as": each, "balance": balance} for each, balance in liable]

    assert of("pboc", "pb_joint_cnt", guarantees=told) == count


@pytest.mark.parametrize(
    ("registered", "served", "known"),
    [
        ("320723", "320723", True),
        ("320723104205", "320722、320723", True),
        ("411481", "320722、320723", False),
        (None, "320723", None),
        ("江苏省灌云县", "320723", None),
        ("320723", None, None),
    ],
)
def test_where_somebody_is_registered_is_known_from_the_police_alone(registered, served, known):
    told = {
        name: frame(name, {1: dict.fromkeys(COLUMNS[name]) | values})
        for name, values in {
            "police": {"hukou_area": registered},
            "household": {"service_area": served, "lives_here": False, "state": "迁出"},
        }.items()
    }

    made = table([1], told, as_of=AS_OF, asked=Asked())

    assert made["hukou_in_area"].item() is known


class TestIncome:
    def verified(self, asked=None, **sources):
        told = {
            name: frame(name, {1: dict.fromkeys(COLUMNS[name]) | values})
            for name, values in sources.items()
        }
        made = table([1], told, as_of=AS_OF, asked=asked or Asked())
        return made["verified_monthly_income"].item()

    def test_the_highest_income_that_somebody_vouches_for_counts(self):
        assert (
            self.verified(
                social_security={"base": 400_000},
                tax={"income_declared_12m": 6_000_000},
                household={"surveyed_net_income": 1_200_000, "declared_net_income": 99_000_000},
            )
            == 500_000
        )

    def test_a_wage_is_not_weighed_against_the_means_of_the_household(self):
        visited = {"surveyed_net_income": 24_000_000}

        assert self.verified(social_security={"base": 400_000}, household=visited) == 400_000
        assert self.verified(social_security={"base": None}, household=visited) == 2_000_000

    def test_seven_tenths_of_a_declared_income_count_where_nobody_vouches(self):
        assert self.verified(household={"declared_net_income": 1_200_000}) == 70_000

    def test_no_income_anywhere_is_unknown(self):
        assert self.verified() is None
        assert self.verified(household={"declared_net_income": 0}) is None

    def test_the_fund_says_the_wage_behind_the_deposit(self):
        deposit = {"monthly_amount": 120_000, "person_rate": 0.12, "unit_rate": 0.12}

        assert of("provident_fund", "pf_income_est", **deposit) == 500_000
        assert of("provident_fund", "pf_income_est", monthly_amount=0) is None


class TestPerson:
    @pytest.mark.parametrize(
        ("born", "age"), [("2008-03-31", 18), ("2008-04-01", 17), ("1960-02-29", 66)]
    )
    def test_age_turns_on_the_birthday(self, born, age):
        assert of("household", "age", born_on=born) == age

    @pytest.mark.parametrize(("months", "age"), [(12, 41), (13, 42), (36, 43)])
    def test_the_age_at_the_last_instalment_counts_started_years(self, months, age):
        told = dict.fromkeys(COLUMNS["household"]) | {"born_on": "1986-01-01"}
        made = table(
            [1],
            {"household": frame("household", {1: told})},
            as_of=AS_OF,
            asked=Asked(term_months=months),
        )

        assert made["age_at_maturity"].item() == age

    def test_employers_match_whatever_the_width_of_their_letters(self):
        told = dict.fromkeys(COLUMNS["social_security"]) | {"employer": "云台　小学（Ａ）"}
        frames = {"social_security": frame("social_security", {1: told})}

        def match(employer):
            asked = Asked(employer=employer)
            made = table([1], frames, as_of=AS_OF, asked=asked)
            return made["ss_employer_match"].item()

        assert match("云台小学(A)") is True
        assert match("伊水小学") is False
        assert match("") is None


def test_only_the_sources_behind_the_fields_are_named():
    assert sources_behind(["gov_dishonest", "age"]) == {"courts", "household"}
    assert "provident_fund" in sources_behind(["verified_monthly_income"])
    assert sources_behind(["new_instalment"]) == set()


def test_what_is_asked_for_has_a_field_for_each_value():
    assert {"as_of", *Asked().row()} <= set(CATALOGUE.names)
    assert len(Asked().row()) == len(fields(Asked)) - 1  # the method is not judged yet


def test_a_feature_is_declared_once():
    with pytest.raises(ValueError, match="Two features"):

        @feature(source="courts", unit="flag", zh="重复")
        def gov_dishonest():
            return pl.lit(None)
