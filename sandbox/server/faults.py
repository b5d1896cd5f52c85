"""Faults on request: for one call by a header, or for the next calls to a source by control."""

from dataclasses import dataclass

KINDS = ("slow", "500", "wrong", "duplicate", "timeout", "cut", "hostile")


class UnknownFault(ValueError):
    """Asked for a fault that this server cannot play."""


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour; ``seconds`` belongs to ``slow``."""

    kind: str
    seconds: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read ``slow:3``, or any other of :data:`KINDS`."""
        kind, _, rest = text.strip().partition(":")
        if kind not in KINDS or (rest and kind != "slow"):
            raise UnknownFault(f"Unknown fault {text!r}; known are {', '.join(KINDS)}.")
        try:
            seconds = float(rest) if rest else 3.0 if kind == "slow" else 0.0
        except ValueError as exc:
            raise UnknownFault(f"{text!r} does not name a number of seconds.") from exc
        return cls(kind, seconds)


@dataclass
class _Lasting:
    fault: Fault
    text: str
    left: int | None


class Faults:
    """The faults now in force, by source: an endpoint (``core-bank/pay``), its first part, or *."""

    def __init__(self) -> None:
        self._lasting: dict[str, _Lasting] = {}

    def set(self, source: str, text: str, times: int | None) -> None:
        """Make ``source`` misbehave ``times`` times, or until cleared."""
        if times is not None and times < 1:
            raise UnknownFault("A fault happens at least once; leave times out for a lasting one.")
        self._lasting[source] = _Lasting(Fault.parse(text), text, times)

    def clear(self, source: str | None = None) -> None:
        """End the faults of one source, or all."""
        if source is None:
            self._lasting.clear()
        else:
            self._lasting.pop(source, None)

    def list(self) -> list[dict[str, str | int | None]]:
        """The faults in force."""
        return [
            {"source": source, "fault": each.text, "times": each.left}
            for source, each in sorted(self._lasting.items())
        ]

    def next_for(self, endpoint: str, header: str | None) -> Fault | None:
        """The fault of this call, if any; the header goes before what lasts."""
        if header:
            return Fault.parse(header)
        for source in (endpoint, endpoint.split("/")[0], "*"):
            if (each := self._lasting.get(source)) is not None:
                if each.left is not None:
                    each.left -= 1
                    if each.left == 0:
                        del self._lasting[source]
                return each.fault
        return None
