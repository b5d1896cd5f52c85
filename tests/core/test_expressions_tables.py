"""Decision tables: which row fits, what is left out, what is answered twice."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.expressions import Catalogue, DecisionTable, Field, Kind, TableError

CATALOGUE = Catalogue(
    [
        Field("score", Kind.INTEGER),
        Field("income", Kind.MONEY),
        Field("grade", Kind.TEXT, choices=("A", "B", "C")),
        Field("town", Kind.TEXT),
        Field("married", Kind.BOOL),
        Field("since", Kind.DATE),
    ]
)
TYPES = {
    "score": pl.Int64,
    "income": pl.Int64,
    "grade": pl.String,
    "town": pl.String,
    "married": pl.Boolean,
    "since": pl.Date,
}


def spec(inputs, rows, kind="money"):
    return {
        "inputs": [{"text": each} if isinstance(each, str) else each for each in inputs],
        "outputs": [{"name": "limit", "kind": kind}],
        "rows": [{"when": when, "then": [then]} for when, then in rows],
    }


def table(inputs, rows, kind="money"):
    return DecisionTable.read(CATALOGUE, spec(inputs, rows, kind))


def said(inputs, rows):
    return [str(each) for each in table(inputs, rows).check()]


LIMITS = table(
    [{"text": "score", "from": 300, "to": 900}, "grade"],
    [
        ([{"to": 600}, "*"], 0),
        ([{"from": 600, "to": 700}, ["A", "B"]], "min(50000, income * 2)"),
        ([{"from": 600, "to": 700}, "C"], 10000.5),
        ([{"from": 700}, "*"], 80000),
        (["?", "*"], None),
    ],
)


@pytest.mark.parametrize(
    ("row", "limit", "number"),
    [
        ({"score": 599}, 0, 1),
        ({"score": 600, "grade": "A", "income": 1_000_000}, 2_000_000, 2),
        ({"score": 600, "grade": "A", "income": 9_000_000}, 5_000_000, 2),
        ({"score": 600, "grade": "A"}, None, 2),
        ({"score": 699, "grade": "C"}, 1_000_050, 3),
        ({"score": 650}, None, None),
        ({"score": 700}, 8_000_000, 4),
        ({"grade": "A"}, None, 5),
    ],
)
def test_the_row_that_fits_gives_the_limit_and_can_be_named(row, limit, number):
    county = pl.DataFrame([{name: row.get(name) for name in TYPES}], schema=TYPES)

    assert LIMITS.value(row) == limit
    assert LIMITS.values(row) == {"limit": limit}
    assert LIMITS.fitting.value(row) == number
    answers = county.select(LIMITS.column().alias("limit"), row=LIMITS.fitting.column())
    assert answers.rows() == [(limit, number)]


def test_a_sound_table_has_no_problems_and_knows_what_it_looks_at():
    assert LIMITS.check() == []
    assert LIMITS.kind is Kind.MONEY
    assert LIMITS.fields == {"score", "grade", "income"}


def test_several_outputs_are_read_by_name():
    priced = DecisionTable.read(
        CATALOGUE,
        {
            "inputs": [{"text": "married"}],
            "outputs": [{"name": "rate", "kind": "decimal"}, {"name": "day", "kind": "date"}],
            "rows": [
                {"when": [True], "then": [0.0435, "2026-01-31"]},
                {"when": [[False]], "then": ["0.05 + spread", None]},
            ],
        },
        params={"spread": 0.01},
    )

    assert priced.values({"married": True}) == {"rate": 0.0435, "day": dt.date(2026, 1, 31)}
    assert priced.expression("rate").value({"married": False}) == pytest.approx(0.06)
    assert priced.check() == []
    assert list(priced.columns()) == ["rate", "day"]
    with pytest.raises(TableError, match="no output 'limit'"):
        priced.expression("limit")


def test_bands_of_one_input_are_a_table_too():
    rates = DecisionTable.of_bands(
        CATALOGUE, "income / 12", [(None, 1000, 0.06), (1000, None, "0.05")], kind=Kind.DECIMAL
    )

    assert rates.value({"income": 1_199_999}) == 0.05
    assert rates.value({"income": 1_199_900}) == 0.06
    assert rates.value({"income": None}) is None
    assert rates.check() == []


def test_a_gap_is_named_with_its_exact_place():
    rows = [([{"from": 0, "to": 1000.5}], 1), ([{"from": 2000}], 2)]

    assert said(["income"], rows) == [
        "No row fits where income < 0.",
        "No row fits where 1000.5 ≤ income < 2000.",
    ]


def test_gaps_of_two_inputs_are_gathered_into_boxes():
    rows = [
        ([{"to": 600}, "*"], 1),
        ([{"from": 600, "to": 700}, "A"], 2),
        ([{"from": 720}, "*"], 3),
    ]

    assert said(["score", "grade"], rows) == [
        "No row fits where 600 ≤ score < 720; grade = B / C.",
        "No row fits where 700 ≤ score < 720; grade = A.",
    ]


def test_an_overlap_is_named_with_both_rows_and_its_exact_place():
    rows = [([{"to": 600}, ["A", "B"]], 1), ([{"from": 590}, "*"], 2), ([{"to": 590}, "*"], 3)]

    assert said(["score", "grade"], rows) == [
        "Rows 1 and 2 both fit where 590 ≤ score < 600; grade = A / B.",
        "Rows 1 and 3 both fit where score < 590; grade = A / B.",
    ]


def test_values_nobody_listed_are_a_gap_unless_the_choices_are_known():
    assert said(["town"], [([["柯岩", "漓渚"]], 1)]) == ["No row fits where town = any other."]
    assert said(["grade"], [([["A", "B", "C"]], 1)]) == []
    assert said(["married"], [([True], 1)]) == ["No row fits where married = False."]


def test_two_rows_for_unknown_overlap_and_none_is_no_gap():
    assert said(["married"], [(["?"], 1), (["*"], 2)]) == [
        "Rows 1 and 2 both fit where married is unknown."
    ]
    assert said(["married"], [([[True, False]], 1)]) == []


def test_outside_the_domain_of_an_input_nothing_needs_to_fit():
    inputs = [{"text": "score", "from": 0, "to": 100}]

    assert said(inputs, [([{"from": 0, "to": 50}], 1), ([{"from": 50, "to": 100}], 2)]) == []


def test_bands_of_dates_are_written_as_days():
    rows = [([{"to": "2026-01-01"}], 1), ([{"from": "2026-01-02"}], 2)]

    assert said(["since"], rows) == ["No row fits where 2026-01-01 ≤ since < 2026-01-02."]


@pytest.mark.parametrize(
    ("inputs", "rows", "code", "row", "column"),
    [
        ([], [([], 1)], "table_empty", 0, 0),
        (["score"], [], "table_empty", 0, 0),
        (["score"], [(["*"], 1)] * 201, "table_too_large", 0, 0),
        (["score", "zzzzzz"], [(["*", "*"], 1)], "unknown_name", 0, 2),
        ([{"text": "grade", "from": 1}], [(["*"], 1)], "no_bands", 0, 1),
        (["score"], [(["*"], 1), (["*", "*"], 1)], "table_width", 2, 0),
        (["score"], [(["*"], "zzzzzz")], "unknown_name", 1, 2),
        (["score"], [(["*"], "score")], "wrong_kind", 1, 2),
        (["score"], [(["*"], 0.001)], "yuan_and_fen", 1, 2),
        (["score"], [([{"from": 6, "to": 6}], 1)], "band_empty", 1, 1),
        (["score"], [([{"from": "a"}], 1)], "wrong_kind", 1, 1),
        (["score"], [([{"von": 6}], 1)], "table_shape", 1, 1),
        (["score"], [([[1, 2]], 1)], "no_values", 1, 1),
        (["score", "grade"], [(["*", {"from": 1}], 1)], "no_bands", 1, 2),
        (["grade"], [(["D"], 1)], "not_a_choice", 1, 1),
        (["grade"], [([[]], 1)], "table_empty", 1, 1),
        (["grade"], [([None], 1)], "not_in_language", 1, 1),
        (["grade"], [("*", 1)], "table_shape", 1, 0),
    ],
)
def test_a_table_that_cannot_be_used_points_at_the_cell(inputs, rows, code, row, column):
    with pytest.raises(TableError) as caught:
        table(inputs, rows)

    assert (caught.value.code, caught.value.row, caught.value.column) == (code, row, column)
    assert str(caught.value) == f"Row {row}, column {column}: {caught.value.reason}"


def test_a_table_with_too_many_combinations_is_not_checked_for_ever():
    rows = [([{"from": n, "to": n + 1}] * 4, 1) for n in range(20)]

    with pytest.raises(TableError, match="combinations"):
        table(["score", "score + 1", "score + 2", "score + 3"], rows).check()


EDGE = st.none() | st.integers(0, 6)
CELLS = st.one_of(
    st.sampled_from(["*", "?"]),
    st.tuples(EDGE, EDGE)
    .filter(lambda pair: None in pair or pair[0] < pair[1])
    .map(lambda pair: {"from": pair[0], "to": pair[1]}),
)
GRADES = st.sampled_from(["*", "?", "A", ["A", "B"], ["B", "C"], ["A", "B", "C"]])


@settings(max_examples=150, deadline=None, database=None)
@given(rows=st.lists(st.tuples(CELLS, GRADES), min_size=1, max_size=5))
def test_problems_are_told_exactly_where_no_row_or_two_rows_fit(rows):
    whole = table(["score", "grade"], [([*cells], number) for number, cells in enumerate(rows)])
    alone = [table(["score", "grade"], [([*cells], 1)]) for cells in rows]
    applicants = [
        {"score": score, "grade": grade}
        for score in [*range(-1, 8), None]
        for grade in ["A", "B", "C", None]
    ]

    fits = {
        (each["score"], each["grade"]): [n for n, t in enumerate(alone, 1) if t.value(each) == 100]
        for each in applicants
    }

    told = whole.check()
    known = [found for place, found in fits.items() if None not in place]
    assert any(each.code == "gap" for each in told) == any(not found for found in known)
    pairs = {each.rows for each in told if each.code == "overlap"}
    assert pairs == {(a, b) for found in fits.values() for a in found for b in found if a < b}
    first = [found[0] if found else None for found in fits.values()]
    assert [whole.fitting.value(each) for each in applicants] == first
    types = {"score": pl.Int64, "grade": pl.String}
    county = pl.DataFrame(applicants, schema=types).with_columns(row=whole.fitting.column())
    assert county["row"].to_list() == first
