"""Paper in the back office: printed, keyed by its code, put aside."""

import pytest
from django.urls import reverse

from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from tests.village.neighbourhood import AT, answers
from village.models import PaperSheet
from village.services import paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make.staff()


@pytest.fixture
def seat(manager):
    village = neighbourhood.settled(10, manager=manager)
    return neighbourhood.seats(neighbourhood.opened(village=village))[0]


@pytest.fixture
def keyed(seat):
    return paper.key_sheet(seat.pk, answers=answers(seat), actor=make.staff(), at=AT)


def discard(keyed):
    return reverse("admin:village_papersheet_discard", args=[keyed.pk])


def test_a_sheet_is_put_aside_with_a_reason_and_not_without(client, manager, keyed):
    client.force_login(manager)
    register = client.get(reverse("admin:village_papersheet_changelist")).content.decode()

    asked = client.get(discard(keyed))
    silent = client.post(discard(keyed), {"because": " "})
    spoken = client.post(discard(keyed), {"because": "录错了户"})

    assert discard(keyed) in register
    assert (asked.status_code, silent.status_code, spoken.status_code) == (200, 422, 302)
    keyed.refresh_from_db()
    assert (keyed.status, keyed.first, keyed.discarded_because) == ("discarded", None, "录错了户")
    assert AuditEntry.objects.get(action="village.paper.discarded").actor == manager
    assert client.get(discard(keyed)).status_code == 404, "once is enough"


def test_nobody_else_puts_a_sheet_aside(client, keyed):
    for somebody, status in ((make.staff(), 404), (make.staff("auditor"), 403)):
        client.force_login(somebody)
        assert client.post(discard(keyed), {"because": "录错了户"}).status_code == status
    register = client.get(reverse("admin:village_papersheet_changelist")).content.decode()

    assert discard(keyed) not in register
    assert PaperSheet.objects.get().status == "once"
