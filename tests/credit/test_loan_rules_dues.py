"""Accrual, penalties, the order of payments, and what a loan owes on a day."""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.loan_rules import dues_columns
from credit.loan_rules.accrual import OverdueTerms, Standing, days_past_due, interest_between
from credit.loan_rules.daycount import DayCount, Ends
from credit.loan_rules.dues import InstalmentStanding, Payment, advance, standing
from credit.loan_rules.schedule import build
from credit.loan_rules.terms import Method, Terms
from credit.loan_rules.waterfall import (
    PRINCIPAL_FIRST,
    STANDARD,
    Due,
    DueKind,
    Order,
    Runs,
    allocate,
)

RATE = Decimal("0.048")
LENT_ON = date(2024, 1, 15)
PLAN = build(Terms(120_000_00, RATE, LENT_ON, 12, Method.EQUAL_PRINCIPAL))
OVERDUE = OverdueTerms(RATE)
FIRST_DUE = date(2024, 2, 15)  # principal 10,000.00, interest 480.00


class TestAccrual:
    def test_a_balance_repaid_halfway_earns_on_each_part_for_its_days(self):
        standings = [
            Standing(LENT_ON, 100_000_00, RATE),
            Standing(date(2024, 1, 25), 40_000_00, RATE),
        ]

        interest = interest_between(LENT_ON, date(2024, 2, 14), standings)

        # (100,000 × 10 + 40,000 × 20 days) × 4.8 % / 360
        assert interest == 240_00

    def test_a_new_rate_counts_from_its_day(self):
        standings = [
            Standing(LENT_ON, 36_000_00, Decimal("0.05")),
            Standing(date(2024, 1, 20), 36_000_00, Decimal("0.04")),
        ]

        assert interest_between(LENT_ON, date(2024, 1, 25), standings) == 25_00 + 20_00

    def test_days_before_the_first_standing_earn_nothing(self):
        standings = [Standing(date(2024, 2, 1), 36_000_00, Decimal("0.05"))]

        assert interest_between(date(2024, 1, 1), date(2024, 2, 2), standings) == 5_00

    def test_a_day_that_both_ends_count_is_counted_once_however_often_the_balance_changed(self):
        same = [
            Standing(LENT_ON + timedelta(days=n), 36_000_00, Decimal("0.05")) for n in (0, 3, 10)
        ]

        interest = interest_between(LENT_ON, date(2024, 1, 25), same, ends=Ends.BOTH_IN)

        assert interest == 11 * 5_00

    def test_standings_out_of_order_are_refused(self):
        with pytest.raises(ValueError, match="order of day"):
            interest_between(
                LENT_ON,
                FIRST_DUE,
                [Standing(FIRST_DUE, 1, RATE), Standing(LENT_ON, 1, RATE)],
            )

    @settings(deadline=None)
    @given(
        cuts=st.lists(st.integers(0, 400), max_size=6),
        balance=st.integers(0, 10**10),
        count=st.sampled_from([DayCount.ACTUAL_360, DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL]),
    )
    def test_cutting_a_stretch_without_changing_the_balance_changes_nothing(
        self, cuts, balance, count
    ):
        end = LENT_ON + timedelta(days=400)
        pieces = [Standing(LENT_ON + timedelta(days=n), balance, RATE) for n in sorted([0, *cuts])]

        cut = interest_between(LENT_ON, end, pieces, day_count=count)

        assert cut == interest_between(LENT_ON, end, pieces[:1], day_count=count)

    def test_days_past_due_are_none_on_the_day_and_within_grace_and_all_after_it(self):
        due = date(2024, 3, 1)
        after = [due + timedelta(days=n) for n in (-1, 0, 1, 3, 4)]

        assert [days_past_due(due, day) for day in after] == [0, 0, 1, 3, 4]
        assert [days_past_due(due, day, grace_days=3) for day in after] == [0, 0, 0, 0, 4]

    def test_misuse_costs_double_and_is_not_added_to_the_penalty(self):
        assert OverdueTerms(RATE).penalty_rate == Decimal("0.072")
        assert OverdueTerms(RATE, is_misused=True).penalty_rate == Decimal("0.096")
        assert OverdueTerms(
            RATE, misuse_multiple=Decimal(1), is_misused=True
        ).penalty_rate == Decimal("0.072")


kinds = st.sampled_from(DueKind)
dues = st.lists(
    st.builds(
        Due,
        kind=kinds,
        amount=st.integers(0, 10**8),
        due_on=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
        instalment=st.integers(1, 12),
    ),
    max_size=12,
)
orders = st.builds(
    Order, kinds=st.permutations(list(DueKind)).map(tuple), runs=st.sampled_from(Runs)
)


class TestWaterfall:
    def test_the_standard_order_settles_penalty_then_interest_then_principal(self):
        owed = [
            Due(DueKind.OVERDUE_PRINCIPAL, 1000, FIRST_DUE, 1),
            Due(DueKind.OVERDUE_INTEREST, 300, FIRST_DUE, 1),
            Due(DueKind.PENALTY, 20, FIRST_DUE, 1),
            Due(DueKind.OVERDUE_FEE, 5, FIRST_DUE, 1),
        ]

        paid = allocate(425, owed)

        assert [(each.due.kind, each.amount) for each in paid.settled] == [
            (DueKind.OVERDUE_FEE, 5),
            (DueKind.PENALTY, 20),
            (DueKind.OVERDUE_INTEREST, 300),
            (DueKind.OVERDUE_PRINCIPAL, 100),
        ]
        assert paid.excess == 0

    def test_principal_first_leaves_the_interest_standing(self):
        owed = [
            Due(DueKind.OVERDUE_INTEREST, 300, FIRST_DUE, 1),
            Due(DueKind.OVERDUE_PRINCIPAL, 1000, FIRST_DUE, 1),
        ]

        paid = allocate(1000, owed, PRINCIPAL_FIRST)

        assert paid.total(DueKind.OVERDUE_PRINCIPAL) == 1000
        assert paid.total(DueKind.OVERDUE_INTEREST) == 0

    def test_by_instalment_finishes_the_oldest_before_the_next(self):
        later = date(2024, 3, 15)
        owed = [
            Due(DueKind.OVERDUE_INTEREST, 10, later, 2),
            Due(DueKind.OVERDUE_INTEREST, 10, FIRST_DUE, 1),
            Due(DueKind.OVERDUE_PRINCIPAL, 100, FIRST_DUE, 1),
        ]

        by_kind = allocate(25, owed)
        by_instalment = allocate(25, owed, Order(STANDARD.kinds, Runs.BY_INSTALMENT))

        assert [each.due.instalment for each in by_kind.settled] == [1, 2, 1]
        assert [each.due.instalment for each in by_instalment.settled] == [1, 1]

    def test_a_kind_that_the_order_forgets_is_refused(self):
        with pytest.raises(ValueError, match="does not name penalty"):
            allocate(1, [Due(DueKind.PENALTY, 1, FIRST_DUE, 1)], Order((DueKind.INTEREST,)))

    def test_an_order_that_names_a_kind_twice_is_refused(self):
        with pytest.raises(ValueError, match="once"):
            Order((DueKind.FEE, DueKind.FEE))

    def test_a_negative_payment_is_refused(self):
        with pytest.raises(ValueError, match="negative"):
            allocate(-1, [])

    @settings(deadline=None)
    @given(payment=st.integers(0, 10**9), owed=dues, order=orders)
    def test_nothing_is_lost_and_nothing_settled_twice(self, payment, owed, order):
        paid = allocate(payment, owed, order)

        assert sum(each.amount for each in paid.settled) + paid.excess == payment
        assert all(0 < each.amount <= each.due.amount for each in paid.settled)
        assert paid.excess == max(0, payment - sum(due.amount for due in owed))

    @settings(deadline=None)
    @given(payment=st.integers(0, 10**9), owed=dues, order=orders)
    def test_only_the_last_settled_due_may_be_settled_in_part(self, payment, owed, order):
        paid = allocate(payment, owed, order)

        assert all(each.amount == each.due.amount for each in paid.settled[:-1])


class TestStanding:
    def test_on_the_due_day_everything_is_due_and_nothing_overdue(self):
        found = standing(PLAN, [], FIRST_DUE, OVERDUE)

        assert (found.principal_due, found.interest_due) == (10_000_00, 480_00)
        assert (found.days_past_due, found.overdue_principal, found.penalty) == (0, 0, 0)

    def test_ten_days_late_costs_penalty_on_principal_and_compound_on_interest(self):
        found = standing(PLAN, [], FIRST_DUE + timedelta(days=10), OVERDUE)

        assert (found.days_past_due, found.overdue_principal, found.overdue_interest) == (
            10,
            10_000_00,
            480_00,
        )
        # 7.2 % / 360 × 10 days: 20.00 on 10,000 and 0.96 on 480
        assert (found.penalty, found.compound) == (20_00, 96)
        assert found.payable == 10_000_00 + 480_00 + 20_00 + 96

    def test_a_contract_without_compound_interest_charges_none(self):
        plain = OverdueTerms(RATE, compounds=False)

        found = standing(PLAN, [], FIRST_DUE + timedelta(days=10), plain)

        assert (found.penalty, found.compound) == (20_00, 0)

    def test_a_part_payment_stops_penalty_on_what_it_repaid(self):
        # On day 10, 20.96 penalty and compound, 480.00 interest, then 5,000.00 principal.
        paid = [Payment(FIRST_DUE + timedelta(days=10), 5_500_96)]

        found = standing(PLAN, paid, FIRST_DUE + timedelta(days=20), OVERDUE)

        assert (found.overdue_principal, found.overdue_interest) == (5_000_00, 0)
        assert (found.penalty, found.compound) == (10_00, 0)
        assert found.days_past_due == 20

    def test_paid_within_grace_costs_nothing_and_after_it_counts_from_the_due_day(self):
        grace = OverdueTerms(RATE, grace_days=3)
        last_day = FIRST_DUE + timedelta(days=3)

        in_time = standing(PLAN, [Payment(last_day, 10_480_00)], date(2024, 3, 1), grace)
        too_late = standing(PLAN, [], last_day + timedelta(days=1), grace)

        assert (in_time.payable, in_time.days_past_due) == (0, 0)
        assert (too_late.days_past_due, too_late.penalty) == (4, 8_00)

    def test_a_payment_booked_late_counts_from_its_own_day(self):
        as_of = date(2024, 3, 10)
        known = [Payment(date(2024, 3, 5), 3_000_00)]
        backdated = Payment(FIRST_DUE, 10_480_00)

        before = standing(PLAN, known, as_of, OVERDUE)
        after = standing(PLAN, [*known, backdated], as_of, OVERDUE)

        assert before.penalty > 0
        assert (after.penalty, after.overdue_principal, after.excess) == (0, 0, 3_000_00)

    def test_a_payment_of_tomorrow_is_not_yet_known(self):
        tomorrow = FIRST_DUE + timedelta(days=1)

        found = standing(PLAN, [Payment(tomorrow, 10_480_00)], FIRST_DUE, OVERDUE)

        assert found.principal_due == 10_000_00

    def test_money_before_anything_is_due_is_the_customers(self):
        found = standing(PLAN, [Payment(LENT_ON, 500)], FIRST_DUE, OVERDUE)

        assert (found.excess, found.balance) == (500, 120_000_00)

    @settings(max_examples=80, deadline=None)
    @given(
        paid=st.lists(
            st.builds(
                Payment,
                on=st.dates(LENT_ON, date(2025, 6, 1)),
                amount=st.integers(1, 30_000_00),
            ),
            max_size=8,
        ),
        grace=st.integers(0, 5),
    )
    def test_every_fen_paid_is_found_again(self, paid, grace):
        found = standing(PLAN, paid, date(2025, 6, 1), OverdueTerms(RATE, grace_days=grace))

        rows = found.instalments
        used = sum(
            row.paid_principal + row.paid_interest + row.paid_penalty + row.paid_compound
            for row in rows
        )
        assert used + found.excess == sum(payment.amount for payment in paid)
        assert found.balance == 120_000_00 - sum(row.paid_principal for row in rows)
        assert min(found.penalty, found.compound, found.overdue_principal, found.balance) >= 0

    @settings(deadline=None)
    @given(late=st.integers(0, 900), stops=st.sets(st.integers(0, 900), max_size=8))
    def test_closing_every_day_gives_what_closing_once_gives(self, late, stops):
        row = InstalmentStanding(1, FIRST_DUE, 9_999_99, 333_33)
        end = FIRST_DUE + timedelta(days=late)

        stepped = row
        for stop in sorted(stops | {late}):
            if stop <= late:
                stepped = advance(stepped, FIRST_DUE + timedelta(days=stop), OVERDUE)

        assert stepped == advance(row, end, OVERDUE)
        assert advance(stepped, end, OVERDUE) == stepped


@st.composite
def row_standings(draw) -> InstalmentStanding:
    principal, interest = draw(st.integers(0, 10**10)), draw(st.integers(0, 10**9))
    due_on = draw(st.dates(date(2020, 1, 1), date(2026, 1, 1)))
    accrued = draw(st.none() | st.integers(1, 2000))
    return InstalmentStanding(
        number=draw(st.integers(1, 360)),
        due_on=due_on,
        principal=principal,
        interest=interest,
        paid_principal=draw(st.integers(0, principal)),
        paid_interest=draw(st.integers(0, interest)),
        paid_penalty=draw(st.integers(0, 1000)),
        paid_compound=draw(st.integers(0, 1000)),
        principal_days=draw(st.integers(0, 10**13)),
        interest_days=draw(st.integers(0, 10**12)),
        accrued_to=None if accrued is None else due_on + timedelta(days=accrued),
    )


class TestColumns:
    SCHEMA = {
        "number": pl.Int64,
        "due_on": pl.Date,
        **dict.fromkeys(
            [
                "principal",
                "interest",
                "paid_principal",
                "paid_interest",
                "paid_penalty",
                "paid_compound",
                "principal_days",
                "interest_days",
            ],
            pl.Int64,
        ),
        "accrued_to": pl.Date,
    }  # fmt: skip

    def frame(self, rows, terms, loan_id: int = 1) -> pl.DataFrame:
        return pl.DataFrame([asdict(row) for row in rows], schema=self.SCHEMA).with_columns(
            pl.lit(loan_id).alias("loan_id"),
            pl.lit(terms.penalty_millionths, pl.Int64).alias("penalty_millionths"),
            pl.lit(terms.compounds).alias("compounds"),
            pl.lit(terms.grace_days).alias("grace_days"),
        )

    @settings(max_examples=60, deadline=None)
    @given(
        rows=st.lists(row_standings(), min_size=1, max_size=12),
        as_of=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        terms=st.builds(
            OverdueTerms,
            annual_rate=st.decimals(Decimal(0), Decimal("0.24"), places=6),
            is_misused=st.booleans(),
            compounds=st.booleans(),
            grace_days=st.integers(0, 5),
        ),
    )
    def test_columns_and_one_instalment_agree_on_every_figure(self, rows, as_of, terms):
        advanced = [advance(row, as_of, terms) for row in rows]

        columns = dues_columns.advance(self.frame(rows, terms), as_of)

        assert columns.select(list(self.SCHEMA)).to_dicts() == [asdict(row) for row in advanced]
        owed = dues_columns.with_dues(columns, as_of)
        assert owed["penalty"].to_list() == [row.penalty(terms) for row in advanced]
        assert owed["compound"].to_list() == [row.compound(terms) for row in advanced]

    @settings(max_examples=50, deadline=None)
    @given(
        paid=st.lists(
            st.builds(
                Payment, on=st.dates(LENT_ON, date(2025, 6, 1)), amount=st.integers(1, 30_000_00)
            ),
            max_size=6,
        ),
        as_of=st.dates(LENT_ON, date(2025, 8, 1)),
        grace=st.integers(0, 5),
    )
    def test_a_book_closed_as_columns_owes_what_its_loans_owe(self, paid, as_of, grace):
        terms = OverdueTerms(RATE, grace_days=grace)
        found = standing(PLAN, paid, as_of, terms)

        book = dues_columns.loan_dues(self.frame(found.instalments, terms), as_of)

        figures = book.drop("loan_id").row(0, named=True)
        assert figures == {name: getattr(found, name) for name in figures}
