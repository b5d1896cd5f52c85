"""The negative list 十三种人: what neighbours may say that stops a credit line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from village.review_rules.keys import Key


@dataclass(frozen=True, slots=True)
class NegativeKind:
    """One of the thirteen kinds; a ``hard`` one, once confirmed, is no matter of degree."""

    no: int
    name: str
    hard: bool


NEGATIVE_KINDS = (
    NegativeKind(1, "有吸毒、赌博、涉黄等不良嗜好", hard=True),
    NegativeKind(2, "服刑、缓刑、在逃或有重大犯罪前科", hard=True),
    NegativeKind(3, "涉黑涉恶、非法集资、传销、电信诈骗、邪教", hard=True),
    NegativeKind(4, "恶意拖欠贷款本息或逃废债", hard=True),
    NegativeKind(5, "失信被执行人或贷款被诉强制执行未结", hard=True),
    NegativeKind(6, "有不良征信记录或不良担保未清", hard=True),
    NegativeKind(7, "参与民间高利借贷或放贷", hard=True),
    NegativeKind(8, "过度负债或过度担保（资产负债率>60%）", hard=False),
    NegativeKind(9, "游手好闲、无正当职业和稳定收入", hard=False),
    NegativeKind(10, "家庭不和、家暴、不赡养父母、邻里口碑差", hard=False),
    NegativeKind(11, "长期外出失联、户籍地无住房（空挂户）", hard=False),
    NegativeKind(12, "年龄超限或不具完全民事行为能力、丧失劳动能力无还款来源", hard=False),
    NegativeKind(13, "评议小组多数不认可的其他情形", hard=False),
)
KNOWN_NUMBERS = frozenset(kind.no for kind in NEGATIVE_KINDS)
HARD_NUMBERS = frozenset(kind.no for kind in NEGATIVE_KINDS if kind.hard)


@dataclass(frozen=True, slots=True)
class NegativeFinding:
    """What reviewers who know a household reported against it.

    ``reported`` counts reviewers per kind. ``grey_listed`` when anybody reported anything.
    ``hard_reporters`` counts the voices that named any hard kind, ``confirmed_hard`` are the hard
    kinds that enough voices named: who err together are one.
    """

    reported: tuple[tuple[int, int], ...]
    grey_listed: bool
    confirmed_hard: tuple[int, ...]
    hard_reporters: int


def weigh_negatives(
    reports: Iterable[frozenset[int]],
    *,
    voices: Sequence[Key] | None = None,
    confirmed_by: int = 2,
) -> NegativeFinding:
    """Weigh the kinds named on the sheets of reviewers who know the household.

    One report puts it on the grey list; a hard kind named by ``confirmed_by`` voices is confirmed.
    ``voices`` names the voice of each report, its own where None. ValueError for a number that is
    not on the list.
    """
    named = list(reports)
    spoken = list(zip(range(len(named)) if voices is None else voices, named, strict=True))
    count = Counter(number for report in named for number in report)
    heard = Counter(number for _voice, number in {(v, n) for v, report in spoken for n in report})
    if unknown := count.keys() - KNOWN_NUMBERS:
        raise ValueError(f"Not on the negative list: {sorted(unknown)}.")
    return NegativeFinding(
        reported=tuple(sorted(count.items())),
        grey_listed=bool(count),
        confirmed_hard=tuple(sorted(n for n in HARD_NUMBERS if heard[n] >= confirmed_by)),
        hard_reporters=len({v for v, report in spoken if not HARD_NUMBERS.isdisjoint(report)}),
    )
