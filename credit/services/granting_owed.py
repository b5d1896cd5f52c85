"""What households and their main borrowers owe the bank beside the line to be granted, fen.

Whole villages are read from an index: of a county's loans only those of its reviewed households
are joined.
"""

import polars as pl
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from admission.models import Figures
from credit.models import CreditLine, Loan
from credit.selectors import OWING
from credit.services.own_loans import DELIVERED
from village.services.copying import columns

PERSON = {"borrower_id": pl.Int64, "owed": pl.Int64}


def by_households_and_people(villages: list[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two tables: ``given_to_members`` by household, and ``given_to_borrower`` by person.

    A household's is what its members owe outside any line. A person's is that, with the lines they
    answer for in another household, and the loans made before this platform that the newest file
    of loans names.
    """
    outside = _outside_any_line(villages)
    members = outside.group_by("household_id").agg(pl.col("owed").sum().alias("given_to_members"))
    people = pl.concat(
        [
            outside.select("borrower_id", "owed"),
            _lines_elsewhere(villages),
            _before_the_platform(villages),
        ]
    )
    return members, people.group_by("borrower_id").agg(
        pl.col("owed").sum().alias("given_to_borrower")
    )


def _outside_any_line(villages: list[int]) -> pl.DataFrame:
    """What each person owes us outside any line, or under one that has ended."""
    line = "drawdown__contract__application__line"
    owed = (
        Loan.objects.filter(village__in=villages, status__in=OWING)
        .filter(Q(**{line: None}) | Q(**{f"{line}__status__in": CreditLine.ENDED}))
        .order_by()
        .values_list("customer__household_id", "customer_id")
        .annotate(owed=Cast(Sum("principal_left"), BigIntegerField()))
    )
    return columns(owed, {"household_id": pl.Int64} | PERSON)


def _lines_elsewhere(villages: list[int]) -> pl.DataFrame:
    """Open lines for which somebody answers though they live in another household by now."""
    lines = (
        CreditLine.objects.filter(borrower__village__in=villages)
        .exclude(status__in=CreditLine.ENDED)
        .exclude(household=F("borrower__household"))
        .order_by()
        .values_list("borrower_id", "amount")
    )
    return columns(lines, PERSON)


def _before_the_platform(villages: list[int]) -> pl.DataFrame:
    """What the file of loans says is left, but for loans that this platform keeps itself."""
    told = (
        Figures.objects.filter(village__in=villages, kind=DELIVERED)
        .exclude(Exists(Loan.objects.filter(number=OuterRef("part"))))
        .order_by()
        .values_list("customer_id", Cast(KT("values__balance"), BigIntegerField()))
    )
    return columns(told, PERSON).drop_nulls()
