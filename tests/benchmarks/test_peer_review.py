"""The benchmark of sealed review."""

import polars as pl
import pytest

from benchmarks import peer_review
from benchmarks.communities import households_of, import_county
from village.models import Household
from village.review_rules.scoring import ScoringRules


def test_without_its_data_it_is_skipped_with_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(peer_review, "HOUSEHOLDS", tmp_path / "absent.csv.gz")

    figures = peer_review.run()

    assert figures["name"] == "peer_review"
    assert "absent.csv.gz is not in" in figures["skipped"]


@pytest.mark.django_db
def test_villages_are_judged_by_the_ids_that_the_database_gave():
    hhids = ["007001", "007002", "007003", "007004"]
    surveyed = pl.DataFrame({"hhid": hhids}).with_columns(
        ea=pl.lit("7"),
        district=pl.lit(3),
        subdistrict=pl.lit(1),
        hhage=pl.lit(45),
        hhmale=pl.lit(1),
    )
    rankings = pl.DataFrame(
        [("007", ranker, ranked, at) for ranker in hhids for at, ranked in enumerate(hhids)],
        schema=["hhea", "hhid_ranker", "hhid_ranked", "rank"],
        orient="row",
    )

    register = import_county(households_of(surveyed, rankings))
    _known, by_id = peer_review.by_id(surveyed, rankings, register)
    (community,) = peer_review.communities_of(by_id)
    outcomes = peer_review.judge_county([community], ScoringRules())

    assert len(community.opinions.value) == 12  # nobody is heard on their own household
    scores = outcomes["320799100200"].scores()
    best, worst = max(scores, key=scores.get), min(scores, key=scores.get)
    assert Household.objects.get(pk=best).number == "32079910020000004"
    assert Household.objects.get(pk=worst).number == "32079910020000001"
