"""A frozen line and the next round: it stays frozen, and does not stand above its limit."""

from datetime import date

import pytest

from core.models import AuditEntry
from core.roles import Role
from credit.models import CreditLine, LimitDecision
from credit.services import lines
from tests import make
from tests.credit.conftest import DAY
from tests.credit.judged import YUAN, grant, next_round, reviewed, visited
from tests.credit.test_granting_again import well_used

pytestmark = pytest.mark.django_db
NEXT_YEAR = date(DAY.year + 1, DAY.month, DAY.day)


@pytest.mark.parametrize(
    ("before", "limit", "movement", "amount"),
    [
        ("active", 30_000, "lower", 30_000),
        ("signed", 40_000, "lower", 40_000),
        ("signed", 55_000, "keep", 60_000),
        ("signed", 90_000, "raise", 60_000),
        ("granted", 40_000, "lower", 40_000),
        ("granted", 90_000, "raise", 90_000),
    ],
)
def test_it_is_lowered_by_the_round_and_thawed_at_the_new_amount(
    campaign, before, limit, movement, amount
):
    household = reviewed(campaign, income_year=300_000 * YUAN)
    visited(household, campaign, 60_000 * YUAN)
    grant(campaign)
    CreditLine.objects.update(status=before)
    officer = make.staff(Role.RISK_OFFICER)
    if before == "signed" and movement == "raise":
        well_used(household)
    lines.freeze(CreditLine.objects.get().pk, reason="待核实", actor=officer)
    second = next_round(household, campaign, limit=limit * YUAN, on=NEXT_YEAR)
    visited(household, second, limit * YUAN, on=NEXT_YEAR)

    grant(second, on=NEXT_YEAR)
    line = CreditLine.objects.get()
    assert LimitDecision.objects.get(campaign=second).movement == movement
    assert (line.status, line.frozen_from, line.frozen_because) == ("frozen", before, "待核实")
    lines.thaw(line.pk, actor=officer)

    line.refresh_from_db()
    assert (line.status, line.amount) == (before, amount * YUAN)
    moved = AuditEntry.objects.filter(action="credit.line.moved")
    assert moved.exists() == (line.amount != 60_000 * YUAN)
