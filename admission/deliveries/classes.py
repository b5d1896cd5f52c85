"""The classes of delivered data as declared in ``classes.toml``, read and checked."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from village.roster.kinds import Column as RosterColumn
from village.roster.kinds import Kind

DECLARED = Path(__file__).with_name("classes.toml")
WATCH_LISTS = "watch_lists"
ID, DAY, PART = "id_number", "as_of", "part"
ID_HEADINGS = ("证件号码", "身份证号", "身份证号码", "证件号", "公民身份号码", "客户证件号码")
DAY_HEADINGS = ("数据日期", "业务日期", "统计日期", "截止日期")
COLUMN_KINDS = ("yuan", "count", "number", "share", "day", "flag", "word")
PERIODS = ("day", "week", "month", "quarter", "year")
LONGEST_WORD = 120
FEN_PER_YUAN = 100
MOST_YUAN = 10_000_000_000
MOST = 1_000_000_000_000
"""What a figure comes to at most whose column says nothing else."""


class BadDeclaration(ValueError):
    """A class that cannot be meant as it is declared; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a class. Amounts are fen once read, shares fractions, days ISO texts.

    ``words`` leads from what files may say to one of the ``choices``; ``future`` allows days that
    are still to come.
    """

    name: str
    zh: str
    kind: str
    needed: bool = False
    also: tuple[str, ...] = ()
    unit: str = ""
    choices: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    longest: int = LONGEST_WORD
    most: int | None = None
    future: bool = False

    @property
    def heading(self) -> str:
        """What stands above the column in a file, with its unit."""
        return f"{self.zh}(元)" if self.kind == "yuan" else self.zh

    @property
    def is_figure(self) -> bool:
        """Whether it can be counted with."""
        return self.kind in {"yuan", "count", "number", "share"}

    @property
    def largest(self) -> int:
        """What a figure may come to: fen, the whole of a share, or the column's own unit."""
        whole = {"yuan": MOST_YUAN * FEN_PER_YUAN, "share": 1}
        return whole.get(self.kind, self.most or MOST)


@dataclass(frozen=True, slots=True)
class DataClass:
    """One class of data: whose, on which ground, how often, which columns.

    ``feeds`` names the source of admission whose columns these are.
    """

    name: str
    zh: str
    owner: str
    ground: str
    every: str
    grace_days: int
    complete: bool
    columns: tuple[Column, ...]
    part: str = ""
    feeds: str = ""

    def column(self, name: str) -> Column:
        """The column of one name."""
        return next(each for each in self.columns if each.name == name)

    @property
    def kind(self) -> Kind:
        """The class as a kind of file that the reader of rosters knows."""
        return Kind(
            self.name,
            (
                RosterColumn(ID, ID_HEADINGS, needed=True),
                RosterColumn(DAY, DAY_HEADINGS),
                *(
                    RosterColumn(
                        each.name,
                        (each.heading, *each.also),
                        needed=each.needed,
                        is_money=each.kind == "yuan",
                    )
                    for each in self.columns
                ),
            ),
        )


def read(declared: dict[str, dict[str, Any]]) -> dict[str, DataClass]:
    """The classes by name. Raises BadDeclaration."""
    return {name: _class(name, told) for name, told in declared.items()}


def _class(name: str, told: dict[str, Any]) -> DataClass:
    try:
        columns = tuple(_column(name, each) for each in told["columns"])
        made = DataClass(name=name, **(told | {"columns": columns}))
    except (TypeError, KeyError) as exc:
        raise BadDeclaration(f"{name}: {exc}") from exc
    names = [each.name for each in columns]
    if made.every not in PERIODS:
        raise BadDeclaration(f"{name}: data come every {', '.join(PERIODS)}, not {made.every!r}.")
    if len(set(names)) < len(names) or {ID, DAY, "line"} & set(names):
        raise BadDeclaration(f"{name}: two columns have the same name.")
    if made.part and made.part not in names:
        raise BadDeclaration(f"{name}: no column is called {made.part!r}.")
    if not any(each.needed for each in columns):
        raise BadDeclaration(f"{name}: no column is needed, so no file could be known by it.")
    return made


def _column(of: str, told: dict[str, Any]) -> Column:
    lists = {key: tuple(told.get(key, ())) for key in ("also", "choices")}
    made = Column(**(told | lists))
    if made.kind not in COLUMN_KINDS:
        raise BadDeclaration(f"{of}.{made.name}: there is no kind {made.kind!r}.")
    if not set(made.words.values()) <= set(made.choices):
        raise BadDeclaration(f"{of}.{made.name}: a word leads to none of the choices.")
    return made


CLASSES: dict[str, DataClass] = read(tomllib.loads(DECLARED.read_text(encoding="utf-8")))

FEEDING = {each.feeds: each for each in CLASSES.values() if each.feeds}
"""By source: the class whose files can stand in for its answers, with the same columns."""
