"""Remote authorisation, the bank's side: who may be asked, and how long a link is good."""

from datetime import timedelta

import pytest

from admission.errors import LinkDead, RequestRefused
from admission.models import AuthorisationRequest
from admission.services import authorisation_requests, authorising
from core.errors import MoveNotAllowed
from tests import make
from tests.admission.remotely import AT, SOON, asked, drawn, identified, opened, recognised, stored
from village.models import Customer, Relation
from village.services import relations

pytestmark = pytest.mark.django_db
Status = AuthorisationRequest.Status


@pytest.fixture
def person(world):
    return world.customer("sound")


@pytest.fixture
def manager(person):
    return person.household.village.grid.manager


class TestAsking:
    def test_the_secret_has_192_bits_and_only_its_hash_is_stored(self, person, manager):
        one, other = asked(person, manager), asked(person, manager, purpose="application")

        assert len(one.token) >= 32
        assert one.token != other.token
        row = AuthorisationRequest.objects.filter(pk=one.request.pk).values().get()
        assert row["token_hash"] == authorisation_requests.hash_of(one.token)
        assert one.token not in str(row)

    def test_a_second_link_for_the_same_purpose_ends_the_first(self, person, manager):
        first = asked(person, manager)
        asked(person, manager)

        assert stored(first).status == Status.CANCELLED
        with pytest.raises(LinkDead) as refused:
            authorising.find(first.token, phone="", at=AT)
        assert refused.value.code == "cancelled"

    def test_spouse_and_guarantor_are_asked_in_their_own_capacity(self, person, manager):
        wife = make.customer(person.household, role="spouse", name="李秀英")
        friend = make.customer(make.household(person.household.village), name="赵大山")
        one, other = sorted([person, friend], key=lambda each: each.pk)
        Relation.objects.create(one=one, other=other, kind="guarantor")

        as_wife = asked(wife, manager, applicant=person).request
        as_friend = asked(friend, manager, applicant=person).request

        assert (as_wife.capacity, as_friend.capacity) == ("spouse", "guarantor")
        assert (as_wife.purpose, as_friend.purpose) == ("granting", "guarantee")

    def test_a_married_child_s_spouse_is_asked_wherever_they_live(self, person, manager):
        husband = make.customer(make.household())
        relations.tie(person.pk, husband.pk, kind="spouse", actor=None)

        assert asked(husband, manager, applicant=person).request.capacity == "spouse"

    def test_nobody_signs_to_guarantee_their_own_loan(self, person, manager):
        with pytest.raises(RequestRefused):
            asked(person, manager, purpose="guarantee")

    def test_a_neighbour_without_a_tie_is_not_asked(self, person, manager):
        stranger = make.customer(make.household(person.household.village))

        with pytest.raises(RequestRefused):
            asked(stranger, manager, applicant=person)

    def test_a_manager_of_another_grid_asks_nobody_here(self, person):
        with pytest.raises(RequestRefused):
            asked(person, make.staff())

    @pytest.mark.parametrize("state", ["died", "moved"])
    def test_whoever_is_gone_is_not_asked(self, person, manager, state):
        Customer.objects.filter(pk=person.pk).update(state=state)

        with pytest.raises(RequestRefused):
            asked(person, manager)

    def test_a_person_gets_no_more_links_than_twelve_an_hour(self, person, manager):
        for _each in range(authorisation_requests.MOST_LINKS_AN_HOUR):
            asked(person, manager)

        with pytest.raises(RequestRefused):
            asked(person, manager)


class TestTheLink:
    def test_it_is_dead_after_ten_minutes(self, person, manager):
        started = asked(person, manager)
        last = AT + authorisation_requests.LINK_LIVES

        assert authorising.find(started.token, phone="", at=last - timedelta(seconds=1))
        with pytest.raises(LinkDead) as refused:
            authorising.find(started.token, phone="", at=last)
        assert refused.value.code == "expired"

    def test_the_sweep_closes_what_ran_out_and_nothing_else(self, person, manager):
        old = asked(person, manager, at=AT - timedelta(minutes=20))
        young = asked(person, manager, purpose="application")

        assert authorisation_requests.expire(AT) == 1
        assert [stored(each).status for each in (old, young)] == [Status.EXPIRED, Status.SENT]

    def test_after_the_identity_it_answers_on_that_phone_alone(self, person, manager):
        started = opened(person, manager)
        phone = identified(started, person)

        assert authorising.find(started.token, phone=phone, at=SOON)
        with pytest.raises(LinkDead) as refused:
            authorising.find(started.token, phone="another", at=SOON)
        assert refused.value.code == "elsewhere"

    def test_a_signed_one_shows_its_end_to_that_phone_and_is_used_for_others(self, person, manager):
        started = opened(person, manager)
        phone = recognised(started, person)
        authorising.sign(
            started.request.pk, text_hash=started.request.text_hash, signature=drawn(), at=SOON
        )

        assert authorising.find(started.token, phone=phone, at=SOON).status == Status.SIGNED
        with pytest.raises(LinkDead) as refused:
            authorising.find(started.token, phone="", at=SOON)
        assert refused.value.code == "signed"

    def test_an_unknown_one_is_dead(self, db):
        with pytest.raises(LinkDead) as refused:
            authorising.find("no such link", phone="", at=AT)
        assert refused.value.code == "unknown"


def test_a_signed_request_is_not_called_off(person, manager):
    started = opened(person, manager)
    recognised(started, person)
    authorising.sign(
        started.request.pk, text_hash=started.request.text_hash, signature=drawn(), at=SOON
    )

    with pytest.raises(MoveNotAllowed):
        authorisation_requests.cancel(started.request.pk, actor=manager, at=SOON)
