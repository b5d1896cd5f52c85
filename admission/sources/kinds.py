"""The 28 kinds of data that admission knows 数据目录: live, by file, or both, each declared.

A live source is declared in ``declared.toml``, a class of files in ``deliveries/classes.toml``. A
class whose files stand in for a source is the same kind of data, not another one.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from admission.deliveries.classes import CLASSES, DataClass
from admission.features.columns import OUTSIDE
from admission.sources.catalogue import SOURCES, Source

DECLARED = Path(__file__).with_name("declared.toml")


class BadDeclaration(ValueError):
    """A source that is not declared as it is asked; the text says which and why."""


class Way(StrEnum):
    """How data of a kind reach us."""

    LIVE = "live"
    FILE = "file"
    BOTH = "both"


@dataclass(frozen=True)
class KindColumn:
    """One column of a kind. ``kind`` is yuan, count, number, share, day, flag, word or list."""

    name: str
    zh: str
    kind: str
    inside: str = ""


@dataclass(frozen=True)
class SourceKind:
    """One kind of data: whose, on which ground, how it comes, what an answer costs, its columns.

    ``is_repeatable``: a question that was met with silence may be put once more without harm.
    """

    name: str
    zh: str
    owner: str
    ground: str
    cost_fen: int
    columns: tuple[KindColumn, ...]
    live: Source | None = None
    delivered: DataClass | None = None
    is_repeatable: bool = False

    @property
    def way(self) -> Way:
        """How data of this kind reach us."""
        if self.live is None:
            return Way.FILE
        return Way.LIVE if self.delivered is None else Way.BOTH

    @property
    def questions(self) -> int:
        """How many questions one answer takes: two where two offices keep the register."""
        return len(self.live.also) if self.live else 0


def read(declared: Mapping[str, Mapping[str, Any]]) -> dict[str, SourceKind]:
    """Every kind by name, live ones first. Raises BadDeclaration."""
    if declared.keys() != SOURCES.keys():
        raise BadDeclaration(f"Not declared, or not asked: {declared.keys() ^ SOURCES.keys()}.")
    standing_in = {each.feeds: each for each in CLASSES.values() if each.feeds}
    live = {
        name: SourceKind(
            name,
            source.zh,
            declared[name]["owner"],
            declared[name]["ground"],
            declared[name]["cost_fen"],
            tuple(_columns(name, declared[name])),
            source,
            standing_in.get(name),
            _is_repeatable(source, declared[name]),
        )
        for name, source in SOURCES.items()
    }
    filed = {
        name: SourceKind(
            name,
            each.zh,
            each.owner,
            each.ground,
            0,
            tuple(KindColumn(of.name, of.zh, of.kind) for of in each.columns),
            delivered=each,
        )
        for name, each in CLASSES.items()
        if not each.feeds
    }
    return live | filed


def _is_repeatable(source: Source, told: Mapping[str, Any]) -> bool:
    """As declared; a question that costs money or an authorisation is never put twice."""
    if "repeatable" not in told:
        raise BadDeclaration(f"{source.name} does not say whether it may be asked again.")
    if told["repeatable"] and (told["cost_fen"] or source.uses_up):
        raise BadDeclaration(f"{source.name} costs something and is declared repeatable.")
    return bool(told["repeatable"])


def _columns(source: str, told: Mapping[str, Any]) -> Iterator[KindColumn]:
    """The columns of a live source under their Chinese names."""
    labels = told["columns"]
    left = {*labels, *told.get("yuan", ()), *told.get("days", ())}
    for path, dtype in _flat(OUTSIDE[source]):
        if path not in labels:
            raise BadDeclaration(f"{source}.{path} has no Chinese name.")
        left.discard(path)
        inside, _, name = path.rpartition(".")
        yield KindColumn(name, labels[path], _kind(path, dtype, told), inside)
    if left:
        raise BadDeclaration(f"{source} has no column {', '.join(sorted(left))}.")


def _flat(columns: Mapping[str, pl.DataType]) -> Iterator[tuple[str, pl.DataType]]:
    """Columns, and after a list of objects the columns inside it."""
    for name, dtype in columns.items():
        yield name, dtype
        if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
            for field in dtype.inner.fields:
                yield f"{name}.{field.name}", field.dtype


_KINDS: tuple[tuple[type[pl.DataType], str], ...] = (
    (pl.Boolean, "flag"),
    (pl.Date, "day"),
    (pl.List, "list"),
    (pl.Float64, "number"),
    (pl.Int64, "count"),
)


def _kind(path: str, dtype: pl.DataType, told: Mapping[str, Any]) -> str:
    """What a column holds: as declared where it is money or a day in text, else by its type."""
    if path in told.get("yuan", ()):
        return "yuan"
    if path in told.get("days", ()):
        return "day"
    return next((word for known, word in _KINDS if isinstance(dtype, known)), "word")


KINDS: dict[str, SourceKind] = read(tomllib.loads(DECLARED.read_text(encoding="utf-8")))
"""Every kind of data, by name."""
