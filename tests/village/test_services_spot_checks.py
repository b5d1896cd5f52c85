"""Outcomes drawn by lot, looked at on the spot, with photo and signature."""

import io

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from core import documents
from tests import make
from tests.village import neighbourhood
from tests.village.test_services_photos import PLACE, picture, with_place
from village.errors import CheckRefused, PhotoRefused
from village.models import Campaign, Outcome, SpotCheck
from village.selectors import with_counts
from village.services import spot_checks, stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make.staff()


@pytest.fixture
def campaign(manager):
    village = neighbourhood.settled(15, manager=manager)
    return neighbourhood.concluded(village=village)


def draw(campaign, **given):
    made = {"percent": 20, "seed": 5, "due_on": make.DAY, "actor": None}
    return spot_checks.draw_checks(campaign.pk, **made | given)


def signed(by):
    return documents.store(by.encode(), name="p.png", content_type="image/png", by=None)


def finish(check, finding="agree", note="", actor=None, photo=None, signature=None):
    return spot_checks.finish_check(
        check.pk,
        finding=finding,
        note=note,
        photo=photo or picture(size=(900, 600 + check.pk % 97)),
        signature=signature or signed(by=f"household of check {check.pk}"),
        actor=actor or check.assigned_to,
        at=timezone.now(),
    )


def test_the_same_seed_draws_the_same_outcomes_and_chance_is_kept(campaign):
    first = draw(campaign)
    drawn = list(first.checks.order_by("pk").values_list("outcome", flat=True))
    SpotCheck.objects.all().delete()

    again = draw(campaign)

    assert list(again.checks.order_by("pk").values_list("outcome", flat=True)) == drawn
    assert (again.seed, again.drawn_from, len(drawn)) == (5, 15, 3)


def test_another_manager_than_the_villages_own_checks_where_there_is_one(campaign, manager):
    colleague = make.staff(branch=manager.branch)

    drawn = draw(campaign)

    assert set(drawn.checks.values_list("assigned_to", flat=True)) == {colleague.pk}


def test_nothing_is_drawn_twice(campaign):
    draw(campaign, percent=100)

    with pytest.raises(CheckRefused):
        draw(campaign, percent=100)


def test_only_who_was_asked_checks_and_a_contradiction_says_why(campaign):
    check = draw(campaign).checks.first()

    with pytest.raises(CheckRefused):
        finish(check, actor=make.staff())
    with pytest.raises(CheckRefused):
        finish(check, finding="disagree", note=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        SpotCheck.objects.filter(pk=check.pk).update(status="done", finding="agree")


def test_agreement_is_counted_and_contradiction_sends_back_to_a_second_look(campaign):
    president = make.staff("branch_president")
    one, other, _third = draw(campaign).checks.order_by("pk")
    quiet = Outcome.objects.filter(pk=other.outcome_id)
    quiet.update(visit_needed=False, visit_reasons=[], stage="initial")
    stages.decide(other.outcome_id, actor=president)

    finish(one)
    finish(other, finding="disagree", note="房屋已卖")

    outcome = Outcome.objects.get(pk=other.outcome_id)
    assert (outcome.stage, outcome.visit_reasons) == ("second", [stages.SPOT_CHECK])
    counted = with_counts(Campaign.objects.filter(pk=campaign.pk)).get()
    assert (counted.checks_count, counted.checks_done, counted.checks_agree) == (3, 2, 1)


def test_the_photo_is_kept_upright_and_without_its_place(campaign):
    done = finish(draw(campaign).checks.first(), photo=with_place())

    kept = documents.content(done.photo)
    assert (done.photo.content_type, PLACE in kept) == ("image/jpeg", False)
    assert Image.open(io.BytesIO(kept)).size == (600, 900)


def test_what_is_no_photo_finishes_no_check(campaign):
    check = draw(campaign).checks.first()

    with pytest.raises(PhotoRefused):
        finish(check, photo=b"%PDF-1.7")

    check.refresh_from_db()
    assert check.status == "assigned"


@pytest.mark.parametrize("what", ["photo", "signature"])
def test_one_photo_or_signature_does_not_serve_two_households(campaign, what, in_english):
    one, other, _third = draw(campaign).checks.order_by("pk")
    used = {"photo": picture(size=(300, 300)), "signature": signed(by="one household")}
    finish(one, **{what: used[what]})

    with pytest.raises(CheckRefused, match=f"This {what} stands for another") as caught:
        finish(other, **{what: used[what]})

    other.refresh_from_db()
    assert (caught.value.code, other.status) == (f"{what}_again", "assigned")
    assert finish(other).status == "done"
