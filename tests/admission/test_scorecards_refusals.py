"""What cannot be learnt from is refused in a sentence; what can is split without leaking."""

from dataclasses import replace

import polars as pl
import pytest

from admission.scorecards import Settings, Unusable, score
from admission.scorecards.fitting import fit
from admission.scorecards.reading import read_csv
from admission.scorecards.splitting import by_group, by_time, stratified
from tests.admission.test_scorecards import HOW, feature, people


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.drop("bad"), "There is no column bad"),
        (lambda rows: rows.with_columns(bad=pl.lit(1)), "one class only: 4000 bad of 4000"),
        (lambda rows: rows.with_columns(bad=pl.lit(None, pl.Int8)), "no rows whose bad is known"),
        (lambda rows: rows.with_columns(bad=pl.lit("yes")), "must be 0 for good and 1 for bad"),
        (lambda rows: rows.select("noise", "bad"), "No column says enough"),
        (lambda rows: rows.clear(), "no rows whose bad is known"),
    ],
)
def test_data_that_cannot_be_learnt_from_get_one_sentence(change, says):
    with pytest.raises(Unusable, match=says) as caught:
        fit(change(people()), "bad")
    assert "\n" not in str(caught.value)


def test_settings_about_a_column_that_is_not_there_are_refused():
    with pytest.raises(Unusable, match="name wage, which is no column"):
        fit(people(), "bad", Settings(categorical=("wage",)))


def test_rows_whose_end_is_unknown_are_left_out_and_counted():
    half = people().with_columns(
        bad=pl.when(pl.int_range(pl.len()) % 2 == 0).then("bad").cast(pl.Float64)
    )

    card = fit(half, "bad", HOW)

    assert card.sample["rows"] == 2000
    assert card.sample["without_target"] == 2000


def test_codes_named_categorical_are_grouped_as_words():
    coded = people().with_columns(
        job=pl.col("job").replace_strict({"farmer": 1, "worker": 2, "trader": 3, "none": 4})
    )

    card = fit(coded, "bad", replace(HOW, categorical=("job",)))

    assert feature(card, "job").binned.groups[0] == ("1", "2")
    floats = coded.with_columns(pl.col("job").cast(pl.Float64))
    assert score(card, floats).equals(score(card, coded))


def test_a_file_in_gb18030_is_read():
    rows = read_csv("职业,bad\n种植,0\n,1\n".encode("gb18030"), name="人.csv")

    assert rows["职业"].to_list() == ["种植", None]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x00broken", b'a,b\n"1,2\n3,4,5,6\n'])
def test_what_is_no_table_is_refused_in_one_sentence(content):
    with pytest.raises(Unusable) as caught:
        read_csv(content, name="people.csv")
    assert "people.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_stratified_split_keeps_the_share_of_bad():
    parts = stratified(people(), "bad")

    assert parts.train.height + parts.test.height == 4000
    assert parts.train["bad"].mean() == pytest.approx(parts.test["bad"].mean(), abs=0.001)


def test_no_group_is_on_both_sides():
    rows = people().with_columns(village=pl.int_range(pl.len()) % 40)

    parts = by_group(rows, "village")

    assert not set(parts.train["village"]) & set(parts.test["village"])


def test_nobody_to_learn_from_is_later_than_anybody_to_be_examined_on():
    rows = people().with_columns(month=pl.int_range(pl.len()) % 12)

    parts = by_time(rows, "month")

    assert parts.train["month"].max() < parts.test["month"].min()
