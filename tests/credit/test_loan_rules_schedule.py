"""Days, due days and schedules: hand-worked figures, and what must hold for every loan."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credit.loan_rules.daycount import DayCount, Ends, days_between, year_fraction
from credit.loan_rules.months import MonthEnd, add_months, whole_months
from credit.loan_rules.schedule import build, level_instalment, until_repaid
from credit.loan_rules.terms import InterestBy, Method, Terms, Unit, maturity_of, periods_of


def terms(**changes) -> Terms:
    agreed = Terms(
        principal=100_000_00,
        annual_rate=Decimal("0.048"),
        starts_on=date(2024, 1, 15),
        periods=12,
    )
    return replace(agreed, **changes)


days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
rates = st.decimals(Decimal(0), Decimal("0.36"), places=6)
anything_agreed = st.builds(
    Terms,
    principal=st.integers(1, 10_000_000_00),
    annual_rate=rates,
    starts_on=days,
    periods=st.integers(3, 60),
    method=st.sampled_from(Method),
    due_day=st.none() | st.integers(1, 31),
    day_count=st.sampled_from(DayCount),
    ends=st.sampled_from(Ends),
    interest_by=st.sampled_from(InterestBy),
    month_end=st.sampled_from(MonthEnd),
    grace_principal=st.integers(0, 2),
    grace_interest=st.integers(0, 2),
    instalment_multiple=st.sampled_from([1, 100]),
    evens_last=st.booleans(),
    levels_broken=st.booleans(),
)


class TestDays:
    @pytest.mark.parametrize(
        ("day_count", "share"),
        [
            (DayCount.ACTUAL_360, Fraction(29, 360)),
            (DayCount.ACTUAL_365, Fraction(29, 365)),
            (DayCount.ACTUAL_ACTUAL, Fraction(29, 366)),
            (DayCount.THIRTY_360, Fraction(30, 360)),
            (DayCount.MONTH_SHARE, Fraction(1, 12)),
        ],
    )
    def test_february_of_a_leap_year_is_the_share_each_day_count_says(self, day_count, share):
        assert year_fraction(date(2024, 2, 1), date(2024, 3, 1), day_count) == share

    def test_a_loan_back_the_next_day_earns_one_day_unless_both_ends_count(self):
        lent, back = date(2024, 5, 1), date(2024, 5, 2)

        assert [days_between(lent, back, ends) for ends in Ends] == [1, 1, 2]

    def test_actual_actual_splits_at_new_year_and_heeds_which_end_counts(self):
        start, end = date(2023, 12, 12), date(2024, 1, 12)
        count = DayCount.ACTUAL_ACTUAL

        first_in = year_fraction(start, end, count)
        last_in = year_fraction(start, end, count, Ends.LAST_IN)

        assert first_in == Fraction(20, 365) + Fraction(11, 366)
        assert last_in == Fraction(19, 365) + Fraction(12, 366)

    def test_interest_does_not_run_backwards(self):
        with pytest.raises(ValueError, match="backwards"):
            year_fraction(date(2024, 2, 2), date(2024, 2, 1))

    @pytest.mark.parametrize("day_count", list(DayCount))
    @settings(deadline=None)
    @given(start=days, span=st.integers(0, 4000))
    def test_more_days_never_earn_less(self, day_count, start, span):
        end = start + timedelta(days=span)

        shorter = year_fraction(start, end, day_count)
        longer = year_fraction(start, end + timedelta(days=1), day_count)

        assert 0 <= shorter <= longer

    @pytest.mark.parametrize(
        "day_count", [DayCount.ACTUAL_360, DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL]
    )
    @settings(deadline=None)
    @given(start=days, first=st.integers(0, 900), second=st.integers(0, 900))
    def test_a_stretch_earns_what_its_parts_earn(self, day_count, start, first, second):
        middle = start + timedelta(days=first)
        end = middle + timedelta(days=second)

        parts = year_fraction(start, middle, day_count) + year_fraction(middle, end, day_count)

        assert parts == year_fraction(start, end, day_count)

    def test_the_31st_returns_after_a_february(self):
        found = [add_months(date(2024, 1, 31), n) for n in range(1, 4)]

        assert found == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]

    def test_a_month_end_that_rolls_falls_on_the_first(self):
        rolled = add_months(date(2023, 1, 31), 1, month_end=MonthEnd.ROLL)

        assert rolled == date(2023, 3, 1)

    @settings(deadline=None)
    @given(start=days, months=st.integers(0, 400))
    def test_whole_months_counts_what_add_months_added(self, start, months):
        assert whole_months(start, add_months(start, months)) == months


class TestMethods:
    def test_equal_instalments_are_equal_but_for_the_last(self):
        plan = build(terms())

        # 100,000 × 0.004 / (1 − 1.004⁻¹²) = 8,551.59
        assert {each.due for each in plan[:-1]} == {8_551_59}
        assert plan[0].interest == 400_00
        assert abs(plan[-1].due - 8_551_59) <= 12

    def test_equal_principal_repays_a_twelfth_each_month_with_falling_interest(self):
        plan = build(terms(principal=120_000_00, method=Method.EQUAL_PRINCIPAL))

        assert [each.principal for each in plan] == [10_000_00] * 12
        assert [each.interest for each in plan[:3]] == [480_00, 440_00, 400_00]

    def test_interest_first_pays_a_twelfth_of_the_rate_and_principal_at_maturity(self):
        plan = build(terms(method=Method.INTEREST_FIRST))

        assert [each.interest for each in plan] == [400_00] * 12
        assert [each.principal for each in plan] == [0] * 11 + [100_000_00]

    def test_settlement_on_the_20th_breaks_the_first_and_the_last_period(self):
        plan = build(terms(method=Method.INTEREST_FIRST, periods=3, due_day=20))

        due = [each.due_on for each in plan]
        assert due == [date(2024, 1, 20), date(2024, 2, 20), date(2024, 3, 20), date(2024, 4, 15)]
        # 5 and 26 days over 360; whole months a twelfth
        assert [each.interest for each in plan] == [66_67, 400_00, 400_00, 346_67]

    def test_quarterly_interest_settles_in_the_last_month_of_the_quarter(self):
        plan = build(terms(method=Method.QUARTERLY_INTEREST, due_day=20))

        assert [each.due_on for each in plan] == [
            date(2024, 3, 20),
            date(2024, 6, 20),
            date(2024, 9, 20),
            date(2024, 12, 20),
            date(2025, 1, 15),
        ]
        # 65 days broken, then quarters, then 26 days
        assert [each.interest for each in plan] == [866_67, 1200_00, 1200_00, 1200_00, 346_67]

    def test_quarterly_interest_without_a_due_day_counts_from_the_start(self):
        plan = build(terms(method=Method.QUARTERLY_INTEREST, periods=7))

        assert [each.due_on.month for each in plan] == [4, 7, 8]
        assert [each.interest for each in plan] == [1200_00, 1200_00, 400_00]

    def test_a_bullet_pays_once_for_the_whole_term(self):
        by_month = build(terms(method=Method.BULLET))
        by_day = build(terms(method=Method.BULLET, interest_by=InterestBy.DAYS))

        assert [(each.due_on, each.due) for each in by_month] == [(date(2025, 1, 15), 104_800_00)]
        assert by_day[0].interest == 4_880_00  # 366 days over 360

    def test_staged_principal_follows_its_stages_and_the_last_has_the_rest(self):
        staged = terms(
            method=Method.STAGED_PRINCIPAL, periods=4, stages=((1, 10_000_00), (3, 30_000_00))
        )

        plan = build(staged)

        assert [each.principal for each in plan] == [10_000_00, 0, 30_000_00, 60_000_00]
        assert [each.interest for each in plan] == [400_00, 360_00, 360_00, 240_00]

    def test_grace_on_principal_asks_for_interest_only_then_repays_in_the_rest(self):
        plan = build(terms(grace_principal=3))

        assert [each.principal for each in plan[:3]] == [0, 0, 0]
        assert [each.interest for each in plan[:4]] == [400_00] * 4
        assert {each.due for each in plan[3:-1]} == {level_instalment(terms(periods=9))}

    def test_grace_on_interest_asks_for_it_later_and_forgives_nothing(self):
        patient = build(terms(method=Method.EQUAL_PRINCIPAL, grace_interest=2))
        principal_only = build(terms(method=Method.EQUAL_PRINCIPAL, grace_principal=2))

        assert [each.due for each in patient[:2]] == [0, 0]
        assert patient[2].interest == 1200_00
        assert sum(each.interest for each in patient) == sum(
            each.interest for each in principal_only
        )

    def test_a_broken_first_period_is_charged_by_days_on_top_of_the_instalment(self):
        plain = build(terms())
        plan = build(terms(due_day=20))

        assert plan[0].due_on == date(2024, 2, 20)
        assert plan[0].interest == 480_00  # 36 days over 360
        assert [each.principal for each in plan] == [each.principal for each in plain]

    def test_a_broken_first_period_may_be_levelled_into_the_instalment(self):
        plan = build(terms(due_day=20, levels_broken=True))

        assert plan[0].interest == 480_00
        assert len({each.due for each in plan[:-1]}) == 1

    def test_a_loan_of_the_31st_falls_due_on_the_last_of_short_months(self):
        plan = build(terms(starts_on=date(2023, 1, 31), periods=3))

        assert [each.due_on for each in plan] == [
            date(2023, 2, 28),
            date(2023, 3, 31),
            date(2023, 4, 30),
        ]
        assert plan[0].interest == 400_00

    def test_the_last_instalment_falls_on_the_maturity_that_was_agreed(self):
        agreed = terms(due_day=20, matures_on=date(2025, 1, 15))

        plan = build(agreed)

        assert plan[-1].due_on == maturity_of(agreed) == date(2025, 1, 15)
        assert plan[-1].starts_on == date(2024, 12, 20)

    def test_loans_by_the_week_and_by_the_day_count_days(self):
        weekly = build(terms(unit=Unit.WEEK, every=2, periods=2))
        daily = build(terms(unit=Unit.DAY, every=10, periods=2))

        assert [each.due_on for each in weekly] == [date(2024, 1, 29), date(2024, 2, 12)]
        assert weekly[0].interest == 186_67
        assert daily[0].interest == 133_33

    def test_a_fixed_instalment_below_the_interest_is_refused(self):
        with pytest.raises(ValueError, match="does not repay"):
            until_repaid(terms(), 400_00)

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"principal": 0}, "positive"),
            ({"annual_rate": Decimal("48")}, "fraction"),
            ({"periods": 0}, "at least one"),
            ({"due_day": 32}, "between 1 and 31"),
            ({"first_due_on": date(2024, 1, 15)}, "before the loan"),
            ({"grace_principal": 12}, "Grace"),
            ({"grace_interest": -1}, "negative"),
            ({"stages": ((1, 100),)}, "Only staged"),
            ({"method": Method.STAGED_PRINCIPAL, "stages": ((13, 1),)}, "within the term"),
            ({"method": Method.STAGED_PRINCIPAL, "stages": ((1, 10**8),)}, "at most"),
            ({"unit": Unit.WEEK, "due_day": 20}, "months"),
            ({"instalment": 0}, "positive"),
        ],
    )
    def test_terms_that_no_schedule_can_follow_are_refused(self, wrong, says):
        with pytest.raises(ValueError, match=says):
            terms(**wrong)


class TestEveryLoan:
    @settings(max_examples=150, deadline=None)
    @given(agreed=anything_agreed)
    def test_principal_adds_up_and_the_balance_ends_at_zero(self, agreed):
        plan = build(agreed)

        assert sum(each.principal for each in plan) == agreed.principal
        assert plan[-1].balance_after == 0
        assert all(each.principal >= 0 and each.interest >= 0 for each in plan)
        balance = agreed.principal
        for each in plan:
            assert each.balance_before == balance
            balance = each.balance_after

    @settings(deadline=None)
    @given(agreed=anything_agreed)
    def test_periods_follow_one_another_without_gap_until_maturity(self, agreed):
        periods = periods_of(agreed)

        assert periods[0].starts_on == agreed.starts_on
        assert periods[-1].due_on == maturity_of(agreed)
        for before, after in zip(periods, periods[1:], strict=False):
            assert before.due_on == after.starts_on
            assert after.due_on > after.starts_on
        assert [each.number for each in periods] == list(range(1, len(periods) + 1))

    @settings(deadline=None)
    @given(
        principal=st.integers(1000_00, 10_000_000_00), rate=rates, start=days, n=st.integers(2, 120)
    )
    def test_the_last_equal_instalment_differs_by_rounding_only(self, principal, rate, start, n):
        agreed = Terms(principal, rate, start, n)

        plan = build(agreed)

        # Half a fen a month from the instalment and one from interest, each growing with the rate.
        assert len({each.due for each in plan[:-1]}) == 1
        assert abs(plan[-1].due - plan[0].due) <= n * (1 + float(rate) / 12) ** n

    @settings(deadline=None)
    @given(
        principal=st.integers(1000_00, 10_000_000_00), rate=rates, start=days, n=st.integers(2, 60)
    )
    def test_evening_the_last_instalment_never_makes_it_worse(self, principal, rate, start, n):
        plain = build(Terms(principal, rate, start, n))
        evened = build(Terms(principal, rate, start, n, evens_last=True))

        assert abs(evened[-1].due - evened[0].due) <= abs(plain[-1].due - plain[0].due)

    @settings(deadline=None)
    @given(
        principal=st.integers(1000_00, 1_000_000_00),
        rate=rates,
        instalment=st.integers(100_00, 50_000_00),
    )
    def test_a_fixed_instalment_is_never_exceeded(self, principal, rate, instalment):
        agreed = Terms(principal, rate, date(2024, 1, 1), 1)
        assume(instalment > principal * rate / 12 + principal // 600)

        plan = until_repaid(agreed, instalment)

        assert {each.due for each in plan[:-1]} <= {instalment}
        assert plan[-1].due <= instalment
        assert plan[-1].balance_after == 0
