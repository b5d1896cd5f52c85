"""What credit tells admission of the bank's own loans: of the platform and of the system before."""

from datetime import UTC, date, datetime, timedelta

import pytest

from admission.services import deliveries, draft_rule_set
from admission.services.known_features import features_of
from core import crypto
from core.models import Document
from core.roles import Role
from credit.models import BusinessDay, Guarantor, Instalment, LineRaise, Loan, Repayment
from credit.services.own_loans import own_loans
from tests import make
from tests.credit.judged import decide
from tests.credit.lent import LENT_ON, loan, product
from tests.credit.stages import granted

pytestmark = pytest.mark.django_db
AT = datetime(2026, 7, 2, 3, 0, tzinfo=UTC)
HEAD = "证件号码,数据日期,借据号,贷款余额(元),五级分类,近24月最差分类,逾期天数,核销未清"


def told(customer):
    (row,) = own_loans([customer.pk]).to_dicts()
    return row


def work_up_to(made, day, **given):
    """The loan as it stands after close of business of a day."""
    Loan.objects.filter(pk=made.pk).update(worked_up_to=day, **given)
    BusinessDay.objects.update_or_create(day=day, defaults={"status": "closed"})


def pay(made, *, late, numbers):
    for each in made.instalments.filter(number__in=numbers):
        paid_on = each.due_on + timedelta(days=late)
        Instalment.objects.filter(pk=each.pk).update(paid_on=paid_on)


def bring(customer, *rows):
    lines = [f"{customer.id_number},2026-07-01,{each}" for each in rows]
    content = "\n".join([HEAD, *lines, ""]).encode()
    deliveries.import_content(content, name="loans.csv", actor=None, at=AT)


def test_who_never_borrowed_owes_a_known_nothing():
    row = told(make.customer())

    assert (row["balance"], row["worst_class_24m"], row["written_off"]) == (0, "无", False)
    assert row["restructured_24m"] == 0


class TestTheClass:
    @pytest.mark.parametrize(
        ("late", "known"), [(0, "正常"), (30, "关注"), (91, "次级"), (300, "可疑"), (400, "损失")]
    )
    def test_days_past_due_of_two_years_give_it(self, late, known):
        made = loan()
        pay(made, late=late, numbers=range(1, 13))
        work_up_to(made, date(2027, 12, 31))

        assert told(made.customer)["worst_class_24m"] == known

    def test_a_delay_of_years_ago_counts_no_longer(self):
        made = loan()
        pay(made, late=120, numbers=[1])
        pay(made, late=0, numbers=range(2, 13))
        work_up_to(made, made.instalments.get(number=1).paid_on + timedelta(days=700))
        still = told(made.customer)["worst_class_24m"]

        work_up_to(made, date(2029, 3, 1))

        assert (still, told(made.customer)["worst_class_24m"]) == ("次级", "正常")

    def test_a_settled_loan_grows_old_though_nobody_works_it_any_more(self):
        made = loan()
        pay(made, late=120, numbers=range(1, 13))
        last = made.instalments.get(number=12).paid_on
        work_up_to(made, last, status="settled", settled_on=last)
        lately = told(made.customer)

        BusinessDay.objects.create(day=date(2031, 1, 1), status="closed")

        assert (lately["worst_class_24m"], lately["late_12m"]) == ("次级", 12)
        assert told(made.customer)["worst_class_24m"] == "无"
        assert told(made.customer)["late_12m"] == 0

    @pytest.mark.parametrize(
        ("status", "known"), [("restructured", "关注"), ("written_off", "损失")]
    )
    def test_restructuring_and_writing_off_have_their_class(self, status, known):
        made = loan()
        work_up_to(made, LENT_ON + timedelta(days=10), status=status)

        assert told(made.customer)["worst_class_24m"] == known


class TestTheSystemBefore:
    def test_its_loans_count_with_those_of_the_platform(self):
        made = loan()
        bring(made.customer, "JD1,30000,次级,可疑,95,否", "JD2,0,正常,,0,否")

        row = told(made.customer)

        assert row["balance"] == made.principal + 3_000_000
        assert row["open_count"] == 2
        assert row["days_past_due"] == 95
        assert row["worst_class_24m"] == "可疑"
        assert row["written_off"] is False

    def test_a_bad_loan_of_it_is_heard_where_the_platform_lent_nothing(self):
        customer = make.customer()
        bring(customer, "JD1,30000,损失,,400,是")

        row = told(customer)

        assert (row["worst_class_24m"], row["written_off"]) == ("损失", True)
        assert row["balance"] == 3_000_000

    def test_a_loan_that_the_platform_keeps_itself_is_counted_once(self):
        made = loan()
        bring(made.customer, f"{made.number},30000,正常,,0,否")

        assert told(made.customer)["balance"] == made.principal

    @pytest.mark.parametrize(("graded", "known"), [("损失", None), ("正常", False)])
    def test_a_lost_loan_may_have_been_written_off_where_the_file_does_not_say(self, graded, known):
        customer = make.customer()
        bring(customer, f"JD1,1000,{graded},,,")

        row = told(customer)

        assert row["written_off"] is known
        assert row["days_past_due"] is None

    def test_arrears_that_stand_are_within_every_window(self):
        customer = make.customer()
        bring(customer, "JD1,30000,次级,,101,否", "JD2,5000,关注,,12,否", "JD3,0,正常,,0,否")

        row = told(customer)

        assert (row["days_past_due"], row["days_past_due_12m"], row["late_12m"]) == (101, 101, 2)
        assert row["settled_count"] == 1
        assert row["overdue_most_12m"] is None

    def test_a_past_that_the_file_does_not_tell_is_no_clean_one(self):
        made = loan()
        pay(made, late=0, numbers=range(1, 13))
        work_up_to(made, date(2027, 12, 31))
        before = told(made.customer)
        bring(made.customer, "JD1,30000,正常,,0,否")

        row = told(made.customer)

        untold = ("days_past_due_12m", "late_12m", "overdue_most_12m", "first_late")
        untold += ("settled_count", "restructured_24m", "prepaid_90d", "repaid_12m")
        assert None not in [before[each] for each in untold]
        assert [row[each] for each in untold] == [None] * len(untold)
        assert row["days_past_due"] == 0

    def test_what_the_platform_saw_itself_is_told_beside_them(self):
        made = loan()
        pay(made, late=20, numbers=range(1, 13))
        work_up_to(made, date(2027, 3, 31))
        alone = told(made.customer)
        bring(made.customer, "JD1,30000,关注,,5,否")

        row = told(made.customer)

        assert (row["days_past_due_12m"], row["first_late"]) == (20, True)
        assert row["late_12m"] == alone["late_12m"] + 1
        assert row["overdue_most_12m"] == alone["overdue_most_12m"] > 0

    def test_a_loan_written_off_is_not_settled(self):
        customer = make.customer()
        bring(customer, "JD1,0,损失,,400,是", "JD2,0,损失,,400,")

        assert told(customer)["settled_count"] is None


class TestArrears:
    def test_instalments_late_on_one_day_are_added_up(self):
        made = loan()
        first, second, third = made.instalments.order_by("number")[:3]
        Instalment.objects.filter(pk=first.pk).update(paid_on=second.due_on + timedelta(days=5))
        Instalment.objects.filter(pk=second.pk).update(paid_on=second.due_on + timedelta(days=5))
        pay(made, late=0, numbers=range(4, 13))
        work_up_to(made, third.due_on + timedelta(days=3))

        together = first.principal + first.interest + second.principal + second.interest
        assert told(made.customer)["overdue_most_12m"] == together

    def test_what_was_never_late_is_no_arrears(self):
        made = loan()
        pay(made, late=0, numbers=range(1, 13))
        work_up_to(made, date(2027, 12, 31))

        assert told(made.customer)["overdue_most_12m"] == 0


def test_of_an_old_loan_nobody_knows_when_it_was_restructured():
    made = loan()
    work_up_to(made, LENT_ON + timedelta(days=300), status="restructured")
    lately = told(made.customer)["restructured_24m"]

    work_up_to(made, LENT_ON + timedelta(days=900))

    assert (lately, told(made.customer)["restructured_24m"]) == (1, None)


def test_ten_more_customers_cost_no_more_queries(django_assert_num_queries):
    people = [make.customer() for _ in range(12)]
    for each in people:
        bring(each, "JD1,1000,正常,,0,否")

    with django_assert_num_queries(3):
        own_loans([people[-1].pk])
    with django_assert_num_queries(3):
        own_loans([each.pk for each in people])


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"is_for_business": False, "purposes": ["装修"]}, "消费"),
        ({"purposes": ["种植", "经营周转"]}, "农户信用"),
        ({"purposes": ["进货"]}, "商户经营"),
    ],
)
def test_a_loan_is_what_its_product_is_for(given, kind):
    assert told(loan(product=product(**given)).customer)["main_kind"] == kind


@pytest.mark.parametrize(
    ("asks", "given", "kind"),
    [
        ({"is_mortgage": True}, {"purposes": ["经营周转"]}, "房抵"),
        ({"is_mortgage": True}, {"is_for_business": False, "purposes": ["装修"]}, "房抵"),
        ({"is_mortgage": True}, {"is_for_business": False, "purposes": ["购房"]}, "按揭"),
        ({"is_mortgage": False}, {"is_for_business": False, "purposes": ["购房"]}, "消费"),
        ({}, {"purposes": ["种植"]}, "农户信用"),
        ({"need_employer": True}, {"is_for_business": False, "purposes": ["装修"]}, "在职消费"),
        ({"need_employer": True}, {"purposes": ["种植"]}, "农户信用"),
    ],
)
def test_a_loan_is_what_its_road_asks_for_a_home_that_secures_it_or_an_employer(asks, given, kind):
    of = product(**given)
    of.process.nodes = [
        {"node": "identity", "settings": {}},
        {"node": "admission", "settings": asks},
    ]
    of.process.save()

    assert told(loan(product=of).customer)["main_kind"] == kind


@pytest.mark.parametrize(
    ("status", "ended", "count"),
    [("accepted", {}, 1), ("accepted", {"status": "settled"}, 0), ("refused", {}, 0)],
)
def test_a_guarantor_answers_for_loans_that_are_not_settled(status, ended, count):
    draft_rule_set(make.staff(Role.RISK_OFFICER))
    made, guarantor = loan(), make.customer()
    application = made.drawdown.contract.application
    Guarantor.objects.create(
        application=application, customer=guarantor, status=status, named_by=make.staff(),
        named_at=AT, decided_at=AT, admission=decide(guarantor, "admit"),
    )  # fmt: skip
    if ended:
        Loan.objects.filter(pk=made.pk).update(settled_on=LENT_ON, principal_left=0, **ended)

    assert told(guarantor)["guaranteed_count"] == count
    assert told(made.customer)["guaranteed_count"] == 0


def test_of_several_loans_the_one_with_most_owed_is_named():
    customer = make.customer()
    loan(customer=customer, amount=10_000_00)
    loan(customer=customer, product=product(is_for_business=False), amount=90_000_00)

    assert told(customer)["main_kind"] == "消费"


def test_a_line_that_was_ended_is_told_until_another_stands_open():
    customer = make.customer()
    granted(customer.household, status="closed")
    alone = told(customer)

    line = granted(customer.household)

    assert (alone["line_withdrawn"], alone["line"]) == (True, 0)
    both = told(customer)
    assert (both["line_withdrawn"], both["line"]) == (False, line.amount)


class TestTheUseOfALine:
    """A line of 120,000 from 2 March, of which 60,000 were drawn at once; months end six times."""

    @pytest.fixture
    def line(self):
        household = make.household()
        return granted(household, amount=120_000_00)

    def drawn(self, line, **given):
        return loan(customer=line.borrower, line=line, amount=60_000_00, **given)

    def test_it_is_averaged_over_the_ends_of_months_on_which_the_line_stood(self, line):
        made = self.drawn(line)
        repaid(made, 30_000_00, date(2026, 5, 31))
        work_up_to(made, date(2026, 7, 30))

        # 50 % at the ends of March and April, 25 % at those of May and June.
        assert told(line.borrower)["used_average_6m"] == pytest.approx(0.375)

    def test_it_looks_back_six_ends_of_months_and_no_further(self, line):
        made = self.drawn(line)
        repaid(made, 60_000_00, date(2026, 5, 1))
        work_up_to(made, date(2026, 9, 30), status="settled")
        first = told(line.borrower)["used_average_6m"]

        BusinessDay.objects.create(day=date(2026, 10, 31), status="closed")

        # Of April to September April alone; then of May to October none.
        assert first == pytest.approx(0.5 * 2 / 6 - 0.5 / 6)
        assert told(line.borrower)["used_average_6m"] == 0

    def test_before_a_raise_it_is_measured_against_the_line_as_it_was(self, line):
        made = self.drawn(line)
        raised(line, before=60_000_00, on=date(2026, 4, 10))
        work_up_to(made, date(2026, 4, 30))

        # All of 60,000 at the end of March, half of 120,000 at the end of April.
        assert told(line.borrower)["used_average_6m"] == pytest.approx(0.75)

    def test_a_line_of_which_nothing_was_drawn_was_used_by_nought(self, line):
        BusinessDay.objects.create(day=date(2026, 4, 1), status="closed")

        assert told(line.borrower)["used_average_6m"] == 0

    def test_it_is_unknown_without_a_line_and_before_the_end_of_its_first_month(self, line):
        BusinessDay.objects.create(day=date(2026, 3, 30), status="closed")

        assert told(line.borrower)["used_average_6m"] is None
        assert told(make.customer())["used_average_6m"] is None

    def test_the_feature_tells_it(self, line):
        made = self.drawn(line)
        work_up_to(made, date(2026, 3, 31))

        (row,) = features_of(
            [line.borrower.pk], ["loan_used_avg_6m"], as_of=date(2026, 4, 1)
        ).to_dicts()

        assert row["loan_used_avg_6m"] == pytest.approx(0.5)


def repaid(made, amount, day):
    Repayment.objects.create(
        loan=made, reference=f"R{day}", amount=amount, received_on=day, to_principal=amount
    )


def raised(line, *, before, on):
    paper = Document.objects.create(
        address=crypto.blind_index("raise"), key_name="new", name="r.pdf", size=1
    )
    LineRaise.objects.create(
        line=line,
        decision=line.decision,
        before=before,
        amount=line.amount,
        valid_to=line.valid_to,
        offered_on=on,
        offered_until=on,
        offered_by=make.staff(),
        status=LineRaise.Status.SIGNED,
        signed_at=datetime(on.year, on.month, on.day, 4, tzinfo=UTC),
        signed_document=paper,
    )
