"""Paper in the back office: printed, keyed by its code, put aside."""

import pytest
from django.urls import reverse

from core.models import AuditEntry, Reading
from core.roles import Role
from tests import make
from tests.village import neighbourhood
from tests.village.neighbourhood import AT, answers
from village.errors import PaperRefused
from village.models import PaperSheet
from village.review_rules.paper_codes import code_of
from village.services import paper, review_papers

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


def key_page(seat):
    return reverse("admin:village_papersheet_key", args=[seat.pk])


def test_a_sheet_is_found_by_the_code_printed_on_it(client, manager, seat):
    client.force_login(manager)
    add = reverse("admin:village_papersheet_add")

    found = client.post(add, {"code": code_of(seat.pk), "form": "paper"})
    slipped = client.post(add, {"code": code_of(seat.pk)[:-1] + "x", "form": "paper"})
    nobodys = client.post(add, {"code": code_of(seat.pk + 10_000), "form": "paper"})
    nothing = client.post(add, {"form": "paper"})
    named = client.post(
        add,
        {
            "campaign": seat.reviewer.campaign_id,
            "reviewer": seat.reviewer.customer.name,
            "household": seat.household.number,
            "form": "phone",
        },
    )

    assert found["Location"] == f"{key_page(seat)}?form=paper"
    assert named["Location"] == f"{key_page(seat)}?form=phone"
    assert [each.status_code for each in (slipped, nobodys, nothing)] == [422] * 3
    assert set(nothing.context["form"].errors) == {"campaign", "reviewer", "household"}


def test_a_code_leads_nobody_to_another_grids_sheet(client, seat):
    client.force_login(make.staff())

    answer = client.post(
        reverse("admin:village_papersheet_add"), {"code": code_of(seat.pk), "form": "paper"}
    )

    assert answer.status_code == 422
    assert client.get(key_page(seat)).status_code == 404


def test_who_keyed_a_sheet_is_offered_the_others_reading_alone(client, manager, seat):
    paper.key_sheet(seat.pk, answers=answers(seat, amount=30_000), actor=manager, at=AT)
    differing = paper.key_sheet(
        seat.pk, answers=answers(seat, amount=50_000), actor=make.staff(), at=AT
    )
    client.force_login(manager)
    address = reverse("admin:village_papersheet_settle", args=[differing.pk])

    page = client.get(address).content.decode()
    own = client.post(address, {"amount": "1"})
    president = make.staff(Role.BRANCH_PRESIDENT, branch=seat.household.village.grid.branch)
    client.force_login(president)
    of_another = client.get(address).content.decode()

    assert ("30,000" in page, "50,000" in page) == (False, True)
    assert own.status_code == 422
    assert ("30,000" in of_another, "50,000" in of_another) == (True, True)
    assert client.post(address, {"amount": "1"}).status_code == 302


def printed(client, *reviewers):
    return client.post(
        reverse("admin:village_reviewer_changelist"),
        {"action": "print_sheets", "_selected_action": [each.pk for each in reviewers]},
    )


def test_sheets_are_printed_for_chosen_reviewers_and_that_is_written_down(client, manager, seat):
    reviewers = list(seat.reviewer.campaign.reviewers.order_by("pk")[:2])
    client.force_login(manager)

    paper_file = printed(client, *reviewers)

    assert paper_file["Content-Type"] == "application/pdf"
    assert paper_file.content.startswith(b"%PDF")
    read = Reading.objects.filter(what="review sheets on paper", reader=manager)
    assert {each.object_id for each in read} == {each.pk for each in reviewers}


def test_what_was_judged_or_keyed_is_not_printed_again(seat, keyed, manager):
    whole = review_papers._packet(seat.reviewer).sheets
    another = seat.reviewer.seats.exclude(pk=seat.pk).first()

    neighbourhood.submit(another)

    left = {each.code for each in review_papers._packet(seat.reviewer).sheets}
    assert code_of(seat.pk) not in {each.code for each in whole}
    assert left == {each.code for each in whole} - {code_of(another.pk)}
    for each in seat.reviewer.seats.exclude(pk__in=[seat.pk, another.pk]):
        neighbourhood.submit(each)
    with pytest.raises(PaperRefused) as caught:
        review_papers.blank_sheets([seat.reviewer_id], reader=manager)
    assert caught.value.code == "nothing_left"


def test_a_sealed_review_prints_nothing_and_others_may_not(client, manager, seat):
    client.force_login(make.staff("auditor"))
    assert printed(client, seat.reviewer)["Content-Type"] != "application/pdf"
    neighbourhood.seal(seat.reviewer.campaign)
    client.force_login(manager)

    answer = client.post(
        reverse("admin:village_reviewer_changelist"),
        {"action": "print_sheets", "_selected_action": [seat.reviewer.pk]},
        follow=True,
    )

    assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    assert not Reading.objects.filter(what="review sheets on paper").exists()
