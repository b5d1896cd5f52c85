"""Every row of a household's names its village, whoever wrote it, and goes where it goes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import polars as pl
import pytest
from django.apps import apps
from django.db import connection, transaction

from admission.models import Authorisation
from core.roles import Role
from credit.models import Instalment, Loan, Repayment
from tests import make, waiting
from tests.credit import judged, lent
from village.models import Customer, Household, OfVillage, Relation, Village
from village.services import copying

pytestmark = pytest.mark.django_db
LEAVE = {
    "purpose": Authorisation.Purpose.GRANTING,
    "text_version": "1",
    "text_hash": "",
    "granted_at": datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
    "valid_until": date(2027, 3, 2),
}


def naming() -> list[type[OfVillage]]:
    """The tables whose rows name their village."""
    return [
        each for each in apps.get_models() if issubclass(each, OfVillage) and not each._meta.proxy
    ]


def villages_of(loan: Loan) -> set[int | None]:
    """What everything that hangs on a loan's borrower names."""
    return {
        pk
        for model, found in (
            (Customer, {"pk": loan.customer_id}),
            (Loan, {"pk": loan.pk}),
            (Instalment, {"loan": loan}),
            (type(loan.drawdown), {"pk": loan.drawdown_id}),
            (type(loan.drawdown.contract), {"pk": loan.drawdown.contract_id}),
            (
                type(loan.drawdown.contract.application),
                {"pk": loan.drawdown.contract.application_id},
            ),
        )
        for pk in model.objects.filter(**found).values_list("village_id", flat=True)
    }


def test_what_hangs_on_a_borrower_names_the_village_of_the_household():
    loan = lent.loan()

    assert villages_of(loan) == {loan.customer.household.village_id}


def test_all_of_it_goes_along_when_the_household_moves():
    loan, elsewhere = lent.loan(), make.village()
    home = loan.customer.household

    home.village = elsewhere
    home.save()

    assert villages_of(loan) == {elsewhere.pk}


def test_all_of_it_goes_along_when_the_person_joins_another_household():
    loan, home = lent.loan(), make.household(make.village())

    Customer.objects.filter(pk=loan.customer_id).update(household=home, role=Customer.Role.CHILD)

    assert villages_of(loan) == {home.village_id}


def test_a_row_saved_whole_by_somebody_who_does_not_know_the_village_keeps_it():
    loan = lent.loan()
    loan.village = None

    loan.save()

    assert villages_of(loan) == {loan.customer.household.village_id}


def test_rows_that_come_by_copy_name_it_too():
    one, other = (make.customer(make.household()) for _ in range(2))
    rows = pl.DataFrame({"one_id": [one.pk], "other_id": [other.pk], "kind": ["kin"]})

    copying.append(Relation._meta.db_table, rows)

    assert Relation.objects.get().village_id == one.household.village_id


def test_a_tie_follows_the_first_of_the_two_alone():
    one, other = (make.customer(make.household()) for _ in range(2))
    tie = Relation.objects.create(one=one, other=other, kind=Relation.Kind.KIN)

    other.household.village = make.village()
    other.household.save()

    tie.refresh_from_db()
    assert tie.village_id == one.household.village_id


def test_what_was_concluded_of_a_household_goes_where_it_goes(campaign):
    home = judged.reviewed(campaign)
    outcome = home.outcomes.get()
    assert outcome.village_id == home.village_id

    home.village = make.village()
    home.save()

    outcome.refresh_from_db()
    assert outcome.village_id == home.village_id


@pytest.mark.parametrize("model", naming(), ids=lambda each: each._meta.label_lower)
def test_a_register_is_narrowed_without_asking_whose_each_row_is(model):
    manager = make.staff(Role.CUSTOMER_MANAGER)

    narrowed = str(model.objects.visible_to(manager).order_by().query)

    asked, _where, condition = narrowed.partition(" WHERE ")
    assert "JOIN" not in asked
    assert condition.startswith(f'"{model._meta.db_table}"."village_id" IN')


@pytest.mark.parametrize("model", naming(), ids=lambda each: each._meta.label_lower)
def test_one_villages_rows_are_found_by_an_index(model):
    assert ["village", "id"] in [each.fields for each in model._meta.indexes]


def test_a_manager_sees_the_loan_once_its_household_is_theirs_and_not_before():
    loan, manager = lent.loan(), make.staff(Role.CUSTOMER_MANAGER)
    before = Loan.objects.visible_to(manager).count()

    home = loan.customer.household
    home.village = make.village(manager)
    home.save()

    assert before == 0
    assert Loan.objects.visible_to(manager).get() == loan
    assert Repayment.objects.visible_to(manager).count() == 0


def move(home: Household, to: Village) -> None:
    """A household goes elsewhere, in a session of its own."""
    try:
        Household.objects.filter(pk=home.pk).update(village=to)
    finally:
        connection.close()


def authorise(customer: Customer) -> None:
    """A customer signs, in a session of its own."""
    try:
        Authorisation.objects.create(customer=customer, **LEAVE)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_move_overlooks_nothing_that_is_just_being_written():
    person, elsewhere = make.customer(), make.village()

    with ThreadPoolExecutor(1) as apart:
        with transaction.atomic():
            Authorisation.objects.create(customer=person, **LEAVE)
            moving = apart.submit(move, person.household, elsewhere)
            waiting.until_others_wait()
        moving.result()

    assert Authorisation.objects.get().village_id == elsewhere.pk


@pytest.mark.django_db(transaction=True)
def test_what_is_written_during_a_move_names_the_new_village():
    person, elsewhere = make.customer(), make.village()

    with ThreadPoolExecutor(1) as apart:
        with transaction.atomic():
            Household.objects.filter(pk=person.household_id).update(village=elsewhere)
            signing = apart.submit(authorise, person)
            waiting.until_others_wait()
        signing.result()

    assert Authorisation.objects.get().village_id == elsewhere.pk
