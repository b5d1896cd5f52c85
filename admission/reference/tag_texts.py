"""The first tags as they ship, read from TOML."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

DECLARED = Path(__file__).with_name("tags.toml")


@dataclass(frozen=True)
class FirstTag:
    """One definition as it ships: what a bank's staff begin with and change."""

    code: str
    kind: str
    family: str
    name: str
    expression: str
    params: dict[str, object] = field(default_factory=dict)
    choices: list[str] = field(default_factory=list)
    link: str = ""
    quantile: float | None = None
    among: str = ""
    products: list[str] = field(default_factory=list)
    note: str = ""


def first_tags() -> list[FirstTag]:
    """Every definition in its order."""
    declared = tomllib.loads(DECLARED.read_text(encoding="utf-8"))
    return [FirstTag(**each) for each in declared["tag"]]
