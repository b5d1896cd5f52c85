"""What becomes of a line in a later round: judgement, without a database."""

import polars as pl
import pytest

from credit.loan_rules import limit_policy, movements
from credit.loan_rules.limit_texts import STANDARD

WAN = 10_000_00
POLICY = limit_policy.read(STANDARD)
FORMER = limit_policy.text_of(
    STANDARD.settings()
    | {
        "figures": {
            name: said for name, said in STANDARD.figures.items() if not name.startswith("raise_")
        }
    }
)


def line(**changes):
    """A signed line of 50,000 yuan, well used and paid, whose new limit is twice as much."""
    return {
        "is_signed": True,
        "amount": 5 * WAN,
        "limit": 10 * WAN,
        "is_refused": False,
        "borrower_stays": True,
        "risk_band": "A",
        "owed": 3 * WAN,
        "used_average": None,
        "late": 0,
        "days_past_due": 0,
    } | changes


def judged(*lines, policy=POLICY):
    return movements.judge(pl.DataFrame(lines, schema=movements.LINE_COLUMNS), policy)


def judge_one(policy=POLICY, **changes):
    return judged(line(**changes), policy=policy).row(0, named=True)


def test_who_is_in_the_best_band_uses_the_line_and_pays_is_raised_by_three_tenths_at_most():
    found = judge_one()

    assert (found["movement"], found["kept_because"]) == ("raise", [])
    assert (found["raise_to"], found["is_capped"]) == (6_5000_00, True)


def test_a_raise_within_three_tenths_is_given_whole():
    found = judge_one(limit=6_2000_00)

    assert (found["movement"], found["raise_to"], found["is_capped"]) == ("raise", 6_2000_00, False)


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"risk_band": "B"}, ["band"]),
        ({"borrower_stays": False}, ["borrower"]),
        ({"risk_band": None}, ["band"]),
        ({"owed": 6_000_00}, ["use"]),
        ({"late": 1}, ["late"]),
        ({"days_past_due": 3}, ["late"]),
        ({"days_past_due": None}, ["late_unknown"]),
        ({"late": 1, "days_past_due": None}, ["late"]),
        ({"limit": 6 * WAN}, ["within"]),
        ({"limit": 4 * WAN}, ["within"]),
        ({"amount": 2_000_00, "owed": 2_000_00}, ["too_small"]),
        ({"risk_band": "C", "owed": 0, "late": 2}, ["band", "use", "late"]),
    ],
)
def test_a_signed_line_is_kept_and_every_reason_named(changes, because):
    found = judge_one(**changes)

    assert (found["movement"], found["kept_because"]) == ("keep", because)
    assert (found["raise_to"], found["is_capped"]) == (None, False)


def test_half_used_on_the_day_or_over_six_months_is_used():
    assert judge_one(owed=2_5000_00)["movement"] == "raise"
    assert judge_one(owed=2_4999_99)["movement"] == "keep"
    seasonal = judge_one(owed=0, used_average=0.55)
    assert (seasonal["movement"], seasonal["use"]) == ("raise", 0.55)


def test_a_lower_limit_lowers_and_a_refusal_ends_however_well_a_line_is_used():
    assert judge_one(limit=3 * WAN)["movement"] == "lower"
    assert judge_one(limit=0, is_refused=True)["movement"] == "exit"


def test_what_nobody_signed_follows_its_limit():
    nothing = {"is_signed": False, "risk_band": "E", "owed": 0, "late": None}

    moves = [judge_one(**nothing, limit=limit * WAN) for limit in (4, 5, 6)]

    assert [each["movement"] for each in moves] == ["lower", "keep", "raise"]
    assert all(each["raise_to"] is None and not each["kept_because"] for each in moves)


def test_a_policy_of_before_asks_no_conditions():
    found = judge_one(limit_policy.read(FORMER), risk_band="E", owed=0, late=5, days_past_due=None)

    assert (found["movement"], found["raise_to"], found["is_capped"]) == ("raise", 10 * WAN, False)


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        ("raise_band_at_worst", "2"),
        ("raise_use_at_least", "0.1"),
        ("raise_late_at_most", "3"),
        ("raise_within", "1"),
    ],
)
def test_each_condition_is_a_figure_of_the_policy(figure, said):
    worse = {
        "raise_band_at_worst": {"risk_band": "B"},
        "raise_use_at_least": {"owed": 6_000_00},
        "raise_late_at_most": {"late": 3},
        "raise_within": {"amount": 2_000_00, "owed": 2_000_00},
    }[figure]

    assert judge_one(**worse)["movement"] == "keep"
    eased = limit_policy.read(STANDARD.with_figure(figure, said))
    assert judge_one(eased, **worse)["movement"] == "raise"


def test_one_is_judged_as_a_county_is():
    some = [line(owed=owed * WAN, risk_band=band) for owed in range(6) for band in "ABCDE"]

    together = judged(*some)

    alone = [judged(each).row(0, named=True) for each in some]
    assert together.rows(named=True) == alone


def test_only_what_could_be_raised_is_asked_about():
    lines = [
        line(),
        line(limit=5_5000_00),
        line(limit=1 * WAN),
        line(is_signed=False),
        line(is_refused=True, limit=0),
        line(borrower_stays=False),
    ]
    frame = pl.DataFrame(lines, schema=movements.LINE_COLUMNS)

    assert movements.candidates(frame, POLICY).to_list() == [True, *[False] * 5]
