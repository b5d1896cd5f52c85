"""Reads of what is lent and what the ledger says about it."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet, Sum

from credit.models import Instalment, LedgerEntry, LedgerLine, Loan

UNBALANCED = """
SELECT loan.number, 'entry ' || entry.reference, 0, coalesce(sum(line.amount), 0)
  FROM credit_ledgerentry entry
  JOIN credit_loan loan ON loan.id = entry.loan_id
  LEFT JOIN credit_ledgerline line ON line.entry_id = entry.id
 GROUP BY loan.number, entry.id
HAVING count(line.id) < 2 OR sum(line.amount) <> 0
 ORDER BY entry.id
"""

# Every account of every loan: what it should hold by instalments and repayments, what it holds.
DISAGREEING = """
WITH held AS (
    SELECT entry.loan_id, line.account, sum(line.amount) AS amount
      FROM credit_ledgerline line JOIN credit_ledgerentry entry ON entry.id = line.entry_id
     GROUP BY entry.loan_id, line.account
), planned AS (
    SELECT loan.id AS loan_id, loan.number, loan.principal, loan.principal_left,
           coalesce(sum(row.principal - row.principal_paid), 0) AS open_principal,
           coalesce(sum(row.interest - row.interest_paid)
                    FILTER (WHERE row.due_on <= loan.worked_up_to), 0) AS open_interest,
           coalesce(sum(row.penalty_accrued - row.penalty_paid
                        + row.compound_accrued - row.compound_paid), 0) AS open_penalty
      FROM credit_loan loan LEFT JOIN credit_instalment row ON row.loan_id = loan.id
     GROUP BY loan.id
), received AS (
    SELECT loan_id, sum(amount) AS amount, sum(to_principal) AS to_principal,
           sum(to_interest) AS to_interest, sum(to_penalty) AS to_penalty, sum(excess) AS excess
      FROM credit_repayment GROUP BY loan_id
), expected AS (
    SELECT planned.number, planned.loan_id, fact.account, fact.amount
      FROM planned LEFT JOIN received ON received.loan_id = planned.loan_id
     CROSS JOIN LATERAL (VALUES
        ('principal', planned.principal_left),
        ('interest', planned.open_interest),
        ('penalty', planned.open_penalty),
        ('cash', coalesce(received.amount, 0) - planned.principal),
        ('borrower', -coalesce(received.excess, 0)),
        ('interest_income', -planned.open_interest - coalesce(received.to_interest, 0)),
        ('penalty_income', -planned.open_penalty - coalesce(received.to_penalty, 0))
     ) AS fact(account, amount)
)
SELECT expected.number, expected.account, expected.amount, coalesce(held.amount, 0)
  FROM expected
  LEFT JOIN held ON held.loan_id = expected.loan_id AND held.account = expected.account
 WHERE expected.amount <> coalesce(held.amount, 0)
UNION ALL
SELECT number, 'instalments', principal_left, open_principal
  FROM planned WHERE principal_left <> open_principal
 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class LedgerFault:
    """A place where the ledger does not say what loan, instalments and repayments say, fen."""

    loan: str
    what: str
    expected: int
    found: int


def balances(loan: Loan) -> dict[str, int]:
    """What every account of a loan holds, fen, debit positive; accounts at nought are left out."""
    rows = (
        LedgerLine.objects.filter(entry__loan=loan)
        .order_by()
        .values_list("account")
        .annotate(balance=Sum("amount"))
    )
    return {account: balance for account, balance in rows if balance}


def ledger_faults() -> list[LedgerFault]:
    """Every entry that does not balance and every account that holds what it should not."""
    faults = []
    with connection.cursor() as cursor:
        for query in (UNBALANCED, DISAGREEING):
            cursor.execute(query)
            faults += [
                LedgerFault(loan, what, int(expected), int(found))
                for loan, what, expected, found in cursor.fetchall()
            ]
    return faults


def schedule(loan: Loan) -> QuerySet[Instalment]:
    """The instalments of a loan in order."""
    return loan.instalments.order_by("number")


def entries(loan: Loan) -> QuerySet[LedgerEntry]:
    """What the ledger says about a loan, the newest entry first."""
    return loan.ledger_entries.prefetch_related("lines").order_by("-id")
