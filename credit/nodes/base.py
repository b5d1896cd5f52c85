"""What a node of a process is, and what it can answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from credit.models import Application


@dataclass(frozen=True)
class Done:
    """The node did its work; ``outcome`` stays on the step for people to read."""

    outcome: dict[str, Any] = field(default_factory=dict)
    approved_amount: int | None = None  # fen; only what decides an application says this


@dataclass(frozen=True)
class Waiting:
    """The node waits for somebody or something; it is asked again when that has come."""

    because: str
    outcome: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The application ends here; ``text`` is what the customer is told."""

    code: str
    text: str
    outcome: dict[str, Any] = field(default_factory=dict)


Answer = Done | Waiting | Failed


class Node(ABC):
    """One stop on an application's road: a small class that any product may put into its process.

    ``prepare`` runs outside transactions and may ask other systems; ``settle`` runs in the
    transaction that holds the application, and touches only the database. Both may run again.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    stage: ClassVar[Application.Status]
    defaults: ClassVar[Mapping[str, Any]] = {}

    def prepare(
        self, application: Application, settings: Mapping[str, Any], *, at: datetime
    ) -> Any:
        """Ask the outside world; what it returns is given to ``settle``."""
        return None

    @abstractmethod
    def settle(
        self, application: Application, settings: Mapping[str, Any], found: Any, *, at: datetime
    ) -> Answer:
        """Say how the application goes on."""


REGISTRY: dict[str, Node] = {}


def register(node: type[Node]) -> type[Node]:
    """Make a node available to process templates under its name."""
    REGISTRY[node.name] = node()
    return node
