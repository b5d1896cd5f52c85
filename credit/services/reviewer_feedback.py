"""What became of loans a year on, told to those who weigh the neighbours' judgement."""

from datetime import date

from django.db.models import Case, Q, When

from credit.events import DayClosed
from credit.loan_rules.months import add_months
from credit.models import Loan
from village.services.accuracy import Experience, last_learned, learn

DEFAULT_AFTER = 90
"""Days past due from which a loan counts as defaulted."""
A_YEAR = 12


def teach_the_review(event: DayClosed) -> None:
    """Once a month, measure the reviewers' judgement against a year of repayment: at the first
    close of a month that is announced, whichever day that is."""
    as_of = date.fromisoformat(event.day)
    last = last_learned()
    if last is None or last < as_of.replace(day=1):
        learn(experience(as_of), as_of=as_of)


def experience(as_of: date) -> list[Experience]:
    """Every loan made a year ago or earlier, and whether it defaulted."""
    bad = Q(worst_days_past_due__gte=DEFAULT_AFTER) | Q(status=Loan.Status.WRITTEN_OFF)
    rows = (
        Loan.objects.filter(starts_on__lte=add_months(as_of, -A_YEAR))
        .order_by()
        .annotate(defaulted=Case(When(bad, then=True), default=False))
        .values_list("customer__household", "defaulted", "starts_on")
    )
    return [Experience(*row) for row in rows.iterator(chunk_size=5_000)]
