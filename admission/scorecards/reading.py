"""A file of people as a frame: CSV, CSV.GZ or Parquet, figures as figures, words as words."""

import csv
import gzip
import io
import zlib
from pathlib import Path

import polars as pl

from admission.scorecards.errors import Unusable

GZIP = b"\x1f\x8b"
SEPARATORS = (",", "\t", ";", "|")
NOT_THERE = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "#N/A"]


def read(path: Path) -> pl.DataFrame:
    """The rows of a file; a cell that is empty or says NA is missing. CSV in UTF-8 or GB18030."""
    if not path.is_file():
        raise Unusable("There is no file %(file)s.", file=path)
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _parquet(path)
    try:
        return read_csv(path.read_bytes(), name=path.name)
    except OSError as exc:
        raise Unusable("%(file)s cannot be read: %(why)s.", file=path.name, why=exc) from exc


def read_csv(content: bytes, *, name: str) -> pl.DataFrame:
    """The rows of a CSV file whose ``content`` is at hand; gzip is known by its first bytes."""
    if content[:2] == GZIP:
        content = _unzipped(content, name)
    text = _text(content, name)
    separator = _separator(text, name)
    try:
        rows = pl.read_csv(
            io.BytesIO(text.encode()),
            infer_schema_length=None,
            null_values=NOT_THERE,
            separator=separator,
        )
        return rows.rename({each: each.strip() for each in rows.columns})
    except pl.exceptions.NoDataError as exc:
        raise Unusable("%(file)s is empty.", file=name) from exc
    except pl.exceptions.PolarsError as exc:
        why = str(exc).splitlines()[0]
        raise Unusable("%(file)s is no table of rows: %(why)s", file=name, why=why) from exc


def _text(content: bytes, name: str) -> str:
    """The text of a file in one of two encodings, with line ends of one kind."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _from_gb18030(content, name)
    return text if "\n" in text else text.replace("\r", "\n")


def _separator(text: str, name: str) -> str:
    """What stands between the headings, each of which must be there once."""
    first = text.split("\n", 1)[0]
    separator = next((each for each in SEPARATORS if each in first), ",")
    headings = [each.strip() for each in next(csv.reader([first], delimiter=separator), [])]
    twice = sorted({each for each in headings if each and headings.count(each) > 1})
    if twice:
        raise Unusable(
            "%(file)s names %(columns)s more than once; every column needs a name of its own.",
            file=name,
            columns=", ".join(twice),
        )
    return separator


def _unzipped(content: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as exc:
        raise Unusable("%(file)s is a damaged gzip file.", file=name) from exc


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as exc:
        raise Unusable("%(file)s is no Parquet file.", file=path.name) from exc


def _from_gb18030(content: bytes, name: str) -> str:
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as exc:
        raise Unusable("%(file)s is neither UTF-8 nor GB18030.", file=name) from exc
