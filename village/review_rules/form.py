"""The answer sheet 评议表: its fifteen scored questions and what each answer is worth."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm


def linear_points(options: int, maximum: int) -> tuple[Fraction, ...]:
    """Points for ``options`` answers from worst to best, in equal steps up to ``maximum``.

    The worst answer earns one step, not nothing: a reviewer who answers has said something.
    """
    return tuple(Fraction(maximum * step, options) for step in range(1, options + 1))


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One question with its answers, worst first, and the points of each answer."""

    name: str
    options: tuple[str, ...]
    points: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if len(self.options) != len(self.points):
            raise ValueError(f"{self.name}: every answer needs its points.")
        if len(set(self.options)) != len(self.options):
            raise ValueError(f"{self.name}: an answer is listed twice.")

    @classmethod
    def linear(cls, name: str, options: tuple[str, ...], maximum: int) -> "ScoredItem":
        """A question whose answers rise in equal steps up to ``maximum`` points."""
        return cls(name, options, linear_points(len(options), maximum))

    def points_for(self, answer: str) -> Fraction:
        """What ``answer`` earns; KeyError when it is not one of the options."""
        if answer not in self.options:
            raise KeyError(answer)
        return self.points[self.options.index(answer)]


@dataclass(frozen=True)
class SheetForm:
    """A published form: its questions and the range of the suggested amount, in fen."""

    items: tuple[ScoredItem, ...]
    highest_amount_fen: int = 100_000_00

    @cached_property
    def parts(self) -> int:
        """Into how many equal parts a point is cut, so that every answer earns whole parts."""
        return lcm(*(points.denominator for item in self.items for points in item.points))

    @cached_property
    def earned(self) -> dict[str, dict[str, int]]:
        """For each question and answer the parts of a point it earns."""
        return {
            item.name: {
                answer: int(points * self.parts)
                for answer, points in zip(item.options, item.points, strict=True)
            }
            for item in self.items
        }

    def maximum(self) -> Fraction:
        """The points of a sheet with the best answer everywhere."""
        return sum((max(item.points) for item in self.items), Fraction(0))


def two_places(number: Fraction) -> Decimal:
    """``number`` to two decimal places, halves up, as scores are shown and compared."""
    return quotient_to_two_places(number.numerator, number.denominator)


def quotient_to_two_places(numerator: int, denominator: int) -> Decimal:
    """:func:`two_places` of a quotient, for sums that are still whole numbers of parts."""
    hundredths = (numerator * 200 + denominator) // (2 * denominator)
    return Decimal(hundredths).scaleb(-2)


STANDARD_FORM = SheetForm(
    items=(
        ScoredItem.linear("年龄", ("18-30", "31-45", "46-60"), 5),
        ScoredItem.linear("健康", ("较差", "一般", "良好"), 5),
        ScoredItem.linear("婚姻", ("未婚", "已婚无子女", "已婚有子女"), 5),
        ScoredItem.linear("劳动力人数", ("2人及以下", "3人", "4人及以上"), 5),
        ScoredItem.linear("家庭成员关系", ("不和睦", "基本团结", "团结和睦"), 5),
        ScoredItem.linear("诚信度", ("差", "一般", "较好", "很好"), 15),
        ScoredItem.linear("社会声望及荣誉", ("无", "一般", "好"), 5),
        ScoredItem.linear("生活习惯", ("差", "一般", "好"), 5),
        ScoredItem.linear("职业", ("普通村民", "多种经营者", "村干部及固定工作者"), 5),
        ScoredItem.linear("经营能力", ("较差", "一般", "良好"), 10),
        ScoredItem.linear("房屋价值", ("<10万", "10-30万", ">30万"), 10),
        ScoredItem.linear("车辆农机具", ("无", "1万级", "2万级及以上"), 5),
        ScoredItem.linear("家庭年纯收入", ("<3万", "3-6万", "6-12万", ">12万"), 10),
        ScoredItem.linear("家庭负债", ("较高", "少量", "无"), 5),
        ScoredItem.linear("民间高息借款", ("有", "无"), 5),
    )
)
