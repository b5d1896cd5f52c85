"""The judgement of a village's sealed opinions: places, collusion, medians, accuracy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village.review_rules.accuracy import AccuracyRules, accuracy, chance_of_default
from village.review_rules.collusion import CollusionRules, clusters, residuals
from village.review_rules.combine import bootstrap_interval, weighted_median
from village.review_rules.scoring import (
    Opinions,
    ScoringRules,
    VisitReason,
    judge_village,
)
from village.review_rules.standardise import standardise

BARE_RULE = ScoringRules(collusion=CollusionRules(chance=None))


def opinions(reviewer, household, value):
    return Opinions(tuple(reviewer), tuple(household), tuple(map(float, value)))


def village(seed, *, households=40, reviewers=12, panel=7, noise=0.5):
    """Truth, who judged whom and what they said; the first household's panel seats 0 and 1."""
    chance = np.random.default_rng(seed)
    truth = chance.normal(size=households)
    truth[0] = -abs(truth[0])
    seats = [chance.permutation(reviewers)[:panel] for _ in range(households)]
    seats[0] = np.r_[0, 1, 2 + chance.permutation(reviewers - 2)[: panel - 2]]
    who, whom = np.concatenate(seats), np.repeat(np.arange(households), panel)
    return truth, who, whom, truth[whom] + noise * chance.normal(size=who.size)


def bought(who, whom, said, *, clique, favourite=0):
    """The same answers, had ``clique`` put ``favourite`` on top."""
    return np.where((whom == favourite) & np.isin(who, list(clique)), 100.0, said)


def copying(who, whom, said):
    """The same answers, had reviewer 1 copied reviewer 0 wherever both judge."""
    copied = {h: v for r, h, v in zip(who, whom, said, strict=True) if r == 0}
    return np.array(
        [copied.get(h, v) if r == 1 else v for r, h, v in zip(who, whom, said, strict=True)]
    )


def judged(who, whom, said, **options):
    return judge_village(opinions(who.tolist(), whom.tolist(), said), seed=7, **options)


def mean_z(who, whom, said, household=0):
    return standardise(who, said)[whom == household].mean()


def test_a_place_becomes_the_quantile_of_its_middle():
    z = standardise(np.zeros(4, dtype=int), np.array([10.0, 40.0, 20.0, 30.0]))

    assert z == pytest.approx([-1.1503, 1.1503, -0.3186, 0.3186], abs=1e-4)


def test_equal_answers_share_their_places_and_all_equal_says_nothing():
    reviewer = np.array([0, 0, 0, 1, 1, 1])

    z = standardise(reviewer, np.array([1.0, 1.0, 9.0, 50000.0, 50000.0, 50000.0]))

    assert z[0] == z[1] == pytest.approx(-0.4307, abs=1e-4)
    assert z[3:] == pytest.approx([0, 0, 0])


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.integers(1, 9))
def test_only_the_order_of_a_reviewers_answers_matters(said, stretch):
    reviewer = np.zeros(len(said), dtype=int)

    plain = standardise(reviewer, np.array(said, dtype=float))
    stretched = standardise(reviewer, np.array(said, dtype=float) * stretch + 1000)

    assert np.array_equal(plain, stretched)


def test_an_answer_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="without a value"):
        standardise(np.array([0, 0]), np.array([1.0, np.nan]))


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 4)), min_size=1, max_size=9).filter(
        lambda cells: any(weight for _, weight in cells)
    )
)
def test_a_weighted_median_is_the_median_of_each_value_repeated(cells):
    value, weight = np.array(cells, dtype=float).T[:, None, :]

    found = weighted_median(value, weight)

    assert found[0] == np.median(np.repeat(value[0], weight[0].astype(int)))


def test_shares_of_a_vote_add_up_to_a_vote():
    value, third = np.array([[-1.0, 2.0, 2.0, 2.0]]), 1 / 3

    found = weighted_median(value, np.array([[1.0, third, third, third]]))

    assert found[0] == pytest.approx(0.5)


def test_nobody_heard_is_unknown_and_not_the_middle():
    value, weight = np.array([[1.0, 2.0]]), np.zeros((1, 2))

    low, high = bootstrap_interval(value, weight, draws=20, level=0.9, seed=1)

    assert np.isnan([weighted_median(value, weight)[0], low[0], high[0]]).all()


def test_the_interval_is_narrow_where_neighbours_agree():
    value = np.array([[0.1, 0.1, 0.2, 0.2, 0.2, 0.3, 0.3], [-2.0, -1.5, -1.0, 0.0, 1.0, 1.5, 2.0]])

    low, high = bootstrap_interval(value, np.ones_like(value), draws=400, level=0.9, seed=1)

    assert high[0] - low[0] <= 0.2
    assert high[1] - low[1] > 2
    assert (low >= value.min(axis=1)).all()
    assert (high <= value.max(axis=1)).all()


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))
def test_residuals_are_taken_from_the_median_of_the_others(seed, households, reviewers):
    chance = np.random.default_rng(seed)
    z = chance.normal(size=(households, reviewers))
    z[chance.random(z.shape) < 0.3] = np.nan

    found = residuals(z)

    for h, i in np.ndindex(z.shape):
        others = np.delete(z[h], i)
        others = others[np.isfinite(others)]
        known = np.isfinite(z[h, i]) and others.size
        expected = z[h, i] - np.median(others) if known else np.nan
        assert found[h, i] == pytest.approx(expected, nan_ok=True)


def test_reviewers_who_copy_each_other_share_one_vote():
    _, who, whom, said = village(3, households=80)
    copied = copying(who, whom, said)

    reviewers = {each.reviewer: each for each in judged(who, whom, copied).reviewers}

    assert reviewers[0].cluster == reviewers[1].cluster == 0
    assert reviewers[0].weight == reviewers[1].weight == pytest.approx(0.5)
    assert reviewers[5].weight == 1


def test_a_panel_with_two_of_a_cluster_is_visited_and_one_with_a_lone_member_is_not():
    _, who, whom, said = village(3, households=80)
    copied = copying(who, whom, said)

    outcome = judged(who, whom, copied)

    for each in outcome.households:
        panel = set(who[whom == each.household].tolist())
        suspected = VisitReason.COLLUSION_SUSPECTED in each.visit_reasons
        assert suspected == ({0, 1} <= panel)


def test_among_few_households_agreement_by_luck_is_no_collusion():
    lucky = [
        clusters(np.random.default_rng(seed).normal(size=(9, 8)), CollusionRules())
        for seed in range(60)
    ]
    bare = [
        clusters(np.random.default_rng(seed).normal(size=(9, 8)), CollusionRules(chance=None))
        for seed in range(60)
    ]

    suspected = sum(len(set(found.tolist())) < 8 for found in lucky)

    assert suspected <= 10
    assert sum(len(set(found.tolist())) < 8 for found in bare) > 20


def test_fewer_shared_households_than_required_never_make_a_cluster():
    z = np.tile([[1.0, 1.0, -1.0]], (3, 1)) * np.array([[1.0], [2.0], [3.0]])

    found = clusters(z, CollusionRules(chance=None, shared=4))

    assert found.tolist() == [0, 1, 2]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([(0, 1), (0,)]))
def test_a_minority_clique_cannot_lift_its_favourite_above_what_honest_neighbours_say(seed, clique):
    _, who, whom, said = village(seed)
    pushed = bought(who, whom, said, clique=clique)

    score = judged(who, whom, pushed).scores()[0]

    honest = standardise(who, pushed)[(whom == 0) & ~np.isin(who, clique)]
    assert honest.min() <= score <= honest.max()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_clique_moves_its_favourite_less_than_it_moves_the_mean(seed):
    _, who, whom, said = village(seed, noise=0.1)
    said = np.where(whom == 0, said - 10, said)  # everybody knows: the weakest of all
    pushed = bought(who, whom, said, clique=(0, 1))

    ours = judged(who, whom, pushed).scores()[0] - judged(who, whom, said).scores()[0]

    assert abs(ours) < mean_z(who, whom, pushed) - mean_z(who, whom, said)


@pytest.mark.parametrize("rules", [ScoringRules(), BARE_RULE])
def test_two_colluders_of_seven_move_the_score_far_less_than_the_mean(rules):
    ours, mean, noticed = [], [], 0
    for seed in range(60):
        _, who, whom, said = village(seed)
        pushed = bought(who, whom, said, clique=(0, 1))
        after = judged(who, whom, pushed, rules=rules)
        ours.append(after.scores()[0] - judged(who, whom, said, rules=rules).scores()[0])
        mean.append(mean_z(who, whom, pushed) - mean_z(who, whom, said))
        noticed += after.households[0].visit_needed

    assert np.mean(ours) < 0.35
    assert np.mean(mean) > 0.5
    assert noticed > 50


def test_without_collusion_robustness_costs_little():
    agreement = []
    for seed in range(30):
        truth, who, whom, said = village(seed, noise=0.7)
        score = judged(who, whom, said).scores()
        mean = [mean_z(who, whom, said, h) for h in range(truth.size)]
        ours = [score[h] for h in range(truth.size)]
        agreement.append([np.corrcoef(each, truth)[0, 1] for each in (ours, mean)])

    ours, mean = np.mean(agreement, axis=0)
    assert ours > 0.9
    assert mean - ours < 0.03


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_sheets_makes_no_difference(seed, shuffling):
    _, who, whom, said = village(seed, households=12, reviewers=6, panel=4)
    sheets = list(zip(who.tolist(), whom.tolist(), said.tolist(), strict=True))
    shuffled = sheets.copy()
    shuffling.shuffle(shuffled)

    outcomes = [
        judge_village(opinions(*zip(*each, strict=True)), seed=7) for each in (sheets, shuffled)
    ]

    assert outcomes[0] == outcomes[1]


def test_whoever_gives_everybody_the_same_is_not_heard():
    reviewer = ["flat"] * 3 + ["a"] * 3 + ["b"] * 3 + ["c"] * 3
    household = ["x", "y", "z"] * 4
    value = [50000] * 3 + [1, 2, 3] * 3

    outcome = judge_village(opinions(reviewer, household, value), seed=1)

    assert {each.reviewer: each.weight for each in outcome.reviewers}["flat"] == 0
    assert {each.opinions for each in outcome.households} == {3}


def test_a_household_about_which_nobody_said_anything_has_no_score_and_is_visited():
    outcome = judge_village(opinions(["a", "b"], ["x", "x"], [3, 4]), seed=1)

    found = outcome.households[0]

    assert (found.score, found.low, found.high, found.opinions) == (None, None, None, 0)
    assert found.visit_reasons == (VisitReason.TOO_FEW_OPINIONS,)
    assert outcome.scores() == {}


def test_no_sheets_conclude_nothing():
    outcome = judge_village(opinions([], [], []), seed=1)

    assert outcome.households == outcome.reviewers == ()


def test_a_reviewer_who_judges_a_household_twice_is_refused():
    with pytest.raises(ValueError, match="judges one household once"):
        opinions(["a", "a"], ["x", "x"], [3, 4])


def test_reviewers_proved_right_outweigh_the_rest():
    reviewer, household = np.repeat(["a", "b", "c"], 4).tolist(), ["w", "x", "y", "z"] * 3
    value = [1, 2, 3, 4] + [4, 3, 2, 1] + [2, 4, 3, 1]

    plain = judge_village(opinions(reviewer, household, value), seed=1, rules=ScoringRules())
    earned = judge_village(
        opinions(reviewer, household, value), seed=1, accuracy={"a": 2.0, "b": 0.25, "c": 0.25}
    )

    assert plain.scores()["z"] < 0 < earned.scores()["z"]


def test_accuracy_starts_at_one_and_follows_repayment():
    z, rules = np.linspace(-2, 2, 60), AccuracyRules()
    worst_defaulted = (z < -1.7).astype(float)

    nobody_yet = accuracy(z[:0], z[:0], base_rate=0.05, rules=rules)
    right = accuracy(z, worst_defaulted, base_rate=0.05, rules=rules)
    wrong = accuracy(-z, worst_defaulted, base_rate=0.05, rules=rules)
    silent = accuracy(
        0 * z, worst_defaulted, base_rate=0.05, rules=AccuracyRules(opinion_strength=0)
    )

    assert nobody_yet == 1
    assert rules.lowest <= wrong < 1 < right <= rules.highest
    assert silent == pytest.approx(1)


def test_opinions_leave_the_villages_chance_of_default_where_it_was():
    z = standardise(np.zeros(2000, dtype=int), np.arange(2000.0))

    chance = chance_of_default(z, base_rate=0.04, strength=0.5)

    assert chance.mean() == pytest.approx(0.04, abs=0.001)
    assert (np.diff(chance) < 0).all()


def test_a_village_of_700_households_is_judged_whole():
    _, who, whom, said = village(1, households=700, reviewers=20)

    outcome = judged(who, whom, said)

    assert len(outcome.households) == 700
    assert all(each.low <= each.score <= each.high for each in outcome.households)


def test_judgement_imports_no_framework():
    package = Path(__file__).parents[2] / "village" / "review_rules"

    sources = {file.name: file.read_text() for file in package.glob("*.py")}

    assert len(sources) > 8
    assert not [name for name, text in sources.items() if "django" in text]
