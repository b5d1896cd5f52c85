"""Panels: whoever is drawn may judge, and whoever is missing is explained."""

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village.review_rules.panels import (
    JudgedHousehold,
    ListedReviewer,
    PanelRules,
    ShortfallReason,
    draw_panels,
)


def lists(seed=0, *, households=60, reviewers=20, groups=5, conflicts=0):
    chance = Random(seed)
    judged = [JudgedHousehold(h, h % groups) for h in range(households)]
    homes = chance.sample(range(households), reviewers)
    listed = [ListedReviewer(f"p{home}", home, home % groups) for home in homes]
    pairs = [tuple(chance.sample(range(households), 2)) for _ in range(conflicts)]
    return judged, listed, pairs


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(2, 50),
    st.integers(0, 15),
    st.integers(1, 6),
    st.integers(0, 80),
)
def test_a_panel_never_breaks_a_conflict(seed, households, reviewers, groups, conflicts):
    judged, listed, pairs = lists(
        seed,
        households=households,
        reviewers=min(reviewers, households),
        groups=groups,
        conflicts=conflicts,
    )

    draw = draw_panels(judged, listed, pairs, seed=seed)

    home = {each.person: each.household for each in listed}
    judging = [(home[p], panel.household) for panel in draw.panels for p in panel.reviewers]
    barred = {frozenset(pair) for pair in pairs}
    assert not [pair for pair in judging if pair[0] == pair[1]]
    assert not [pair for pair in judging if frozenset(pair) in barred]
    assert not [(a, b) for a, b in judging if (b, a) in set(judging)]
    assert len(set(judging)) == len(judging)
    assert {panel.household for panel in draw.panels} == {each.id for each in judged}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 15), st.integers(0, 40))
def test_every_panel_that_is_not_full_is_explained(seed, reviewers, conflicts):
    judged, listed, pairs = lists(seed, households=30, reviewers=reviewers, conflicts=conflicts)

    draw = draw_panels(judged, listed, pairs, seed=seed)

    explained = {each.household: each for each in draw.shortfalls}
    for panel in draw.panels:
        drawn = len(panel.reviewers)
        neighbourly = panel.from_other_groups * 2 < drawn
        assert (panel.household in explained) == (drawn < 7 or neighbourly)
        if panel.household in explained:
            found = explained[panel.household]
            assert found.reasons
            assert (found.drawn, found.wanted, found.usable) == (drawn, 7, drawn >= 3)


def test_a_village_with_enough_reviewers_fills_every_panel_half_from_other_groups():
    judged, listed, pairs = lists(1, households=700, reviewers=20, groups=8, conflicts=700)

    began = time.perf_counter()
    draw = draw_panels(judged, listed, pairs, seed=1)
    seconds = time.perf_counter() - began

    assert {len(panel.reviewers) for panel in draw.panels} == {7}
    assert all(panel.from_other_groups >= 4 for panel in draw.panels)
    assert draw.shortfalls == ()
    assert seconds < 1


def test_the_work_is_shared_evenly():
    judged, listed, pairs = lists(2, households=300, reviewers=18, conflicts=200)

    load = draw_panels(judged, listed, pairs, seed=5).load()

    assert len(load) == 18
    assert max(load.values()) - min(load.values()) <= 2


def test_the_same_seed_draws_the_same_panels_whatever_the_order_of_the_lists():
    judged, listed, pairs = lists(3, conflicts=40)

    first = draw_panels(judged, listed, pairs, seed=11)
    again = draw_panels(judged[::-1], listed[::-1], [(b, a) for a, b in pairs[::-1]], seed=11)
    other = draw_panels(judged, listed, pairs, seed=12)

    assert first == again
    assert first.panels != other.panels


def test_two_members_of_one_household_do_not_sit_on_one_panel():
    judged, _, _ = lists(households=12, reviewers=1)
    listed = [ListedReviewer(f"p{n}", n // 2, 0) for n in range(8)]

    draw = draw_panels(judged, listed, seed=1)

    for panel in draw.panels:
        homes = [int(person[1:]) // 2 for person in panel.reviewers]
        assert len(homes) == len(set(homes))


def test_a_reviewer_from_outside_the_households_judged_may_sit_on_any_panel():
    judged = [JudgedHousehold(h, 0) for h in range(5)]
    listed = [ListedReviewer(f"p{n}", f"elsewhere {n}", "far") for n in range(7)]

    draw = draw_panels(judged, listed, seed=1)

    assert draw.shortfalls == ()
    assert {len(panel.reviewers) for panel in draw.panels} == {7}


def test_a_shortfall_names_its_reasons():
    judged = [JudgedHousehold(h, "east" if h < 8 else "west") for h in range(20)]
    listed = [ListedReviewer(f"p{h}", h, "east") for h in range(8)]

    draw = draw_panels(judged, listed, [(19, 0), (19, 1), (18, 2)], seed=1)

    reasons = {each.household: each.reasons for each in draw.shortfalls}
    assert reasons[19] == (ShortfallReason.CONFLICTS,)
    assert 18 not in reasons
    assert ShortfallReason.RECIPROCAL_PAIRS in reasons[0]
    assert ShortfallReason.FEW_FROM_OTHER_GROUPS in reasons[0]


def test_with_too_few_on_the_list_no_panel_is_usable():
    judged, listed, _ = lists(households=10, reviewers=2)

    draw = draw_panels(judged, listed, seed=1)

    assert len(draw.shortfalls) == 10
    assert not any(each.usable for each in draw.shortfalls)
    assert all(ShortfallReason.LIST_TOO_SHORT in each.reasons for each in draw.shortfalls)


def test_a_reviewer_listed_twice_is_refused():
    judged, listed, _ = lists()

    with pytest.raises(ValueError, match="reviewer is listed twice"):
        draw_panels(judged, [*listed, listed[0]], seed=1)


@pytest.mark.parametrize(("size", "minimum", "share"), [(2, 3, 0.5), (7, 0, 0.5), (7, 3, 1.5)])
def test_rules_that_contradict_themselves_are_refused(size, minimum, share):
    with pytest.raises(ValueError, match="lies between"):
        PanelRules(size=size, minimum=minimum, share_from_other_groups=share)
