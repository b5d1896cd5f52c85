"""Close of business: every loan worked up to the end of a day, all of them or none.

Read and written is what has fallen due and is not paid; where nothing has, nothing changes.
The judgement is columns in, columns out (``credit.loan_rules.dues_columns``), the same formulas as
for one loan at the counter. A day is one transaction: a worker that dies in it leaves nothing
behind, and closing a closed day again changes nothing.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, events
from core.audit import Deed
from core.models import User
from credit.errors import DayIsBeingClosed, DayOutOfOrder
from credit.events import DayClosed
from credit.loan_rules import dues_columns
from credit.loan_rules.accrual import OverdueTerms
from credit.models import BusinessDay, LedgerLine
from credit.services import business_days, ledger, line_ends
from credit.services import close_of_business_sql as statements
from village.services import copying

Account = LedgerLine.Account
ONE_DAY = timedelta(days=1)
TRY_TO_CLOSE = "SELECT pg_try_advisory_xact_lock(hashtext('credit:close_of_business'))"
COLUMNS = {
    "instalment_id": pl.Int64,
    "loan_id": pl.Int64,
    "due_on": pl.Date,
    "principal": pl.Int64,
    "interest": pl.Int64,
    "paid_principal": pl.Int64,
    "paid_interest": pl.Int64,
    "paid_penalty": pl.Int64,
    "paid_compound": pl.Int64,
    "principal_days": pl.Int64,
    "interest_days": pl.Int64,
    "accrued_to": pl.Date,
    "penalty_before": pl.Int64,
    "compound_before": pl.Int64,
    "falls_due": pl.Boolean,
    "annual_rate": pl.String,
    "penalty_factor": pl.String,
}


def close_day(day: date, *, actor: User | None = None) -> dict[str, int]:
    """Close a day, and first every day before it that was missed; returns its figures.

    Amounts are fen. Days are closed one by one, each kept as soon as it is done, and only ``day``
    itself is announced: who listens looks at the book as it stands now. Raises DayOutOfOrder,
    TooFarAhead, and DayIsBeingClosed while somebody else closes.
    """
    for each in _days_to_close(day):
        figures = _close(each, is_last=each == day, actor=actor)
    return figures


def _days_to_close(day: date) -> list[date]:
    """``day`` and the missed days before it, in order. The first day ever stands alone."""
    closed = business_days.last_closed()
    if closed is None or day <= closed:
        return [day]
    business_days.refuse_far_ahead(day, worked=closed)
    return [closed + ONE_DAY * (n + 1) for n in range((day - closed).days)]


@transaction.atomic
def _close(day: date, *, is_last: bool, actor: User | None) -> dict[str, int]:
    _be_the_only_one(day)
    found = BusinessDay.objects.filter(pk=day, status=BusinessDay.Status.CLOSED).first()
    if found is not None:
        return found.figures
    closed = business_days.last_closed()
    if closed is not None and day < closed:
        raise DayOutOfOrder(
            _("%(day)s was never worked and %(closed)s is closed already.")
            % {"day": day, "closed": closed}
        )
    ledger.hold_book(alone=True)
    figures = _work(day) | {
        "lines_ended": line_ends.end_past(day + ONE_DAY),
        "lines_of_gone": line_ends.end_of_gone(),
    }
    BusinessDay.objects.update_or_create(
        day=day,
        defaults={
            "status": BusinessDay.Status.CLOSED,
            "closed_at": timezone.now(),
            "figures": figures,
        },
    )
    deed = Deed(int(f"{day:%Y%m%d}"), {"day": day.isoformat(), **figures})
    audit.record_all(BusinessDay, "credit.day.closed", [deed], actor=actor)
    if is_last:
        events.publish(DayClosed(day=day.isoformat()))
    return figures


def _be_the_only_one(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRY_TO_CLOSE)
        if not cursor.fetchone()[0]:
            raise DayIsBeingClosed(
                _("Somebody else is closing the books; %(day)s was left alone.") % {"day": day}
            )


def _work(day: date) -> dict[str, int]:
    """Read what has fallen due, judge it as columns, write it with one statement per table."""
    rows = _judged(copying.frame(statements.READ, COLUMNS, [day, day]), day)
    loans = _by_loan(rows)
    changed = rows.filter(pl.col("is_clear") | (pl.col("days_past_due") > 0))
    copying.stage("worked_instalments", statements.WORKED_INSTALMENTS, changed)
    copying.stage("worked_loans", statements.WORKED_LOANS, loans)
    copying.run(statements.WRITE_INSTALMENTS)
    copying.run(statements.WRITE_LOANS, [day])
    _book(day)
    return _figures() | {
        "instalments_due": rows["falls_due"].sum(),
        "interest_earned": loans["interest_earned"].sum(),
        "penalty_earned": loans["penalty_earned"].sum(),
    }


def _judged(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The instalments as they stand on the day, with what the day adds to each."""
    terms = OverdueTerms(Decimal(0))
    rows = rows.join(_penalty_rates(rows), on=["annual_rate", "penalty_factor"]).with_columns(
        pl.lit(terms.compounds).alias("compounds"),
        pl.lit(terms.grace_days).alias("grace_days"),
    )
    owed = dues_columns.with_dues(dues_columns.advance(rows, day), day, terms.year_days)
    still_open = dues_columns.OPEN_PRINCIPAL + dues_columns.OPEN_INTEREST
    return owed.with_columns(
        (pl.col("penalty") + pl.col("paid_penalty")).alias("penalty_accrued"),
        (pl.col("compound") + pl.col("paid_compound")).alias("compound_accrued"),
        (still_open + pl.col("penalty") + pl.col("compound") == 0).alias("is_clear"),
    )


def _penalty_rates(rows: pl.DataFrame) -> pl.DataFrame:
    """The penalty rate of every pair of rate and factor that occurs."""
    pairs = rows.select("annual_rate", "penalty_factor").unique()
    rates = [
        OverdueTerms(Decimal(rate), penalty_multiple=Decimal(factor)).penalty_millionths
        for rate, factor in pairs.iter_rows()
    ]
    return pairs.with_columns(pl.Series("penalty_millionths", rates, dtype=pl.Int64))


def _by_loan(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per loan: what it owes, and what it earned the bank since it was last worked."""
    before = pl.col("penalty_before") + pl.col("compound_before")
    accrued = pl.col("penalty_accrued") + pl.col("compound_accrued")
    return rows.group_by("loan_id").agg(
        pl.col("overdue_principal").sum(),
        pl.col("overdue_interest").sum(),
        (pl.col("penalty") + pl.col("compound")).sum().alias("penalty_due"),
        pl.col("days_past_due").max(),
        pl.col("interest").filter("falls_due").sum().alias("interest_earned"),
        (accrued - before).sum().alias("penalty_earned"),
    )


def _book(day: date) -> None:
    books: list[tuple[str, dict[str, Any]]] = [
        (
            statements.BOOK_INTEREST,
            {
                "kind": "interest",
                "receivable": Account.INTEREST,
                "income": Account.INTEREST_INCOME,
            },
        ),
        (
            statements.BOOK_PENALTY,
            {"kind": "penalty", "receivable": Account.PENALTY, "income": Account.PENALTY_INCOME},
        ),
    ]
    for statement, words in books:
        copying.run(statement, {"day": day, **words})


def _figures() -> dict[str, int]:
    """The book at the end of the day."""
    with connection.cursor() as cursor:
        cursor.execute(statements.FIGURES)
        names = [column.name for column in cursor.description]
        return dict(zip(names, map(int, cursor.fetchone()), strict=True))
