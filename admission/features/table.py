"""From sources' frames to one table of features, a row per customer."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

import polars as pl

from admission.features import (  # noqa: F401 - each declares its features
    bureau,
    channels,
    deposits,
    derived,
    farming,
    holding,
    income,
    lending,
    offices,
    papers,
    person,
    property,
)
from admission.features.asked import ASKED_FIELDS, SOURCE_FIELDS, SPOUSE_FIELDS, Asked
from admission.features.registry import DERIVED, FEATURES, HOME
from core.expressions import Catalogue, Kind

DESCRIBED = Catalogue(
    [
        *(each.field for each in FEATURES.values()),
        *ASKED_FIELDS,
        *SPOUSE_FIELDS,
        *SOURCE_FIELDS,
    ]
)
"""Every field that is known of a customer or an application."""

CATALOGUE = Catalogue(
    field
    for name, field in DESCRIBED.fields.items()
    if name not in FEATURES or FEATURES[name].decides
)
"""Every field that an admission rule may name: sex and social assistance decide nothing."""


Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def _resting_on(names: Iterable[str]) -> frozenset[str]:
    """These fields and whatever is worked out from one of them."""
    found = set(names)
    while more := {name for name, each in FEATURES.items() if found & {*each.needs}} - found:
        found |= more
    return frozenset(found)


OF_AN_APPLICATION = _resting_on(each.name for each in ASKED_FIELDS if each.name != "as_of")
"""What is known only of whoever applies, such as their age when the loan ends: of somebody else,
such as the applicant's spouse, rules are heard without it."""

AMONG_MEMBERS = frozenset(each.name for each in FEATURES.values() if each.of_home)
"""Features that hold a person against the others of their household."""

_ALL = frozenset(CATALOGUE.names)

DTYPES = {
    Kind.BOOL: pl.Boolean(),
    Kind.INTEGER: pl.Int64(),
    Kind.DECIMAL: pl.Float64(),
    Kind.MONEY: pl.Int64(),
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
}


def sources_behind(fields: Iterable[str]) -> set[str]:
    """The sources that must be asked so that ``fields`` can be known, and no others."""
    found, waiting, seen = set(), list(fields), set()
    while waiting:
        name = waiting.pop()
        declared = FEATURES.get(name)
        if declared is None or name in seen:
            continue
        seen.add(name)
        if declared.source == DERIVED:
            waiting += declared.needs
        else:
            found.add(declared.source)
    return found


def table(
    customer_ids: Iterable[int],
    frames: Mapping[str, pl.DataFrame],
    *,
    as_of: date,
    asked: Asked,
    only: Collection[str] | None = None,
    told: Mapping[str, pl.DataFrame] = MappingProxyType({}),
) -> pl.DataFrame:
    """All fields of the catalogue, a row per customer; what no frame tells is None.

    ``only`` narrows to some fields and what these are worked out from, where a county is read.
    Features :data:`AMONG_MEMBERS` are right where whole households are asked for.
    ``told`` are features that :func:`told_by` has worked out of some of the frames before.
    The spouse's two columns and the count of silent sources are left unknown: only whoever asked
    can fill them.
    """
    ids = pl.Series("customer_id", list(customer_ids), pl.Int64())
    wanted = _ALL if only is None else frozenset(_with_needs(only))
    worked_out = pl.collect_all(
        _features(source, answers.lazy(), as_of, wanted)
        for source, answers in frames.items()
        if source not in told
    )
    known = [told[source] for source in frames if source in told] + worked_out
    if not AMONG_MEMBERS.isdisjoint(wanted):
        known.append(_homes(frames))
    made = pl.concat([ids.to_frame(), *(_beside(ids, each) for each in known)], how="horizontal")
    constants = _constants(as_of, asked)
    fields = [name for name in DESCRIBED.names if name in wanted]
    known_of = {*made.columns, *constants}
    absent = [_unknown(name) for name in fields if name not in known_of and not _is_derived(name)]
    complete = made.lazy().with_columns(*constants.values(), *absent)
    _, from_others = _columns(DERIVED, as_of, wanted)
    with_derived = complete.with_columns(from_others)
    return with_derived.select("customer_id", *fields).collect()


def _homes(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The household of everybody whose file was read."""
    files = frames.get("household")
    if files is None:
        return pl.DataFrame(schema={"customer_id": pl.Int64(), HOME: pl.Int64()})
    return files.select("customer_id", HOME)


def told_by(source: str, answers: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The features of one source's frame that rules and cards may read, a row per customer."""
    return _features(source, answers, as_of, _ALL)


def _features(source: str, answers: Frame, as_of: date, wanted: frozenset[str]) -> Frame:
    """The features of one source among those wanted: first what its answers say, then what is
    worked out from that."""
    first, then = _columns(source, as_of, wanted)
    told = answers.select("customer_id", *first)
    return told.with_columns(then) if then else told


@lru_cache(maxsize=256)
def _columns(
    source: str, as_of: date, wanted: frozenset[str]
) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """The features of one source among those wanted, those that need no others and those that do;
    written once for a day."""
    steps: tuple[list[pl.Expr], list[pl.Expr]] = ([], [])
    for each in FEATURES.values():
        if each.source == source and each.name in wanted:
            steps[bool(each.needs)].append(each.column(as_of).cast(_dtype(each.name)))
    return steps


def _beside(ids: pl.Series, told: pl.DataFrame) -> pl.DataFrame:
    """What a source tells, a row for each customer in their order; None where it tells nothing."""
    if not told["customer_id"].equals(ids):
        told = ids.to_frame().join(told, on="customer_id", how="left", maintain_order="left")
    return told.drop("customer_id")


def _with_needs(names: Collection[str]) -> set[str]:
    """Fields asked for and, behind those worked out, the fields that these need."""
    found: set[str] = {"as_of"}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            declared = FEATURES.get(name)
            waiting += declared.needs if declared else ()
    return found


@lru_cache(maxsize=1024)
def _unknown(name: str) -> pl.Expr:
    """A field of which nobody tells."""
    return pl.lit(None, _dtype(name)).alias(name)


def _constants(as_of: date, asked: Asked) -> dict[str, pl.Expr]:
    known = {"as_of": as_of, **asked.row()}
    return {name: pl.lit(value, _dtype(name)).alias(name) for name, value in known.items()}


def _dtype(name: str) -> pl.DataType:
    return DTYPES[DESCRIBED.fields[name].kind]


def _is_derived(name: str) -> bool:
    declared = FEATURES.get(name)
    return declared is not None and declared.source == DERIVED
