"""Customers as a run of tags finds them: deposits, and the run itself."""

from datetime import date

from admission.models import Deposit
from admission.services import tagging
from core import runs
from core.models import Run

DAY = date(2026, 6, 30)


def deposit(customer, **given):
    made = {
        "balance": 1_000_000, "average_1m": 1_000_000, "average_3m": 1_000_000,
        "average_3m_before": 1_000_000, "average_12m": 1_000_000, "paid_in_12m": 0,
        "payroll_months_12m": 0, "months_open": 24, "transactions_3m": 20,
    }  # fmt: skip
    return Deposit.objects.create(customer=customer, as_of=DAY, **made | given)


def run(day=DAY, **given):
    opened = tagging.open_tagging(business_day=day, actor=None, **given)
    for shard_id in runs.waiting(opened):
        tagging.work_shard(shard_id)
    return Run.objects.get(pk=opened.pk)
