"""Three limits to one line: hand-worked households, and what must hold for every household."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.loan_rules.limit_facts import FACTS
from credit.loan_rules.limit_policy import read
from credit.loan_rules.limit_texts import STANDARD, Formula, Mode
from credit.loan_rules.limits import ANSWER_COLUMNS, HOUSEHOLD_COLUMNS, combine, combine_one

WAN = 10_000_00  # fen in 万元
# Facts that stand for what the standard policy works out, so that each can be set by itself.
STANDS_FOR = {
    "model_limit": "net_worth",
    "dti_cap": "income_year",
    "product_cap": "vehicle_value",
    "household_cap": "house_value",
}
OWN = {"model_limit": "net_worth", "dti_cap": "income_year"}
TEXT = replace(
    STANDARD,
    formulas=tuple(
        replace(each, text=OWN[each.name]) if each.name in OWN else each
        for each in STANDARD.formulas
    ),
    caps=(
        Formula("product", "vehicle_value"),
        Formula("dti", "dti_cap"),
        Formula("household", "max(house_value - given_to_members, 0)"),
    ),
)
POLICIES = {mode: read(replace(TEXT, mode=mode)) for mode in Mode}
POLICY = POLICIES[Mode.MEDIAN_CAPPED]


def named(row: dict[str, object]) -> dict[str, object]:
    return {STANDS_FOR.get(name, name): said for name, said in row.items()}


def household(**changes) -> dict[str, object]:
    """A visited household about which everything is known and nothing is wrong."""
    usual = {
        "reviewed_limit": 6 * WAN,
        "model_limit": 8 * WAN,
        "surveyed_limit": 7 * WAN,
        "product_cap": 30 * WAN,
        "dti_cap": 40 * WAN,
        "household_cap": 50 * WAN,
        "given_to_members": 0,
    }
    return {each.name: each.example for each in FACTS} | named(usual) | named(changes)


def decide(mode: Mode = Mode.MEDIAN_CAPPED, **changes) -> dict[str, object]:
    return combine_one(household(**changes), POLICIES[mode])


class TestModelLimit:
    FACTS = {
        "annual_net_income": 8 * WAN,
        "net_worth": 40 * WAN,
        "deposit_avg_12m": 2 * WAN,
        "other_credit_debt": 1 * WAN,
        "line_months": 24,
        "risk_band": "B",
    }  # fmt: skip

    def model_limit_of(self, **facts):
        row = pl.DataFrame(
            [{**dict.fromkeys(HOUSEHOLD_COLUMNS), **facts}], schema=HOUSEHOLD_COLUMNS
        )
        return combine(row, read(STANDARD))["model_limit"][0]

    @pytest.mark.parametrize(
        ("changes", "limit"),
        [
            ({}, 7 * WAN),  # income 0.5 × 8 × 2 = 8; wealth 0.2 × 40 + 0.5 × 2 = 9; less 1
            ({"line_months": 60, "net_worth": 100 * WAN}, 11 * WAN),  # three years at most: 12 − 1
            ({"risk_band": "A"}, 860_00_00),  # 8 × 1.2 − 1
            ({"risk_band": "E"}, 0),
            ({"other_credit_debt": 9 * WAN}, 0),
            ({"annual_net_income": 100 * WAN, "net_worth": 900 * WAN}, 29 * WAN),  # cap 30 − 1
            ({"risk_band": "Z"}, None),
            ({"net_worth": None}, None),
            ({"other_credit_debt": None}, None),
        ],
    )
    def test_it_is_what_income_wealth_and_band_allow_less_other_debt(self, changes, limit):
        assert self.model_limit_of(**self.FACTS | changes) == limit


class TestCombining:
    @pytest.mark.parametrize(
        ("mode", "limit", "by"),
        [
            (Mode.MIN, 6 * WAN, "reviewed"),
            (Mode.MEDIAN_CAPPED, 7 * WAN, "median"),
            (Mode.WEIGHTED, 7 * WAN, "weighted"),  # 1.8 + 2.4 + 2.8
            (Mode.PRIORITY, 7 * WAN, "surveyed"),
        ],
    )
    def test_each_mode_makes_one_limit_of_three(self, mode, limit, by):
        found = decide(mode)

        assert (found["limit"], found["outcome"]) == (limit, "grant")
        assert (found["combined_by"], found["capped_by"]) == (by, None)
        assert found["zero_reasons"] == found["manual_reasons"] == []

    def test_the_survey_and_the_stretched_model_lie_above_no_median(self):
        by_survey = decide(reviewed_limit=9 * WAN, surveyed_limit=5 * WAN)
        by_model = decide(reviewed_limit=9 * WAN, model_limit=5 * WAN, surveyed_limit=8 * WAN)

        assert (by_survey["limit"], by_survey["combined_by"]) == (5 * WAN, "surveyed")
        assert (by_model["limit"], by_model["combined_by"]) == (6 * WAN, "model_stretched")

    def test_weights_are_capped_by_the_survey(self):
        found = decide(Mode.WEIGHTED, surveyed_limit=4 * WAN)

        assert (found["limit"], found["combined_by"]) == (4 * WAN, "surveyed")

    def test_priority_falls_back_to_the_review_then_to_the_model(self):
        unsurveyed = decide(Mode.PRIORITY, surveyed_limit=None)
        model_only = decide(Mode.PRIORITY, surveyed_limit=None, reviewed_limit=None)

        assert (unsurveyed["combined"], unsurveyed["combined_by"]) == (6 * WAN, "reviewed")
        assert (model_only["combined"], model_only["combined_by"]) == (8 * WAN, "model")

    @pytest.mark.parametrize(
        ("changes", "limit", "cap"),
        [
            ({"product_cap": 3 * WAN}, 3 * WAN, "product"),
            ({"dti_cap": 2 * WAN}, 2 * WAN, "dti"),
            ({"household_cap": 9 * WAN, "given_to_members": 5 * WAN}, 4 * WAN, "household"),
        ],
    )
    def test_the_lowest_cap_binds_and_is_named(self, changes, limit, cap):
        found = decide(**changes)

        assert (found["limit"], found["capped_by"], found["outcome"]) == (limit, cap, "grant")
        assert found["combined"] == 7 * WAN

    def test_members_who_used_up_the_household_leave_no_line(self):
        found = decide(given_to_members=60 * WAN)

        assert (found["limit"], found["outcome"], found["capped_by"]) == (0, "none", "household")

    def test_a_line_is_whole_thousands_of_yuan_downwards(self):
        assert decide(surveyed_limit=6_999_99)["limit"] == 6_000_00


class TestReasons:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"is_blacklisted": True}, "blacklisted"),
            ({"has_high_hit": True}, "high_rule"),
            ({"hard_negative_reviewers": 2}, "hard_negative"),
            ({"has_hard_negative_evidence": True}, "hard_negative"),
            ({"age_at_maturity": 66}, "too_old_at_maturity"),
        ],
    )
    def test_a_hard_reason_leaves_nothing(self, changes, reason):
        found = decide(**changes)

        assert (found["limit"], found["outcome"]) == (0, "none")
        assert found["zero_reasons"] == [reason]

    def test_one_reviewer_alone_and_sixty_five_years_are_no_hard_reason(self):
        assert decide(hard_negative_reviewers=1, age_at_maturity=65)["outcome"] == "grant"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"reviewed_limit": 20 * WAN, "model_limit": 6 * WAN}, "limits_far_apart"),
            ({"surveyed_limit": 11 * WAN}, "survey_above_median"),
            ({"reviewed_limit": None}, "too_few_reviews"),
            ({"model_limit": None}, "no_model_limit"),
            ({"has_medium_hit": True}, "medium_rule"),
            ({"product_cap": None}, "unknown_cap"),
            ({"given_to_members": None}, "unknown_cap"),
            ({"is_blacklisted": None}, "unknown_blacklisted"),
            ({"age_at_maturity": None}, "unknown_too_old_at_maturity"),
            ({"hard_negative_reviewers": None}, "unknown_hard_negative"),
            ({"has_medium_hit": None}, "unknown_medium_rule"),
        ],
    )
    def test_a_person_looks_at_what_is_odd_or_unknown(self, changes, reason):
        found = decide(**changes)

        assert found["outcome"] == "manual"
        assert found["manual_reasons"] == [reason]
        assert found["limit"] > 0

    def test_a_limit_above_200_000_yuan_is_looked_at(self):
        same = {f"{name}_limit": 21 * WAN for name in ("reviewed", "model", "surveyed")}

        assert decide(**same)["manual_reasons"] == ["large_limit"]

    def test_every_reason_is_heard(self):
        found = decide(is_blacklisted=True, age_at_maturity=70, has_medium_hit=True)

        assert found["zero_reasons"] == ["blacklisted", "too_old_at_maturity"]
        assert found["manual_reasons"] == ["medium_rule"]


class TestBeforeTheVisit:
    def test_a_pre_limit_is_four_fifths_of_the_lower_and_at_most_50_000(self):
        unvisited = {"surveyed_limit": None, "is_visited": False}

        small = decide(**unvisited, reviewed_limit=4 * WAN)
        large = decide(**unvisited)

        assert (small["limit"], small["outcome"]) == (32_000_00, "pre_grant")
        assert large["limit"] == 48_000_00  # 0.8 × 60,000
        assert decide(**unvisited, reviewed_limit=8 * WAN)["limit"] == 50_000_00
        assert large["combined_by"] == "pre_limit"

    @pytest.mark.parametrize("unknown", ["reviewed_limit", "model_limit"])
    def test_without_review_or_model_a_household_waits_for_the_visit(self, unknown):
        found = decide(surveyed_limit=None, is_visited=False, **{unknown: None})

        assert (found["limit"], found["outcome"], found["combined"]) == (0, "wait", None)

    @pytest.mark.parametrize("unknown", ["reviewed_limit", "model_limit"])
    def test_the_black_list_does_not_wait_for_a_visit(self, unknown):
        found = decide(
            surveyed_limit=None, is_visited=False, is_blacklisted=True, **{unknown: None}
        )

        assert (found["limit"], found["outcome"]) == (0, "none")

    def test_a_visit_without_a_surveyed_limit_goes_to_a_person_with_nothing_granted(self):
        found = decide(surveyed_limit=None)

        assert (found["limit"], found["outcome"]) == (0, "manual")
        assert found["manual_reasons"] == ["visited_without_survey"]

    def test_a_household_of_which_nothing_is_known_gets_nothing_before_a_visit(self):
        found = combine_one({}, POLICY)

        assert (found["limit"], found["outcome"]) == (0, "wait")


money = st.none() | st.integers(0, 60 * WAN)
flags = st.sampled_from([False, False, False, True, None])
STRATEGIES = {"bool": flags, "money": money}
households = st.fixed_dictionaries(
    {each.name: STRATEGIES[each.kind] for each in FACTS if each.kind in STRATEGIES}
    | {
        "review_points": st.none() | st.floats(0, 100),
        "age": st.integers(18, 80),
        "line_months": st.sampled_from([12, 24, 36]),
        "age_at_maturity": st.none() | st.integers(18, 80),
        "hard_negative_reviewers": st.none() | st.integers(0, 4),
        "risk_band": st.sampled_from("ABCDE"),
        "admission": st.sampled_from(["admit", "manual"]),
    }
)
policies = st.sampled_from(list(POLICIES.values()))
BOOKS = st.lists(households, min_size=1, max_size=20)


def answers(rows, policy) -> list[dict]:
    return combine(pl.DataFrame(rows, schema=HOUSEHOLD_COLUMNS), policy).to_dicts()


class TestEveryHousehold:
    @settings(max_examples=50, deadline=None)
    @given(rows=BOOKS, policy=policies)
    def test_no_limit_is_above_any_cap_or_above_the_survey(self, rows, policy):
        for row in answers(rows, policy):
            assert row["limit"] >= 0
            assert row["limit"] % policy.rounds_down_to == 0
            left = None
            if row["house_value"] is not None and row["given_to_members"] is not None:
                left = max(0, row["house_value"] - row["given_to_members"])
            for cap in (row["vehicle_value"], row["dti_cap"], left, row["surveyed_limit"]):
                assert cap is None or row["limit"] <= cap
            if row["outcome"] == "pre_grant":
                assert row["limit"] <= policy.pre_limit_at_most

    @settings(max_examples=50, deadline=None)
    @given(rows=BOOKS, policy=policies)
    def test_nothing_is_granted_against_a_hard_reason_or_with_anything_unknown(self, rows, policy):
        for row in answers(rows, policy):
            if row["zero_reasons"] or row["outcome"] == "none":
                assert (row["limit"], row["outcome"]) == (0, "none")
            if row["outcome"] == "grant":
                assert not row["manual_reasons"]
                assert all(
                    row[name] is not None
                    for name in ("reviewed", "model_limit", "vehicle_value", "has_high_hit")
                )

    @settings(max_examples=50, deadline=None)
    @given(
        row=households,
        policy=policies,
        name=st.sampled_from(["reviewed_limit", "net_worth", "surveyed_limit", "vehicle_value"]),
        more=st.integers(0, 60 * WAN),
    )
    def test_a_higher_limit_or_cap_never_gives_less(self, row, policy, name, more):
        if row[name] is None:
            row = row | {name: 0}

        low, high = answers([row, row | {name: row[name] + more}], policy)

        assert low["limit"] <= high["limit"]

    @settings(max_examples=15, deadline=None)
    @given(rows=BOOKS, policy=policies)
    def test_one_household_is_judged_as_it_is_among_many(self, rows, policy):
        among_many = answers(rows, policy)

        for row, answer in zip(rows, among_many, strict=True):
            assert combine_one(row, policy) == {name: answer[name] for name in ANSWER_COLUMNS}

    @settings(max_examples=15, deadline=None)
    @given(rows=BOOKS, policy=policies)
    def test_judging_twice_gives_the_same_columns_once(self, rows, policy):
        once = combine(pl.DataFrame(rows, schema=HOUSEHOLD_COLUMNS), policy)

        assert combine(once, policy).equals(once)
