"""Text messages and WeChat notices: taken, counted, and listed without what they said to whom."""

from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

_KEPT = 10_000
_ON_A_PHONE = 5


class BadMessage(ValueError):
    """A message without an addressee."""


def masked(address: str) -> str:
    """An address of which only both ends can be read: 140****1791."""
    return address[:3] + "*" * max(len(address) - 7, 1) + address[-4:]


class Outbox:
    """The messages taken, newest last; one asked for again under its number is not sent again."""

    def __init__(self) -> None:
        self._sent: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._numbers: dict[str, dict[str, Any]] = {}
        self._phones: dict[str, deque[str]] = {}
        self._count = 0

    def send(self, channel: str, message: dict[str, Any]) -> dict[str, Any]:
        """Take a message. Raises ``BadMessage`` when it says to nobody where to go."""
        to = message.get("phone" if channel == "sms" else "openid")
        if not isinstance(to, str) or not to:
            raise BadMessage("An SMS needs a phone, a WeChat notice an openid.")
        number = message.get("message_no")
        if number is not None and str(number) in self._numbers:
            return self._numbers[str(number)]
        self._count += 1
        text = str(message.get("text", ""))
        entry = {
            "serial": self._count,
            "channel": channel,
            "to": masked(to),
            "template": message.get("template"),
            "message_no": number,
            "length": len(text),
            "text_digest": sha256(text.encode()).hexdigest(),
        }
        self._sent.append(entry)
        self._phones.setdefault(to, deque(maxlen=_ON_A_PHONE)).append(text)
        if number is not None:
            self._numbers[str(number)] = entry
        return entry

    def repeat(self, entry: dict[str, Any]) -> None:
        """Deliver a message a second time, as a faulty gateway does."""
        self._sent.append(entry | {"repeated": True})

    def inbox(self, phone: str) -> Sequence[str]:
        """What the owner of a phone can read on it, oldest first."""
        return tuple(self._phones.get(phone, ()))

    def list(self) -> list[dict[str, Any]]:
        """What was sent, oldest first."""
        return list(self._sent)
