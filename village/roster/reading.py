"""From a file as it arrives to rows of text with their line numbers."""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import polars as pl
from fastexcel import FastExcelError, read_excel

from village.roster import lines, units
from village.roster.kinds import KINDS, Kind, Recognised, recognise

Recogniser = Callable[[Sequence[str | None], str], Recognised | None]
"""Knows a line of headings, beside what stands above it."""

HEADINGS_WITHIN = 20
_BEGINNING = 256 * 1024
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OURS = ("行号", "字段", "原因", "退回原因")
"""Headings that a file of rows to correct adds."""
FAULTS = {"line": pl.UInt32, "field": pl.String, "code": pl.String, "detail": pl.String}
"""What is wrong with lines that are no rows; in the shape of all refusals."""
_SEPARATORS = (",", "\t", ";")
_NOTHING_SAID = str.maketrans("", "", "".join(_SEPARATORS) + '"')
_NO_TEXT = r"[\p{Cc}&&[^\s]]|[\u202A-\u202E\u2066-\u2069]"
"""Characters that steer a screen or a printer, and those that turn the direction of reading."""
_NO_VALUE = r"^\s*#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)\s*$"
"""What a spreadsheet leaves where it could not work a cell out."""


class FileNotReadable(ValueError):
    """A file that holds no table we can read. ``code`` says why; nothing of the file, nor of what
    a library said about it, is in the text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class HeadingsNotFound(FileNotReadable):
    """A table none of whose first lines has headings we know."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        needed = "; ".join(
            "、".join(each.heading for each in kind.columns if each.needed) for kind in kinds
        )
        super().__init__("headings")
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that was read. ``rows`` holds ``line`` and, as text, every column as it came, named
    by position; ``fields`` holds ``line`` and the columns we know, by our names, null if absent.

    ``faulty`` says which lines are no rows, and why: they are among the ``rows``, so that they can
    be given back, and among the ``fields`` as far as their cells can be told. ``ignored`` are
    headings we do not know, where nobody explained them; among them, ``unread``, those of amounts
    in a unit that we do not read.
    """

    kind: Kind
    headings: tuple[str, ...]
    rows: pl.DataFrame
    fields: pl.DataFrame
    in_wan: frozenset[str]
    faulty: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAULTS))
    ignored: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def nothing_else(_headings: Sequence[str | None], _above: str) -> Recognised | None:
    """No shape is known but by its headings."""
    return None


def read(
    content: bytes, kinds: Sequence[Kind] = KINDS, *, known: Recogniser = nothing_else
) -> Delivery:
    """Read a CSV (UTF-8 with or without mark, or GB18030) or an Excel file of one of ``kinds``.

    A comment or title above the headings is passed over. ``known`` recognises shapes that somebody
    explained; it is asked first. Raises FileNotReadable.
    """
    if content.startswith((_ZIP, _OLD_EXCEL)):
        return _read_excel(content, kinds, known)
    return _read_csv(content, kinds, known)


def line(content: bytes, number: int, kinds: Sequence[Kind]) -> Delivery:
    """The same of the sound row alone that stands on one line, none where none does: of a text,
    the headings and that line are all that is looked at. Raises FileNotReadable."""
    if content.startswith((_ZIP, _OLD_EXCEL)):
        found = _read_excel(content, kinds, nothing_else)
    else:
        content = _as_utf8(content)
        separator, above, cells, known = _headed_csv(content, kinds, nothing_else)
        first = max(number, above + 1) - 1
        some = islice(io.BytesIO(content), first, first + lines.LONGEST_RECORD)
        found = _rest_of_csv(b"".join(some), separator, first, cells, known)
    sound = found.rows.join(found.faulty.select("line"), on="line", how="anti")
    return replace(found, rows=sound.filter(pl.col("line") == number))


def kind_of(
    content: bytes, kinds: Sequence[Kind] = KINDS, *, known: Recogniser = nothing_else
) -> Kind:
    """Which of ``kinds`` a file is, by its first lines. Raises FileNotReadable."""
    if content.startswith((_ZIP, _OLD_EXCEL)):
        return _only([_headings(each, kinds, known) for each in _beginnings(content)], kinds)[
            2
        ].kind
    return _headed_csv(_first_lines(content), kinds, known)[3].kind


Headed = tuple[int, Sequence[str | None], Recognised]


def _headings(
    table: Iterable[Sequence[str | None]], kinds: Sequence[Kind], known: Recogniser
) -> Headed | None:
    """The first line that is understood as headings: how many lines stand above it, its cells and
    what they mean."""
    above = ""
    for at, cells in enumerate(table):
        if found := known(cells, above) or recognise(cells, kinds, above):
            return at, cells, found
        above = " ".join([above, *filter(None, cells)])
    return None


def _only(found: Sequence[Headed | None], kinds: Sequence[Kind]) -> Headed:
    """The one table of a file that has headings we know. Where several sheets have, which of them
    is meant nobody can tell, and the others must not be left out without a word."""
    headed = [each for each in found if each]
    if not headed:
        raise HeadingsNotFound(kinds)
    if len(headed) > 1:
        raise FileNotReadable("sheets")
    return headed[0]


def beginning(content: bytes) -> list[list[str]]:
    """The first lines of a file as cells of text: of a spreadsheet, of its first sheet that is not
    empty. Raises FileNotReadable, for an empty file too."""
    return _beginnings(content)[0]


def _beginnings(content: bytes) -> list[list[list[str]]]:
    """The first lines of every sheet that has any; a text has one."""
    if content.startswith((_ZIP, _OLD_EXCEL)):
        sheets = [_sheet(content, each, HEADINGS_WITHIN) for each in _sheets(content)]
        tables = [[[cell or "" for cell in cells] for cells in one.iter_rows()] for one in sheets]
    else:
        text = _first_lines(content).decode()
        separator = max(_SEPARATORS, key=text.count)
        opening = csv.reader(io.StringIO(text[:_BEGINNING], newline=""), delimiter=separator)
        try:
            tables = [list(islice(opening, HEADINGS_WITHIN))]
        except csv.Error as exc:
            raise FileNotReadable("open_quote") from exc
    said = [each for each in tables if _says_something(each)]
    if not said:
        raise FileNotReadable("empty")
    return said


def _says_something(table: Iterable[Sequence[str | None]]) -> bool:
    return any(cell and cell.strip() for cells in table for cell in cells)


def _first_lines(content: bytes) -> bytes:
    """The beginning of a text; a cut may fall inside a character, so whole lines alone."""
    whole = content[:_BEGINNING].rpartition(b"\n")[0]
    return _as_utf8(content if len(content) < _BEGINNING or not whole else whole)


def _read_csv(content: bytes, kinds: Sequence[Kind], known: Recogniser) -> Delivery:
    content = _as_utf8(content)
    separator, above, cells, found = _headed_csv(content, kinds, known)
    return _rest_of_csv(_below(content, above), separator, above, cells, found)


def _headed_csv(
    content: bytes, kinds: Sequence[Kind], known: Recogniser
) -> tuple[str, int, list[str], Recognised]:
    """By what a text parts its cells, how many lines its headings and what is above them take, the
    headings and what they mean."""
    first = content[:_BEGINNING].decode(errors="ignore")
    refused: FileNotReadable = HeadingsNotFound(kinds)
    for separator in _SEPARATORS:
        opening = csv.reader(io.StringIO(first, newline=""), delimiter=separator)
        try:
            if headed := _headings(islice(opening, HEADINGS_WITHIN), kinds, known):
                _at, cells, found = headed
                return separator, opening.line_num, cells, found
        except csv.Error:
            refused = FileNotReadable("open_quote")
    if not first.translate(_NOTHING_SAID).strip():
        raise FileNotReadable("empty")
    raise refused


def _rest_of_csv(
    body: bytes, separator: str, lines_above: int, headings: list[str], found: Recognised
) -> Delivery:
    """Everything below the headings, through polars' reader, but for lines that are no rows."""
    width = len(headings)
    schema = {f"c{at}": pl.String for at in range(width)}
    if not body.strip():
        return _delivery(pl.DataFrame(schema=schema), lines_above, headings, found)
    try:
        sound = lines.screen(body, separator, width)
        # The reader takes the number of cells from the first line, so that must not be blank.
        begun = sound.body.lstrip(b"\n")
        rows = (
            pl.read_csv(begun, has_header=False, separator=separator, schema=schema)
            if begun
            else pl.DataFrame(schema=schema)
        )
    except pl.exceptions.PolarsError as exc:
        raise FileNotReadable("table") from exc
    skipped = len(sound.body) - len(begun)
    faults = [replace(each, line=each.line + lines_above + 1) for each in sound.faults]
    return _delivery(rows, lines_above + skipped, headings, found, faults)


def _below(content: bytes, lines: int) -> bytes:
    at = 0
    for _ in range(lines):
        at = content.find(b"\n", at) + 1
        if not at:
            return b""
    return content[at:]


def _sheets(content: bytes) -> list[str]:
    """The names of an Excel file's sheets."""
    try:
        return read_excel(content).sheet_names
    except FastExcelError as exc:
        raise FileNotReadable("spreadsheet") from exc


def _sheet(content: bytes, name: str, most: int | None = None) -> pl.DataFrame:
    """One sheet of an Excel file as text."""
    try:
        return pl.read_excel(
            io.BytesIO(content),
            sheet_name=name,
            has_header=False,
            drop_empty_rows=False,
            drop_empty_cols=False,
            raise_if_empty=False,
            read_options={"dtypes": "string", "skip_rows": 0, "n_rows": most},
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, FastExcelError) as exc:
        raise FileNotReadable("spreadsheet") from exc


def _read_excel(content: bytes, kinds: Sequence[Kind], known: Recogniser) -> Delivery:
    names = _sheets(content)
    most = HEADINGS_WITHIN if len(names) > 1 else None
    sheets = [_sheet(content, each, most) for each in names]
    if not any(_says_something(each.iter_rows()) for each in sheets):
        raise FileNotReadable("empty")
    found = [_headings(each.head(HEADINGS_WITHIN).iter_rows(), kinds, known) for each in sheets]
    at, cells, understood = headed = _only(found, kinds)
    here = found.index(headed)
    sheet = sheets[here] if most is None else _sheet(content, names[here])
    places = {old: f"c{place}" for place, old in enumerate(sheet.columns)}
    headings = [each or "" for each in cells] + [""] * (len(places) - len(cells))
    return _delivery(sheet.slice(at + 1).rename(places), at + 1, headings, understood)


def _delivery(
    rows: pl.DataFrame,
    lines_above: int,
    headings: list[str],
    found: Recognised,
    faults: Sequence[lines.Fault] = (),
) -> Delivery:
    """``rows`` begin below ``lines_above``; where ``faults`` lie, they are blank so far.

    A unit that the title named goes into the headings: the rows to correct come without the title.
    """
    for name in found.in_wan:
        at = found.place[name]
        headings[at] = units.with_unit(headings[at], units.WAN)
    numbered = rows.with_row_index("line", offset=lines_above + 1)
    suspects = numbered.filter(_blank("c0"))
    blank = suspects.filter(pl.all_horizontal(_blank(each) for each in rows.columns))
    if blank.height:
        numbered = numbered.join(blank.select("line"), on="line", how="anti", maintain_order="left")
    faulty = _under_no_heading(numbered, headings)
    if faults:
        given_back, no_rows = _given_back(faults, headings)
        numbered = pl.concat([numbered, given_back]).sort("line")
        faulty = pl.concat([no_rows, faulty])
    numbered, spoilt = _without_what_is_no_text(numbered, headings, found)
    faulty = pl.concat([faulty, spoilt])
    fields = numbered.select(
        pl.col("line"),
        *(
            (pl.col(f"c{found.place[each.name]}") if each.name in found.place else pl.lit(None))
            .cast(pl.String)
            .alias(each.name)
            for each in found.kind.columns
        ),
    )
    ignored = _ignored(headings, found)
    unread = tuple(headings[at].strip() for at in found.unread)
    return Delivery(
        found.kind, tuple(headings), numbered, fields, found.in_wan, faulty, ignored, unread
    )


def _ignored(headings: Sequence[str], found: Recognised) -> tuple[str, ...]:
    """Headings that stand for nothing here, but for those of our own correction files; where each
    was explained, only those of amounts in a unit that we do not read."""
    used = set(found.place.values())
    asked = found.unread if found.is_explained else range(len(headings))
    plain = ((at, headings[at].strip()) for at in asked)
    return tuple(each for at, each in plain if at not in used and each and each not in OURS)


def _under_no_heading(rows: pl.DataFrame, headings: Sequence[str]) -> pl.DataFrame:
    """Rows with something beyond the last heading, where nobody would ever look for it."""
    named = max(at for at, each in enumerate(headings, 1) if each.strip())
    beyond = [f"c{at}" for at in range(named, len(headings))]
    if not beyond:
        return pl.DataFrame(schema=FAULTS)
    extra = rows.select(
        pl.col("line").cast(pl.UInt32),
        pl.lit(headings[named - 1]).alias("field"),
        pl.lit("extra_cells").alias("code"),
        pl.sum_horizontal(
            pl.col(each).str.contains(r"\S").fill_null(value=False) for each in beyond
        ).alias("more"),
    ).filter(pl.col("more") > 0)
    return extra.select("line", "field", "code", pl.col("more").cast(pl.String).alias("detail"))


def _blank(column: str) -> pl.Expr:
    return pl.col(column).is_null() | ~pl.col(column).str.contains(r"\S")


def _without_what_is_no_text(
    rows: pl.DataFrame, headings: Sequence[str], found: Recognised
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows without characters that are no text; and cells that had some, or no value at all."""
    used = {f"c{at}" for at in found.place.values()}
    named = {f"c{at}": each for at, each in enumerate(headings)}
    odd = rows.select(pl.col(*named).str.contains(f"{_NO_TEXT}|{_NO_VALUE}").any())
    faults = [pl.DataFrame(schema=FAULTS)]
    for column in (each for each in named if odd[each].item()):
        for code, pattern in (("no_text", _NO_TEXT), ("no_value", _NO_VALUE)):
            if code == "no_value" and column not in used:
                continue
            faults.append(
                rows.filter(pl.col(column).str.contains(pattern)).select(
                    pl.col("line").cast(pl.UInt32),
                    pl.lit(named[column]).alias("field"),
                    pl.lit(code).alias("code"),
                    pl.lit("").alias("detail"),
                )
            )
        rows = rows.with_columns(pl.col(column).str.replace_all(_NO_TEXT, ""))
    return rows, pl.concat(faults)


def _given_back(
    faults: Sequence[lines.Fault], headings: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines that are no rows, by their cells as far as they can be told, and what is wrong."""
    numbers = {"line": [each.line for each in faults]}
    cells = {
        f"c{at}": pl.Series([each.cells[at] for each in faults], dtype=pl.String)
        for at in range(len(headings))
    }
    what = {
        "field": [headings[each.cell] for each in faults],
        "code": [each.code for each in faults],
        "detail": [each.detail for each in faults],
    }
    as_line = pl.col("line").cast(pl.UInt32)
    return (
        pl.DataFrame(numbers | cells).with_columns(as_line),
        pl.DataFrame(numbers | what).with_columns(as_line).cast(FAULTS),
    )


def _as_utf8(content: bytes) -> bytes:
    """The file in UTF-8 without mark and with plain line ends, however it came."""
    if content.startswith(_UTF_16):
        return _plain_ends(_decoded(content, "utf-16").encode())
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        content.decode()
    except UnicodeDecodeError:
        content = _decoded(content, "gb18030").encode()
    return _plain_ends(content)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise FileNotReadable("encoding") from exc


def _plain_ends(content: bytes) -> bytes:
    if b"\r" not in content:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
