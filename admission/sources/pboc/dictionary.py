"""The bureau's dictionary: its sections, what its elements are called, and its code tables."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_READ: dict[str, Any] = tomllib.loads(
    files("admission.reference").joinpath("pboc.toml").read_text(encoding="utf-8")
)

SECTIONS: Mapping[str, str] = _READ["sections"]
"""Every section by its element, in the order of the printed report."""

NAMES: Mapping[str, str] = _READ["names"]
"""What an element is called."""

CODED: Mapping[str, str] = _READ["coded"]
"""Of which table an element's code is."""

TABLES: Mapping[str, Mapping[str, str]] = _READ["tables"]
"""The code tables, by name."""

DEPENDS_ON_KIND = "account_state"
"""In place of a table: the state of an account, whose codes depend on the kind of account."""

LENDING = ("D1", "R4", "R1")
CARDS = ("R2", "R3")
CALLED_IN = "C1"


def states_of(kind: str) -> Mapping[str, str] | None:
    """The table of states of one kind of account; None for a kind that does not exist."""
    if kind in LENDING:
        return TABLES["loan_state"]
    if kind in CARDS:
        return TABLES["card_state"]
    return TABLES["called_in_state"] if kind == CALLED_IN else None
