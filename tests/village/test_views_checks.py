"""A manager's spot checks at `/m/checks/`."""

from base64 import b64encode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import documents
from tests import make
from tests.village import neighbourhood
from tests.village.test_services_photos import PLACE, picture, with_place
from village.contexts import checks
from village.services import spot_checks

pytestmark = pytest.mark.django_db
SIGNED = f"data:image/png;base64,{b64encode(picture('PNG')).decode()}"


@pytest.fixture
def check():
    campaign = neighbourhood.concluded(village=neighbourhood.settled(15, manager=make.staff()))
    drawn = spot_checks.draw_checks(
        campaign.pk, percent=5, seed=5, due_on=make.DAY, actor=make.staff("risk_officer")
    )
    return drawn.checks.get()


def test_many_checks_come_page_by_page(client, monkeypatch):
    monkeypatch.setattr(checks, "PER_PAGE", 4)
    manager = make.staff()
    campaign = neighbourhood.concluded(village=neighbourhood.settled(15, manager=manager))
    drawn = spot_checks.draw_checks(
        campaign.pk, percent=100, seed=5, due_on=make.DAY, actor=make.staff("risk_officer")
    )
    client.force_login(manager)

    seen = [
        each.check.pk
        for number in range(1, 5)
        for each in client.get(reverse("village:checks"), {"page": number}).context["page"].waiting
    ]

    assert sorted(seen) == sorted(drawn.checks.values_list("pk", flat=True))
    assert len(seen) > 12


def finished(client, check, photo):
    said = {"finding": "agree", "signature": SIGNED}
    said["photo"] = SimpleUploadedFile("a.jpg", photo, "image/jpeg")
    answer = client.post(reverse("village:check", args=[check.pk]), said)
    check.refresh_from_db()
    return answer


def test_a_finding_comes_in_with_its_photo_drawn_anew(client, check):
    client.force_login(check.assigned_to)

    answer = finished(client, check, with_place())

    assert (answer.status_code, check.status) == (302, "done")
    assert PLACE not in documents.content(check.photo)


def test_a_photo_too_small_is_refused_in_words_and_the_check_stays_open(client, check):
    client.force_login(check.assigned_to)

    answer = finished(client, check, picture(size=(60, 60)))

    assert (answer.status_code, check.status) == (422, "assigned")
    assert "照片太小" in answer.content.decode()
