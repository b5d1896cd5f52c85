"""Writing into the ledger: double entry, append only, dated on a day whose books are open."""

from collections.abc import Mapping
from datetime import date

from django.db import connection

from credit.models import LedgerEntry, LedgerLine, Loan
from credit.services.business_days import booking_day

HOLD_TOGETHER = "SELECT pg_advisory_xact_lock_shared(hashtext('credit:book'))"
HOLD_ALONE = "SELECT pg_advisory_xact_lock(hashtext('credit:book'))"


def post(
    loan: Loan, *, kind: str, reference: str, business_day: date, lines: Mapping[str, int]
) -> LedgerEntry:
    """Write one entry: amounts in fen by account, debit positive, credit negative.

    Accounts that nothing happens to are left out. ValueError for an entry that does not balance
    or moves nothing: both are mistakes of the program, which the database would refuse as well.
    """
    moved = {account: amount for account, amount in lines.items() if amount}
    if not moved or sum(moved.values()):
        raise ValueError(f"Entry {reference} does not balance: {moved}.")
    entry = LedgerEntry.objects.create(
        loan=loan,
        kind=kind,
        reference=reference,
        business_day=booking_day(business_day),
    )
    LedgerLine.objects.bulk_create(
        [
            LedgerLine(entry=entry, account=account, amount=amount)
            for account, amount in moved.items()
        ]
    )
    return entry


def hold_book(*, alone: bool = False) -> None:
    """Keep close of business, or with ``alone`` everybody else, out until this transaction ends.

    Repayments hold the book together and the close holds it alone, so that 100,000 loans need
    not be locked one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD_ALONE if alone else HOLD_TOGETHER)
