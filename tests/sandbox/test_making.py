import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from sandbox.county import identity, people, places
from sandbox.county.making import make_county
from sandbox.county.towns import TOWNS

FILES = [
    "areas", "branches", "deposits", "households", "lists", "neighbours", "positions", "relations",
    "roster", "staff", "world",
]  # fmt: skip


def read(directory, name):
    return pl.read_csv(directory / f"{name}.csv", comment_prefix="#", infer_schema=False)


def test_the_same_seed_writes_the_same_bytes(county, tmp_path):
    make_county(tmp_path, villages=6, customers=2400, seed=1)

    for file in sorted(county.iterdir()):
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_another_seed_writes_other_people(county, tmp_path):
    make_county(tmp_path, villages=6, customers=2400, seed=2)

    ours = set(read(county, "roster")["证件号码"])
    theirs = set(read(tmp_path, "roster")["证件号码"])

    assert len(ours & theirs) < 100


def test_every_file_says_first_that_nobody_in_it_exists(county):
    assert sorted(f.stem for f in county.glob("*.csv")) == FILES
    for name in FILES:
        raw = (county / f"{name}.csv").read_bytes()

        assert raw.startswith("# 合成数据，非真实人员 SYNTHETIC DATA, no real persons".encode())
        assert b"seed=1\n" in raw[:120]


def test_the_world_file_tells_seed_and_counts(county, summary):
    about = json.loads((county / "world.json").read_text(encoding="utf-8"))

    assert about["synthetic"] is True
    assert about["counts"]["customers"] == summary.customers == 2400
    assert about["counts"]["households"] == read(county, "households").height


def test_identity_numbers_are_valid_unique_and_of_a_region_that_never_was(county):
    roster = read(county, "roster")
    numbers = roster["证件号码"].to_list()

    assert len(set(numbers)) == 2400
    assert all(identity.is_valid(number) for number in numbers)
    assert {number[:6] for number in numbers} == {"320799"}
    for number, born, sex in roster.select("证件号码", "出生日期", "性别").iter_rows():
        assert number[6:14] == born.replace("-", "")
        assert (int(number[16]) % 2 == 1) == (sex == "男")


def test_a_changed_digit_is_noticed():
    assert identity.is_valid("11010519491231002X")
    assert not identity.is_valid("11010519491231003X")
    assert not identity.is_valid("1101051949123100")


def test_every_household_has_exactly_one_head(county):
    heads = read(county, "roster").group_by("户号").agg((pl.col("与户主关系") == "户主").sum())

    assert heads["与户主关系"].unique().to_list() == [1]


def test_households_are_of_plausible_size_and_shape():
    everyone = people.settle(3, 40_000, date(2026, 6, 30))
    size = everyone.age.size / (everyone.household.max() + 1)
    heads = everyone.age[everyone.relation == people.HEAD]

    assert everyone.age.size == 40_000
    assert 3.5 <= size <= 4.4
    assert heads.min() >= 18
    assert 45 <= heads.mean() <= 56


def test_children_are_younger_than_their_parents():
    everyone = people.settle(3, 40_000, date(2026, 6, 30))
    ages = pl.DataFrame({"h": everyone.household, "r": everyone.relation, "a": everyone.age})
    by_home = ages.group_by("h").agg(
        pl.col("a").filter(pl.col("r") == people.HEAD).first().alias("head"),
        pl.col("a").filter(pl.col("r") == people.CHILD).max().alias("child"),
        pl.col("a").filter(pl.col("r") == people.PARENT).min().alias("parent"),
    )

    assert by_home.filter(pl.col("child") > pl.col("head") - 14).height == 0
    assert by_home.filter(pl.col("parent") < pl.col("head") + 14).height == 0


def test_children_have_no_telephone_and_adults_numbers_ring_nobody(county):
    roster = read(county, "roster").with_columns(pl.col("出生日期").str.to_date())
    minors = roster.filter(pl.col("出生日期") > date(2008, 6, 30))
    given = roster["手机号码"].drop_nulls()

    assert minors["手机号码"].null_count() == minors.height > 0
    assert given.str.contains(r"^140\d{8}$").all()
    assert given.n_unique() == given.len()
    assert roster.filter(pl.col("出生日期") < date(2000, 1, 1))["手机号码"].null_count() > 0


def test_rare_characters_occur(county):
    names = "".join(read(county, "roster")["姓名"])

    assert "䶮" in names
    assert "𬭎" in names


def test_areas_hang_together_from_county_to_group(county):
    areas = read(county, "areas")
    code = set(areas["区划代码"])
    below = areas.filter(pl.col("级别") != "县")

    assert set(below["上级代码"]) <= code
    assert areas["区划代码"].n_unique() == areas.height
    real = {t.code for t in TOWNS}
    assert set(areas.filter(pl.col("级别") == "镇")["区划代码"]) <= real
    roster = read(county, "roster")
    assert set(roster["村代码"] + roster["组号"]) <= code


def test_the_published_county_has_its_villages_and_groups():
    county = places.lay_out(1, 355)

    assert county.group_code.size == 2725
    assert len(set(county.village_name)) == 355
    assert len(set(county.group_code)) == 2725


def test_a_county_of_no_villages_is_refused():
    with pytest.raises(places.TooManyVillages):
        places.lay_out(1, 0)


def test_every_village_has_one_customer_manager(county):
    staff = read(county, "staff")
    managed = staff["管户村代码"].drop_nulls().str.split(";").explode().to_list()
    villages = read(county, "areas").filter(pl.col("级别") == "村")["区划代码"].to_list()

    assert sorted(managed) == sorted(villages)
    assert set(staff["网点代码"]) <= set(read(county, "branches")["网点代码"])
    roles = dict(staff["角色"].value_counts().iter_rows())
    assert roles["approver"] == 3
    assert roles["branch_president"] == 2
    assert roles["auditor"] == roles["administrator"] == 1


def test_relations_join_different_households_of_people_who_exist(county):
    home = dict(read(county, "roster").select("证件号码", "户号").iter_rows())
    ties = read(county, "relations")

    assert {"亲属", "担保"} <= set(ties["关系"]) <= {"亲属", "担保", "合伙"}
    for one, other, _ in ties.iter_rows():
        assert home[one] != home[other]


def test_neighbours_are_heads_from_every_group_with_somebody_colluding(county):
    panel = read(county, "neighbours")
    heads = read(county, "roster").filter(pl.col("与户主关系") == "户主")
    in_village = panel.group_by("村代码").len()["len"]
    clique = panel["clique"].drop_nulls().value_counts()["count"]

    assert set(panel["证件号码"]) <= set(heads["证件号码"])
    assert in_village.min() >= 12
    assert in_village.max() <= 20
    assert clique.len() >= 1
    assert clique.unique().to_list() == [2]


def test_deposits_and_lists_speak_of_people_on_the_roster(county):
    known = set(read(county, "roster")["证件号码"])
    deposits = read(county, "deposits")

    assert set(deposits["证件号码"]) <= known
    assert deposits["证件号码"].n_unique() == deposits.height
    assert set(read(county, "lists")["证件号码"]) <= known
    assert set(read(county, "lists")["名单"]) == {"黑", "灰"}


def test_more_births_on_a_day_than_order_numbers_are_refused():
    born = np.full(1001, np.datetime64("1990-01-01"))
    male = np.full(1001, True)

    with pytest.raises(identity.TooManyBirths):
        identity.id_numbers(np.random.default_rng(1), born, male)
