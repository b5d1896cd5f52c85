"""Lines of a text file that are no rows: a stray quotation mark, a cell too many, one too few.

The table reader refuses a whole file for one of them, or cuts cells off without a word. So every
line is counted first, as one column; only those that are odd are looked at one by one.
"""

import re
from dataclasses import dataclass

import polars as pl

LONGEST_RECORD = 30
"""Lines that one quoted cell may run over."""
_NOWHERE = "\x1f\x1e\x1d\x1c\x02\x01"


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no row: which line, counted from 0 below the headings, from which cell on,
    why, with one detail; and its cells as far as they can be told."""

    line: int
    cell: int
    code: str
    detail: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Screened:
    """Sound lines as a table reader can read them. Faulty ones are blank, so that every row still
    stands on its line; a cell that ran over several lines stands on its first."""

    body: bytes
    faults: list[Fault]


def screen(body: bytes, separator: str, width: int) -> Screened:
    """Take out of ``body`` what is no row of ``width`` cells."""
    texts = _lines(body)
    odd, plain = pl.Series([False]).new_from_index(0, texts.len()), texts
    if b'"' in body:
        quoted = texts.str.contains('"', literal=True)
        at, some = quoted.arg_true(), texts.filter(quoted)
        odd = odd.scatter(at, ~some.str.contains(_whole(separator)))
        plain = texts.clone().scatter(at, some.str.replace_all('"[^"]*"', ""))
    odd |= plain.str.count_matches(separator, literal=True) != width - 1
    if not odd.any():
        return Screened(body, [])
    mended, faults = _look_at(texts, odd.arg_true().to_list(), separator, width)
    if mended:
        texts = texts.clone().scatter(list(mended), list(mended.values()))
    return Screened("\n".join(texts.to_list()).encode(), faults)


def _lines(body: bytes) -> pl.Series:
    """Every line as it stands, quotation marks and all."""
    nowhere = next((each for each in _NOWHERE if each.encode() not in body), _NOWHERE[0])
    return (
        pl.read_csv(
            body,
            has_header=False,
            separator=nowhere,
            quote_char=None,
            schema={"text": pl.String},
            truncate_ragged_lines=True,
        )
        .to_series()
        .fill_null("")
    )


def _whole(separator: str) -> str:
    """A line whose quotation marks open and close whole cells."""
    cell = f'(?:[^"{separator}]*|"(?:[^"]|"")*")'
    return f"^{cell}(?:{separator}{cell})*$"


def _look_at(
    texts: pl.Series, odd: list[int], separator: str, width: int
) -> tuple[dict[int, str], list[Fault]]:
    """What is to stand on odd lines, and which of them are faulty."""
    whole = re.compile(_whole(separator))
    mended: dict[int, str] = {}
    faults: list[Fault] = []
    read_to = -1
    for at in odd:
        if at <= read_to:
            continue
        text = texts[at]
        mended[at] = ""
        if not text.replace(separator, "").replace('"', "").strip():
            continue
        following = texts.slice(at, LONGEST_RECORD).to_list()
        over, cells = _record(following, whole, separator, width)
        if cells:
            mended |= dict.fromkeys(range(at, at + over), "")
            mended[at] = _written(cells, separator)
            read_to = at + over - 1
        else:
            faults.append(_fault(at, text, whole, separator, width))
    return mended, faults


def _record(
    following: list[str], whole: re.Pattern[str], separator: str, width: int
) -> tuple[int, list[str]]:
    """Over how many of the lines the row runs that begins here, and its cells; none if it is none.

    A line that by itself has as many cells as there are headings is a row of its own, never the
    inside of somebody's cell: one mark left open does not swallow the neighbours.
    """
    for over in range(1, len(following) + 1):
        lines = following[:over]
        if any(each.count(separator) >= width - 1 for each in lines[1:]):
            break
        text = "\n".join(lines)
        if whole.fullmatch(text):
            cells = _cells(text, separator)
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            return (over, cells) if len(cells) == width else (0, [])
    return 0, []


def _cells(text: str, separator: str) -> list[str]:
    """The cells of a line that is whole, however long each is."""
    cell = f'(?:^|{separator})(?:"((?:[^"]|"")*)"|([^"{separator}]*))'
    return [
        bare if quoted is None else quoted.replace('""', '"')
        for quoted, bare in (each.groups() for each in re.finditer(cell, text))
    ]


def _written(cells: list[str], separator: str) -> str:
    """A row on one line."""
    flat = (" ".join(each.split("\n")).replace('"', '""') for each in cells)
    return separator.join(
        f'"{each}"' if separator in each or '"' in each else each for each in flat
    )


def _fault(at: int, text: str, whole: re.Pattern[str], separator: str, width: int) -> Fault:
    raw = text.split(separator)
    if not whole.fullmatch(text):
        where = next((n for n, each in enumerate(raw) if not whole.fullmatch(each)), 0)
        return Fault(at, min(where, width - 1), "stray_quote", "", _fitted(raw, separator, width))
    cells = _cells(text, separator)
    fitted = _fitted(cells, separator, width)
    if len(cells) > width:
        return Fault(at, width - 1, "extra_cells", str(len(cells) - width), fitted)
    return Fault(at, len(cells), "short_row", str(width - len(cells)), fitted)


def _fitted(cells: list[str], separator: str, width: int) -> list[str]:
    """As many cells as there are headings; what is too much stays in the last, to be sorted out."""
    if len(cells) > width:
        return [*cells[: width - 1], separator.join(cells[width - 1 :])]
    return cells + [""] * (width - len(cells))
