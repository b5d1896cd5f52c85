"""Recognised lines, and finding what stands after a label."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BETWEEN = re.compile(r"^[\s:：.·]+")
SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """One line as recognised: its words, how sure they are (0 to 1), and where it stands.

    ``box`` is left, top, right, bottom in pixels of the picture that was read.
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]

    @property
    def plain(self) -> str:
        """The words without spaces, which recognition puts in and leaves out at will."""
        return SPACES.sub("", self.text)

    @property
    def height(self) -> float:
        """How tall the line is."""
        return max(self.box[3] - self.box[1], 1.0)

    @property
    def width(self) -> float:
        """How long the line is."""
        return self.box[2] - self.box[0]

    @property
    def middle(self) -> float:
        """How far down its middle stands."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class Piece:
    """A value as it was found: the words, the phrase they stand in, and the lines they are of."""

    value: str
    phrase: str
    confidence: float
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, value: str, *lines: Line) -> "Piece":
        """A value that stands in these lines; the least sure of them decides."""
        boxes = [each.box for each in lines]
        around = (
            min(box[0] for box in boxes),
            min(box[1] for box in boxes),
            max(box[2] for box in boxes),
            max(box[3] for box in boxes),
        )
        phrase = " ".join(each.text.strip() for each in lines)
        return cls(value, phrase, min(each.confidence for each in lines), around)


def in_order(lines: Sequence[Line]) -> list[Line]:
    """From top to bottom, and from left to right where lines stand beside one another."""
    left = sorted(lines, key=lambda each: each.middle)
    ordered: list[Line] = []
    while left:
        row = [each for each in left if each.middle - left[0].middle < left[0].height / 2]
        ordered += sorted(row, key=lambda each: each.box[0])
        left = left[len(row) :]
    return ordered


def after(
    lines: Sequence[Line], labels: Sequence[str], *, stop: Sequence[str] = ()
) -> Piece | None:
    """What stands after the first of ``labels``: in its line, beside it, or below it.

    ``stop`` are labels that begin something else in the same line.
    """
    for at, line in enumerate(lines):
        for label in labels:
            begins, found, rest = line.plain.partition(label)
            if not found or len(begins) > 4:
                continue
            value = _until(_BETWEEN.sub("", rest), stop)
            if value:
                return Piece.of(value, line)
            beside = _beside(lines, at)
            return Piece.of(_until(beside.plain, stop), line, beside) if beside else None
    return None


def block_after(
    lines: Sequence[Line], labels: Sequence[str], *, stop: Sequence[str]
) -> Piece | None:
    """What stands after a label and goes on in the lines below, until a ``stop`` begins."""
    for at, line in enumerate(lines):
        label = next((each for each in labels if each in line.plain[: len(each) + 4]), None)
        if label is None:
            continue
        used = [line]
        for below in lines[at + 1 :]:
            begins_else = any(each in below.plain[: len(each) + 4] for each in stop)
            if begins_else or below.box[0] < line.box[0] - line.height:
                break
            used.append(below)
        rest = line.plain.partition(label)[2]
        value = _BETWEEN.sub("", rest) + "".join(each.plain for each in used[1:])
        return Piece.of(value, *used) if value else None
    return None


def matching(lines: Sequence[Line], pattern: re.Pattern[str]) -> tuple[re.Match[str], Line] | None:
    """The first line in which a pattern is found."""
    for line in lines:
        match = pattern.search(line.plain)
        if match:
            return match, line
    return None


def _until(text: str, stop: Sequence[str]) -> str:
    for each in stop:
        text = text.partition(each)[0]
    return text.strip(":：.·")


def _beside(lines: Sequence[Line], at: int) -> Line | None:
    """The line to the right of one, or else the one just below it."""
    label = lines[at]
    right = [
        each
        for each in lines
        if abs(each.middle - label.middle) < label.height * 0.6 and each.box[0] >= label.box[2] - 4
    ]
    if right:
        return min(right, key=lambda each: each.box[0])
    below = [
        each
        for each in lines
        if 0 < each.box[1] - label.box[1] < label.height * 2.5
        and abs(each.box[0] - label.box[0]) < label.height * 3
    ]
    return min(below, key=lambda each: each.box[1], default=None)
