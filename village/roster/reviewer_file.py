"""A list of reviewers as a village committee sends it: ID numbers, perhaps with names."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from fastexcel import FastExcelError

from village.roster.reading import FileNotReadable

ID_HEADINGS = ("证件号码", "身份证号", "身份证号码", "证件号", "公民身份号码", "评议员证件号")
NAME_HEADINGS = ("姓名", "评议员姓名", "评议员")
_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the file; ``name`` is empty where the file has none."""

    line: int
    id_number: str
    name: str


def read_list(content: bytes) -> list[Row]:
    """The people of a CSV (UTF-8 or GB18030) or Excel file below its headings.

    Raises FileNotReadable where no line has a heading for ID numbers.
    """
    lines = list(_excel(content) if content.startswith(_EXCEL) else _csv(content))
    for at, cells in enumerate(lines):
        headings = [cell.strip() for cell in cells]
        id_at = next((n for n, each in enumerate(headings) if each in ID_HEADINGS), None)
        if id_at is None:
            continue
        name_at = next((n for n, each in enumerate(headings) if each in NAME_HEADINGS), None)
        return [
            Row(at + 2 + n, _cell(row, id_at).upper(), _cell(row, name_at))
            for n, row in enumerate(lines[at + 1 :])
            if _cell(row, id_at)
        ]
    raise FileNotReadable("headings")


def _csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as exc:
            raise FileNotReadable("encoding") from exc
    try:
        yield from csv.reader(io.StringIO(text, newline=""))
    except csv.Error as exc:
        raise FileNotReadable("open_quote") from exc


def _excel(content: bytes) -> Iterator[list[str]]:
    try:
        sheet = pl.read_excel(
            io.BytesIO(content),
            has_header=False,
            drop_empty_rows=False,
            raise_if_empty=False,
            read_options={"dtypes": "string", "skip_rows": 0},
        )
    except (pl.exceptions.PolarsError, FastExcelError) as exc:
        raise FileNotReadable("spreadsheet") from exc
    for row in sheet.iter_rows():
        yield [cell or "" for cell in row]


def _cell(row: list[str], at: int | None) -> str:
    return "".join(row[at].split()) if at is not None and at < len(row) else ""
