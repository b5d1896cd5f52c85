"""Two cards on the same people, and loans by months on book; neither asks a database."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from admission.scorecards.comparing import compare
from admission.scoring.vintage import SMALL, vintages

DAY = date(2026, 6, 30)


def scored(rows=2000, *, ours=1.0, theirs=1.0, seed=3):
    """People whose risk the cards see through noise, the less the better."""
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=rows)
    bad = (rng.random(rows) < 1 / (1 + np.exp(1.5 - risk))).astype(int)
    made = {}
    for name, noise in (("ours", ours), ("theirs", theirs)):
        made[name] = np.round(500 - 30 * (risk + noise * rng.normal(size=rows))).astype(int)
    frame = pl.DataFrame({**made, "bad": bad})
    bands = [
        pl.when(pl.col(name) >= 520).then(pl.lit("A")).otherwise(pl.lit("B")).alias(band)
        for name, band in (("ours", "our_band"), ("theirs", "their_band"))
    ]
    return frame.with_columns(bands)


@pytest.mark.parametrize(
    ("ours", "theirs", "standing"), [(0.3, 2.0, "better"), (2.0, 0.3, "worse"), (1.0, 1.0, "alike")]
)
def test_the_better_card_is_told_beyond_chance_alone(ours, theirs, standing):
    people = scored(ours=ours, theirs=theirs)

    told = compare(people)

    assert told.standing == standing
    assert told.auc[0] == pytest.approx(roc_auc_score(people["bad"], -people["ours"]), abs=1e-6)
    assert told.auc[1] == pytest.approx(roc_auc_score(people["bad"], -people["theirs"]), abs=1e-6)


def test_the_error_of_the_difference_is_what_other_samples_show():
    differences, errors = [], []
    for seed in range(150):
        told = compare(scored(600, ours=0.8, theirs=1.2, seed=seed))
        differences.append(told.auc[0] - told.auc[1])
        errors.append(told.off_by)

    assert np.mean(errors) == pytest.approx(np.std(differences), rel=0.15)


def test_few_ends_are_no_verdict_and_none_no_figure():
    people = scored(ours=0.1, theirs=3.0)
    some = people.with_columns(bad=pl.when(pl.int_range(pl.len()) < 40).then("bad"))
    nobody = people.with_columns(bad=pl.lit(None, dtype=pl.Int8))

    assert compare(some).standing == "too_few"
    told = compare(nobody)
    assert (told.standing, told.auc, told.ended) == ("too_few", (None, None), 0)


def test_swaps_count_everybody_once_with_their_ends():
    people = pl.DataFrame({
        "ours": [530, 500, 530, 500], "theirs": [500, 530, 530, 500],
        "our_band": ["A", "B", "A", "B"], "their_band": ["B", "A", "A", "B"],
        "bad": [1, None, 0, 1],
    })  # fmt: skip

    told = {each.way: (each.rows, each.ended, each.bads) for each in compare(people).swaps}

    assert told == {"rises": (1, 1, 1), "stays": (2, 2, 1), "falls": (1, 0, 0)}


def test_the_same_scores_have_not_moved_and_others_have():
    people = scored()

    assert compare(people.with_columns(ours="theirs")).psi == 0
    assert compare(people.with_columns(ours=pl.col("theirs") + 60)).psi > 0.25


def loans(*rows):
    schema = {"starts_on": pl.Date, "bad_on": pl.Date}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def test_a_loan_is_bad_from_the_month_on_book_in_which_it_went_bad():
    (cohort,) = vintages(
        loans(
            (date(2026, 1, 10), date(2026, 4, 10)),  # to the day, three months
            (date(2026, 1, 10), date(2026, 4, 11)),
            (date(2026, 1, 31), None),
        ),
        day=date(2026, 7, 1),
    )

    assert (cohort.month, cohort.loans, cohort.bads) == ("2026-01", 3, [0, 0, 1, 2, 2])
    assert cohort.is_small


def test_a_month_is_told_once_every_loan_of_the_cohort_has_been_seen_for_it():
    some = loans((date(2026, 4, 1), None), (date(2026, 4, 30), None))

    assert [each.bads for each in vintages(some, day=date(2026, 5, 29))] == [[]]
    assert [each.bads for each in vintages(some, day=date(2026, 5, 30))] == [[0]]


def test_cohorts_come_in_order_and_the_newest_are_kept():
    every = loans(*((date(2020, 1, 15) + timedelta(days=31 * n), None) for n in range(60)))

    months = [each.month for each in vintages(every, day=DAY)]

    assert months == sorted(months)
    assert len(months) == 36
    assert vintages(every.clear(), day=DAY) == []


def test_as_many_as_make_a_share_believable_are_not_small():
    many = loans(*((date(2026, 1, 2), None) for _each in range(SMALL)))

    (cohort,) = vintages(many, day=DAY)

    assert not cohort.is_small
