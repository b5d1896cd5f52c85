"""Taking over what the core system says customers keep with the bank."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import polars as pl
from django.db import connection, transaction
from django.utils.translation import gettext as _

from admission.errors import NotDeposits
from admission.models import Deposit
from core import audit, crypto
from core.audit import Deed
from core.models import User

ID, DAY = "证件号码", "数据日期"
AMOUNTS = {
    "存款余额(元)": "balance",
    "近1月日均(元)": "average_1m",
    "近3月日均(元)": "average_3m",
    "前3月日均(元)": "average_3m_before",
    "近12月日均(元)": "average_12m",
    "近12月流入(元)": "paid_in_12m",
}
COUNTS = {"代发月数": "payroll_months_12m", "开户月数": "months_open"}
HEADINGS = {ID, DAY, *AMOUNTS, *COUNTS}
MOST_MONTHS = 32_767


@dataclass(frozen=True)
class Refusal:
    """A row that could not be taken over: its line, its field and the reason."""

    line: int
    field: str
    reason: str


@dataclass
class DepositsImport:
    """What one file held: rows, how many were stored, which were refused or of nobody known."""

    rows: int = 0
    stored: int = 0
    unknown_lines: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def import_deposits(path: Path, *, actor: User | None) -> DepositsImport:
    """Store one delivery; the same file again changes nothing.

    Persons whom no roster knows are listed by line and passed by. Raises NotDeposits.
    """
    table, first_line = _read(Path(path))
    done = DepositsImport(rows=table.height)
    good = _checked(table, first_line, done)
    with transaction.atomic():
        done.stored, done.unknown_lines = _store(good)
        figures = {
            "rows": done.rows,
            "stored": done.stored,
            "unknown": len(done.unknown_lines),
            "refused": len(done.refused),
        }
        audit.record_all(Deposit, "admission.deposits.imported", [Deed(0, figures)], actor=actor)
    return done


def _read(path: Path) -> tuple[pl.DataFrame, int]:
    """The rows as text, and the line in the file on which the first stands."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    lines = text.splitlines()
    heading = next((n for n, line in enumerate(lines) if not line.startswith("#")), 0)
    body = "\n".join(lines[heading:]).encode()
    if not body:
        raise NotDeposits(_("The file is empty."))
    table = pl.read_csv(body, infer_schema=False, truncate_ragged_lines=True)
    if missing := HEADINGS - set(table.columns):
        raise NotDeposits(
            _("These columns are missing: %(columns)s.") % {"columns": ", ".join(sorted(missing))}
        )
    return table.select(sorted(HEADINGS)), heading + 2


def _checked(
    table: pl.DataFrame, first_line: int, done: DepositsImport
) -> list[tuple[object, ...]]:
    good: list[tuple[object, ...]] = []
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(table.iter_rows(named=True), first_line):
        try:
            read = _row(row)
        except _Refused as refused:
            done.refused.append(Refusal(line, refused.field, refused.reason))
            continue
        person = read[0], read[1]
        if person in seen:
            done.refused.append(Refusal(line, ID, _("The person stands in the file twice.")))
            continue
        seen.add(person)
        good.append((line, *read))
    return good


class _Refused(Exception):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = name, reason


def _row(row: dict[str, str | None]) -> tuple[object, ...]:
    number = (row[ID] or "").strip()
    if not number:
        raise _Refused(ID, _("The ID number is missing."))
    try:
        day = date.fromisoformat((row[DAY] or "").strip())
    except ValueError as exc:
        raise _Refused(DAY, _("This is not a day such as 2026-06-30.")) from exc
    amounts = [_fen(row[name], name) for name in AMOUNTS]
    counts = [_months(row[name], name) for name in COUNTS]
    return (crypto.blind_index(number), day.isoformat(), *amounts, *counts)


def _fen(text: str | None, name: str) -> int:
    try:
        amount = Decimal((text or "").strip().replace(",", "")) * 100
    except InvalidOperation as exc:
        raise _Refused(name, _("This is not an amount of yuan.")) from exc
    if not amount.is_finite() or not 0 <= amount < 2**53 or amount != int(amount):
        raise _Refused(name, _("This is not an amount of yuan."))
    return int(amount)


def _months(text: str | None, name: str) -> int:
    plain = (text or "").strip()
    if not plain.isascii() or not plain.isdigit() or int(plain) > MOST_MONTHS:
        raise _Refused(name, _("This is not a number of months."))
    return int(plain)


_COLUMNS = ", ".join([*AMOUNTS.values(), *COUNTS.values()])
_CREATE = """
CREATE TEMPORARY TABLE incoming (
    line integer, id_index text, as_of date, balance bigint, average_1m bigint, average_3m bigint,
    average_3m_before bigint, average_12m bigint, paid_in_12m bigint,
    payroll_months_12m smallint, months_open smallint
) ON COMMIT DROP
"""
_UPSERT = f"""
INSERT INTO admission_deposit (customer_id, as_of, {_COLUMNS})
SELECT customer.id, incoming.as_of, {", ".join(f"incoming.{c}" for c in _COLUMNS.split(", "))}
FROM incoming JOIN village_customer customer ON customer.id_index = incoming.id_index
ON CONFLICT (customer_id, as_of) DO UPDATE SET
    {", ".join(f"{c} = excluded.{c}" for c in _COLUMNS.split(", "))}
"""  # noqa: S608 - column names of our own
_NOBODY = """
SELECT line FROM incoming
WHERE NOT EXISTS (SELECT 1 FROM village_customer WHERE id_index = incoming.id_index)
ORDER BY line
"""


def _store(rows: list[tuple[object, ...]]) -> tuple[int, list[int]]:
    """COPY the rows beside the register and take over those of people known."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
        with cursor.copy("COPY incoming FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_UPSERT)
        stored = cursor.rowcount
        cursor.execute(_NOBODY)
        nobody = [line for (line,) in cursor.fetchall()]
        cursor.execute("DROP TABLE incoming")
    return stored, nobody
