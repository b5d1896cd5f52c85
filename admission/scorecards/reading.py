"""A file of people as a frame: CSV, CSV.GZ or Parquet, every cell as it stands there."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from admission.scorecards.errors import Unusable

GZIP = b"\x1f\x8b"
SEPARATORS = (",", "\t", ";", "|")
PATTERN = re.compile(r"^(\*|\^.*\$)$")
"""What stands for many columns, and so cannot be the name of one."""


def read(
    path: Path, *, words: Sequence[str] = (), figures: Sequence[str] | None = None
) -> pl.DataFrame:
    """The rows of a file; CSV in UTF-8 or GB18030. ``words`` names columns whose 01 is not a 1;
    where ``figures`` are named, all others are such.

    What counts as missing is not decided here but in ``cells``, which can tell of it.
    """
    if not path.is_file():
        raise Unusable("There is no file %(file)s.", file=path)
    if path.suffix.lower() in {".parquet", ".pq"}:
        return _parquet(path)
    try:
        return read_csv(path.read_bytes(), name=path.name, words=words, figures=figures)
    except OSError as exc:
        raise Unusable("%(file)s cannot be read: %(why)s.", file=path.name, why=exc) from exc


def read_csv(
    content: bytes, *, name: str, words: Sequence[str] = (), figures: Sequence[str] | None = None
) -> pl.DataFrame:
    """The rows of a CSV file whose ``content`` is at hand; gzip is known by its first bytes."""
    if content[:2] == GZIP:
        content = _unzipped(content, name)
    text = _text(content, name)
    separator, headings = _headings(text, name)
    kinds = {each: pl.String for each in headings if _is_word(each.strip(), words, figures)}
    try:
        return _named(_rows(text, separator, kinds), name)
    except pl.exceptions.NoDataError as exc:
        raise Unusable("%(file)s is empty.", file=name) from exc
    except pl.exceptions.PolarsError as exc:
        why = str(exc).splitlines()[0]
        raise Unusable("%(file)s is no table of rows: %(why)s", file=name, why=why) from exc


def _rows(text: str, separator: str, kinds: dict[str, type[pl.String]]) -> pl.DataFrame:
    """The rows; where a number is none that a computer holds, every cell as it is written."""
    content = text.encode()
    try:
        return pl.read_csv(
            io.BytesIO(content),
            infer_schema_length=None,
            schema_overrides=kinds,
            separator=separator,
        )
    except pl.exceptions.ComputeError:
        return pl.read_csv(io.BytesIO(content), infer_schema=False, separator=separator)


def _is_word(heading: str, words: Sequence[str], figures: Sequence[str] | None) -> bool:
    return heading in words or (figures is not None and heading not in figures)


def _text(content: bytes, name: str) -> str:
    """The text of a file in one of two encodings, with line ends of one kind."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _from_gb18030(content, name)
    return text if "\n" in text else text.replace("\r", "\n")


def headings_of(content: bytes, *, name: str) -> list[str]:
    """The names of the columns. Raises Unusable where there are none to be read."""
    if content[:2] == GZIP:
        content = _unzipped(content, name)
    _separator, headings = _headings(_text(content, name), name)
    return [each.strip() for each in headings]


def _named(rows: pl.DataFrame, file: str) -> pl.DataFrame:
    """The rows with bare headings; a column without one is called by its place."""
    pattern = next((each for each in rows.columns if PATTERN.match(each.strip())), None)
    if pattern is not None:
        raise Unusable("%(file)s: %(column)s is no name for a column.", file=file, column=pattern)
    names = ((at, each, each.strip()) for at, each in enumerate(rows.columns, start=1))
    return rows.rename({each: bare or f"#{at}" for at, each, bare in names})


def _headings(text: str, name: str) -> tuple[str, list[str]]:
    """What stands between the headings, and these; each must be there once."""
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    headings = next(csv.reader([first.rstrip("\r")], delimiter=separator), [])
    bare = [each.strip() for each in headings]
    twice = sorted({each for each in bare if each and bare.count(each) > 1})
    if twice:
        raise Unusable(
            "%(file)s names %(columns)s more than once; every column needs a name of its own.",
            file=name,
            columns=", ".join(twice),
        )
    return separator, headings


def _unzipped(content: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as exc:
        raise Unusable("%(file)s is a damaged gzip file.", file=name) from exc


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return _named(pl.read_parquet(path, glob=False), path.name)
    except (pl.exceptions.PolarsError, OSError) as exc:
        raise Unusable("%(file)s is no Parquet file.", file=path.name) from exc


def _from_gb18030(content: bytes, name: str) -> str:
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as exc:
        raise Unusable("%(file)s is neither UTF-8 nor GB18030.", file=name) from exc
