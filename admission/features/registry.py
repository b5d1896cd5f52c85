"""How a feature is declared: a polars expression with a name, a unit, a window and a source."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from core.expressions import Field, Kind

DERIVED = "derived"
"""The source of what is worked out from other features, not from one source's frame."""

HOME = "home"
"""The household of each row, for features that are worked out among its members."""

UNITS: dict[str, Kind] = {
    "flag": Kind.BOOL,
    "word": Kind.TEXT,
    "day": Kind.DATE,
    "yuan": Kind.MONEY,
    "ratio": Kind.DECIMAL,
    "score": Kind.DECIMAL,
    "years": Kind.INTEGER,
    "months": Kind.INTEGER,
    "days": Kind.INTEGER,
    "periods": Kind.INTEGER,
    "times": Kind.INTEGER,
    "accounts": Kind.INTEGER,
    "lenders": Kind.INTEGER,
    "cases": Kind.INTEGER,
    "homes": Kind.INTEGER,
    "people": Kind.INTEGER,
    "loans": Kind.INTEGER,
    "businesses": Kind.INTEGER,
    "mu": Kind.DECIMAL,
    "m2": Kind.DECIMAL,
    "heads": Kind.DECIMAL,
}
"""What a unit is to the rules. Yuan are fen in frames; the rules are written in yuan."""

Build = Callable[..., pl.Expr]


@dataclass(frozen=True)
class Feature:
    """One thing that rules may ask about a customer. None is unknown, 0 is a known zero."""

    name: str
    source: str
    unit: str
    window: str
    zh: str
    choices: tuple[str, ...]
    needs: tuple[str, ...]
    about: str
    build: Build
    counts_back: bool
    decides: bool = True
    above_zero: bool = False
    of_home: bool = False

    def column(self, as_of: date) -> pl.Expr:
        """The feature over its source's frame, true on ``as_of``."""
        made = self.build(as_of) if self.counts_back else self.build()
        return made.alias(self.name)

    @property
    def field(self) -> Field:
        """The feature as the expression language knows it."""
        return Field(
            self.name,
            UNITS[self.unit],
            self.zh,
            self.source,
            self.unit,
            choices=self.choices,
            above_zero=self.above_zero,
        )


FEATURES: dict[str, Feature] = {}


def feature(
    *,
    source: str,
    unit: str,
    zh: str,
    window: str = "now",
    choices: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    decides: bool = True,
    above_zero: bool = False,
    of_home: bool = False,
) -> Callable[[Build], Build]:
    """Declare the decorated function as a feature; one that counts back takes ``as_of``.

    ``needs`` names the features that this one is worked out from: any, where it is derived, else
    others of its source. What does not ``decide`` may name a customer in a tag, and no admission
    rule may read it. One that is ``above_zero`` wherever it is known may be divided by. One
    ``of_home`` holds a person against the others of their household: it is derived, reads
    :data:`HOME`, and is right where all of them are rows.
    """

    def declare(build: Build) -> Build:
        name = build.__name__
        if name in FEATURES:
            raise ValueError(f"Two features are named {name}.")
        FEATURES[name] = Feature(
            name=name,
            source=source,
            unit=unit,
            window=window,
            zh=zh,
            choices=choices,
            needs=needs,
            about=inspect.getdoc(build) or "",
            build=build,
            counts_back=bool(inspect.signature(build).parameters),
            decides=decides,
            above_zero=above_zero,
            of_home=of_home,
        )
        return build

    return declare
