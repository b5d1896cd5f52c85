"""One applicant and a county: both back-ends agree on every cell, whatever is written and known."""

import datetime as dt
import functools
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.expressions import Catalogue, ExpressionError, Field, Kind

BIG = 2**53 - 1
CATALOGUE = Catalogue(
    [Field(f"{kind}_{n}", kind) for kind in Kind for n in (1, 2)]
    + [Field("grade", Kind.TEXT, choices=("甲", "乙", "丙"))]
)
DTYPES = {
    Kind.BOOL: pl.Boolean,
    Kind.INTEGER: pl.Int64,
    Kind.DECIMAL: pl.Float64,
    Kind.MONEY: pl.Int64,
    Kind.TEXT: pl.String,
    Kind.DATE: pl.Date,
}
WHOLE = st.one_of(
    st.integers(-20, 20),
    st.sampled_from([0, 49, 50, 51, BIG, -BIG, BIG + 1, -BIG - 1, 2**63 - 1, -(2**63)]),
    st.integers(-(10**12), 10**12),
)
FRACTION = st.one_of(
    st.sampled_from(
        [0.0, -0.0, 0.5, -0.5, 1.5, 2.5, 1e-9, 1e-10, 5e-324, 1e300, math.nan, math.inf, -math.inf]
    ),
    st.sampled_from([0.49999999999999994, 1.005, 0.145, float(BIG), BIG - 0.5]),
    st.floats(-1e6, 1e6),
    st.floats(),
)
DAY = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)) | st.sampled_from(
    [dt.date(2024, 2, 29), dt.date(2023, 2, 28), dt.date(2024, 3, 1)]
)
VALUES = {
    Kind.BOOL: st.booleans(),
    Kind.INTEGER: WHOLE,
    Kind.DECIMAL: FRACTION,
    Kind.MONEY: WHOLE,
    Kind.TEXT: st.sampled_from(["甲", "乙", "", "x"]),
    Kind.DATE: DAY,
}
ROWS = st.lists(
    st.fixed_dictionaries({f.name: st.none() | VALUES[f.kind] for f in CATALOGUE.fields.values()}),
    min_size=1,
    max_size=6,
)


def written(kind):
    """A written value of one kind."""
    return {
        Kind.BOOL: st.sampled_from(["True", "False", "None"]),
        Kind.INTEGER: st.sampled_from(["0", "1", "3", "12", "-7", "1000000", "None"]),
        Kind.DECIMAL: st.sampled_from(["0.5", "-2.5", "0.0", "3", "1e-10", "12345.678", "None"]),
        Kind.MONEY: st.sampled_from(["None", "money_1"]),
        Kind.TEXT: st.sampled_from(["'甲'", "''", "'x'", "None"]),
        Kind.DATE: st.sampled_from(["coalesce(date_1, '2024-02-29')", "date_2"]),
    }[kind]


def joined(pattern, *parts):
    return st.builds(pattern.format, *parts)


@functools.cache
def texts(kind, depth):
    """Texts of rules whose result has one kind; a few are refused and then left out."""
    leaf = st.sampled_from([f"{kind}_1", f"{kind}_2"]) | written(kind)
    if depth == 0:
        return leaf
    same = st.deferred(lambda: texts(kind, depth - 1))

    def of(other):
        return st.deferred(lambda: texts(other, depth - 1))

    general = [
        leaf,
        joined("({} if {} else {})", same, of(Kind.BOOL), same),
        joined("coalesce({}, {})", same, same),
        joined("coalesce({}, {}, {})", same, same, same),
    ]
    calculated = [
        joined("({} + {})", same, same),
        joined("({} - {})", same, same),
        joined("(-{})", same),
        joined("abs({})", same),
        joined("min({}, {})", same, same),
        joined("max({}, {}, {})", same, same, same),
        joined("clip({}, {}, {})", same, same, same),
    ]
    own = {
        Kind.BOOL: conditions(of),
        Kind.INTEGER: [
            *calculated,
            joined("({} * {})", same, same),
            joined("round({})", of(Kind.DECIMAL)),
            joined("floor({})", of(Kind.DECIMAL)),
            joined("round({}, {})", same, st.integers(-4, 1)),
            joined("floor({}, {})", same, st.integers(-4, 1)),
            joined("days_between({}, {})", of(Kind.DATE), of(Kind.DATE)),
            joined("years_between({}, {})", of(Kind.DATE), of(Kind.DATE)),
        ],
        Kind.DECIMAL: [
            *calculated,
            joined("({} * {})", same, same),
            joined("({} / {})", same, same),
            joined("({} + {})", same, of(Kind.INTEGER)),
            joined("({} / {})", of(Kind.INTEGER), of(Kind.INTEGER)),
            joined("({} / {})", of(Kind.MONEY), of(Kind.MONEY)),
            joined("round({}, {})", same, st.integers(-4, 6)),
            joined("floor({}, {})", same, st.integers(-4, 6)),
        ],
        Kind.MONEY: [
            *calculated,
            joined("({} + {})", same, st.sampled_from(["500", "0.01", "-3.5"])),
            joined("({} * {})", same, of(Kind.INTEGER)),
            joined("({} * {})", of(Kind.DECIMAL), same),
            joined("({} / {})", same, of(Kind.DECIMAL)),
            joined("({} / {})", same, of(Kind.INTEGER)),
            joined("round({}, {})", same, st.integers(-4, 3)),
            joined("floor({}, {})", same, st.integers(-4, 3)),
            joined("min({}, 30000)", same),
            joined("max(0.5, {})", same),
        ],
        Kind.TEXT: [],
        Kind.DATE: [joined("min({}, {})", same, same), joined("max({}, '2024-02-29')", same)],
    }[kind]
    return st.one_of(*general, *own)


def conditions(of):
    """The shapes whose result is a yes-or-no."""
    ordered = st.sampled_from([Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.DATE])
    sign = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    equal = st.sampled_from(["==", "!="])
    boolean, text = of(Kind.BOOL), of(Kind.TEXT)
    return [
        joined("({} and {})", boolean, boolean),
        joined("({} or {})", boolean, boolean),
        joined("({} and {} and {})", boolean, boolean, boolean),
        joined("(not {})", boolean),
        joined("({} {} {})", boolean, equal, boolean),
        joined("({} {} {})", text, equal, text),
        joined("(grade in {})", st.sampled_from(["['甲']", "['甲', '丙']", "[]", "('乙',)"])),
        joined("({} not in ['x', ''])", text),
        joined("({} in [0, 3, -7])", of(Kind.INTEGER)),
        joined("({} in [0, 0.5, -2.5])", of(Kind.DECIMAL)),
        joined("({} not in [0.5, 0.49])", of(Kind.MONEY)),
        joined("({} in ['2024-02-29'])", of(Kind.DATE)),
        ordered.flatmap(lambda kind: joined("({} {} {})", of(kind), sign, of(kind))),
        ordered.flatmap(lambda k: joined("({} <= {} < {})", of(k), of(k), of(k))),
        joined("({} {} {})", of(Kind.INTEGER), sign, of(Kind.DECIMAL)),
        joined("({} {} 0.5)", of(Kind.MONEY), sign),
        st.sampled_from(list(Kind)).flatmap(lambda kind: joined("({} is None)", of(kind))),
        st.sampled_from(list(Kind)).flatmap(lambda kind: joined("({} is not None)", of(kind))),
    ]


def frame(rows):
    schema = {f.name: DTYPES[f.kind] for f in CATALOGUE.fields.values()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def accepted(text):
    try:
        return CATALOGUE.parse(text)
    except ExpressionError:
        return None


def assert_agreement(expression, rows):
    one_by_one = [expression.value(row) for row in rows]
    county = frame(rows).with_columns(expression.column().alias("answer"))["answer"]

    assert county.to_list() == one_by_one, expression.text
    assert county.dtype == DTYPES[expression.kind]
    for value in one_by_one:
        assert value is None or type(value) is PYTHON[expression.kind]
        assert not isinstance(value, float) or math.isfinite(value)


PYTHON = {
    Kind.BOOL: bool,
    Kind.INTEGER: int,
    Kind.DECIMAL: float,
    Kind.MONEY: int,
    Kind.TEXT: str,
    Kind.DATE: dt.date,
}


@pytest.mark.parametrize("kind", list(Kind))
def test_one_applicant_and_the_county_agree_on_every_cell(kind):
    @settings(max_examples=150, deadline=None, database=None)
    @given(text=texts(kind, 3), rows=ROWS)
    def agree(text, rows):
        expression = accepted(text)
        if expression is not None:
            assert_agreement(expression, rows)

    agree()


@pytest.mark.parametrize(
    "text",
    [
        "floor(round(-2.5) / 2) >= coalesce(None, max(-2.5, 0.1))",
        "years_between('2000-02-29', '2018-02-28')",
        "5 if 1 < 2 else None",
        "grade is None or True",
    ],
)
@pytest.mark.parametrize("height", [0, 1, 3])
def test_a_rule_of_written_values_alone_has_an_answer_for_every_row(text, height):
    expression = CATALOGUE.parse(text)
    county = frame([{}] * height)

    answers = county.with_columns(answer=expression.column())["answer"]

    assert answers.to_list() == [expression.value({})] * height


@pytest.mark.parametrize(
    "text",
    [
        "integer_1 / 49 >= 1",
        "integer_1 / coalesce(49, integer_2) >= 1",
        "integer_1 / (49 if bool_1 else 7) >= 1",
        "decimal_1 / integer_2 >= 1",
        "round(decimal_1 / 1000, 3)",
    ],
)
@pytest.mark.parametrize("height", [0, 1, 3])
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_a_division_by_the_same_number_in_every_row_is_exact(text, height, engine):
    expression = CATALOGUE.parse(text)
    row = {"integer_1": 49, "decimal_1": 49.0, "bool_1": True}
    county = frame([row] * height).with_columns(pl.lit(49).alias("integer_2"))

    answers = county.lazy().select(answer=expression.column()).collect(engine=engine)

    one = expression.value({**row, "integer_2": 49})
    assert answers["answer"].to_list() == [one] * height
    assert one in (True, 0.049)


def test_a_constant_before_a_wholly_unknown_column_answers_for_every_row():
    catalogue = Catalogue([Field("crop", Kind.TEXT), Field("rented", Kind.BOOL)])
    frame = pl.DataFrame(
        {"crop": [None, None], "rented": [None, None]},
        schema={"crop": pl.String, "rented": pl.Boolean},
    )

    rule = catalogue.parse("'稻' == (crop if rented else crop)")

    assert frame.select(rule.column().alias("answer"))["answer"].to_list() == [None, None]
