"""Ties that end: from then on they bar nobody, and stay on record."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from village import selectors
from village.errors import SheetRefused, TieRefused
from village.models import Relation, Sheet
from village.services import relations

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return neighbourhood.seats(neighbourhood.opened(12))[0]


@pytest.fixture
def tie(seat):
    judged = seat.household.members.get(role="head")
    one, other = sorted([seat.reviewer.customer, judged], key=lambda each: each.pk)
    return Relation.objects.create(one=one, other=other, kind="guarantor")


def deed(tie):
    return reverse("admin:village_relation_deed", args=[tie.pk, "end"])


def test_an_ended_guarantee_no_longer_bars_a_neighbour(seat, tie):
    village = seat.household.village_id
    with pytest.raises(SheetRefused):
        neighbourhood.submit(seat)
    assert len(selectors.conflicts(village)) == 1

    relations.end_tie(tie.pk, on=timezone.localdate(), because="已结清", actor=make.staff())

    assert selectors.conflicts(village) == []
    neighbourhood.submit(seat)
    assert Sheet.objects.get().seat == seat
    assert Relation.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "because", "code"), [(1, "已结清", "to_come"), (0, "  ", "no_reason")]
)
def test_a_tie_ends_on_a_day_that_came_and_for_a_reason(tie, days, because, code):
    day = timezone.localdate() + timedelta(days=days)

    with pytest.raises(TieRefused) as caught:
        relations.end_tie(tie.pk, on=day, because=because, actor=make.staff())

    assert caught.value.code == code
    tie.refresh_from_db()
    assert tie.ended_on is None


def test_it_ends_once_and_the_two_may_be_tied_again(tie):
    today = timezone.localdate()
    relations.end_tie(tie.pk, on=today, because="已结清", actor=make.staff())

    with pytest.raises(TieRefused):
        relations.end_tie(tie.pk, on=today, because="再次", actor=make.staff())
    Relation.objects.create(one=tie.one, other=tie.other, kind=tie.kind)

    assert Relation.objects.standing().count() == 1


def test_the_president_ends_a_tie_in_the_register_and_a_manager_does_not(client, seat, tie):
    grid = seat.household.village.grid
    today = timezone.localdate().isoformat()
    said = {"end-on": today, "end-reason": "担保已解除"}
    for somebody, status in ((grid.manager, 403), (make.staff("branch_president"), 404)):
        client.force_login(somebody)
        assert client.post(deed(tie), said).status_code == status
    president = make.staff("branch_president", branch=grid.branch)
    client.force_login(president)
    record = reverse("admin:village_relation_change", args=[tie.pk])

    offered = client.get(record).content.decode()
    client.post(deed(tie), {"end-on": "", "end-reason": "x"})
    tie.refresh_from_db()
    assert tie.ended_on is None
    client.post(deed(tie), said)

    tie.refresh_from_db()
    assert deed(tie) in offered
    assert (tie.ended_on.isoformat(), tie.ended_because) == (today, "担保已解除")
    assert AuditEntry.objects.get(action="village.relation.ended").actor == president
    assert client.post(deed(tie), said).status_code == 403, "nothing is left to end"
