"""Reading a reply strictly: what is not in the form agreed on is refused, with its place."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, DecimalException

from admission.sources.errors import Unreadable, WrongPerson
from admission.sources.subject import Subject

Values = dict[str, object]
"""What a source said, in our words: the columns of its frame, ready for JSON."""

MOST_FEN = 2**53 - 1
LARGEST_MEASURE = 1e9
LONGEST_WORD = 200
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: no name holds them, and no table takes them."""


class Reader:
    """One JSON object of a reply. A key that is missing is refused; null is 'not known'."""

    def __init__(self, found: object, place: str) -> None:
        if not isinstance(found, Mapping):
            raise Unreadable(f"{place} is not an object.")
        self._found = found
        self._place = place

    def has(self, key: str) -> bool:
        """Whether the object has a key that came into the form later than others."""
        return key in self._found

    def _get(self, key: str) -> object:
        if key not in self._found:
            raise Unreadable(f"{self._place}.{key} is missing.")
        return self._found[key]

    def _refuse(self, key: str, wanted: str) -> Unreadable:
        return Unreadable(f"{self._place}.{key} is not {wanted}.")

    def flag(self, key: str) -> bool | None:
        """A yes or no."""
        value = self._get(key)
        if value is not None and not isinstance(value, bool):
            raise self._refuse(key, "true or false")
        return value

    def whole(self, key: str) -> int | None:
        """A count, never negative."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_FEN:
            raise self._refuse(key, "a whole number")
        return value

    def ratio(self, key: str) -> float | None:
        """A fraction or a measure, never negative."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refuse(key, "a number")
        if not 0 <= value <= LARGEST_MEASURE:
            raise self._refuse(key, "a number")
        return float(value)

    def change(self, key: str) -> float | None:
        """A growth: a fraction that may be negative."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refuse(key, "a number")
        if not -LARGEST_MEASURE <= value <= LARGEST_MEASURE:
            raise self._refuse(key, "a number")
        return float(value)

    def fen(self, key: str) -> int | None:
        """An amount written as yuan in decimal text, in fen."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._refuse(key, "an amount of yuan in text")
        return yuan_to_fen(value, f"{self._place}.{key}")

    def word(self, key: str, known: tuple[str, ...] = ()) -> str | None:
        """A word, one of ``known`` where these are all there are."""
        value = self._get(key)
        if value is None:
            return None
        if known and value not in known:
            raise self._refuse(key, "one of the words agreed on")
        if not isinstance(value, str) or len(value) > LONGEST_WORD or _UNSTORABLE.search(value):
            raise self._refuse(key, "a text")
        return value

    def day(self, key: str) -> str | None:
        """A day, kept as ISO text."""
        value = self._get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value).isoformat() if isinstance(value, str) else _no_day()
        except ValueError as exc:
            raise self._refuse(key, "a day") from exc

    def part(self, key: str) -> "Reader | None":
        """An object inside this one, or None where the source says there is none."""
        value = self._get(key)
        return None if value is None else Reader(value, f"{self._place}.{key}")

    def parts(self, key: str, *, once_by: Sequence[str]) -> list["Reader"]:
        """A list of objects; those that a faulty line repeats count once, by ``once_by``."""
        return [told[0] for told in self.named_parts(key, by=once_by).values()]

    def named_parts(
        self, key: str, *, by: Sequence[str]
    ) -> dict[tuple[str | None, ...], list["Reader"]]:
        """A list of objects by what names them, all that is told of each. Of one that nothing names
        nobody knows whether it is another."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self._refuse(key, "a list")
        read = [Reader(each, f"{self._place}.{key}[{n}]") for n, each in enumerate(value)]
        named: dict[tuple[str | None, ...], list[Reader]] = {}
        for each in read:
            name = tuple(each.word(part) for part in by)
            if set(name) == {None}:
                raise Unreadable(f"{each._place}.{by[0]} is empty.")
            named.setdefault(name, []).append(each)
        return named


def _no_day() -> str:
    raise ValueError


def answer_about(raw: bytes, subject: Subject) -> Reader:
    """The data of a JSON reply. Raises Unreadable, or WrongPerson if it is about somebody else."""
    try:
        envelope = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise Unreadable("The reply is not JSON.") from exc
    reply = Reader(envelope, "reply")
    if reply.word("subject") != subject.digest:
        raise WrongPerson("The reply is about another person.")
    data = reply.part("data")
    if data is None:
        raise Unreadable("reply.data is empty.")
    return data


def total(parts: Iterable[int | None], place: str) -> int | None:
    """All parts together; None while one of them is not known. Raises Unreadable where they come
    to more than anybody has."""
    known = list(parts)
    if None in known:
        return None
    together = sum(each for each in known if each is not None)
    if together > MOST_FEN:
        raise Unreadable(f"{place} is not an amount of yuan.")
    return together


def yuan_to_fen(text: str, place: str) -> int:
    """An amount in text as whole fen. Raises Unreadable."""
    try:
        amount = Decimal(text) * 100
    except DecimalException as exc:
        raise Unreadable(f"{place} is not an amount of yuan.") from exc
    if not amount.is_finite() or not 0 <= amount <= MOST_FEN:
        raise Unreadable(f"{place} is not an amount of yuan.")
    return int(amount.to_integral_value())
