"""All-in financing cost, the loan prime rate, and paying ahead."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from credit.loan_rules.cost import Flow, financing_cost, flows_of
from credit.loan_rules.daycount import DayCount
from credit.loan_rules.prepayment import Effect, prepay, settlement
from credit.loan_rules.pricing import LprQuote, Repricing, annual_rate, lpr_on, repricing_days
from credit.loan_rules.schedule import build, until_repaid
from credit.loan_rules.terms import InterestBy, Method, Terms

LPR_FILE = Path(__file__).parents[2].parent / "shared" / "domain" / "lpr_history.json"
LENT_ON = date(2024, 1, 15)
AGREED = Terms(100_000_00, Decimal("0.0480"), LENT_ON, 12)
QUOTES = [
    LprQuote(date(2024, 2, 20), Decimal("0.0345"), Decimal("0.0395")),
    LprQuote(date(2024, 7, 22), Decimal("0.0335"), Decimal("0.0385")),
]


class TestCost:
    @pytest.mark.parametrize(
        "method", [Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_FIRST]
    )
    def test_a_loan_without_fees_discloses_its_own_rate(self, method):
        plan = build(replace(AGREED, method=method))

        cost = financing_cost(flows_of(LENT_ON, plan))

        assert abs(cost.disclosed - Decimal("0.048")) <= Decimal("0.000002")
        assert cost.effective > cost.disclosed

    def test_a_fee_of_one_percent_on_a_one_month_loan_adds_twelve_percent(self):
        flows = [
            Flow(LENT_ON, 10_000_00),
            Flow(LENT_ON, -100_00),
            Flow(date(2024, 2, 15), -10_000_00),
        ]

        cost = financing_cost(flows)

        # 9,900 received, 10,000 back: 1/99 a month
        assert cost.disclosed == Decimal("0.121212")

    def test_a_year_repaid_at_once_costs_the_same_both_ways_of_counting_days(self):
        flows = [Flow(date(2023, 1, 1), 10_000_00), Flow(date(2024, 1, 1), -11_000_00)]

        cost = financing_cost(flows)

        assert cost.effective == Decimal("0.100000")
        assert cost.disclosed == Decimal("0.095690")  # 12 × (1.1^(1/12) − 1)

    def test_flows_between_months_are_brought_to_the_monthly_basis(self):
        flows = [Flow(date(2023, 1, 1), 10_000_00), Flow(date(2023, 8, 19), -10_600_00)]

        cost = financing_cost(flows)

        # 230 days
        assert abs(cost.effective - Decimal(1.06 ** (365 / 230) - 1)) < Decimal("0.000001")
        assert abs(cost.disclosed - Decimal(12 * (1.06 ** (365 / 230 / 12) - 1))) < Decimal(
            "0.000001"
        )

    def test_a_loan_that_costs_nothing_discloses_zero(self):
        cost = financing_cost([Flow(LENT_ON, 100), Flow(date(2024, 2, 15), -100)])

        assert str(cost.disclosed) == "0.000000"

    def test_flat_interest_of_twelve_percent_costs_over_twenty_one(self):
        # 5,000 over 18 months at 328 a month, the last 324: the published flat-interest loan.
        plan = build(Terms(5000_00, Decimal(0), date(2022, 11, 1), 18))
        flat = [replace(each, interest=50_00) for each in plan]

        cost = financing_cost(flows_of(date(2022, 11, 1), flat))

        assert Decimal("0.21") < cost.disclosed < Decimal("0.22")
        assert not cost.exceeds()
        assert cost.exceeds(Decimal("0.2"))

    def test_the_ceiling_itself_is_allowed_and_above_it_is_not(self):
        at = [Flow(LENT_ON, 100_000_00), Flow(date(2024, 2, 15), -102_000_00)]
        above = [Flow(LENT_ON, 100_000_00), Flow(date(2024, 2, 15), -102_000_10)]

        assert not financing_cost(at).exceeds()
        assert financing_cost(above).exceeds()

    @pytest.mark.parametrize(
        "flows",
        [
            [],
            [Flow(LENT_ON, 100)],
            [Flow(LENT_ON, -100), Flow(date(2024, 2, 15), 100)],
            [Flow(LENT_ON, 100), Flow(LENT_ON, -100)],
            [Flow(LENT_ON, 1), Flow(LENT_ON + timedelta(days=1), -(10**9))],
        ],
    )
    def test_flows_that_are_no_loan_have_no_cost(self, flows):
        with pytest.raises(ValueError, match="loan"):
            financing_cost(flows)

    @settings(max_examples=80, deadline=None)
    @given(
        principal=st.integers(100_00, 10_000_000_00),
        rate=st.decimals(Decimal(0), Decimal(3), places=4),
        periods=st.integers(1, 360),
        method=st.sampled_from(Method),
        by=st.sampled_from(InterestBy),
        fee_share=st.integers(0, 60),
    )
    def test_the_rate_found_makes_what_is_paid_worth_what_was_received(
        self, principal, rate, periods, method, by, fee_share
    ):
        plan = build(Terms(principal, rate, LENT_ON, periods, method, interest_by=by))
        flows = flows_of(LENT_ON, plan, [Flow(LENT_ON, -principal * fee_share // 100)])

        cost = financing_cost(flows)

        assert cost.effective >= 0
        # At a rate a little lower the flows are a loss to the borrower, at a higher a gain.
        a_little = Decimal("0.000002") * (1 + cost.effective)
        assert worth(flows, cost.effective - a_little) <= 0
        assert worth(flows, cost.effective + a_little) >= 0

    @settings(deadline=None)
    @given(fee=st.integers(0, 5_000_00), more=st.integers(1, 5_000_00))
    def test_a_higher_fee_never_costs_less(self, fee, more):
        plan = build(AGREED)

        cheap = financing_cost(flows_of(LENT_ON, plan, [Flow(LENT_ON, -fee)]))
        dear = financing_cost(flows_of(LENT_ON, plan, [Flow(LENT_ON, -fee - more)]))

        assert dear.disclosed >= cheap.disclosed


def worth(flows, rate: Decimal) -> float:
    first = flows[0].on
    return sum(flow.amount * (1 + float(rate)) ** -((flow.on - first).days / 365) for flow in flows)


class TestPricing:
    def test_points_are_added_to_the_rate_in_force_on_the_day(self):
        assert annual_rate(date(2024, 7, 21), 137, 12, QUOTES) == Decimal("0.0482")
        assert annual_rate(date(2024, 7, 22), 137, 12, QUOTES) == Decimal("0.0472")
        assert annual_rate(date(2024, 7, 22), -35, 12, QUOTES) == Decimal("0.0300")

    def test_terms_above_five_years_take_the_five_year_rate(self):
        day = date(2024, 3, 1)

        assert lpr_on(day, 60, QUOTES) == Decimal("0.0345")
        assert lpr_on(day, 61, QUOTES) == Decimal("0.0395")

    def test_before_the_first_quote_there_is_no_rate(self):
        with pytest.raises(ValueError, match="2024-02-19"):
            lpr_on(date(2024, 2, 19), 12, QUOTES)

    def test_points_that_make_the_rate_negative_are_refused(self):
        with pytest.raises(ValueError, match="negative"):
            annual_rate(date(2024, 3, 1), -346, 12, QUOTES)

    def test_repricing_falls_on_anniversaries_or_new_years_within_the_loan(self):
        start, end = date(2024, 2, 29), date(2027, 2, 28)

        assert repricing_days(start, end, Repricing.NEVER) == []
        assert repricing_days(start, end, Repricing.ANNIVERSARY) == [
            date(2025, 2, 28),
            date(2026, 2, 28),
        ]
        assert repricing_days(start, end, Repricing.NEW_YEAR) == [
            date(y, 1, 1) for y in (2025, 2026, 2027)
        ]

    @pytest.mark.skipif(not LPR_FILE.exists(), reason="../shared/domain is not at hand")
    def test_the_published_history_gives_the_rate_of_any_day(self):
        history = json.loads(LPR_FILE.read_text("utf-8"))["changes"]
        quotes = [
            LprQuote(
                date.fromisoformat(each["date"]),
                Decimal(str(each["y1"])) / 100,
                Decimal(str(each["y5"])) / 100,
            )
            for each in history
        ]

        assert lpr_on(date(2022, 8, 21), 12, quotes) == Decimal("0.037")
        assert lpr_on(date(2022, 8, 22), 120, quotes) == Decimal("0.043")
        assert lpr_on(date(2026, 1, 1), 12, quotes) == Decimal("0.03")


class TestPayingAhead:
    def test_lowering_keeps_the_term_and_shortening_keeps_the_instalment(self):
        plan = build(AGREED)
        on = date(2024, 6, 15)  # after the fifth instalment

        lowered = prepay(AGREED, plan, 20_000_00, on, Effect.LOWERS_INSTALMENT)
        shortened = prepay(AGREED, plan, 20_000_00, on, Effect.SHORTENS_TERM)

        assert len(lowered.instalments) == 12
        assert lowered.instalments[5].due < plan[5].due
        assert len(shortened.instalments) == 10
        assert {each.due for each in shortened.instalments[5:-1]} == {plan[5].due}
        assert shortened.instalments[-1].due <= plan[5].due
        for changed in (lowered, shortened):
            assert changed.instalments[:5] == plan[:5]
            assert changed.interest == 0

    def test_principal_paid_within_a_period_brings_its_interest_along(self):
        plan = build(replace(AGREED, method=Method.INTEREST_FIRST))

        changed = prepay(
            replace(AGREED, method=Method.INTEREST_FIRST),
            plan,
            40_000_00,
            date(2024, 1, 25),
            Effect.LOWERS_INSTALMENT,
            fee_rate=Decimal("0.01"),
        )

        # 10 days × 4.8 % / 360 on 40,000; the 60,000 go on as if nothing had happened
        assert (changed.interest, changed.fee, changed.total) == (53_33, 400_00, 40_453_33)
        assert {each.interest for each in changed.instalments} == {240_00}
        assert changed.instalments[-1].principal == 60_000_00

    def test_shortening_equal_principal_strikes_the_last_instalments(self):
        agreed = replace(AGREED, principal=120_000_00, method=Method.EQUAL_PRINCIPAL)

        changed = prepay(agreed, build(agreed), 35_000_00, LENT_ON, Effect.SHORTENS_TERM)

        assert [each.principal for each in changed.instalments] == [10_000_00] * 8 + [5_000_00]

    def test_lowering_equal_principal_lowers_each_in_proportion(self):
        agreed = replace(AGREED, principal=120_000_00, method=Method.EQUAL_PRINCIPAL)

        changed = prepay(agreed, build(agreed), 60_000_00, LENT_ON, Effect.LOWERS_INSTALMENT)

        assert [each.principal for each in changed.instalments] == [5_000_00] * 12

    def test_a_second_prepayment_starts_from_the_schedule_of_the_first(self):
        first = prepay(
            AGREED, build(AGREED), 20_000_00, date(2024, 3, 15), Effect.LOWERS_INSTALMENT
        )

        second = prepay(
            AGREED, first.instalments, 10_000_00, date(2024, 5, 15), Effect.SHORTENS_TERM
        )

        level = first.instalments[4].due
        assert {each.due for each in second.instalments[4:-1]} == {level}
        assert second.instalments[-1].balance_after == 0

    def test_interest_deferred_in_grace_is_still_asked_for_after_a_prepayment(self):
        agreed = replace(AGREED, method=Method.EQUAL_PRINCIPAL, grace_interest=2)
        plan = build(agreed)

        changed = prepay(agreed, plan, 50_000_00, date(2024, 2, 15), Effect.LOWERS_INSTALMENT)

        # one month on 100,000, then two on 50,000
        assert changed.instalments[2].interest == 400_00 + 200_00 + 200_00
        assert settlement(agreed, plan, date(2024, 3, 15)).interest == 800_00

    def test_the_settlement_figure_is_the_balance_and_interest_by_days(self):
        plan = build(AGREED)

        figure = settlement(AGREED, plan, date(2024, 2, 25), fee_rate=Decimal("0.005"))

        balance = plan[0].balance_after  # 91,848.41 after 8,151.59
        assert figure.principal == balance == 91_848_41
        assert figure.interest == 122_46  # × 4.8 % × 10 / 360
        assert figure.fee == 459_24
        assert figure.total == 91_848_41 + 122_46 + 459_24

    def test_on_the_day_of_the_draw_nothing_has_been_earned(self):
        assert settlement(AGREED, build(AGREED), LENT_ON).total == 100_000_00

    @pytest.mark.parametrize("on", [LENT_ON - timedelta(days=1), date(2025, 1, 15)])
    def test_outside_its_life_a_loan_has_no_settlement_figure(self, on):
        with pytest.raises(ValueError, match="Nothing is lent"):
            settlement(AGREED, build(AGREED), on)

    @pytest.mark.parametrize("principal", [0, 100_000_00])
    def test_a_part_is_more_than_nothing_and_less_than_all(self, principal):
        with pytest.raises(ValueError, match="partial"):
            prepay(AGREED, build(AGREED), principal, LENT_ON, Effect.SHORTENS_TERM)

    @settings(max_examples=100, deadline=None)
    @given(
        principal=st.integers(1000_00, 1_000_000_00),
        rate=st.decimals(Decimal(0), Decimal("0.24"), places=4),
        periods=st.integers(2, 60),
        method=st.sampled_from(Method),
        day_count=st.sampled_from(DayCount),
        by=st.sampled_from(InterestBy),
        due_day=st.none() | st.integers(1, 31),
        grace=st.tuples(st.integers(0, 1), st.integers(0, 1)),
        after_days=st.integers(0, 900),
        share=st.integers(1, 99),
        effect=st.sampled_from(Effect),
    )
    def test_what_is_paid_ahead_is_exactly_what_the_rest_no_longer_repays(
        self,
        principal,
        rate,
        periods,
        method,
        day_count,
        by,
        due_day,
        grace,
        after_days,
        share,
        effect,
    ):
        agreed = Terms(
            principal, rate, LENT_ON, periods, method, due_day=due_day, day_count=day_count,
            interest_by=by, grace_principal=grace[0], grace_interest=grace[1],
        )  # fmt: skip
        plan = build(agreed)
        on = LENT_ON + timedelta(days=after_days)
        assume(on < plan[-1].due_on)
        balance = settlement(agreed, plan, on).principal
        ahead = max(1, balance * share // 100)
        assume(ahead < balance)

        changed = prepay(agreed, plan, ahead, on, effect)

        after = changed.instalments
        assert sum(each.principal for each in after) == principal - ahead
        assert after[-1].balance_after == 0
        assert len(after) <= len(plan)
        assert sum(each.interest for each in after) <= sum(each.interest for each in plan) + periods
        assert settlement(agreed, after, on).principal == balance - ahead

    def test_a_loan_of_fixed_instalments_can_be_paid_ahead_once_its_term_is_known(self):
        plan = until_repaid(AGREED, 10_000_00)
        agreed = replace(AGREED, periods=len(plan), instalment=10_000_00)

        changed = prepay(agreed, plan, 30_000_00, LENT_ON, Effect.SHORTENS_TERM)

        assert {each.due for each in changed.instalments[:-1]} == {10_000_00}
        assert len(changed.instalments) == 8
