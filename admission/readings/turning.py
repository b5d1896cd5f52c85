"""The lines of a picture that was taken turned, as they would stand if it were upright.

Recognition reads a line whichever way up it is, and says no more than where it stands.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from admission.readings.lines import Line, in_order

TELLING = 4
"""Signs from which a line is surely longer than it is tall."""

Box = tuple[float, float, float, float]


def upright(lines: Sequence[Line], labels: Sequence[str]) -> list[Line]:
    """The lines with their boxes on the upright picture: the one on which ``labels`` follow one
    another. A picture that names too few of them is taken to be no more turned than its lines."""
    if not lines:
        return []
    far, low = max(each.box[2] for each in lines), max(each.box[3] for each in lines)

    def clockwise(box: Box) -> Box:
        left, top, right, bottom = box
        return low - bottom, left, low - top, right

    def counter_clockwise(box: Box) -> Box:
        left, top, right, bottom = box
        return top, far - right, bottom, far - left

    def upside_down(box: Box) -> Box:
        left, top, right, bottom = box
        return far - right, low - bottom, far - left, low - top

    ways = [clockwise, counter_clockwise] if _run_down(lines) else [lambda box: box, upside_down]
    turned = [[replace(each, box=way(each.box)) for each in lines] for way in ways]
    return max(turned, key=lambda each: _in_their_order(in_order(each), labels))


def _run_down(lines: Sequence[Line]) -> bool:
    """Whether the picture lies on its side: most of its long lines are taller than wide."""
    tall = [each.height > each.width for each in lines if len(each.plain) >= TELLING]
    return sum(tall) * 2 > len(tall)


def _in_their_order(lines: Sequence[Line], labels: Sequence[str]) -> int:
    """How many pairs of labels follow one another as they are printed."""
    whole = "\n".join(each.plain for each in lines)
    places = [whole.find(each) for each in labels if each in whole]
    return sum(one < other for one, other in combinations(places, 2))
