"""A roster brought in or undone, and what later rooms know of its people."""

from datetime import date

import pytest

from admission.models import Delivery, Figures, Profile
from core.models import Outbox
from tests import make
from tests.admission.brought import JUNE, paid
from tests.admission.brought import bring as deliver
from tests.village.roster_files import row, table, village
from village.models import Customer
from village.services import roster_undo, rosters

pytestmark = pytest.mark.django_db
__all__ = ["village"]

DAY = date(2026, 6, 30)


@pytest.fixture
def clerk():
    return make.staff(role="administrator")


def bring(*rows):
    return rosters.import_content(table(*rows), name="roster.csv", actor=None, as_of=DAY)


def test_what_was_only_worked_out_about_people_goes_with_their_roster(village, clerk):
    made = bring(row())
    person = Customer.objects.get()
    deliver(paid(person))
    Profile.objects.create(customer=person, words=[], first_on=JUNE)

    undone = roster_undo.undo(made.pk, because="错用了旧名册", actor=clerk)

    assert undone.status == "undone"
    assert not Customer.objects.exists()
    assert not Figures.objects.exists()
    assert Delivery.objects.count() == 1


def test_a_roster_tells_the_other_rooms_that_people_came_and_went(village, clerk):
    head = row()
    made = bring(head)
    roster_undo.undo(made.pk, because="错用了旧名册", actor=clerk)
    anew = bring(head)
    corrected = bring(head | {"手机号码": "13812345679"})

    told = Outbox.objects.filter(kind__endswith="RegisterChanged").order_by("pk")
    assert corrected.changed == 1
    assert [each.body["import_id"] for each in told] == [made.pk, made.pk, anew.pk]
