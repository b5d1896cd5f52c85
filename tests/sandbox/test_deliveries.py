"""The files of data that a county's offices deliver."""

import polars as pl
import pytest

from admission.deliveries.classes import CLASSES
from sandbox.county.deliveries import (
    ENCODINGS,
    FOLDER,
    MADE,
    write_answers_about,
    write_deliveries,
)
from sandbox.county.deliveries_answers import ANSWERS, ANSWERS_FOLDER
from sandbox.county.making import make_county


def read(directory, name, folder=FOLDER):
    raw = (directory / folder / f"{name}.csv").read_bytes()
    text = raw.decode(ENCODINGS.get(name, "utf-8"))
    return pl.read_csv(text.encode(), comment_prefix="#", infer_schema=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("delivering")
    make_county(folder, villages=2, customers=800, seed=1)
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    write_deliveries(folder)
    return folder, before


def test_the_same_county_delivers_the_same_bytes(made, tmp_path):
    folder, _before = made
    make_county(tmp_path, villages=2, customers=800, seed=1)

    write_deliveries(tmp_path)

    for file in (folder / FOLDER).iterdir():
        assert (tmp_path / FOLDER / file.name).read_bytes() == file.read_bytes(), file.name


def test_the_county_s_other_files_are_left_as_they_were(made):
    folder, before = made

    assert {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()} == before


def test_every_class_but_deposits_has_a_file_that_says_nobody_in_it_exists(made):
    folder, _before = made

    files = {each.stem: each for of in (FOLDER, ANSWERS_FOLDER) for each in (folder / of).iterdir()}
    assert set(files) == set(CLASSES) - {"deposits"}
    assert {name for name, each in files.items() if each.parent.name == FOLDER} == set(MADE)
    for name, file in files.items():
        raw = file.read_bytes()
        first = raw.decode(ENCODINGS.get(name, "utf-8")).splitlines()[0]
        assert first.startswith("# 合成数据，非真实人员 SYNTHETIC DATA"), name


def test_files_tell_of_adults_of_the_county_and_agree_with_the_truth(made):
    folder, _before = made
    world = pl.read_csv(folder / "world.csv", comment_prefix="#", infer_schema=False)

    for name in MADE:
        assert set(read(folder, name)["证件号码"]) <= set(world["id_number"]), name
    homes = read(folder, "real_estate").group_by("证件号码").len()
    owned = world.filter(pl.col("re_cnt") != "0").select("id_number", "re_cnt")
    assert dict(homes.iter_rows()) == {each: int(count) for each, count in owned.iter_rows()}
    zones = read(folder, "real_estate").select("证件号码", "所在区域").unique()
    stand = world.filter(pl.col("re_zone").is_not_null()).select("id_number", "re_zone")
    assert dict(zones.iter_rows()) == dict(stand.iter_rows())
    assert set(zones["所在区域"]) == {"城区", "乡镇", "农村"}
    black = read(folder, "watch_lists").filter(pl.col("名单类别") == "黑名单")
    assert set(black["证件号码"]) == set(
        world.filter(pl.col("gov_dishonest") == "true")["id_number"]
    )


def test_offices_answer_of_everybody_as_the_truth_has_it(made):
    folder, _before = made
    world = pl.read_csv(folder / "world.csv", comment_prefix="#", infer_schema=False)

    for name in ANSWERS:
        told = read(folder, name, ANSWERS_FOLDER)
        asked = world.filter(pl.col("phone").is_not_null()) if name == "phone" else world
        assert told["证件号码"].to_list() == asked["id_number"].to_list(), name
    police = read(folder, "police", ANSWERS_FOLDER)
    assert police["公安特殊名单"].to_list() == world["gov_police_list"].fill_null("无").to_list()
    courts = read(folder, "courts", ANSWERS_FOLDER)
    assert courts.filter(pl.col("失信被执行人") == "是")["证件号码"].to_list() == (
        world.filter(pl.col("gov_dishonest") == "true")["id_number"].to_list()
    )
    aml = read(folder, "aml", ANSWERS_FOLDER)
    assert aml["洗钱风险等级"].to_list() == world["aml_risk_grade"].to_list()


def test_of_a_list_offices_answer_of_nobody_else_and_in_the_same_words(made):
    folder, _before = made
    listed = read(folder, "police", ANSWERS_FOLDER)["证件号码"].to_list()[3:9]

    answers = write_answers_about(folder, listed)

    assert {each.stem for each in answers.iterdir()} == set(ANSWERS)
    for name in ANSWERS:
        told = read(folder, name, answers.name)
        all_told = read(folder, name, ANSWERS_FOLDER)
        assert told.equals(all_told.filter(pl.col("证件号码").is_in(listed))), name
        assert 0 < told.height <= len(listed)
