"""What became of loans a year on, told to those who weigh the neighbours' judgement."""

from datetime import date

from django.db.models import Count, Min, Q

from credit.events import DayClosed
from credit.loan_rules.months import add_months
from credit.models import Loan
from village.services.accuracy import Experience, learn

DEFAULT_AFTER = 90
"""Days past due from which a loan counts as defaulted."""
A_YEAR = 12
ON = 1
"""The day of the month whose close is followed by a look back."""


def teach_the_review(event: DayClosed) -> None:
    """Once a month, measure the reviewers' judgement against a year of repayment."""
    as_of = date.fromisoformat(event.day)
    if as_of.day == ON:
        learn(experience(as_of), as_of=as_of)


def experience(as_of: date) -> list[Experience]:
    """Every household that was lent to a year ago or earlier, and whether any loan defaulted."""
    bad = Q(worst_days_past_due__gte=DEFAULT_AFTER) | Q(status=Loan.Status.WRITTEN_OFF)
    rows = (
        Loan.objects.filter(starts_on__lte=add_months(as_of, -A_YEAR))
        .order_by()
        .values("customer__household")
        .annotate(ever=Count("pk", filter=bad), lent_on=Min("starts_on"))
        .values_list("customer__household", "ever", "lent_on")
    )
    return [Experience(household, bool(ever), lent_on) for household, ever, lent_on in rows]
