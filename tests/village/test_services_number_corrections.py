"""Putting a wrong ID number right: two people, one history."""

from datetime import date

import pytest
from django.utils import timezone

from core import crypto
from core.errors import SameHands
from core.models import AuditEntry
from tests import make
from tests.village.roster_files import DAY, ID, faults, row, table
from village import selectors
from village.errors import NumberRefused
from village.models import Customer, NumberCorrection, Relation
from village.services import number_corrections, rosters

pytestmark = pytest.mark.django_db

BORN = date(1979, 4, 8)


@pytest.fixture
def two():
    return make.staff(), make.staff("branch_president")


@pytest.fixture
def right():
    """A woman's number, of another day of birth."""
    return make.id_number(BORN, serial=622)


def correct(person, number, two):
    asker, other = two
    made = number_corrections.ask(person.pk, number=number, because="身份证核对", actor=asker)
    return number_corrections.agree(made.pk, number=number, actor=other)


def code_of(caught):
    return caught.value.code


def test_the_person_stays_and_bears_the_right_number(two, right):
    person, other = make.customer(), make.customer()
    tie = Relation.objects.create(one=person, other=other, kind="kin")
    old = person.id_number

    correct(person, right, two)

    found = Customer.objects.get(pk=person.pk)
    assert (found.id_number, found.id_index) == (right, crypto.blind_index(right))
    assert (found.born_on, found.sex) == (BORN, "female")
    assert found.corrected_on is not None
    assert list(selectors.matching(Customer.objects.all(), right)) == [person]
    assert not selectors.matching(Customer.objects.all(), old).exists()
    assert Relation.objects.get() == tie


def test_nothing_changes_until_somebody_else_agrees(two, right):
    asker, other = two
    person = make.customer()
    made = number_corrections.ask(person.pk, number=right, because="核对", actor=asker)

    with pytest.raises(SameHands):
        number_corrections.agree(made.pk, number=right, actor=asker)
    person.refresh_from_db()
    assert person.id_number != right
    number_corrections.decline(made.pk, actor=other)

    with pytest.raises(NumberRefused) as caught:
        number_corrections.agree(made.pk, number=right, actor=other)
    assert code_of(caught) == "settled"
    person.refresh_from_db()
    assert person.id_number != right


def test_who_agrees_types_the_number_once_more(two, right):
    asker, other = two
    made = number_corrections.ask(make.customer().pk, number=right, because="核对", actor=asker)

    with pytest.raises(NumberRefused) as caught:
        number_corrections.agree(made.pk, number=make.id_number(BORN, serial=624), actor=other)

    assert code_of(caught) == "differs"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "id_form"),
        ("320799780713873", "id_form"),
        (ID[:-1] + ("0" if ID[-1] != "0" else "1"), "id_check_digit"),
        ("320799198002300076", "id_no_such_day"),
    ],
)
def test_what_can_be_no_number_is_refused(two, number, code):
    with pytest.raises(NumberRefused) as caught:
        number_corrections.ask(make.customer().pk, number=number, because="核对", actor=two[0])

    assert code_of(caught) == code


def test_a_number_is_read_however_it_is_typed(two, right):
    person = make.customer()
    typed = f" {right[:6]} {right[6:14]} {right[14:].lower()}"

    made = number_corrections.ask(person.pk, number=typed, because="核对", actor=two[0])

    assert made.new_number == right


def test_somebody_elses_number_is_refused_with_their_village_and_no_name(two, right):
    other = make.customer(id_number=right, name="欧阳建国")

    with pytest.raises(NumberRefused) as caught:
        number_corrections.ask(make.customer().pk, number=right, because="核对", actor=two[0])

    assert code_of(caught) == "somebody_elses"
    assert other.household.village.name in str(caught.value)
    assert "欧**" in str(caught.value)
    assert "建国" not in str(caught.value)
    assert right not in str(caught.value)


def test_who_was_registered_meanwhile_stands_against_it(two, right):
    asker, other = two
    made = number_corrections.ask(make.customer().pk, number=right, because="核对", actor=asker)
    make.customer(id_number=right)

    with pytest.raises(NumberRefused) as caught:
        number_corrections.agree(made.pk, number=right, actor=other)

    assert code_of(caught) == "somebody_elses"


def test_one_correction_waits_at_a_time(two, right):
    person = make.customer()
    number_corrections.ask(person.pk, number=right, because="核对", actor=two[0])

    with pytest.raises(NumberRefused) as again:
        number_corrections.ask(person.pk, number=right, because="核对", actor=two[0])
    with pytest.raises(NumberRefused) as same:
        number_corrections.ask(make.customer().pk, number=right, because="核对", actor=two[0])
    with pytest.raises(NumberRefused) as own:
        number_corrections.ask(person.pk, number=person.id_number, because="核对", actor=two[0])

    assert [code_of(each) for each in (again, same, own)] == [
        "asked_already",
        "asked_already",
        "the_same",
    ]


def test_the_record_says_who_and_what_and_no_number(two, right):
    person = make.customer()
    old = person.id_number

    correct(person, right, two)

    told = "".join(f"{each.action} {each.detail}" for each in AuditEntry.objects.all())
    assert "village.number_correction.asked" in told
    assert "village.customer.corrected" in told
    assert right not in told
    assert old not in told


class TestRostersAfterwards:
    def test_a_roster_with_the_right_number_finds_the_person(self, two, right):
        village = make.village(code="320723100200")
        home = make.household(village, number="H1")
        person = make.customer(home, name="杨霞")
        correct(person, right, two)

        made = rosters.import_content(
            table(row(证件号码=right, 姓名="杨霞", 出生日期="", 组号="", 户号="H1")),
            name="r.csv",
            actor=None,
            as_of=timezone.localdate(),
        )

        assert (made.new, made.refused) == (0, 0)
        assert Customer.objects.count() == 1

    def test_a_roster_with_the_wrong_number_does_not_register_the_person_again(self, two, right):
        village = make.village(code="320723100200")
        home = make.household(village, number="H1")
        person = make.customer(home, name="杨霞", role="spouse")
        old = person.id_number
        correct(person, right, two)

        made = rosters.import_content(
            table(row(证件号码=old, 姓名="杨霞", 出生日期="", 组号="", 户号="H2")),
            name="r.csv",
            actor=None,
            as_of=DAY,
        )

        assert (made.new, made.refused) == (0, 1)
        assert [each[1] for each in faults(made)] == ["证件号码"]

    def test_another_person_who_really_has_that_number_is_registered(self, two, right):
        make.village(code="320723100200")
        person = make.customer(name="杨霞")
        old = person.id_number
        correct(person, right, two)

        made = rosters.import_content(
            table(row(证件号码=old, 姓名="李军", 出生日期="", 组号="", 户号="H2")),
            name="r.csv",
            actor=None,
            as_of=DAY,
        )

        assert (made.new, made.refused) == (1, 0)


def test_the_database_wants_two_hands(two, right):
    made = number_corrections.ask(make.customer().pk, number=right, because="核对", actor=two[0])

    with pytest.raises(Exception, match="corrected_number_has_two_hands"):
        NumberCorrection.objects.filter(pk=made.pk).update(
            status="done", settled_by=two[0], settled_at=made.asked_at
        )
