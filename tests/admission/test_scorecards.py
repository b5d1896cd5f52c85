"""Scorecards without a database: bins, points, reasons, and what bad data get."""

import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as how_often
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from admission.scorecards import (
    Override,
    Settings,
    Unusable,
    as_declared,
    costliest,
    evidence_on,
    explain,
    loads,
    measures,
    score,
)
from admission.scorecards.binning import bin_column, roundest
from admission.scorecards.cutting import Population, best_cut
from admission.scorecards.fitting import fit
from admission.scorecards.settings import Binning


def people(rows: int = 4000, seed: int = 7) -> pl.DataFrame:
    """Made-up applicants: age and income matter, job matters, the rest does not."""
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 70, rows)
    income = rng.lognormal(8, 0.6, rows)
    job = rng.choice(["farmer", "worker", "trader", "none"], rows, p=[0.4, 0.3, 0.2, 0.1])
    worse = np.select([job == "none", job == "trader"], [1.2, 0.5], 0.0)
    risk = -1.2 - 0.05 * (age - 40) - 0.5 * (np.log(income) - 8) + worse
    bad = rng.random(rows) < 1 / (1 + np.exp(-risk))
    asked = rng.random(rows)
    return pl.DataFrame(
        {
            "age": age,
            "income": np.where(asked < 0.1, np.nan, np.where(asked < 0.2, -1.0, income)),
            "job": job,
            "noise": rng.normal(size=rows),
            "country": ["CN"] * rows,
            "number": np.arange(rows) + 100_000,
            "bad": bad.astype(int),
        }
    ).with_columns(pl.col("income").fill_nan(None))


HOW = Settings(special={"income": (-1.0,)})


@pytest.fixture(scope="module")
def card():
    return fit(people(), "bad", HOW)


def feature(card, name):
    return next(each for each in card.features if each.name == name)


def rates(binned):
    return [each.bad_rate for each in binned.bins if each.kind == "range"]


# Bins


def test_risk_runs_one_way_over_the_bins_of_a_figure(card):
    falling = rates(feature(card, "age").binned)

    assert len(falling) > 3
    assert all(before > after for before, after in pairwise(falling))


def test_missing_and_each_special_code_have_a_bin_of_their_own(card):
    income = feature(card, "income").binned

    assert [each.kind for each in income.bins[-2:]] == ["special", "missing"]
    assert sum(each.count for each in income.bins) == 4000
    assert income.bins[-2].count == people().filter(pl.col("income") == -1).height
    assert income.bins[-1].count == people()["income"].null_count()
    assert min(income.edges) > 0


def test_words_of_like_risk_stand_together_and_each_once(card):
    groups = feature(card, "job").binned.groups

    assert sorted(word for group in groups for word in group) == sorted(
        ["farmer", "worker", "trader", "none"]
    )
    assert ("farmer", "worker") in groups


def _all_cuts(goods, bads, population, binning):
    """Every cut there is, the plain way."""
    size = len(goods)
    for chosen in range(2 ** (size - 1)):
        starts = [at for at in range(1, size) if chosen >> (at - 1) & 1]
        parts = [slice(a, b) for a, b in pairwise([0, *starts, size])]
        if len(parts) > binning.most_bins:
            continue
        g, b = (np.array([of[part].sum() for part in parts]) for of in (goods, bads))
        expected = (g + b) * min(population.goods, population.bads)
        expected = expected / (population.goods + population.bads)
        few = np.minimum(g, b) < binning.fewest_events
        if (few & (expected < 3 * binning.fewest_events) | (g + b == 0)).any():
            continue
        apart = g / population.goods - b / population.bads
        chance = binning.penalty * (1 / population.goods + 1 / population.bads)
        worth = (apart * population.woe(g, b, binning.smoothing)).sum() - chance * len(parts)
        yield starts, b / (g + b), worth


def _turns_once(rate, sign):
    steps = [sign * (after - before) for before, after in pairwise(rate)]
    signs = [each > 0 for each in steps]
    once = signs == sorted(signs, reverse=True) and len(set(signs)) == 2
    return once and all(steps)


@how_often(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=8),
    st.sampled_from(["up", "down", "peak", "valley"]),
)
def test_no_cut_beats_the_one_that_is_found(counts, trend):
    goods, bads = np.array([each[0] for each in counts]), np.array([each[1] for each in counts])
    population = Population(int(goods.sum()) + 10, int(bads.sum()) + 10)
    binning = Binning(most_bins=4, fewest_share=0, fewest_events=3)
    runs = {
        "up": lambda rate: all(a < b for a, b in pairwise(rate)),
        "down": lambda rate: all(a > b for a, b in pairwise(rate)),
        "peak": lambda rate: _turns_once(rate, 1),
        "valley": lambda rate: _turns_once(rate, -1),
    }[trend]

    found = best_cut(goods, bads, population, binning, trend)

    worths = [w for _s, rate, w in _all_cuts(goods, bads, population, binning) if runs(rate)]
    if worths:
        assert found.worth == pytest.approx(max(worths))
    else:
        assert found.starts == []


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_an_edge_lies_between_its_neighbours(one, other):
    low, high = sorted((one, other))

    edge = roundest(low, high)

    assert low < edge <= high or low == high == edge


def test_an_edge_is_a_round_number():
    assert roundest(25, 31) == 30
    assert roundest(0.1234, 0.1299) == 0.129
    assert roundest(-3, 2) == 0


def test_bins_drawn_by_hand_are_taken_as_they_are():
    by_hand = Settings(
        overrides={
            "age": Override(edges=(30, 50)),
            "job": Override(groups=(("none", "trader"), ("farmer", "worker"))),
        }
    )

    card = fit(people(), "bad", by_hand)

    assert feature(card, "age").binned.edges == [30, 50]
    assert feature(card, "job").binned.groups == [("none", "trader"), ("farmer", "worker")]


def test_a_word_in_two_groups_drawn_by_hand_is_refused():
    twice = Settings(overrides={"job": Override(groups=(("none",), ("none", "farmer")))})

    with pytest.raises(Unusable, match="job: “none” is in two groups"):
        fit(people(), "bad", twice)


def test_an_empty_bin_is_neutral():
    column, bad = pl.Series("x", [1.0, 2.0, 3.0] * 50), pl.Series([0, 1, 1] * 50)

    binned = bin_column(
        column, bad, is_text=False, population=Population(50, 100), settings=Settings()
    )

    assert binned.bins[-1].kind == "missing"
    assert binned.bins[-1].woe == 0


# Selection


def test_every_column_that_is_not_asked_has_its_reason(card):
    reasons = {each["column"]: each["reason"] for each in card.left_out}

    assert reasons == {"country": "constant", "number": "like_an_id", "noise": "says_too_little"}


def test_many_columns_that_each_say_a_little_are_asked_together():
    """Each has an information value below 0.05, and all together tell two in three pairs apart."""
    rng = np.random.default_rng(11)
    flags = rng.random((12_000, 20)) < 0.1
    risk = -2.2 + (flags @ rng.choice([-0.4, 0.4], 20))
    bad = (rng.random(12_000) < 1 / (1 + np.exp(-risk))).astype(int)
    rows = pl.DataFrame({f"f{at}": flags[:, at] for at in range(20)} | {"bad": bad})

    card = fit(rows.head(8_000), "bad")

    assert len(card.names) >= 15
    assert max(each.binned.iv for each in card.features) < 0.05
    assert evidence_on(card, rows.tail(4_000))["auc"] > 0.6


def test_columns_without_any_meaning_are_not_asked():
    rng, rows = np.random.default_rng(12), 20_000
    risk = rng.normal(size=rows)
    bad = (rng.random(rows) < 1 / (1 + np.exp(2 - risk))).astype(int)
    dice = {f"dice{at}": rng.normal(size=rows) for at in range(20)}

    card = fit(pl.DataFrame({"risk": risk, "bad": bad} | dice), "bad")

    assert card.names[0] == "risk"
    assert len(card.names) <= 3, "one in twenty may come in by chance"


def test_of_two_columns_that_say_the_same_the_weaker_leaves():
    rng = np.random.default_rng(1)
    twins = people().with_columns(shadow=pl.col("age") + pl.Series(rng.normal(0, 3, 4000)))

    card = fit(twins, "bad", HOW)

    gone = next(each for each in card.left_out if each["column"] == "shadow")
    assert gone["reason"] == "says_the_same"
    assert gone["with"] == "age"


def test_a_column_that_gives_the_target_away_leaves():
    told = people().with_columns(overdue=pl.col("bad") * 100 + pl.Series(range(4000)) % 7)

    card = fit(told, "bad", HOW)

    assert "overdue" not in card.names
    reasons = {each["column"]: each["reason"] for each in card.left_out}
    assert reasons["overdue"] == "gives_the_target_away"


def test_bins_drawn_by_hand_keep_a_column_that_was_left_out():
    """Twenty people who nearly all went bad: too few for a bin that is cut by itself."""
    rng = np.random.default_rng(8)
    rows = people().with_row_index("place")
    few = rows.filter(bad=1)["place"].head(18).append(rows.filter(bad=0)["place"].head(2))
    rows = rows.with_columns(
        debt=pl.when(pl.col("place").is_in(few.implode()))
        .then(1000.5)
        .otherwise(pl.Series(rng.normal(size=rows.height)))
    ).drop("place")
    (left,) = [each for each in fit(rows, "bad", HOW).left_out if each["column"] == "debt"]
    assert left["reason"] == "says_too_little"
    assert list(left["cut"]) == ["edges"]

    card = fit(rows, "bad", replace(HOW, overrides={"debt": Override(edges=(500.0,))}))

    assert feature(card, "debt").binned.cut == {"edges": [500.0]}


def test_a_column_left_out_tells_how_it_was_cut_where_it_could_be(card):
    cuts = {each["column"]: list(each.get("cut", ())) for each in card.left_out}

    assert cuts == {"country": [], "number": [], "noise": ["edges"]}


def test_every_coefficient_has_the_expected_sign_and_is_no_chance(card):
    for each in card.features:
        told = each.regression
        assert told["coefficient"] > 0
        assert told["p_value"] <= 0.05
        assert told["low_95"] < told["coefficient"] < told["high_95"]


def test_a_column_that_pulls_the_wrong_way_beside_the_others_leaves():
    """Of itself riskier with more debt, beside income the other way."""
    rng = np.random.default_rng(3)
    rows = 6000
    a = rng.normal(size=rows)
    b = 0.75 * a + 0.66 * rng.normal(size=rows)
    bad = rng.random(rows) < 1 / (1 + np.exp(-(-1 + 1.5 * a - 0.4 * b)))
    frame = pl.DataFrame({"a": a, "b": b, "bad": bad.astype(int)})

    card = fit(frame, "bad")

    assert [each["reason"] for each in card.left_out] == ["wrong_sign"]
    assert card.names == ["a"]


# Points and scoring


def test_points_double_the_odds_as_said(card):
    factor = card.scale.pdo / math.log(2)
    for each in card.features:
        for one in each.binned.bins:
            exact = factor * each.regression["coefficient"] * one.woe
            assert abs(one.points - exact) <= 0.5


def test_one_applicant_has_the_score_that_the_county_gives_them(card):
    everybody = people(50, seed=3)
    scored = score(card, everybody)

    for at, row in enumerate(everybody.iter_rows(named=True)):
        told = explain(card, row)
        assert told.score == scored["score"][at]
        assert told.pd == scored["pd"][at]
        assert told.score == told.base_points + sum(each.points for each in told.reasons)


def test_reasons_name_the_costliest_answers_first(card):
    told = explain(card, {"age": 22, "income": None, "job": "none"})

    lost = [each.lost for each in told.reasons]
    assert lost == sorted(lost, reverse=True)
    first = costliest(card, pl.DataFrame({"age": [22], "income": [None], "job": ["none"]}), 1)
    assert first["reason_1"][0] == told.reasons[0].feature


def test_who_lost_nothing_has_no_reason(card):
    best = {
        "age": 69,
        "income": 1e6,
        "job": max(feature(card, "job").binned.bins[:-1], key=lambda b: b.points).values[0],
    }
    frame = pl.DataFrame({name: [value] for name, value in best.items()})

    lost = {each.feature: each.lost for each in explain(card, best).reasons}

    told = costliest(card, frame, 3).row(0)
    assert [each for each in told if each] == [name for name, each in lost.items() if each]


def test_an_unseen_word_is_neutral_unless_the_card_says_otherwise(card):
    stranger = pl.DataFrame({"age": [40], "income": [3000.0], "job": ["pilot"]})
    worst = fit(people(), "bad", replace(HOW, unseen="worst"))
    strict = fit(people(), "bad", replace(HOW, unseen="refuse"))

    _fitting, treated = as_declared(card, stranger)

    assert treated.unseen == {"job": 1}
    points = {
        each.feature: each.points for each in explain(card, stranger.row(0, named=True)).reasons
    }
    assert points["job"] == 0
    told = explain(worst, stranger.row(0, named=True)).reasons
    assert next(each for each in told if each.feature == "job").points == min(
        feature(worst, "job").points
    )
    with pytest.raises(Unusable, match="job says “pilot”"):
        score(strict, stranger)


def test_an_absent_column_counts_as_missing_or_is_refused(card):
    without = people(20).drop("income")
    empty = without.with_columns(income=pl.lit(None, dtype=pl.Float64))

    assert as_declared(card, without)[1].absent == ["income"]
    assert score(card, without).equals(score(card, empty))
    with pytest.raises(Unusable, match="lacks income"):
        score(fit(people(), "bad", replace(HOW, absent="refuse")), without)


def test_a_file_without_any_column_of_the_card_still_has_its_rows(card):
    strangers = pl.DataFrame({"shoe": [40, 41, 42]})

    assert score(card, strangers).height == 3


def test_figures_written_as_words_score_alike(card):
    rows = people(200, seed=5)

    written = rows.with_columns(pl.col("age", "income").cast(pl.String))

    assert score(card, written).equals(score(card, rows))


def test_short_figures_score_as_long_ones(card):
    short = people(500, seed=6).with_columns(pl.col("income").cast(pl.Float32))
    long = short.with_columns(pl.col("income").cast(pl.Float64))

    assert score(card, short).equals(score(card, long))


def test_not_a_number_is_missing_and_infinity_is_large(card):
    odd = pl.DataFrame({"age": [40, 40, 40], "job": ["farmer"] * 3})
    given = odd.with_columns(income=pl.Series([float("nan"), None, float("inf")]))

    scored = score(card, given)["score"]

    assert scored[0] == scored[1]
    assert scored[2] == score(card, odd.with_columns(income=pl.lit(1e12)))["score"][0]


# The file


def test_the_same_data_give_the_same_card_to_the_byte(card):
    assert fit(people(), "bad", HOW).dumps() == card.dumps()


def test_a_card_comes_back_from_its_file_as_it_was(card):
    again = loads(card.dumps())

    assert again.hash == card.hash
    assert score(again, people(100)).equals(score(card, people(100)))


def test_a_card_changed_by_hand_is_refused(card):
    kept = json.loads(card.dumps())
    kept["features"][0]["bins"][0]["points"] += 1

    with pytest.raises(Unusable, match="changed after it was fitted"):
        loads(json.dumps(kept))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "qianmo.scorecard/1"}'])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(Unusable):
        loads(text)


# Measures


def test_auc_is_that_of_scikit_learn(card):
    rows = people(800, seed=11)
    scored = score(card, rows)["score"].to_numpy()
    bad = rows["bad"].to_numpy()

    told = measures.separation(scored, bad)

    assert told.auc == pytest.approx(roc_auc_score(bad, -scored), abs=1e-6)


def test_gains_hold_everybody_once_and_end_at_all(card):
    told = evidence_on(card, people(1234, seed=2))

    assert sum(each["rows"] for each in told["gains"]) == 1234
    assert told["gains"][-1]["share_of_bads"] == 1
    assert max(
        b - g for g, b in zip(told["curve"]["goods"], told["curve"]["bads"], strict=True)
    ) == pytest.approx(told["ks"], abs=1e-6)


def test_stability_is_nothing_for_the_same_shares_and_much_for_others():
    assert measures.stability([10, 20, 70], [100, 200, 700]) == 0
    assert measures.stability([10, 20, 70], [70, 20, 10]) > 0.25


def test_expected_and_actual_bad_rate_agree_on_training(card):
    told = card.evidence["train"]

    assert told["expected_bad_rate"] == pytest.approx(told["bads"] / told["rows"], abs=0.01)
