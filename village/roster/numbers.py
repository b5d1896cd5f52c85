"""What a household number 户号 may look like."""

import polars as pl


def impossible(column: str = "household_number") -> pl.Expr:
    """Whether what is written can be no household's number: it has neither letter nor digit, or a
    backslash. ``\\.`` alone on a line would end what is written to older databases."""
    number = pl.col(column)
    return number.str.contains("\\", literal=True) | ~number.str.contains(r"[\p{L}\p{N}]")
