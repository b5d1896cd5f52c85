"""Whom a question is about."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subject:
    """A customer as outside offices know people; never logged, never stored as plain text."""

    customer_id: int
    id_number: str = field(repr=False)
    name: str = field(repr=False)
    mobile: str = field(repr=False, default="")

    @property
    def digest(self) -> str:
        """How an answer says whom it is about without saying the number."""
        return hashlib.sha256(self.id_number.encode()).hexdigest()
