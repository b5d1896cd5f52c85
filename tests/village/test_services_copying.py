"""Columns out of PostgreSQL: whichever way they come, they are the same to the cell."""

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village.services import copying

pytestmark = pytest.mark.django_db
SCHEMA = {
    "number": pl.Int64(),
    "share": pl.Float64(),
    "word": pl.String(),
    "day": pl.Date(),
    "flag": pl.Boolean(),
    "some": pl.List(pl.Int64()),
}
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=12)
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(1 - 2**63, 2**63 - 1),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | WORDS | st.sampled_from(['a,"b"', "", "\\", "\\\\N", "NULL", "(x)", "一\n二"]),
        st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        st.none() | st.booleans(),
        st.none() | st.lists(st.integers(-99, 99_999_999), max_size=3),
    ),
    min_size=1,
    max_size=8,
)
ONE = "SELECT %s::bigint, %s::float8, %s::text, %s::date, %s::bool, %s::bigint[]"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_columns_in_bulk_are_those_that_come_row_by_row(rows):
    query = " UNION ALL ".join([ONE] * len(rows))
    params = [cell for row in rows for cell in row]

    in_bulk = copying.in_bulk(query, SCHEMA, params)

    assert in_bulk.equals(copying.frame(query, SCHEMA, params))
    assert in_bulk.schema == pl.Schema(SCHEMA)


def test_no_row_is_a_frame_without_rows():
    nobody = copying.in_bulk("SELECT 1::bigint WHERE false", {"number": pl.Int64()})

    assert nobody.height == 0
    assert nobody.schema == {"number": pl.Int64()}


def test_rows_come_in_the_order_asked_for():
    found = copying.in_bulk(
        "SELECT n FROM generate_series(1, 5000) n ORDER BY n % 7, n DESC", {"n": pl.Int64()}
    )

    assert found["n"].to_list() == sorted(range(1, 5001), key=lambda n: (n % 7, -n))
