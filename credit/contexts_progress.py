"""What the ranking of progress shows: villages, branches or towns, stage by stage."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core import money
from core.models import User
from credit.selectors_progress import Stage
from village.models import Village

STAGE_WORDS = {
    Stage.REVIEWED: pgettext_lazy("road", "Reviewed"),
    Stage.VISITED: pgettext_lazy("road", "Visited"),
    Stage.GRANTED: pgettext_lazy("road", "Granted"),
    Stage.SIGNED: pgettext_lazy("road", "Signed"),
    Stage.DRAWN: pgettext_lazy("road", "Borrowing"),
}
AMOUNT_WORDS = {
    Stage.REVIEWED: pgettext_lazy("road", "reviewed limits"),
    Stage.VISITED: pgettext_lazy("road", "surveyed limits"),
    Stage.GRANTED: pgettext_lazy("road", "credit lines"),
    Stage.SIGNED: pgettext_lazy("road", "signed amounts"),
    Stage.DRAWN: pgettext_lazy("road", "principal owed"),
}
LEVELS = {
    "village": gettext_lazy("Villages"),
    "branch": gettext_lazy("Branches"),
    "town": gettext_lazy("Towns"),
}


@dataclass(frozen=True)
class Door:
    """The addresses of one door to the same pages: the desk's, or the manager's phone."""

    progress: str
    village: str
    map: str
    per_page: int
    export: str = ""

    def to_village(self, pk: int) -> str:
        """The page of one village."""
        return _page_of(self.village, pk)


@lru_cache(maxsize=2_000)
def _page_of(page: str, pk: int) -> str:
    """An address is the same as long as a process lives; a ranking needs one for each village."""
    return reverse(page, args=[pk])


DESK = Door(
    progress="admin:credit_villageprogress_changelist",
    village="admin:credit_villageprogress_village",
    map="admin:credit_villageprogress_map",
    per_page=40,
    export="admin:credit_villageprogress_export",
)
PHONE = Door(
    progress="credit:progress",
    village="credit:progress-village",
    map="credit:map",
    per_page=20,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One stage of one row: households, their share of all, and money."""

    stage: Stage
    count: int
    amount: int
    share: int

    @property
    def word(self) -> str:
        """The stage in words."""
        return str(STAGE_WORDS[self.stage])

    @property
    def amount_word(self) -> str:
        """What the amount is."""
        return str(AMOUNT_WORDS[self.stage])

    @property
    def counted(self) -> str:
        """The households, thousands separated."""
        return f"{self.count:,}"

    @property
    def wan(self) -> str:
        """The amount in 万元."""
        return f"{money.wan(self.amount):,.2f}"


@dataclass(frozen=True, slots=True)
class Row:
    """A village, a branch or a town with its five stages."""

    key: int
    name: str
    note: str
    households: int
    cells: list[Cell]
    url: str = ""
    rank: int = 0

    @property
    def counted(self) -> str:
        """The households, thousands separated."""
        return f"{self.households:,}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see: level, order, and the branch or town they look into."""

    level: str = "village"
    sort: str = "granted"
    upwards: bool = False
    branch: int | None = None
    town: int | None = None

    @classmethod
    def of(cls, query: Any) -> "Asked":
        """Read from an address; what cannot be is passed over."""
        sort = query.get("sort", "")
        return cls(
            level=query.get("by") if query.get("by") in LEVELS else "village",
            sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "granted",
            upwards=sort in SORTS,
            branch=_number(query.get("branch")),
            town=_number(query.get("town")),
        )

    def address(self, **change: Any) -> str:
        """The query of the same page with something changed."""
        now = {
            "by": self.level,
            "sort": ("" if self.upwards else "-") + self.sort,
            "branch": self.branch,
            "town": self.town,
        } | change
        return "?" + urlencode({name: said for name, said in now.items() if said})


SORTS = {
    "name": lambda row: row.name,
    "households": lambda row: row.households,
    **{
        f"{stage}{end}": (lambda row, at=at, part=part: getattr(row.cells[at], part))
        for at, stage in enumerate(Stage)
        for end, part in (("", "count"), ("_share", "share"), ("_amount", "amount"))
    },
}


@dataclass(frozen=True)
class Heading:
    """A column's heading: pressing it orders by it, pressing again turns the order round."""

    word: str
    url: str
    order: str


@dataclass(frozen=True)
class StageHeading:
    """The heading of a stage, under which three orders are to be had."""

    word: str
    orders: list[Heading]

    @property
    def order(self) -> str:
        """Which way the ranking goes by this stage; empty where it goes by another column."""
        return next((each.order for each in self.orders if each.order), "")


@dataclass(frozen=True)
class Tab:
    """One of several views of the same thing."""

    word: str
    url: str
    is_here: bool
    note: str = ""


@dataclass(frozen=True)
class ProgressPage:
    """Villages, branches or towns on the road 评议 → 走访 → 授信 → 签约 → 用信, ranked."""

    door: Door
    asked: Asked
    tabs: list[Tab]
    name: Heading
    households: Heading
    headings: list[StageHeading]
    pages: Page
    total: Row
    within: str
    counted_at: datetime | None
    exports: list[Tab]

    @classmethod
    def build(
        cls, user: User, asked: Asked, *, door: Door, number: str | None = None
    ) -> "ProgressPage":
        """What ``user`` sees: one query however many villages."""
        villages = villages_for(user, asked)
        rows = ranked(villages, asked, door)
        return cls(
            door=door,
            asked=asked,
            tabs=_tabs(asked),
            name=_heading(asked, "name", str(LEVELS[asked.level])),
            households=_heading(asked, "households", _("Households")),
            headings=[_stage_heading(asked, stage) for stage in Stage],
            pages=Paginator(rows, door.per_page).get_page(number),
            total=total_of(villages),
            within=_within(villages, asked),
            counted_at=counted_since(villages),
            exports=_exports(asked, door),
        )

    @property
    def rows(self) -> list[Row]:
        """The rows of this page of the ranking."""
        return list(self.pages)

    @property
    def map_url(self) -> str:
        """The same on the map."""
        return reverse(self.door.map)


def villages_for(user: User, asked: Asked) -> list[Any]:
    """Villages that somebody may see, with their figures; those of one branch or town if asked."""
    found = Village.objects.visible_to(user)
    if asked.branch:
        found = found.filter(grid__branch=asked.branch)
    if asked.town:
        found = found.filter(town=asked.town)
    return counted(found)


def counted(villages: QuerySet[Village]) -> list[Any]:
    """Villages with their figures as plain rows: a county's are read in one query, as tuples."""
    return list(villages.order_by("code").values_list(*COLUMNS, named=True))


def one_village(user: User) -> QuerySet[Village]:
    """Villages that somebody may see, with what the page of one needs."""
    return Village.objects.visible_to(user).select_related(
        "town", "grid__branch", "grid__manager", "shape"
    )


def ranked(
    villages: Iterable[Any], asked: Asked, door: Door, *, by: Callable[[Row], Any] | None = None
) -> list[Row]:
    """The rows of the ranking with their places; equal figures share a place. ``by`` ranks by
    a figure that is not the road's."""
    if asked.level == "village":
        rows = [row_of(each, door.to_village(each.pk)) for each in villages]
    else:
        rows = _together(villages, asked)
    value = by or SORTS[asked.sort]
    rows.sort(key=value, reverse=not asked.upwards)
    placed: list[Row] = []
    for at, row in enumerate(rows, start=1):
        same = bool(placed) and value(placed[-1]) == value(row)
        rank = placed[-1].rank if same else at
        placed.append(Row(row.key, row.name, row.note, row.households, row.cells, row.url, rank))
    return placed


def total_of(villages: Iterable[Any]) -> Row:
    """All of them together."""
    return _sum(list(villages), key=0, name=_("Together"), note="", url="")


def _together(villages: Iterable[Any], asked: Asked) -> list[Row]:
    groups: dict[int, list[Any]] = {}
    named = {}
    for each in villages:
        if asked.level == "branch":
            pk, name = each.grid__branch_id, each.grid__branch__name
        else:
            pk, name = each.town_id, each.town__name
        named[pk] = name
        groups.setdefault(pk, []).append(each)
    return [
        _sum(
            members,
            key=pk,
            name=named[pk],
            note=ngettext("%(n)d village", "%(n)d villages", len(members)) % {"n": len(members)},
            url=asked.address(**{"by": "village", "branch": None, "town": None, asked.level: pk}),
        )
        for pk, members in groups.items()
    ]


def row_of(village: Any, url: str) -> Row:
    """One village's line."""
    return _sum([village], key=village.pk, name=village.name, note=village.town__name, url=url)


_FIGURES = [
    (stage, attrgetter(f"progress__{stage}"), attrgetter(f"progress__{stage}_amount"))
    for stage in Stage
]


def _sum(members: list[Any], *, key: int, name: str, note: str, url: str) -> Row:
    households = sum(each.progress__households or 0 for each in members)
    cells = []
    for stage, count_of, amount_of in _FIGURES:
        count = sum(count_of(each) or 0 for each in members)
        amount = sum(amount_of(each) or 0 for each in members)
        cells.append(Cell(stage, count, amount, _share(count, households)))
    return Row(key, name, note, households, cells, url)


def counted_since(villages: Iterable[Any]) -> datetime | None:
    """Since when all these figures stand; None where nothing was ever counted."""
    known = [each.progress__counted_at for each in villages if each.progress__counted_at]
    return min(known, default=None)


def _share(count: int, of: int) -> int:
    """Whole per cent, at most a hundred."""
    return min(count * 100 // of, 100) if of else 0


def _tabs(asked: Asked) -> list[Tab]:
    return [
        Tab(str(word), asked.address(by=level), level == asked.level)
        for level, word in LEVELS.items()
    ]


def _heading(asked: Asked, sort: str, word: str) -> Heading:
    if sort != asked.sort:
        return Heading(word, asked.address(sort=("" if sort == "name" else "-") + sort), "")
    turned = asked.address(sort=("-" if asked.upwards else "") + sort)
    return Heading(word, turned, "ascending" if asked.upwards else "descending")


def _stage_heading(asked: Asked, stage: Stage) -> StageHeading:
    return StageHeading(
        word=str(STAGE_WORDS[stage]),
        orders=[
            _heading(asked, stage.value, _("households")),
            _heading(asked, f"{stage}_share", "%"),
            _heading(asked, f"{stage}_amount", _("10,000 yuan")),
        ],
    )


def _exports(asked: Asked, door: Door) -> list[Tab]:
    if not door.export:
        return []
    address = reverse(door.export)
    return [
        Tab(kind.upper(), f"{address}{asked.address(format=kind)}", False)
        for kind in ("xlsx", "csv")
    ]


def _within(villages: list[Any], asked: Asked) -> str:
    """The branch or town that is looked into; empty for all."""
    if not villages or not (asked.branch or asked.town):
        return ""
    return villages[0].grid__branch__name if asked.branch else villages[0].town__name


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


COLUMNS = ["pk", "name", "town_id", "town__name", "grid__branch_id", "grid__branch__name"]
COLUMNS += ["progress__counted_at", "progress__households"]
COLUMNS += [f"progress__{stage}{end}" for stage in Stage for end in ("", "_amount")]

EXPORT_HEAD = (gettext_lazy("Rank"), gettext_lazy("Name"), gettext_lazy("Belongs to"))


def export_table(user: User, asked: Asked) -> tuple[list[str], list[list[str | int | Decimal]]]:
    """The whole ranking as headings and rows, the total last; amounts in 万元."""
    villages = villages_for(user, asked)
    headings = [*map(str, EXPORT_HEAD), _("Households")]
    for stage in Stage:
        word = STAGE_WORDS[stage]
        headings += [f"{word} ({_('households')})", f"{word} (%)", f"{word} ({_('10,000 yuan')})"]
    rows = [*ranked(villages, asked, DESK), total_of(villages)]
    return headings, [
        [
            row.rank or "",
            row.name,
            row.note,
            row.households,
            *(
                part
                for cell in row.cells
                for part in (cell.count, cell.share, money.wan(cell.amount))
            ),
        ]
        for row in rows
    ]
