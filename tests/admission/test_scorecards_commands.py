"""The two commands, on files; neither asks a database."""

import json
from io import StringIO

import polars as pl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from admission.scorecards import loads
from tests.admission.test_scorecards import people


@pytest.fixture
def fitted(tmp_path):
    """A card fitted from two files, and the folder."""
    people().write_csv(tmp_path / "train.csv")
    people(1000, seed=9).write_parquet(tmp_path / "test.parquet")
    told = call(
        "fit_scorecard",
        train=tmp_path / "train.csv",
        test=tmp_path / "test.parquet",
        out=tmp_path / "card.json",
        sql=tmp_path / "card.sql",
        special=["income=-1"],
        json=True,
    )
    return tmp_path, json.loads(told[0])


def call(command, **options):
    out, err = StringIO(), StringIO()
    call_command(command, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_a_card_is_fitted_examined_and_written(fitted):
    folder, told = fitted

    assert told["train"]["rows"] == 4000
    assert told["test"]["rows"] == 1000
    assert 0.6 < told["test"]["auc"] < 0.9
    assert told["auc"] == told["test"]["auc"]
    assert sorted(told["features"]) == ["age", "income", "job"]
    card = json.loads((folder / "card.json").read_text())
    assert card["hash"] == told["hash"]
    assert told["hash"] in (folder / "card.sql").read_text()


def test_people_are_scored_beside_their_own_columns(fitted):
    folder, _told = fitted

    said, _warned = call(
        "score",
        card=folder / "card.json",
        input=folder / "test.parquet",
        out=folder / "scores.csv",
        reasons=2,
        json=True,
    )

    scores = pl.read_csv(folder / "scores.csv")
    assert scores.columns == [*people(1).columns, "score", "pd", "reason_1", "reason_2"]
    assert scores.height == json.loads(said)["rows"] == 1000
    assert json.loads(said)["auc"] > 0.6


def test_what_the_file_lacks_or_says_anew_is_told_and_treated_as_declared(fitted):
    folder, _told = fitted
    odd = people(100).drop("income").with_columns(job=pl.lit("pilot"))
    odd.write_csv(folder / "odd.csv.gz", compression="gzip")

    said, warned = call(
        "score",
        card=folder / "card.json",
        input=folder / "odd.csv.gz",
        out=folder / "scores.parquet",
        json=True,
    )

    assert json.loads(said)["absent"] == ["income"]
    assert json.loads(said)["unseen"] == {"job": 100}
    assert "income: no such column" in warned
    assert pl.read_parquet(folder / "scores.parquet")["score"].null_count() == 0


def test_a_test_file_that_lacks_a_column_is_refused(fitted):
    folder, _told = fitted
    people(500, seed=3).drop("age").write_csv(folder / "less.csv")

    with pytest.raises(CommandError, match=r"test file lacks age; the card cannot be examined"):
        call(
            "fit_scorecard", train=folder / "train.csv", test=folder / "less.csv",
            out=folder / "no.json",
        )  # fmt: skip

    assert not (folder / "no.json").exists()


def test_a_test_file_of_good_people_alone_has_no_auc_and_says_so(fitted):
    folder, _told = fitted
    people(500, seed=3).with_columns(bad=pl.lit(0)).write_csv(folder / "good.csv")

    said, warned = call(
        "fit_scorecard", train=folder / "train.csv", test=folder / "good.csv",
        out=folder / "card.json", json=True,
    )  # fmt: skip

    assert json.loads(said)["auc"] is None
    assert "there is no AUC or KS" in warned


def test_a_file_of_other_kinds_is_told_or_refused(fitted):
    folder, _told = fitted
    words = people(100).with_columns(income=pl.lit("much"), age=pl.lit("old"))
    words.write_csv(folder / "words.csv")
    people(100).select("noise", "bad").write_csv(folder / "other.csv")
    where = {"card": folder / "card.json", "out": folder / "scores.csv", "json": True}

    said, warned = call("score", input=folder / "words.csv", **where)
    with pytest.raises(CommandError, match="answers none of the card's questions: "):
        call("score", input=folder / "other.csv", **where)

    assert sorted(json.loads(said)["wrong_kind"]) == ["age", "income"]
    assert "income: holds no figure" in warned


def test_an_end_in_words_is_not_examined_and_the_reason_is_told(fitted):
    folder, _told = fitted
    people(100).with_columns(bad=pl.lit("Y")).write_csv(folder / "ends.csv")

    said, warned = call(
        "score", card=folder / "card.json", input=folder / "ends.csv",
        out=folder / "scores.csv", json=True,
    )  # fmt: skip

    assert "auc" not in json.loads(said)
    assert "bad must be 0 for good and 1 for bad; it says “Y” (100)." in warned


@pytest.mark.parametrize(
    ("out", "why"), [("nowhere/scores.csv", "No such file or directory"), ("", "Is a directory")]
)
@pytest.mark.parametrize("ending", ["", ".gz", ".parquet"])
def test_where_scores_cannot_be_written_it_says_where_and_why(fitted, out, ending, why):
    folder, _told = fitted
    target = folder / f"{out}{ending}"
    if not out:
        target.mkdir(exist_ok=True)

    with pytest.raises(CommandError) as refused:
        call("score", card=folder / "card.json", input=folder / "test.parquet", out=target)

    assert str(refused.value) == f"{target} cannot be written: {why}."


@pytest.mark.parametrize("column", [[["a", "b"]], [{"a": 1}], [b"a"]])
def test_what_a_csv_file_cannot_hold_is_named_and_no_file_is_left(fitted, column):
    folder, _told = fitted
    people(100).with_columns(notes=pl.Series(column * 100)).write_parquet(folder / "odd.parquet")
    given = {"card": folder / "card.json", "input": folder / "odd.parquet"}

    with pytest.raises(CommandError, match="a CSV file holds nothing like notes"):
        call("score", out=folder / "scores.csv", **given)
    call("score", out=folder / "scores.parquet", **given)

    assert not (folder / "scores.csv").exists()
    assert "notes" in pl.read_parquet(folder / "scores.parquet").columns


def test_codes_with_leading_zeros_stay_the_words_they_were(tmp_path):
    coded = people().with_columns(job=pl.col("job").replace({"farmer": "01", "worker": "02"}))
    coded.write_csv(tmp_path / "train.csv")
    coded.filter(pl.col("job").is_in(["01", "02"])).write_csv(tmp_path / "some.csv")
    call("fit_scorecard", train=tmp_path / "train.csv", out=tmp_path / "card.json")

    said, warned = call(
        "score", card=tmp_path / "card.json", input=tmp_path / "some.csv",
        out=tmp_path / "scores.csv", json=True,
    )  # fmt: skip

    assert json.loads(said)["unseen"] == {}
    assert warned == ""


@pytest.mark.parametrize(
    ("content", "options", "says"),
    [
        ("a,bad\n1,1\n2,1\n", {}, "bad has one class only"),
        ("a,b\n1,1\n2,0\n", {}, "There is no column bad"),
        ("", {}, "train.csv is empty"),
        ("a,bad\n1,1\n2,0\n", {"special": ["a=old"]}, "“a=old” names no codes"),
        ("a,bad\n1,1\n2,0\n", {"split_by_time": "day"}, "no column day to split by"),
        ("a,bad\n1,1\n2,0\n", {"split": True}, "fewer than two people of one class"),
    ],
)
def test_what_cannot_be_fitted_is_one_sentence(tmp_path, content, options, says):
    (tmp_path / "train.csv").write_text(content)

    with pytest.raises(CommandError, match=says) as caught:
        call("fit_scorecard", train=tmp_path / "train.csv", out=tmp_path / "card.json", **options)

    assert "\n" not in str(caught.value)
    assert not (tmp_path / "card.json").exists()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call("fit_scorecard", train=tmp_path / "none.csv", out=tmp_path / "card.json")
    with pytest.raises(CommandError, match="cannot be read"):
        call("score", card=tmp_path / "none", input=tmp_path / "none", out=tmp_path / "o.csv")


def test_codes_named_categorical_are_the_same_words_when_people_are_scored(tmp_path):
    codes = {"farmer": "01", "worker": "02"}
    job = pl.col("job").replace_strict(codes, default="03")
    people().with_columns(job=job).write_csv(tmp_path / "train.csv")
    call("fit_scorecard", train=tmp_path / "train.csv", out=tmp_path / "card.json",
         categorical="job")  # fmt: skip

    said, warned = call(
        "score", card=tmp_path / "card.json", input=tmp_path / "train.csv",
        out=tmp_path / "scores.csv", json=True,
    )  # fmt: skip

    (job,) = [each for each in loads((tmp_path / "card.json").read_text()).features
              if each.name == "job"]  # fmt: skip
    assert sorted(job.binned.words) == ["01", "02", "03"]
    assert json.loads(said)["unseen"] == {}
    assert warned == ""


def test_a_test_file_of_codes_alone_is_examined_as_the_words_of_training(tmp_path):
    coded = people().with_columns(job=pl.col("job").replace({"farmer": "01", "worker": "02"}))
    coded.write_csv(tmp_path / "train.csv")
    coded.filter(pl.col("job").is_in(["01", "02"])).write_csv(tmp_path / "test.csv")

    _said, warned = call("fit_scorecard", train=tmp_path / "train.csv", test=tmp_path / "test.csv",
                         out=tmp_path / "card.json")  # fmt: skip

    assert warned == ""


def test_whatever_the_card_does_not_ask_comes_back_as_it_was_written(fitted):
    folder, _told = fitted
    rows = people(3, seed=4).with_columns(
        number=pl.Series(["000123", "000045", "6228480402564890018001"]),
        price=pl.Series(["1.50", "2.10", "3.00"]),
    )
    rows.write_csv(folder / "three.csv")

    call("score", card=folder / "card.json", input=folder / "three.csv",
         out=folder / "scores.csv")  # fmt: skip

    scored = pl.read_csv(folder / "scores.csv", infer_schema=False)
    assert scored["number"].to_list() == rows["number"].to_list()
    assert scored["price"].to_list() == rows["price"].to_list()


@pytest.mark.parametrize("written", [("True", "False"), ("TRUE", "FALSE"), ("true", "false")])
def test_yes_and_no_are_the_same_words_however_a_file_writes_them(tmp_path, written):
    is_old = pl.col("age") > 45
    people().drop("age").with_columns(
        is_old=people().select(pl.when(is_old).then(pl.lit(written[0])).otherwise(
            pl.lit(written[1])).alias("is_old"))["is_old"]
    ).write_csv(tmp_path / "train.csv")  # fmt: skip
    call("fit_scorecard", train=tmp_path / "train.csv", out=tmp_path / "card.json")

    said, warned = call(
        "score", card=tmp_path / "card.json", input=tmp_path / "train.csv",
        out=tmp_path / "scores.csv", json=True,
    )  # fmt: skip

    assert "is_old" in loads((tmp_path / "card.json").read_text()).names
    assert json.loads(said)["unseen"] == {}
    assert warned == ""
