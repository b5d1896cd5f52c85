"""A neighbour's pages, with nothing but a link."""

import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext

from core import documents
from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from village.models import Customer, Relation, Reviewer, Sheet
from village.review_rules.form import STANDARD_FORM
from village.services import campaigns

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer():
    return neighbourhood.opened(12).reviewers.order_by("pk").first()


@pytest.fixture
def token(reviewer):
    return campaigns.issue_link(reviewer.pk, actor=None)


@pytest.fixture
def seat(reviewer):
    return reviewer.seats.order_by("pk").first()


def landing(token):
    return reverse("village:review", args=[token])


def page_of(token, seat):
    return reverse("village:review-sheet", args=[token, seat.pk])


def filled_in(**given):
    answers = {f"item{at}": item.options[-1] for at, item in enumerate(STANDARD_FORM.items, 1)}
    return {"knows": "yes", "amount": "5", "remarks": "", **answers} | given


def reason(answer):
    """Why a page was not opened, as it says itself."""
    assert answer.context["page"]["reason"] in answer.content.decode()
    return answer.context["page"]["reason"]


def test_the_first_page_names_the_households_and_is_stored_nowhere(client, reviewer, token):
    answer = client.get(landing(token))

    assert answer.status_code == 200
    assert len(answer.context["page"].rows) == reviewer.seats.count()
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "same-origin"
    assert b"3207" not in answer.content, "no ID number on a neighbour's phone"
    assert Reviewer.objects.get(pk=reviewer.pk).first_opened_at


def test_a_wrong_or_replaced_link_says_so_kindly_and_names_nobody(client, reviewer, token, caplog):
    campaigns.issue_link(reviewer.pk, actor=None)

    for each in (token, "guess"):
        with caplog.at_level(logging.WARNING):
            answer = client.get(landing(each))
        assert answer.status_code == 404
        assert reviewer.customer.name.encode() not in answer.content
        assert each not in caplog.text


def test_a_link_expires(client, reviewer, token):
    Reviewer.objects.filter(pk=reviewer.pk).update(link_expires_at=neighbourhood.AT)

    assert client.get(landing(token)).status_code == 404


def test_anothers_household_is_refused_with_the_reason_and_written_down(client, reviewer, token):
    other = next(
        each for each in neighbourhood.seats(reviewer.campaign) if each.reviewer_id != reviewer.pk
    )

    got = client.get(page_of(token, other))
    posted = client.post(page_of(token, other), filled_in(step="submit"))

    assert (got.status_code, posted.status_code) == (403, 403)
    assert reason(posted) == gettext("This household is not yours to judge.")
    assert not Sheet.objects.exists()
    entry = AuditEntry.objects.filter(action="village.sheet.refused").last()
    assert entry.detail == {"seat": other.pk, "code": "not_your_seat"}


def refusals(reviewer):
    entries = AuditEntry.objects.filter(
        action="village.reviewer.link_refused", object_id=reviewer.pk
    )
    return [each.detail["code"] for each in entries]


def test_a_link_opened_on_one_phone_is_refused_on_another_and_that_is_written_down(
    client, reviewer, token, seat
):
    other_phone = Client()
    client.get(page_of(token, seat))

    looked = other_phone.get(landing(token))
    sent = other_phone.post(page_of(token, seat), filled_in(step="submit"))

    assert (looked.status_code, sent.status_code) == (403, 403)
    assert reason(looked) == gettext(
        "This link belongs to another phone, on which it was opened first."
    )
    assert reviewer.customer.name not in looked.content.decode()
    assert not Sheet.objects.exists()
    assert refusals(reviewer) == ["other_device"] * 2
    assert client.post(page_of(token, seat), filled_in(step="submit")).status_code == 302
    assert Sheet.objects.count() == 1


def test_a_preview_of_a_link_does_not_take_it_from_its_reviewer(client, reviewer, token, seat):
    Client().get(landing(token))

    assert client.get(page_of(token, seat)).status_code == 200
    assert client.get(page_of(token, seat)).status_code == 200
    assert refusals(reviewer) == []


def test_a_phone_that_judges_for_one_reviewer_does_not_judge_for_a_second(
    client, reviewer, token, seat
):
    other = reviewer.campaign.reviewers.exclude(pk=reviewer.pk).first()
    theirs = campaigns.issue_link(other.pk, actor=None)
    client.get(page_of(token, seat))

    looked = client.get(landing(theirs))
    sent = client.post(page_of(theirs, other.seats.first()), filled_in(step="submit"))

    assert (looked.status_code, sent.status_code) == (403, 403)
    assert reason(sent) == gettext(
        "This phone already judges for another reviewer of your village."
    )
    assert refusals(other) == ["other_reviewer"] * 2
    assert not Sheet.objects.exists()
    assert client.get(page_of(token, seat)).status_code == 200


def test_a_link_issued_anew_may_be_opened_on_another_phone(client, reviewer, token, seat):
    client.get(page_of(token, seat))

    anew = campaigns.issue_link(reviewer.pk, actor=None)

    assert Client().get(page_of(anew, seat)).status_code == 200
    assert client.get(page_of(anew, seat)).status_code == 403
    assert client.get(page_of(token, seat)).status_code == 404


def test_the_sheet_asks_everything_on_one_page_without_javascript(client, token, seat):
    answer = client.get(page_of(token, seat))

    text = answer.content.decode()
    assert text.count("<fieldset") == 1 + 15 + 1 + 1 + 1
    assert all(item.name in text for item in STANDARD_FORM.items)
    assert text.count('type="checkbox"') == 13


def test_answers_are_shown_once_more_before_they_are_sealed(client, token, seat):
    answer = client.post(page_of(token, seat), filled_in(step="check"))

    assert answer.status_code == 200
    assert "review/confirm.html" in [each.name for each in answer.templates]
    assert not Sheet.objects.exists()


def test_a_submitted_sheet_is_thanked_for_and_shows_no_answer_any_more(client, token, seat):
    sent = client.post(page_of(token, seat), filled_in(step="submit"))
    after = client.get(page_of(token, seat))

    assert sent.status_code == 302
    assert Sheet.objects.get().seat == seat
    assert "review/done.html" in [each.name for each in after.templates]
    assert "很好" not in after.content.decode()


def test_answers_can_be_mended_before_they_are_submitted(client, token, seat):
    answer = client.post(page_of(token, seat), filled_in(step="mend", remarks="勤快"))

    assert answer.status_code == 200
    assert "勤快" in answer.content.decode()
    assert not Sheet.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"knows": ""}, "knows"),
        ({"item3": ""}, "item3"),
        ({"item3": "离异"}, "item3"),
        ({"amount": ""}, "amount"),
        ({"amount": "11"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "0.00001"}, "amount"),
        ({"negatives": ["14"]}, "negatives"),
        ({"remarks": "长" * 501}, "remarks"),
    ],
)
def test_what_is_wrong_is_said_at_its_question(client, token, seat, change, field):
    answer = client.post(page_of(token, seat), filled_in(step="submit", **change))

    assert answer.status_code == 422
    assert field in answer.context["page"].form.errors
    assert not Sheet.objects.exists()


@pytest.mark.parametrize("given", [{"knows": "no"}, {"knows": "yes", "negatives": ["4", "9"]}])
def test_not_knowing_ends_the_sheet_and_a_reason_against_needs_no_scores(
    client, token, seat, given
):
    answer = client.post(page_of(token, seat), given | {"step": "submit"})

    assert answer.status_code == 302
    assert Sheet.objects.get().seat == seat


def test_a_tie_registered_since_the_draw_is_said_and_nothing_is_taken(client, token, seat):
    judged = seat.household.members.get(role="head")
    one, other = sorted([seat.reviewer.customer, judged], key=lambda each: each.pk)
    Relation.objects.create(one=one, other=other, kind="kin")

    answer = client.post(page_of(token, seat), filled_in(step="submit"), follow=True)

    assert len(answer.context["messages"]) == 1
    assert not Sheet.objects.exists()


def test_a_sheet_is_withdrawn_with_a_reason_and_not_without(client, token, seat):
    client.post(page_of(token, seat), filled_in(step="submit"))
    address = reverse("village:review-withdraw", args=[token, seat.pk])

    silent = client.post(address, {"because": ""})
    spoken = client.post(address, {"because": "看错了户"})

    assert (silent.status_code, spoken.status_code) == (422, 302)
    assert Sheet.objects.get().withdrawn_because == "看错了户"


def test_after_the_seal_the_pages_say_so_and_take_nothing(client, reviewer, token, seat):
    neighbourhood.seal(reviewer.campaign)

    pages = [client.get(landing(token)), client.get(page_of(token, seat))]
    client.post(page_of(token, seat), filled_in(step="submit"))

    assert [each.status_code for each in pages] == [200, 200]
    assert "review/done.html" in [each.name for each in pages[1].templates]
    assert not Sheet.objects.filter(seat=seat).exists()


def test_a_photo_is_shown_only_of_the_household_judged(client, token, seat):
    stored = documents.store(b"picture", name="p.jpg", content_type="image/jpeg", by=None)
    for person in (seat.household.members.get(role="head"), seat.reviewer.customer):
        person.photo = stored
        person.save(update_fields=["photo"])
    shown, hidden = seat.household.members.get(role="head"), seat.reviewer.customer

    mine = client.get(reverse("village:review-photo", args=[token, seat.pk, shown.pk]))
    other = client.get(reverse("village:review-photo", args=[token, seat.pk, hidden.pk]))

    assert (mine.status_code, mine.content) == (200, b"picture")
    assert other.status_code == 404


def test_more_households_cost_no_more_queries(client, reviewer, token):
    counts = []
    for _ in range(2):
        client.get(landing(token))
        with CaptureQueriesContext(connection) as captured:
            client.get(landing(token))
        counts.append(len(captured))
        for _number in range(10):
            home = make.household(reviewer.campaign.village)
            make.customer(home)
            reviewer.seats.create(household=home)

    assert counts[0] == counts[1]


def test_the_link_of_a_reviewer_who_died_shows_no_neighbour(client, reviewer, token, seat):
    Customer.objects.filter(pk=reviewer.customer_id).update(state="died")

    page = client.get(reverse("village:review-sheet", kwargs={"token": token, "pk": seat.pk}))

    assert page.status_code == 403
    assert (
        gettext("This reviewer has died or moved away: no sheet of theirs comes in or goes out.")
        in page.content.decode()
    )
    noted = AuditEntry.objects.get(action="village.sheet.refused")
    assert noted.detail == {"seat": seat.pk, "code": "reviewer_gone"}
