"""A card as SQL gives the points of the card, to the last one."""

import polars as pl
import pytest
from django.db import connection

from admission.scorecards import Settings, as_sql, score
from admission.scorecards.fitting import fit
from tests.admission.test_scorecards import people

pytestmark = pytest.mark.django_db

KINDS = {pl.Float64: "double precision", pl.Int64: "bigint", pl.String: "text"}


def stored(frame, name):
    """The frame as a table of PostgreSQL."""
    columns = ", ".join(
        '"{}" {}'.format(column.replace('"', '""'), KINDS[type(dtype)])
        for column, dtype in frame.schema.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({columns})')
        holes = ", ".join(["%s"] * frame.width)
        cursor.executemany(f'INSERT INTO "{name}" VALUES ({holes})', frame.rows())  # noqa: S608


def test_postgresql_scores_to_the_last_point_as_we_do():
    coded = pl.when(pl.col("age") % 9 == 0).then(pl.lit("-9")).otherwise("job").alias("job")
    rows = people().with_columns(coded)
    rows = rows.rename({"job": 'it\'s "who" you are, 职业'}).rename({"income": "所得" * 30})
    card = fit(rows, "bad", Settings(special={"*": (-9.0,), "所得" * 30: (-1.0,)}))
    edges = pl.DataFrame({"age": [20, 30, 40], "odd": ["pilot", "O'Neil", None]}).rename(
        {"odd": 'it\'s "who" you are, 职业'}
    )
    limits = [float("inf"), float("nan"), float("-inf")]
    odd = edges.with_columns(pl.Series("所得" * 30, limits))
    everybody = pl.concat([rows.select(odd.columns), odd])
    numbered = everybody.with_row_index("row").cast({"row": pl.Int64})
    stored(numbered, "people")

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT score, pd FROM ({as_sql(card, 'people')}) s ORDER BY row")  # noqa: S608
        found = cursor.fetchall()

    ours = score(card, everybody)
    assert [each[0] for each in found] == ours["score"].to_list()
    assert [each[1] for each in found] == pytest.approx(ours["pd"].to_list(), abs=1e-6)
    assert len(card.features) == 3
