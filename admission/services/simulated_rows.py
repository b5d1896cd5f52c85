"""What two versions of the rules say of the same people, a row each, and how it is kept."""

import io

import polars as pl

from admission.judgement import RuleBook, answer_columns
from admission.judgement.verdict import FACTOR, OUTCOME
from admission.models import Authorisation, RuleSimulation


def answers(book: RuleBook, inputs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Of every row the outcome, the factor, the rules that hold, and those that nobody could
    answer; the columns begin with ``name``."""
    heard = answer_columns(book, inputs)
    holding = [pl.when(pl.col(code)).then(pl.lit(code)) for code in book.codes]
    unknown = [pl.when(pl.col(code).is_null()).then(pl.lit(code)) for code in book.codes]
    return heard.select(
        pl.col(OUTCOME).alias(name),
        pl.col(FACTOR).alias(f"{name}_factor"),
        pl.concat_list(holding).list.drop_nulls().alias(f"{name}_hits"),
        pl.concat_list(unknown).list.drop_nulls().alias(f"{name}_unknown"),
    )


def packed(rows: pl.DataFrame) -> bytes:
    """Rows as Parquet."""
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def rows_of(simulation: RuleSimulation) -> pl.DataFrame:
    """A row per decision: what the version in force, or the decision then, and this one say. Of a
    simulation over the portfolio a row per customer, of those alone whom the two treat
    differently."""
    blobs = simulation.pieces.order_by("id").values_list("rows", flat=True)
    return pl.concat(pl.read_parquet(io.BytesIO(bytes(blob))) for blob in blobs)


def of_borrowers(rows: pl.DataFrame) -> pl.DataFrame:
    """Those of people who would borrow; everybody, where no purpose was kept."""
    return rows.filter(~_guarantees(rows))


def of_guarantors(rows: pl.DataFrame) -> pl.DataFrame:
    """Those of people who would answer for another's loan."""
    return rows.filter(_guarantees(rows))


def _guarantees(rows: pl.DataFrame) -> pl.Expr:
    if "purpose" not in rows.columns:
        return pl.lit(False)
    return pl.col("purpose") == Authorisation.Purpose.GUARANTEE.value
