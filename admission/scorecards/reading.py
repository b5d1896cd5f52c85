"""A file of people as a frame: CSV, CSV.GZ or Parquet, figures as figures, words as words."""

import gzip
import io
import zlib
from pathlib import Path

import polars as pl

from admission.scorecards.errors import Unusable

GZIP = b"\x1f\x8b"
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
    try:
        content.decode()
    except UnicodeDecodeError:
        content = _from_gb18030(content, name)
    try:
        return pl.read_csv(io.BytesIO(content), infer_schema_length=None, null_values=NOT_THERE)
    except pl.exceptions.NoDataError as exc:
        raise Unusable("%(file)s is empty.", file=name) from exc
    except pl.exceptions.PolarsError as exc:
        why = str(exc).splitlines()[0]
        raise Unusable("%(file)s is no table of rows: %(why)s", file=name, why=why) from exc


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


def _from_gb18030(content: bytes, name: str) -> bytes:
    try:
        return content.decode("gb18030").encode()
    except UnicodeDecodeError as exc:
        raise Unusable("%(file)s is neither UTF-8 nor GB18030.", file=name) from exc
