"""What a model proposes: a condition, how many it names, and what they have in common."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Trait:
    """One figure in which a group differs: its middle value, and that of everybody (fen, days …);
    for a yes or no, or a word, the share of the group and of everybody, 0 to 1."""

    feature: str
    word: str
    group: float
    everybody: float


@dataclass(frozen=True)
class Proposed:
    """A group in words of the rule language. ``size`` people of those looked at satisfy it.

    ``purity`` is the share of them whom the model meant, ``reach`` the share of those meant whom
    the condition finds. ``bads`` is known only where people's end is.
    """

    condition: str
    size: int
    share: float
    purity: float | None = None
    reach: float | None = None
    bads: int | None = None
    bad_rate: float | None = None
    traits: tuple[Trait, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """As kept with a proposal."""
        return asdict(self)


@dataclass(frozen=True)
class Found:
    """What a model found among so many people, and the figures by which it chose."""

    people: int
    figures: dict[str, float | int]
    proposals: tuple[Proposed, ...]
