"""Withdrawing deliveries that were taken in: what goes, what stands again, who may."""

from datetime import date

import pytest

from admission import tasks
from admission.deliveries.quality import NOT_WITHDRAWN
from admission.errors import DeliveryRefused
from admission.models import Delivery, Deposit, Figures
from admission.selectors import data_schedule
from admission.services import deliveries, incoming, withdrawing
from core.errors import SameHands
from core.models import AuditEntry, Notice
from core.roles import Role
from tests import make
from tests.admission.brought import (
    AT,
    HOMES,
    JUNE,
    MAY,
    STRANGER,
    bring,
    figures_of,
    home,
    paid,
    text,
)

pytestmark = pytest.mark.django_db

CREDIT = "证件号码,数据日期,信用等级,信用评分"
APRIL = date(2026, 4, 30)
DEPOSITS = (
    "证件号码,数据日期,存款余额,近1月日均,近3月日均,前3月日均,近12月日均,近12月流入,"
    "代发月数,开户月数"
)
LISTED = "证件号码,数据日期,名单类别,名单来源,列入原因,列入日期"


@pytest.fixture
def two():
    return make.staff(Role.ADMINISTRATOR), make.staff(Role.RISK_OFFICER)


def withdraw(made, two):
    clerk, officer = two
    withdrawing.ask(made.pk, because="是另一家银行的文件", actor=clerk)
    withdrawing.agree(made.pk, actor=officer)
    tasks.take_in_ordered(made.pk)
    return Delivery.objects.get(pk=made.pk)


def rated(who, score, day=JUNE):
    return f"{who.id_number},{day},AA,{score}"


def kept(who, balance, day=JUNE):
    return f"{who.id_number},{day},{balance},1,1,1,1,1,1,40"


class TestWhoMay:
    def test_one_asks_and_somebody_else_agrees(self, two):
        clerk, officer = two
        made = bring(paid(make.customer()))

        withdrawing.ask(made.pk, because="错文件", actor=officer)

        with pytest.raises(SameHands):
            withdrawing.agree(made.pk, actor=officer)
        assert Figures.objects.count() == 1
        withdrawing.agree(made.pk, actor=make.staff(Role.RISK_OFFICER))
        tasks.take_in_ordered(made.pk)
        assert Figures.objects.count() == 0
        assert AuditEntry.objects.filter(action="admission.delivery.withdrawn").count() == 1

    def test_nobody_asks_without_a_reason_or_twice(self, two):
        clerk, officer = two
        made = bring(paid(make.customer()))

        with pytest.raises(DeliveryRefused):
            withdrawing.ask(made.pk, because="  ", actor=clerk)
        with pytest.raises(DeliveryRefused):
            withdrawing.agree(made.pk, actor=officer)
        withdrawing.ask(made.pk, because="错文件", actor=clerk)
        with pytest.raises(DeliveryRefused):
            withdrawing.ask(made.pk, because="错文件", actor=officer)

    def test_what_is_declined_stays_in_and_can_be_asked_again(self, two):
        clerk, officer = two
        made = bring(paid(make.customer()))
        withdrawing.ask(made.pk, because="错文件", actor=clerk)

        withdrawing.decline(made.pk, actor=officer)

        assert Figures.objects.count() == 1
        assert Delivery.objects.get(pk=made.pk).withdrawal_because == ""
        assert withdraw(made, two).status == "withdrawn"

    def test_only_what_was_taken_in_can_be_withdrawn(self, two):
        made = withdraw(bring(paid(make.customer())), two)

        with pytest.raises(DeliveryRefused):
            withdrawing.ask(made.pk, because="错文件", actor=two[0])


class TestWhatStandsAgain:
    def test_people_of_a_wrong_file_have_nothing_where_nothing_stood_before(self, two):
        customer = make.customer()

        made = withdraw(bring(rated(customer, 88), head=CREDIT), two)

        assert not Figures.objects.filter(customer=customer).exists()
        assert (made.figures_gone, made.figures_back) == (1, 0)

    def test_of_each_person_the_newest_file_that_names_them_stands_again(self, two):
        one, other = make.customer(), make.customer()
        bring(rated(one, 70, APRIL), rated(other, 71, APRIL), head=CREDIT)
        bring(rated(one, 80, MAY), head=CREDIT)

        made = withdraw(bring(rated(one, 11), rated(other, 12), head=CREDIT), two)

        told = {each.customer: each for each in Figures.objects.select_related("customer")}
        assert (told[one].values["score"], told[one].as_of) == (80, MAY)
        assert (told[other].values["score"], told[other].as_of) == (71, APRIL)
        assert (made.figures_gone, made.figures_back) == (2, 2)

    def test_what_a_newer_file_says_is_left_alone(self, two):
        one, other = make.customer(), make.customer()
        bring(rated(one, 70, APRIL), rated(other, 70, APRIL), head=CREDIT)
        wrong = bring(rated(one, 11, MAY), rated(other, 11, MAY), head=CREDIT)
        bring(rated(one, 90), head=CREDIT)

        withdraw(wrong, two)

        assert figures_of(one, "farmer_credit").values["score"] == 90
        assert figures_of(other, "farmer_credit").values["score"] == 70

    def test_whoever_a_complete_file_left_out_has_their_figures_again(self, two):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people))
        wrong = bring(*(paid(each, amount=1) for each in people[1:]))
        assert not Figures.objects.filter(customer=people[0]).exists()

        withdraw(wrong, two)

        assert Figures.objects.count() == 10
        assert figures_of(people[0]).as_of == MAY

    def test_whoever_had_none_by_the_last_complete_file_gets_none_of_an_older_one(self, two):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=APRIL) for each in people))
        bring(*(paid(each, day=MAY) for each in people[1:]))

        withdraw(bring(*(paid(each) for each in people[1:])), two)

        assert not Figures.objects.filter(customer=people[0]).exists()
        assert figures_of(people[1]).as_of == MAY

    def test_a_home_that_a_wrong_file_took_away_is_there_again(self, two):
        owner, neighbour = make.customer(), make.customer()
        bring(
            home(owner, "U1", MAY), home(owner, "U2", MAY), home(neighbour, "U3", MAY), head=HOMES
        )

        wrong = bring(home(owner, "U2"), home(owner, "U9"), home(neighbour, "U3"), head=HOMES)
        withdraw(wrong, two)

        held = Figures.objects.filter(customer=owner).values_list("part", "as_of")
        assert set(held) == {("U1", MAY), ("U2", MAY)}

    def test_people_registered_since_an_earlier_file_came_are_found_in_it(self, two):
        first = make.customer()
        bring(rated(first, 70, MAY), f"{STRANGER},{MAY},AA,60", head=CREDIT)
        newcomer = make.customer(id_number=STRANGER)

        withdraw(bring(rated(newcomer, 11), head=CREDIT), two)

        assert figures_of(newcomer, "farmer_credit").values["score"] == 60

    def test_the_schedule_and_the_next_comparison_pass_a_withdrawn_file_by(self, two):
        customer = make.customer()
        bring(paid(customer, day=APRIL))
        withdraw(bring(paid(customer, day=MAY)), two)

        made = bring(paid(customer))

        assert made.previous.as_of == APRIL
        standing = next(each for each in data_schedule(JUNE) if each.of.name == "payroll")
        assert standing.newest == made


class TestDepositsByDay:
    def test_the_day_of_a_wrong_file_goes_and_with_it_the_accounts_it_closed(self, two):
        people = [make.customer() for _ in range(10)]
        bring(*(kept(each, 500, MAY) for each in people), head=DEPOSITS)
        wrong = bring(*(kept(each, 7) for each in people[1:]), head=DEPOSITS)
        assert Deposit.objects.filter(as_of=JUNE, balance=0, customer=people[0]).exists()

        withdraw(wrong, two)

        assert not Deposit.objects.filter(as_of=JUNE).exists()
        assert Deposit.objects.filter(as_of=MAY).count() == 10
        assert Figures.objects.filter(kind="deposits", as_of=MAY).count() == 10

    def test_the_first_file_of_the_same_day_stands_again(self, two):
        people = [make.customer() for _ in range(10)]
        bring(*(kept(each, 500) for each in people), head=DEPOSITS)
        wrong = bring(*(kept(each, 7) for each in people), head=DEPOSITS)

        withdraw(wrong, two)

        assert set(Deposit.objects.values_list("balance", flat=True)) == {50_000}
        assert figures_of(people[0], "deposits").values["balance"] == 50_000


class TestLists:
    def test_whoever_a_wrong_black_list_named_is_off_it(self, two):
        customer = make.customer()
        made = bring(f"{customer.id_number},{JUNE},黑,省联社,失信,2026-05-01", head=LISTED)
        customer.refresh_from_db()
        assert customer.watch_flag == "black"

        withdraw(made, two)

        customer.refresh_from_db()
        assert customer.watch_flag == ""
        customer.household.refresh_from_db()
        assert customer.household.list_flag == ""


class TestAfterwards:
    def test_the_same_file_handed_in_again_waits_for_a_second_person(self, two):
        customer = make.customer()
        withdraw(bring(paid(customer)), two)

        again = bring(paid(customer), actor=two[0])

        assert again.status == Delivery.Status.HELD
        assert "withdrawn" in [each["code"] for each in again.findings]
        assert not Figures.objects.exists()
        with pytest.raises(SameHands):
            deliveries.settle(again.pk, take_in=True, actor=two[0])
        deliveries.settle(again.pk, take_in=True, actor=two[1])
        tasks.take_in_ordered(again.pk)
        assert figures_of(customer).delivery == again
        assert withdraw(again, two).status == "withdrawn"

    def test_a_worker_that_comes_twice_withdraws_once(self, two):
        made = withdraw(bring(paid(make.customer())), two)

        tasks.take_in_ordered(made.pk)

        assert AuditEntry.objects.filter(action="admission.delivery.withdrawn").count() == 1

    def test_while_it_is_being_withdrawn_the_same_file_is_refused(self, two):
        customer = make.customer()
        made = bring(paid(customer))
        withdrawing.ask(made.pk, because="错文件", actor=two[0])
        withdrawing.agree(made.pk, actor=two[1])

        with pytest.raises(DeliveryRefused):
            deliveries.import_content(text(paid(customer)), name="x.csv", actor=None, at=AT)
        assert incoming.left_ordered() == [made.pk]

    def test_one_at_which_workers_stop_stays_in_and_both_are_told(self, two):
        made = bring(paid(make.customer()))
        withdrawing.ask(made.pk, because="错文件", actor=two[0])
        withdrawing.agree(made.pk, actor=two[1])
        Delivery.objects.filter(pk=made.pk).update(taken_up=incoming.TAKEN_UP_AT_MOST)

        tasks.take_in_ordered(made.pk)

        made.refresh_from_db()
        assert (made.status, made.withdrawal_asked_by) == ("taken", None)
        assert [each["code"] for each in made.findings][-1] == NOT_WITHDRAWN
        assert set(Notice.objects.values_list("user", flat=True)) == {each.pk for each in two}
