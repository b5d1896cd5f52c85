"""How long closing a day takes for a book of 100,000 loans, against ways of doing it otherwise."""

from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter

from django.db import connection, models, transaction

from benchmarks import print_table

needs_database = True

LOANS = 100_000
FIRST_ID = 1_000_000
ONE_BY_ONE = 100
PAID_SHARE = 95  # of a hundred loans, those that pay their first instalment in time
# What the close writes to loans, in one statement that could explain nothing and book nothing.
BARE_UPDATE = """
UPDATE credit_loan loan
   SET overdue_principal = late.principal, overdue_interest = late.interest,
       days_past_due = late.days, worked_up_to = %(day)s
  FROM (SELECT loan_id, sum(principal - principal_paid) AS principal,
               sum(interest - interest_paid) AS interest, max(%(day)s::date - due_on) AS days
          FROM credit_instalment WHERE paid_on IS NULL AND due_on < %(day)s GROUP BY loan_id) late
 WHERE loan.id = late.loan_id
"""


def run() -> dict[str, object]:
    """Close a quiet day, a due day and the day after, then print what each took."""
    # Models exist only once the harness has set Django up.
    from credit.models import Application, Contract, Drawdown, Instalment, Loan
    from credit.services.close_of_business import close_day
    from credit.services.worked_loan import WorkedLoan
    from tests.credit import lent

    template = lent.loan()
    number = "'B' || n"
    copies: list[tuple[type[models.Model], dict[str, str]]] = [
        (Application, {"number": number}),
        (Contract, {"number": number, "application_id": f"{FIRST_ID} + n"}),
        (Drawdown, {"payment_number": number, "contract_id": f"{FIRST_ID} + n"}),
        (Loan, {"number": number, "drawdown_id": f"{FIRST_ID} + n"}),
    ]
    for model, changed in copies:
        _copy(model, changed | {"id": f"{FIRST_ID} + n"})
    _copy(Instalment, {"loan_id": f"{FIRST_ID} + n", "id": f"{FIRST_ID} + 100 * n + number"})
    _vacuum()
    due, seconds = template.instalments.get(number=1).due_on, {}
    close_day(due - timedelta(days=2))
    seconds["a day on which nothing falls due"] = _timed(lambda: close_day(due - timedelta(1)))
    seconds["the day on which all fall due"] = _timed(lambda: close_day(due))
    Instalment.objects.filter(number=1, loan_id__lte=FIRST_ID + LOANS * PAID_SHARE // 100).update(
        principal_paid=models.F("principal"), interest_paid=models.F("interest"), paid_on=due
    )
    seconds["the day after, 5 % overdue"] = _timed(lambda: close_day(due + timedelta(1)))
    Instalment.objects.filter(number=1).update(principal_paid=0, interest_paid=0, paid_on=None)
    seconds["a day with all overdue"] = _timed(lambda: close_day(due + timedelta(2)))
    with transaction.atomic():
        seconds["all overdue, one bare UPDATE"] = _timed(lambda: _bare(due + timedelta(3)))
        transaction.set_rollback(True)
    with transaction.atomic():
        some = Loan.objects.order_by("-id")[:ONE_BY_ONE]
        took = _timed(lambda: [_one(WorkedLoan(each), due + timedelta(3)) for each in some])
        seconds["all overdue, loan by loan (from 100)"] = took * LOANS / ONE_BY_ONE
        transaction.set_rollback(True)
    rows: list[list[object]] = [
        [what, round(took, 2), f"{LOANS / took:,.0f}"] for what, took in seconds.items()
    ]
    print_table(f"Close of business, {LOANS:,} loans", ["what", "seconds", "loans/s"], rows)
    return {"name": "close_of_business", "loans": LOANS, "seconds": seconds}


def _one(worked: object, day: date) -> None:
    worked.work_up_to(day)
    worked.save(paid_on=day, reference=worked.loan.number)


def _bare(day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE_UPDATE, {"day": day})


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _copy(model: type[models.Model], changed: dict[str, str]) -> None:
    """Copy the first rows of a table as often as there are loans."""
    columns = [field.column for field in model._meta.concrete_fields]
    given = ", ".join(changed.get(column, f"t.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "  # noqa: S608 - own names
            f"SELECT {given} FROM {model._meta.db_table} t, generate_series(1, {LOANS}) n "
            f"WHERE t.id < {FIRST_ID}"
        )


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
