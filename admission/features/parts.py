"""One word about many parts, said so that a part nobody knows never reads as a no or a nothing.

``parts`` is a column of lists; ``what`` is said of each of their elements. None where it is not
even known which parts there are.
"""

import polars as pl


def any_of(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """Whether some part is true: one is enough; a no takes every part to be known."""
    return parts.list.agg(pl.when(what.any()).then(True).when(_all_known(what)).then(False))


def sum_of(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """All parts together, 0 where there are none; None while a part is not known."""
    return parts.list.agg(pl.when(_all_known(what)).then(what.sum()))


def least_of(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """The least of the parts; None without parts, and while one of them is not known."""
    return parts.list.agg(pl.when(_all_known(what)).then(what.min()))


def most_of(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """The most of the parts; None without parts, and while one of them is not known."""
    return parts.list.agg(pl.when(_all_known(what)).then(what.max()))


def count_of(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """How many parts are true; None while it is not known of one of them."""
    return sum_of(parts, what.cast(pl.Int64))


def kinds_of(parts: pl.Expr, what: pl.Expr) -> pl.Expr:
    """How many different ones the parts are; those not known are one kind."""
    return parts.list.agg(what.n_unique()).cast(pl.Int64)


def worst_of(parts: pl.Expr, what: pl.Expr, order: tuple[str, ...], otherwise: str) -> pl.Expr:
    """The first word of ``order`` that a part bears, ``otherwise`` where none does.

    A part without a word may be worse than all others: only the worst word stands beside it.
    """
    ladder = (order[0], None, *order[1:])
    ranks = {word: rank for rank, word in enumerate(ladder)}
    none_of_them = len(ladder)
    rank = what.replace_strict(ranks, default=none_of_them, return_dtype=pl.Int64)
    worst = parts.list.agg(rank.min().fill_null(none_of_them))
    return worst.replace_strict(
        {None: None, **dict(enumerate(ladder))}, default=otherwise, return_dtype=pl.String
    )


def _all_known(what: pl.Expr) -> pl.Expr:
    return what.null_count() == 0
