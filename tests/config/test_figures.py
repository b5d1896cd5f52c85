"""The figures of the first page go by the bank's day, wherever the calendar stands."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from config import figures
from core.roles import Role
from credit.models import BusinessDay
from credit.services import business_days
from tests import make
from tests.credit import lent

pytestmark = pytest.mark.django_db
CALENDAR = date(2026, 11, 28)


def _close(day):
    BusinessDay.objects.create(day=day, status=BusinessDay.Status.CLOSED, closed_at=timezone.now())


def test_the_day_being_worked_follows_the_day_closed_last_and_not_the_calendar():
    assert business_days.being_worked(CALENDAR) == CALENDAR

    _close(date(2026, 6, 30))

    assert business_days.being_worked(CALENDAR) == date(2026, 7, 1)


def test_money_paid_out_on_the_banks_days_stands_in_figures_and_chart():
    loan = lent.loan()
    officer = make.staff(Role.RISK_OFFICER)
    wan = f"{loan.principal / 1_000_000:,.2f}"

    on_the_day = _paid_out(officer, loan.starts_on)
    day_after = _paid_out(officer, loan.starts_on + timedelta(days=1))
    week_after = _paid_out(officer, loan.starts_on + timedelta(days=7))
    chart = figures.charts_for(officer, loan.starts_on + timedelta(days=13))[0]

    assert (on_the_day.today, on_the_day.closed) == (wan, "0.00")
    assert (day_after.today, day_after.closed) == ("0.00", wan)
    assert (week_after.closed, week_after.before) == ("0.00", wan)
    assert chart.bars[0].written == wan
    assert {bar.written for bar in chart.bars[1:]} == {"0.00"}
    assert f"{loan.starts_on}" in chart.message


def _paid_out(user, day):
    return figures.of_today(user, day)[2]


def test_the_first_page_says_which_day_its_figures_are_of(client):
    _close(date(2026, 6, 30))
    client.force_login(make.staff(Role.RISK_OFFICER))

    page = client.get(reverse("admin:index"))

    assert page.context["page"].today == date(2026, 7, 1)
    assert "营业日 2026-07-01、前一日与一周前" in page.content.decode()
