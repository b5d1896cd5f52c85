"""Files as people send them: read if they can be, refused in one sentence if not, never a crash."""

import gzip
import json
import math

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from tests.admission.test_scorecards import people

PEOPLE = people(1500)
TEXT = PEOPLE.write_csv()
HEAD, BODY = TEXT.split("\n", 1)


def column(name, made):
    return PEOPLE.with_columns(made.alias(name)).write_csv()


def fitted(folder, content, *options):
    """What the command says of a file, and what scoring the same file with the card says."""
    file, card, out = folder / "people.csv", folder / "card.json", folder / "scored.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    call_command("fit_scorecard", "--train", file, "--out", card, "--json", *options)
    call_command("score", "--card", card, "--input", file, "--out", out, "--reasons", "4")
    return json.loads(card.read_text()), pl.read_csv(out, ignore_errors=True)


READABLE = {
    "gb18030": TEXT.replace("farmer", "务农").encode("gb18030"),
    "with a mark of its encoding": TEXT.encode("utf-8-sig"),
    "zipped": gzip.compress(TEXT.encode()),
    "semicolons": TEXT.replace(",", ";"),
    "tabs": TEXT.replace(",", "\t"),
    "line ends of Windows": TEXT.replace("\n", "\r\n"),
    "line ends of old": TEXT.replace("\n", "\r"),
    "blanks round the headings": HEAD.replace(",", " , ") + "\n" + BODY,
    "a heading that is empty": HEAD.replace("noise", "") + "\n" + BODY,
    "a heading that is code": HEAD.replace("noise", "a%(b)s'; DROP") + "\n" + BODY,
    "mostly missing": column("income", pl.when(pl.col("age") % 5 == 0).then("income")),
    "infinite": column("income", pl.when(pl.col("age") > 60).then(1e308).otherwise("income")),
    "constant and empty columns": column("one", pl.lit(1)),
    "a target that is true or false": column("bad", pl.col("bad") == 1),
    "a target that is missing of some": column("bad", pl.when(pl.col("age") < 60).then("bad")),
    "what gives the target away": column("late", pl.col("bad") * 7),
    "a figure written wide": column(
        "noise", pl.when(pl.int_range(pl.len()) == 9).then(pl.lit("６２")).otherwise("age")
    ),
    "numbers no computer holds": column("code", pl.format("1{}", pl.lit("0" * 46))),
    "a comma within a heading": TEXT.replace(",", ";").replace("noise", "noise, in all"),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE.keys())
def test_what_can_be_read_is_fitted_and_scored(tmp_path, content):
    card, scored = fitted(tmp_path, content)

    assert {"age", "job"} <= {each["name"] for each in card["features"]}
    assert scored.height == PEOPLE.height
    assert scored["score"].null_count() == 0


REFUSED = {
    "nothing": (b"", [], "is empty"),
    "headings alone": (HEAD, [], "no rows whose bad is known"),
    "a name twice": (TEXT.replace("noise", "age", 1), [], "names age more than once"),
    "the target twice": (TEXT.replace("noise", "bad", 1), [], "names bad more than once"),
    "no target": (PEOPLE.drop("bad").write_csv(), [], "no column bad"),
    "everybody good": (column("bad", pl.lit(0)), [], "one class only: 0 bad of 1500"),
    "everybody bad": (column("bad", pl.lit(1)), [], "one class only: 1500 bad of 1500"),
    "one bad": (column("bad", (pl.int_range(pl.len()) < 1).cast(int)), ["--split"], "fewer than"),
    "a target in words": (column("bad", pl.lit("坏")), [], "must be 0 for good and 1 for bad"),
    "a target of 0 and 2": (column("bad", pl.col("bad") * 2), [], "must be 0 for good"),
    "another encoding": (TEXT.encode("utf-16"), [], "neither UTF-8 nor GB18030"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), [], "neither UTF-8 nor GB18030"),
    "half a zip": (gzip.compress(TEXT.encode())[:500], [], "damaged gzip"),
    "more cells than headings": (TEXT + "1,2,3,4,5,6,7,8,9\n", [], "no table of rows"),
    "the target alone": (PEOPLE.select("bad").write_csv(), [], "No column says enough"),
    "leaving out what is not there": (TEXT, ["--exclude", "nobody"], "settings name nobody"),
    "months that do not sort": (
        column("day", pl.format("2026年{}月", pl.col("age") % 12 + 1)),
        ["--split-by-time", "day"],
        "which is no day",
    ),
    "one day only": (column("day", pl.lit("2026-03-31")), ["--split-by-time", "day"], "one day"),
    "no such day": (TEXT, ["--split-by-time", "day"], "no column day to split by"),
    "codes that are none": (TEXT, ["--special", "income=abc"], "names no codes"),
    "codes that are no figures": (TEXT, ["--special", "income=nan"], "income: nan is no figure"),
    "a heading that stands for all": (TEXT.replace("noise", "*", 1), [], "no name for a column"),
    "a heading that is a pattern": (TEXT.replace("noise", "^a.*$", 1), [], "no name for a column"),
    "codes of no column": (TEXT, ["--special", "nobody=-1"], "The settings name nobody"),
}


@pytest.mark.parametrize(("content", "options", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_fitted_is_said_in_one_sentence(tmp_path, content, options, says):
    with pytest.raises(CommandError, match=says) as refused:
        fitted(tmp_path, content, *options)

    assert "\n" not in str(refused.value).strip()
    assert not (tmp_path / "card.json").exists()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"selection": {"least_iv": "x"}}, "least_iv: x is no figure"),
        ({"selection": {"most_p": 2}}, "most_p lies between 0 and 1"),
        ({"binning": {"most_bins": 5.5}}, "most_bins is a whole number"),
        ({"binning": {"trend": "zig"}}, "“zig” is none of them"),
        ({"overrides": {"age": {"trend": "sideways"}}}, "“sideways” is none of them"),
        ({"overrides": {"job": {"groups": [[1, 2], ["trader"]]}}}, "A group is a list of words"),
        ({"overrides": {"job": {"edges": [1.0]}}}, "job: edges are drawn through figures"),
        ({"overrides": {"age": {"groups": [["old"]]}}}, "age: edges are drawn through figures"),
        ({"scale": {"base_score": math.nan}}, "base_score: nan is no figure"),
        ({"scale": {"base_odds": 1e-300}}, "base_odds lies between"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_in_one_sentence(tmp_path, how, says):
    (tmp_path / "how.json").write_text(json.dumps(how))

    with pytest.raises(CommandError, match=says):
        fitted(tmp_path, TEXT, "--how", tmp_path / "how.json")


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (pl.int_range(pl.len()) * 7 % 1511 + 6_222_020_000_000_000_000, "like_an_id"),
        (pl.date(2024, 1, 1) + pl.duration(days=pl.int_range(pl.len()) % 300), "a_day"),
        ("%Y%m%d", "a_day"),
        ("%Y年%m月%d日", "a_day"),
        ("%d/%m/%Y", "a_day"),
    ],
    ids=["a number of an account", "a day", "in digits", "in Chinese", "the day first"],
)
def test_numbers_of_accounts_and_days_are_in_no_card(tmp_path, made, reason):
    if isinstance(made, str):
        day = pl.date(2024, 1, 1) + pl.duration(days=pl.int_range(pl.len()) % 300)
        made = day.dt.to_string(made)

    card, _scored = fitted(tmp_path, column("noise", made))

    left = {each["column"]: each["reason"] for each in card["left_out"]}
    assert left["noise"] == reason


@pytest.mark.parametrize("mark", ["?", "-", "NA", "N/A", "null", ".", "", " ", "n/a", "未知"])
def test_a_sign_that_nothing_is_there_does_not_make_words_of_figures(tmp_path, mark):
    third = pl.int_range(pl.len()) == 2
    written = pl.when(third).then(pl.lit(mark)).otherwise(pl.col("age").cast(pl.String))

    card, scored = fitted(tmp_path, column("age", written))

    (age,) = [each for each in card["features"] if each["name"] == "age"]
    assert age["kind"] == "number"
    assert age["bins"][-1] | {"woe": 0, "points": 0} == {
        "kind": "missing", "goods": age["bins"][-1]["goods"],
        "bads": 1 - age["bins"][-1]["goods"], "woe": 0, "points": 0,
    }  # fmt: skip
    told = card["sample"].get("as_missing", {})
    assert told.get("age", {}) == ({mark: 1} if mark.strip() else {})
    assert scored["score"].null_count() == 0


def test_a_few_words_among_many_figures_count_as_missing_and_are_told(tmp_path):
    some = pl.int_range(pl.len()) % 50 == 0
    written = pl.when(some).then(pl.lit("later")).otherwise(pl.col("noise").cast(pl.String))

    card, _scored = fitted(
        tmp_path, PEOPLE.with_columns(noise=written, money=pl.format("¥{},000", "age")).write_csv()
    )

    kinds = {each["name"]: each["kind"] for each in card["features"]}
    assert "number" in {kinds.get("money"), kinds.get("age")}
    assert card["sample"]["as_missing"]["noise"] == {"later": 30}


def test_a_code_among_words_has_a_bin_of_its_own(tmp_path):
    asked = pl.when(pl.col("age") % 7 == 0).then(pl.lit("-9")).otherwise("job")

    card, scored = fitted(tmp_path, column("job", asked), "--special", "job=-9")

    (job,) = [each for each in card["features"] if each["name"] == "job"]
    own = [each for each in job["bins"] if each["kind"] == "special"]
    rows = PEOPLE.filter(pl.col("age") % 7 == 0).height
    assert [(each["code"], each["goods"] + each["bads"]) for each in own] == [(-9.0, rows)]
    assert all("-9" not in each.get("values", ()) for each in job["bins"])
    assert scored["score"].null_count() == 0


def test_a_target_in_other_words_is_told_with_what_was_found(tmp_path):
    words = pl.when(pl.col("bad") == 1).then(pl.lit("Y")).otherwise(pl.lit("N"))

    with pytest.raises(CommandError) as refused:
        fitted(tmp_path, column("bad", words))

    bads = PEOPLE["bad"].sum()
    assert f"“N” ({1500 - bads:,}), “Y” ({bads:,})" in str(refused.value)


@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_infinite_where_risk_is_high_makes_a_card_that_is_json(tmp_path, sign):
    endless = pl.lit(sign * math.inf)
    risky = pl.int_range(pl.len()) % pl.when(pl.col("bad") == 1).then(3).otherwise(40) == 0
    content = column("noise", pl.when(risky).then(endless).otherwise("noise"))

    _card, scored = fitted(tmp_path, content)

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    card = json.loads((tmp_path / "card.json").read_text(), parse_constant=refuse)
    (noise,) = [each for each in card["features"] if each["name"] == "noise"]
    ranges = [each for each in noise["bins"] if each["kind"] == "range"]
    end = ranges[-1 if sign > 0 else 0]
    assert end["bads"] / (end["goods"] + end["bads"]) > 0.8
    assert scored["score"].null_count() == 0


def test_a_column_without_a_heading_is_called_by_its_place(tmp_path):
    unnamed = TEXT.replace("job", "", 1)

    card, scored = fitted(tmp_path, unnamed)

    place = PEOPLE.columns.index("job") + 1
    (job,) = [each for each in card["features"] if each["name"] == f"#{place}"]
    assert job["kind"] == "text"
    assert scored["score"].null_count() == 0


@pytest.mark.parametrize(
    "binning", [{"most_bins": 0}, {"smoothing": 0}, {"fine_bins": 0}, {"fewest_share": 2}]
)
def test_settings_that_cannot_be_meant_are_one_sentence(tmp_path, binning):
    how = tmp_path / "how.json"
    how.write_text(json.dumps({"binning": binning}))

    with pytest.raises(CommandError, match="lies between"):
        fitted(tmp_path, TEXT, "--how", how)


def test_two_columns_that_together_know_the_end_are_named(tmp_path):
    half = pl.col("age") % 2
    knowing = PEOPLE.with_columns(a=pl.col("bad") * half, b=pl.col("bad") * (1 - half)).write_csv()

    with pytest.raises(CommandError, match=r"\ba\b.*together tell good from bad"):
        fitted(tmp_path, knowing)


def test_a_word_that_only_bad_people_have_stays_in_the_card(tmp_path):
    """It tells most of all; that nobody good had it yet does not make it chance."""
    listed = pl.when((pl.col("bad") == 1) & (pl.col("age") % 3 == 0)).then(pl.lit("listed"))
    card, scored = fitted(tmp_path, column("court", listed.otherwise(pl.lit("no"))))

    (court,) = [each for each in card["features"] if each["name"] == "court"]
    bins = {each["values"][0]: each for each in court["bins"] if each["kind"] == "group"}
    assert bins["listed"]["goods"] == 0 < bins["listed"]["bads"]
    assert court["p_value"] < 0.05
    assert bins["listed"]["points"] < bins["no"]["points"] - 40
    assert 0.3 < court["coefficient"] < 3
    assert scored["score"].null_count() == 0


def test_a_folder_and_a_file_that_is_not_there_are_no_files(tmp_path):
    for path in (tmp_path, tmp_path / "nobody.csv"):
        with pytest.raises(CommandError, match="There is no file"):
            call_command("fit_scorecard", "--train", path, "--out", tmp_path / "card.json")


def test_a_file_that_only_says_it_is_parquet_is_none(tmp_path):
    file = tmp_path / "people.parquet"
    file.write_bytes(b"PAR1 and nothing else")

    with pytest.raises(CommandError, match="no Parquet file"):
        call_command("fit_scorecard", "--train", file, "--out", tmp_path / "card.json")


def test_reasons_are_told_though_the_first_person_has_fewer(tmp_path):
    _card, all_scored = fitted(tmp_path, TEXT)
    fewest = all_scored.sort(
        pl.sum_horizontal(pl.col("^reason_.*$").is_null()), descending=True
    ).select(PEOPLE.columns)
    (tmp_path / "sorted.csv").write_text(fewest.write_csv())

    call_command(
        "score", "--card", tmp_path / "card.json", "--input", tmp_path / "sorted.csv",
        "--out", tmp_path / "again.csv", "--reasons", "4",
    )  # fmt: skip

    again = pl.read_csv(tmp_path / "again.csv")
    told = again.select(pl.col("^reason_.*$"))
    assert told.row(0).count(None) > 0
    assert told.null_count().row(0) == all_scored.select(told.columns).null_count().row(0)
