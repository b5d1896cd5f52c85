"""A card as SQL gives the points of the card, to the last one."""

import polars as pl
import pytest
from django.db import connection

from admission.scorecards import Override, Settings, as_sql, score
from admission.scorecards.cells import SPACES
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


def scored_by_postgresql(card, table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT score, pd FROM ({as_sql(card, table)}) s ORDER BY row")  # noqa: S608
        return cursor.fetchall()


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

    found = scored_by_postgresql(card, "people")

    ours = score(card, everybody)
    assert [each[0] for each in found] == ours["score"].to_list()
    assert [each[1] for each in found] == pytest.approx(ours["pd"].to_list(), abs=1e-6)
    assert len(card.features) == 3


SPELLED = [
    "NA", "na", "N/A", "#N/A", "NaN", "null", "<NA>", "?", " ? ", ".", "", "  ", "\t", "\u3000",
    " farmer", "worker\u3000", "Farmer", "none", "None", "-", "unknown", "无", "n.a.", None,
]  # fmt: skip


@pytest.mark.parametrize("unseen", ["neutral", "worst"])
def test_what_is_missing_among_words_is_missing_in_sql_too(unseen):
    rows = people().with_columns(
        job=pl.when(pl.int_range(pl.len()) % 3 + pl.col("bad") == 0).then(None).otherwise("job")
    )
    card = fit(rows, "bad", Settings(unseen=unseen))
    odd = pl.DataFrame({"job": SPELLED}).with_columns(age=pl.lit(40), income=pl.lit(3000.0))
    stored(odd.with_row_index("row").cast({"row": pl.Int64, "age": pl.Int64}), "odd")

    found = [points for points, _pd in scored_by_postgresql(card, "odd")]

    assert found == score(card, odd)["score"].to_list()
    assert len(set(found[:14])) == 1
    assert found[SPELLED.index("NA")] == found[-1] != found[SPELLED.index("-")]


def test_a_code_or_a_yes_is_the_same_word_in_sql_however_it_is_written():
    coded = {"farmer": "1", "worker": "2", "trader": "true", "none": "1.5"}
    rows = people().with_columns(pl.col("job").replace_strict(coded))
    card = fit(rows, "bad", Settings(categorical=("job",)))
    odd = pl.DataFrame({"job": ["1", "1.0", "2.00", "1.50", "TRUE", "True", "true.0", "3.0"]})
    odd = odd.with_columns(age=pl.lit(40), income=pl.lit(3000.0))
    stored(odd.with_row_index("row").cast({"row": pl.Int64, "age": pl.Int64}), "odd")

    found = [points for points, _pd in scored_by_postgresql(card, "odd")]

    assert found == score(card, odd)["score"].to_list()
    assert found[0] == found[1]


def test_a_sign_of_nothing_in_a_group_drawn_by_hand_is_missing_for_one_and_for_all():
    groups = (("farmer", "worker", "NA"), ("trader", "none"))
    card = fit(people(), "bad", Settings(overrides={"job": Override(groups=groups)}))
    one = pl.DataFrame({"job": ["NA"], "age": [40], "income": [3000.0]})
    stored(one.with_row_index("row").cast({"row": pl.Int64}), "one")

    alone = score(card, one)["score"][0]

    among = score(card, pl.concat([one, one.with_columns(job=pl.lit("pilot"))]))["score"][0]
    assert alone == among == scored_by_postgresql(card, "one")[0][0]


def test_what_sql_strips_is_what_scoring_strips():
    everything = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    bare = pl.Series(everything).str.strip_chars()

    stripped = {each for each, left in zip(everything, bare, strict=True) if not left}
    assert stripped == set(SPACES)
