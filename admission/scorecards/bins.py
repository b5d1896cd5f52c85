"""Bins of one column, and the one place where a value is put into its bin."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import polars as pl

Kind = Literal["range", "group", "special", "missing"]
INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Bin:
    """Some values of a column with how many people of training were good and bad.

    A range begins at ``low`` and ends before ``high``; None is open. ``woe`` is
    ln(share of the good / share of the bad), above zero for people safer than the average.
    """

    kind: Kind
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    code: float | None = None
    goods: int = 0
    bads: int = 0
    woe: float = 0.0
    points: int = 0

    @property
    def count(self) -> int:
        """People of training in this bin."""
        return self.goods + self.bads

    @property
    def bad_rate(self) -> float | None:
        """Share of the bad; None where nobody was."""
        return self.bads / self.count if self.count else None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that lie in it, where its column holds words; a code is one of them."""
        return (f"{self.code:.12g}",) if self.kind == "special" else self.values

    @property
    def label(self) -> str:
        """The bin as people read it, without words of any language but the data's own."""
        if self.kind == "group":
            return ", ".join(self.values)
        if self.kind == "special":
            return f"= {_short(self.code)}"
        if self.kind == "missing":
            return "∅"
        if self.low is None:
            return f"< {_short(self.high)}" if self.high is not None else "−∞ … ∞"
        return (
            f"≥ {_short(self.low)}"
            if self.high is None
            else f"{_short(self.low)} … {_short(self.high)}"
        )

    def as_json(self) -> dict[str, Any]:
        """As kept in the card: only what its kind has."""
        mine = {
            "range": {"from": self.low, "to": self.high},
            "group": {"values": list(self.values)},
            "special": {"code": self.code},
            "missing": {},
        }[self.kind]
        counted = {"goods": self.goods, "bads": self.bads}
        return {"kind": self.kind, **mine, **counted, "woe": self.woe, "points": self.points}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Bin":
        """A bin as :meth:`as_json` wrote it."""
        return cls(
            kind=kept["kind"],
            low=kept.get("from"),
            high=kept.get("to"),
            values=tuple(kept.get("values", ())),
            code=kept.get("code"),
            goods=kept["goods"],
            bads=kept["bads"],
            woe=kept["woe"],
            points=kept["points"],
        )


def _short(value: float | None) -> str:
    return f"{value:,.10g}" if value is not None else ""


@dataclass(frozen=True, slots=True)
class Binned:
    """A column cut into bins: ranges or groups first, then special codes, missing last.

    ``freedom`` is how many figures training could choose in cutting it: the more, the more a column
    that says nothing seems to say.
    """

    name: str
    is_text: bool
    trend: str
    bins: tuple[Bin, ...]
    freedom: int = 0

    @property
    def iv(self) -> float:
        """Information value: how far apart the bins hold good and bad people."""
        goods, bads = (sum(getattr(each, of) for each in self.bins) for of in ("goods", "bads"))
        return math.fsum((each.goods / goods - each.bads / bads) * each.woe for each in self.bins)

    @property
    def iv_by_chance(self) -> float:
        """The IV that a column without any meaning shows easily when it is cut like this: a
        chi-square's mean and one deviation."""
        goods, bads = (sum(getattr(each, of) for each in self.bins) for of in ("goods", "bads"))
        return (self.freedom + math.sqrt(2 * self.freedom)) * (1 / goods + 1 / bads)

    @property
    def edges(self) -> list[float]:
        """Where one range ends and the next begins."""
        return [each.low for each in self.bins if each.kind == "range" and each.low is not None]

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """The groups of words."""
        return [each.values for each in self.bins if each.kind == "group"]

    @property
    def cut(self) -> dict[str, list[Any]]:
        """How it is cut, as bins drawn by hand are kept: its edges, or its groups of words."""
        if self.is_text:
            return {"groups": [list(each) for each in self.groups]}
        return {"edges": self.edges}

    @property
    def words(self) -> list[str]:
        """Every word that has a bin."""
        return [word for each in self.bins for word in each.words]

    def counted(self, goods: Sequence[int], bads: Sequence[int], woe: Sequence[float]) -> "Binned":
        """The same bins with what training says of them."""
        told = zip(self.bins, goods, bads, woe, strict=True)
        return replace(
            self,
            bins=tuple(replace(each, goods=g, bads=b, woe=w) for each, g, b, w in told),
        )

    def mapped(
        self, values: Sequence[float], *, unseen: float, dtype: type[pl.DataType]
    ) -> pl.Expr:
        """The value that stands for each row's bin; ``values`` has one for each bin, in order.

        The only definition of which bin a value is in: counting, WOE, points and reasons use it,
        for one person and for millions. Neither null nor NaN is below infinity: both reach the
        end.
        """
        literal = [pl.lit(each, dtype=dtype) for each in values]
        if self.is_text:
            return self._mapped_words(values, unseen, literal[-1], dtype)
        column, chain = pl.col(self.name), pl
        pairs = list(zip(self.bins, literal, strict=True))
        for each, value in pairs:
            if each.kind == "special":
                chain = chain.when(column == each.code).then(value)
        for each, value in pairs:
            if each.kind == "range":
                inside = column <= INFINITY if each.high is None else column < each.high
                chain = chain.when(inside).then(value)
        return chain.otherwise(literal[-1]).alias(self.name)

    def _mapped_words(
        self, values: Sequence[float], unseen: float, missing: pl.Expr, dtype: type[pl.DataType]
    ) -> pl.Expr:
        words = {
            word: value
            for each, value in zip(self.bins, values, strict=True)
            for word in each.words
        }
        column = pl.col(self.name)
        found = column.replace_strict(
            list(words), list(words.values()), default=unseen, return_dtype=dtype
        )
        return pl.when(column.is_null()).then(missing).otherwise(found).alias(self.name)


def empty_bins(codes: Sequence[float]) -> tuple[Bin, ...]:
    """The bins that every column has: one for each special code and one for missing."""
    return (*(Bin("special", code=each) for each in codes), Bin("missing"))
