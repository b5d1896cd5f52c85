import numpy as np
import polars as pl
import pytest

from sandbox.county import truth
from sandbox.county.making import make_county


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """A county large enough for rare things to be counted."""
    directory = tmp_path_factory.mktemp("larger")
    make_county(directory, villages=12, customers=20_000, seed=5)
    return directory


@pytest.fixture(scope="module")
def world(larger):
    return truth.load_world(larger)


def correlation(one, other):
    return np.corrcoef(np.asarray(one, dtype=float), np.asarray(other, dtype=float))[0, 1]


def test_every_adult_and_no_child_is_in_the_world(county):
    adults = truth.load_world(county)
    roster = pl.read_csv(county / "roster.csv", comment_prefix="#", infer_schema=False)
    of_age = roster.filter(pl.col("出生日期") <= "2008-06-30")

    assert set(adults["id_number"]) == set(of_age["证件号码"])


def test_the_better_households_declare_more_income(larger):
    declared = pl.read_csv(
        larger / "households.csv", comment_prefix="#", schema_overrides={"户号": pl.String}
    )
    homes = truth.load_households(larger).join(
        declared, left_on="household_no", right_on="户号", how="inner"
    )

    assert homes.height == declared.height
    assert correlation(homes["z_household"], homes["家庭年收入(元)"]) > 0.2


def test_the_better_default_less_and_meet_fewer_bad_records(world):
    assert correlation(world["z"], world["default_propensity"]) < -0.6
    for bad in ("gov_dishonest", "pb_cur_od_cnt", "pb_q_hard_6m", "pb_od_months_24"):
        assert correlation(world["z"], world[bad]) < -0.02, bad
    good = world.filter(pl.col("z") > 0)
    poor = world.filter(pl.col("z") < 0)
    assert poor["gov_dishonest"].mean() > 3 * good["gov_dishonest"].mean()


def test_most_people_are_clean_and_a_few_meet_a_high_rule(world):
    high = (
        pl.col("gov_police_list").is_not_null()
        | pl.col("gov_fraud_card")
        | pl.col("gov_dishonest")
        | pl.col("gov_consume_limit")
        | pl.col("gov_risk").is_not_null()
        | (pl.col("pb_cur_od_amt") > 500)
        | (pl.col("pb_od_max_24") >= 3)
        | (pl.col("pb_od_months_24") >= 6)
        | pl.col("pb_class5_worst").is_in(["次级", "可疑", "损失"]).fill_null(False)
        | (pl.col("aml_risk_grade") == "禁止")
    )

    assert 0.025 < world.select(high.mean()).item() < 0.06
    assert 0.3 < world["pb_first_month"].is_null().mean() < 0.6


def test_the_bureau_figures_of_one_person_fit_together(world):
    strangers = world.filter(pl.col("pb_first_month").is_null())
    late = world.filter(pl.col("pb_od_months_24") > 0)

    assert strangers["pb_lender_open"].sum() == 0
    assert strangers["pb_od_months_24"].sum() == 0
    assert (late["pb_lender_open"] >= 1).all()
    assert (late["pb_od_max_24"] >= 1).all()
    assert (world["pb_od_max_24"] <= world["pb_od_months_24"]).all()
    assert (world["pb_q_hard_1m"] <= world["pb_q_hard_3m"]).all()
    assert (world["pb_q_hard_3m"] <= world["pb_q_hard_6m"]).all()
    assert ((world["pb_cur_od_cnt"] > 0) == (world["pb_cur_od_amt"] > 0)).all()
    assert (world["pb_nonbank_open"] <= world["pb_lender_open"]).all()


def test_neighbours_praise_the_better_households(larger):
    homes = truth.load_households(larger)
    sheets = truth.neighbour_opinions(np.random.default_rng(1), homes, 0.6)
    honesty = np.array([truth.SHEET["诚信度"].index(each) for each in sheets["诚信度"]])

    assert correlation(homes["z_household"], honesty) > 0.5
    assert correlation(homes["z_household"], sheets["suggested_amount"]) > 0.4
    assert sheets["suggested_amount"].min() >= 0
    assert sheets["suggested_amount"].max() <= 100_000


def test_a_sharper_eye_sees_nearer_the_truth(larger):
    homes = truth.load_households(larger)
    rng = np.random.default_rng(2)
    sharp = truth.neighbour_opinions(rng, homes, 0.2)["suggested_amount"]
    dull = truth.neighbour_opinions(rng, homes, 2.0)["suggested_amount"]

    z = homes["z_household"]
    assert correlation(z, sharp) > correlation(z, dull) + 0.1


def test_a_colluding_neighbour_ticks_nothing_and_suggests_more(larger):
    homes = truth.load_households(larger)
    rng = np.random.default_rng(3)
    honest = truth.neighbour_opinions(rng, homes, 0.6)
    bought = truth.neighbour_opinions(rng, homes, 0.6, favour=2.0)

    assert honest["negatives"].list.len().sum() > 0
    assert bought["negatives"].list.len().sum() == 0
    assert bought["suggested_amount"].mean() > honest["suggested_amount"].mean()


def test_one_sheet_answers_all_fifteen_items():
    sheet = truth.neighbour_opinion(np.random.default_rng(4), 0.5, 0.4)

    assert list(sheet.choices) == list(truth.SHEET)
    assert len(sheet.choices) == 15
    for item, choice in sheet.choices.items():
        assert choice in truth.SHEET[item]
    assert sheet.negatives == ()


def test_the_villages_talk_is_ticked_by_some_neighbours():
    rng = np.random.default_rng(5)
    sheets = [
        truth.neighbour_opinion(rng, -1.0, 0.5, household={"dishonest": True}) for _ in range(60)
    ]
    ticked = [sheet for sheet in sheets if 5 in sheet.negatives]

    assert 0 < len(ticked) < 60
    assert all(sheet.suggested_amount == 0 for sheet in ticked)


def test_the_riskier_miss_more_instalments():
    rng = np.random.default_rng(6)
    safe = truth.will_pay(rng, np.full(20_000, 0.01), 9)
    risky = truth.will_pay(rng, np.full(20_000, 0.4), 9)

    assert safe.mean() > 0.99
    assert risky.mean() < 0.95


def test_who_has_missed_once_is_likelier_to_miss_again():
    rng = np.random.default_rng(7)
    first = truth.will_pay(rng, np.full(20_000, 0.05), 9)
    third = truth.will_pay(rng, np.full(20_000, 0.05), 9, months_missed=2)

    assert third.mean() < first.mean() - 0.3


def test_trouble_begins_within_a_year_as_often_as_the_propensity_says(world):
    begun = truth.in_trouble(world["trouble_month"].to_numpy(), 12)

    assert begun.mean() == pytest.approx(world["default_propensity"].mean(), abs=0.008)


def test_the_troubled_mostly_do_not_pay():
    rng = np.random.default_rng(8)
    paid = truth.will_pay(rng, np.full(5_000, 0.02), 5, troubled=np.full(5_000, True))

    assert paid.mean() < 0.3
