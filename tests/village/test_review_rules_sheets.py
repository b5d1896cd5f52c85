"""Sheets and the money they suggest: what counts, what it is worth, and why."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from village.review_rules.form import STANDARD_FORM, ScoredItem, two_places
from village.review_rules.money import (
    STANDARD_BANDS,
    Basis,
    Reading,
    ReviewedLimitPolicy,
    ScoreBand,
    dispersion,
    reviewed_limit,
)
from village.review_rules.negatives import NEGATIVE_KINDS, weigh_negatives
from village.review_rules.sheets import Fault, Sheet, average_score, faults, is_valid, sheet_score

LOWEST = ReviewedLimitPolicy(reading=Reading.LOWEST)
WAN = 10_000_00  # 1 万元 in fen
amounts = st.lists(st.integers(0, 1000).map(lambda hundreds: hundreds * 100_00), max_size=9)
scores = st.decimals(0, 100, places=2)


def answers(step=-1):
    return {item.name: item.options[step] for item in STANDARD_FORM.items}


def sheet(**changed):
    usual = {
        "reviewer": "r1",
        "household": "h1",
        "knows_household": True,
        "answers": answers(),
        "suggested_fen": 5 * WAN,
    }
    return Sheet(**usual | changed)


@pytest.fixture
def published():
    file = Path(__file__).parents[2].parent / "shared" / "domain" / "domain_extras.json"
    if not file.exists():
        pytest.skip(f"The published form is not in {file.parent}.")
    return json.loads(file.read_text())


def test_the_form_asks_what_the_published_sheet_asks(published):
    asked = [(i.name, list(i.options), max(i.points)) for i in STANDARD_FORM.items]

    scored = published["review_sheet"]["scored"]

    assert asked == [(item["zh"], item["options"], item["max"]) for item in scored]


def test_the_negative_list_is_the_published_one(published):
    listed = [(kind.no, kind.name, kind.hard) for kind in NEGATIVE_KINDS]

    assert listed == [(k["no"], k["zh"], k["hard"]) for k in published["thirteen_types"]]


def test_the_best_sheet_earns_a_hundred_points_and_the_worst_is_not_empty():
    assert STANDARD_FORM.maximum() == 100
    assert sheet_score(sheet()) == 100
    assert sheet_score(sheet(answers=answers(0))) == Decimal("32.08")


@given(st.data())
def test_a_better_answer_never_lowers_the_score(data):
    given_ = {i.name: data.draw(st.sampled_from(i.options)) for i in STANDARD_FORM.items}
    item = data.draw(st.sampled_from(STANDARD_FORM.items))

    better = item.options[min(item.options.index(given_[item.name]) + 1, len(item.options) - 1)]

    assert sheet_score(sheet(answers=given_ | {item.name: better})) >= sheet_score(
        sheet(answers=given_)
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"knows_household": False}, [Fault.DOES_NOT_KNOW_HOUSEHOLD]),
        ({"knows_household": False, "answers": {}}, [Fault.DOES_NOT_KNOW_HOUSEHOLD]),
        ({"negatives": frozenset({7})}, [Fault.NEGATIVE_REASON]),
        ({"negatives": frozenset({14})}, [Fault.UNKNOWN_NEGATIVE_REASON]),
        ({"answers": {}}, [Fault.ANSWER_MISSING]),
        ({"answers": answers() | {"健康": ""}}, [Fault.ANSWER_MISSING]),
        ({"answers": answers() | {"健康": "极好"}}, [Fault.ANSWER_NOT_ON_FORM]),
        ({"answers": answers() | {"身高": "高"}}, [Fault.ANSWER_NOT_ON_FORM]),
        ({"suggested_fen": None}, [Fault.AMOUNT_MISSING]),
        ({"suggested_fen": -100}, [Fault.AMOUNT_OUT_OF_RANGE]),
        ({"suggested_fen": 10 * WAN + 100}, [Fault.AMOUNT_OUT_OF_RANGE]),
        ({"suggested_fen": 100_050}, [Fault.AMOUNT_NOT_WHOLE_YUAN]),
        (
            {"answers": {}, "suggested_fen": 99_999_999},
            [Fault.ANSWER_MISSING, Fault.AMOUNT_OUT_OF_RANGE, Fault.AMOUNT_NOT_WHOLE_YUAN],
        ),
        ({"suggested_fen": 0}, []),
        ({"suggested_fen": 10 * WAN}, []),
    ],
)
def test_everything_for_which_a_sheet_does_not_count_is_named(changed, expected):
    assert list(faults(sheet(**changed))) == expected


def test_only_sheets_that_count_make_the_average():
    sheets = [sheet(), sheet(answers=answers(0)), sheet(knows_household=False)]

    assert [is_valid(each) for each in sheets] == [True, True, False]
    assert average_score(sheets) == Decimal("66.04")
    assert average_score(sheets[2:]) is None


def test_a_sheet_that_does_not_count_has_no_score():
    with pytest.raises(ValueError, match="does_not_know_household"):
        sheet_score(sheet(knows_household=False))


def test_a_bank_may_set_points_of_its_own():
    item = ScoredItem("年龄", ("18-30", "31-45", "46-60"), (Fraction(3), Fraction(5), Fraction(4)))

    assert item.points_for("31-45") == 5
    with pytest.raises(KeyError):
        item.points_for("61-70")
    with pytest.raises(ValueError, match="needs its points"):
        ScoredItem("年龄", ("18-30", "31-45"), (Fraction(3),))


@given(st.fractions(0, 100))
def test_scores_are_rounded_half_up_to_two_places(number):
    shown = two_places(number)

    assert shown.as_tuple().exponent == -2
    assert -Fraction(1, 200) < Fraction(shown) - number <= Fraction(1, 200)


def test_one_report_puts_a_household_on_the_grey_list_and_two_confirm_a_hard_kind():
    once = weigh_negatives([frozenset({4, 10}), frozenset(), frozenset({10})])
    twice = weigh_negatives([frozenset({4}), frozenset({4, 9})])
    never = weigh_negatives([frozenset(), frozenset()])

    assert (once.grey_listed, once.confirmed_hard, once.reported) == (True, (), ((4, 1), (10, 2)))
    assert (twice.grey_listed, twice.confirmed_hard) == (True, (4,))
    assert (never.grey_listed, never.confirmed_hard) == (False, ())


def test_reviewers_who_name_any_hard_kind_are_counted_as_people_and_not_as_kinds():
    reports = [frozenset({4, 5}), frozenset({1}), frozenset({10}), frozenset()]

    found = weigh_negatives(reports)

    assert (found.hard_reporters, found.confirmed_hard) == (2, ())


def test_reviewers_who_err_together_warn_with_one_voice_and_confirm_nothing_alone():
    reports = [frozenset({4}), frozenset({4, 5}), frozenset({9})]

    together = weigh_negatives(reports, voices=["a", "a", "b"])
    joined = weigh_negatives([*reports, frozenset({5})], voices=["a", "a", "b", "c"])

    assert (together.hard_reporters, together.confirmed_hard) == (1, ())
    assert (together.grey_listed, together.reported) == (True, ((4, 2), (5, 1), (9, 1)))
    assert (joined.hard_reporters, joined.confirmed_hard) == (2, (5,))


def test_a_kind_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match="14"):
        weigh_negatives([frozenset({14})])


@pytest.mark.parametrize(
    ("wan", "score", "basis", "limit"),
    [
        ([5, 5], 95, Basis.TOO_FEW, None),
        ([3, 5, 8], 95, Basis.LOWEST, 3 * WAN),
        ([8, 5, 3, 4], 85, Basis.LOWEST, 3 * WAN * 9 // 10),
        ([1, 4, 5, 6, 10], 90, Basis.TRIMMED_MEAN, 5 * WAN),
        ([2, 3, 3, 3, 9, 10, 10], 75, Basis.MEDIAN_CAP, 3 * WAN * 12 // 10 * 8 // 10),
        ([5, 5, 5, 5, 5], Decimal("59.99"), Basis.TRIMMED_MEAN, 0),
        ([0, 0, 0, 10, 10], 95, Basis.MEDIAN_CAP, 0),
    ],
)
def test_amounts_become_a_limit(wan, score, basis, limit):
    found = reviewed_limit([each * WAN for each in wan], Decimal(score))

    assert (found.basis, found.limit_fen) == (basis, limit)


def test_a_limit_explains_its_steps():
    found = reviewed_limit([each * WAN for each in (1, 4, 5, 6, 10)], Decimal("82.5"))

    assert found.valid_sheets == 5
    assert found.dropped_fen == (1 * WAN, 10 * WAN)
    assert (found.mean_fen, found.cap_fen) == (5 * WAN, 6 * WAN)
    assert (found.average_score, found.factor) == (Decimal("82.5"), Decimal("0.9"))
    assert found.limit_fen == 45_000_00


@given(amounts, scores)
def test_a_reviewed_limit_never_exceeds_the_cap_on_the_median(suggested, score):
    found = reviewed_limit(suggested, score)

    assert (found.limit_fen is None) == (len(suggested) < 3)
    if found.limit_fen is not None:
        assert isinstance(found.limit_fen, int)
        assert 0 <= found.limit_fen <= Fraction(12, 10) * median(suggested)


@given(amounts, scores, st.randoms(use_true_random=False))
def test_the_order_of_the_amounts_makes_no_difference(suggested, score, shuffling):
    shuffled = suggested.copy()
    shuffling.shuffle(shuffled)

    assert reviewed_limit(shuffled, score) == reviewed_limit(suggested, score)


@given(amounts.filter(len), scores, st.integers(0, 8), st.integers(0, 500))
def test_a_higher_suggestion_never_lowers_the_limit(suggested, score, which, more):
    raised = suggested.copy()
    raised[which % len(raised)] += more * 100

    before, after = reviewed_limit(suggested, score), reviewed_limit(raised, score)

    assert (after.limit_fen or 0) >= (before.limit_fen or 0)


@given(amounts, scores)
def test_the_stricter_reading_never_exceeds_the_lowest_amount(suggested, score):
    found = reviewed_limit(suggested, score, LOWEST)

    if found.limit_fen is not None:
        assert found.limit_fen <= min(suggested)
        assert found.limit_fen <= reviewed_limit(suggested, score).limit_fen
        assert found.basis is Basis.LOWEST


@pytest.mark.parametrize(
    ("score", "factor"),
    [(100, "1"), (90, "1"), ("89.99", "0.9"), (80, "0.9"), (70, "0.8"), (60, "0.6"), (0, "0")],
)
def test_the_score_decides_how_much_of_the_amount_is_given(score, factor):
    found = reviewed_limit([WAN] * 3, Decimal(score))

    assert found.factor == Decimal(factor)
    assert found.limit_fen == WAN * Decimal(factor)


def test_amounts_without_a_score_are_refused():
    with pytest.raises(ValueError, match="have a score"):
        reviewed_limit([WAN] * 3, None)


def test_a_negative_amount_is_refused():
    with pytest.raises(ValueError, match="never negative"):
        reviewed_limit([-100, WAN, WAN], Decimal(90))


@pytest.mark.parametrize(
    "changed",
    [
        {"fewest": 0},
        {"fewest": 6, "trim_from": 5},
        {"fewest": 1, "trim_from": 2},
        {"bands": STANDARD_BANDS[::-1]},
        {"bands": (ScoreBand(Decimal(60), Decimal(1)),) * 2},
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(changed):
    with pytest.raises(ValueError, match="Trimming|bands"):
        ReviewedLimitPolicy(**changed)


@pytest.mark.parametrize(
    ("suggested", "apart"),
    [
        ([], None),
        ([WAN], None),
        ([0, 0, 0], None),
        ([3 * WAN, 3 * WAN], 0.0),
        ([WAN, 3 * WAN], 0.5),
        ([0, 2 * WAN, 4 * WAN], 0.8165),
    ],
)
def test_amounts_lie_as_far_apart_as_they_differ_from_their_mean(suggested, apart):
    assert dispersion(suggested) == apart
