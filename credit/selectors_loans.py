"""Reads of what is lent and what the ledger says about it."""

from django.db.models import Sum

from credit.models import LedgerLine, Loan


def balances(loan: Loan) -> dict[str, int]:
    """What every account of a loan holds, fen, debit positive; accounts at nought are left out."""
    rows = (
        LedgerLine.objects.filter(entry__loan=loan)
        .order_by()
        .values_list("account")
        .annotate(balance=Sum("amount"))
    )
    return {account: balance for account, balance in rows if balance}
