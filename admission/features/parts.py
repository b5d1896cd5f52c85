"""One word about many parts, said so that a part nobody knows never reads as a no or a nothing."""

import polars as pl


def any_of(parts: pl.Expr) -> pl.Expr:
    """Whether some part is true: one is enough; a no takes every part to be known."""
    return pl.when(parts.list.any()).then(True).when(all_known(parts)).then(False)


def sum_of(parts: pl.Expr) -> pl.Expr:
    """All parts together, 0 where there are none; None while a part is not known."""
    return pl.when(all_known(parts)).then(parts.list.sum())


def least_of(parts: pl.Expr) -> pl.Expr:
    """The least of the parts; None without parts, and while one of them is not known."""
    return pl.when(all_known(parts)).then(parts.list.min())


def most_of(parts: pl.Expr) -> pl.Expr:
    """The most of the parts; None without parts, and while one of them is not known."""
    return pl.when(all_known(parts)).then(parts.list.max())


def count_of(parts: pl.Expr) -> pl.Expr:
    """How many parts are true; None while it is not known of one of them."""
    return sum_of(parts.list.eval(pl.element().cast(pl.Int64)))


def worst_of(words: pl.Expr, order: tuple[str, ...], otherwise: str) -> pl.Expr:
    """The first word of ``order`` that a part bears, ``otherwise`` where none does.

    A part without a word may be worse than all others: only the worst word stands beside it.
    """
    ladder = (order[0], None, *order[1:])
    ranks = {word: rank for rank, word in enumerate(ladder)}
    none_of_them = len(ladder)
    worst = words.list.eval(
        pl.element().replace_strict(ranks, default=none_of_them, return_dtype=pl.Int64)
    ).list.min()
    said = worst.fill_null(none_of_them).replace_strict(
        dict(enumerate(ladder)), default=otherwise, return_dtype=pl.String
    )
    return pl.when(words.is_not_null()).then(said)


def all_known(parts: pl.Expr) -> pl.Expr:
    """Whether every part is known; None where it is not even known which parts there are."""
    return ~parts.list.contains(None)
