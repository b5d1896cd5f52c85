"""Real communities as the files of a county."""

from datetime import date

import polars as pl
import pytest

from benchmarks.communities import AS_OF, USUAL_AGE, households_of, import_county, write
from core.models import User
from sandbox.county.identity import is_valid
from village.models import Customer, Household, Village

SURVEYED = pl.DataFrame(
    {
        "hhid": ["007001", "007002", "012005"],
        "ea": ["7", "7", "12"],
        "district": [3, 3, 3],
        "subdistrict": [1, 1, 2],
        "hhage": [45, 999, 61],
        "hhmale": [1, 0, 1],
    }
)
RANKINGS = pl.DataFrame(
    {
        "hhea": ["007", "007", "012"],
        "hhid_ranker": ["007001", "007009", "012005"],
        "hhid_ranked": ["007002", "007001", "012006"],
        "rank": [1, 2, 1],
    }
)


@pytest.fixture
def households():
    return households_of(SURVEYED, RANKINGS)


def ages(households):
    return {
        hhid: AS_OF.year - born.year - ((AS_OF.month, AS_OF.day) < (born.month, born.day))
        for hhid, born in households.select("hhid", "born_on").iter_rows()
    }


def test_all_who_were_surveyed_rank_or_are_ranked_are_households(households):
    assert households["hhid"].to_list() == ["007001", "007002", "007009", "012005", "012006"]
    assert households["village"].null_count() == 0


def test_heads_are_as_old_as_the_survey_says_and_usual_where_it_says_nothing_sensible(households):
    found = ages(households)

    assert (found["007001"], found["012005"]) == (45, 61)
    assert found["007002"] == found["007009"] == USUAL_AGE


def test_many_heads_of_one_age_have_valid_numbers_of_their_own_in_an_area_nobody_is_from():
    many = pl.DataFrame({"hhid": [f"007{at:03d}" for at in range(1000)]}).with_columns(
        ea=pl.lit("7"),
        district=pl.lit(3),
        subdistrict=pl.lit(1),
        hhage=pl.lit(45),
        hhmale=pl.lit(1),
    )

    households = households_of(many, RANKINGS.clear())

    assert set(ages(households).values()) == {45}
    assert households["id_number"].n_unique() == 1000
    assert all(each.startswith("320799") and is_valid(each) for each in households["id_number"])


def test_every_community_stands_in_its_subdistricts_town(households, tmp_path):
    write(households, tmp_path)

    areas = pl.read_csv(tmp_path / "areas.csv", infer_schema=False)
    villages = areas.filter(pl.col("级别") == "村")
    assert villages["名称"].to_list() == ["社区007", "社区012"]
    assert villages["区划代码"].to_list() == ["320799100200", "320799101200"]
    assert villages["上级代码"].to_list() == ["320799100", "320799101"]


@pytest.mark.django_db
def test_the_importer_takes_every_household_and_the_register_knows_its_ids(households):
    register = import_county(households)

    assert register.households.height == Household.objects.count() == 5
    assert register.villages == Village.objects.count() == 2
    for row in register.households.iter_rows(named=True):
        head = Customer.objects.get(pk=row["head_id"])
        assert (head.name, head.household_id) == (f"户主{row['hhid']}", row["household_id"])
        assert head.household.village.code == row["village"]
    assert User.objects.get(username="Y320799100").grids.get().villages.count() == 1


@pytest.mark.django_db
def test_a_refused_row_stops_the_benchmark(households):
    unborn = households.with_columns(born_on=pl.lit(date(2030, 1, 1)))

    with pytest.raises(ValueError, match="5 were refused"):
        import_county(unborn)
