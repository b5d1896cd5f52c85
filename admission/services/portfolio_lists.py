"""Customers of the portfolio taken out of the house: with a reason, a watermark and a record."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from admission.models import Standing
from admission.selectors import rules_in_force
from core import audit, sheets
from core.models import User
from core.sheets import Export


@transaction.atomic
def export(
    rows: QuerySet[Standing], chosen: Mapping[str, str], *, form: str, reason: str, actor: User
) -> Export:
    """``rows`` as a file; they are those ``actor`` may see, narrowed as ``chosen`` says.

    Raises ReasonMissing, TooManyRows.
    """
    reason = sheets.must_have_reason(reason)
    count = rows.count()
    sheets.must_be_walkable(count, _("choose an outcome, a rule or a village"))
    rule_set, _book = rules_in_force()
    audit.record(
        rule_set,
        "admission.portfolio.exported",
        actor=actor,
        reason=reason,
        customers=count,
        form=form,
        chosen=dict(chosen),
    )
    audit.read(rule_set, reader=actor, what="customers of the portfolio", reason=reason)
    table = _table(rows, sheets.watermark(actor=actor, reason=reason, count=count))
    return sheets.made(table, form, name="portfolio", customers=count)


def _table(rows: QuerySet[Standing], mark: str) -> Iterable[Sequence[str]]:
    """A watermark, headings, and a row for each customer; no ID number, no mobile."""
    yield [mark]
    yield [
        _("branch"), _("village"), _("household number"), _("person's name"), _("outcome"),
        _("rules that hold"), _("since"), _("customer manager"),
    ]  # fmt: skip
    wanted = rows.select_related(
        "customer__household",
        "customer__village__grid__manager",
        "customer__village__grid__branch",
    ).order_by("customer_id")
    for each in wanted.iterator(chunk_size=2_000):
        village = each.customer.village
        yield [
            village.grid.branch.name,
            village.name,
            each.customer.household.number,
            each.customer.name,
            each.get_outcome_display(),
            " ".join(each.hits),
            each.since.isoformat(),
            str(village.grid.manager or ""),
        ]
