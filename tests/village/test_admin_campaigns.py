"""The back office of this room: rounds of review, from opening to closing."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry, Reading, User
from tests import make
from tests.village import neighbourhood
from tests.village.registers import act, concluded, register
from village import selectors
from village.models import (
    Campaign,
    ListedReviewer,
    Sheet,
)
from village.services import campaigns, stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(
        User.objects.create_superuser("chief", password="secret", role="administrator")
    )
    return client


def test_a_review_is_opened_sealed_and_concluded_from_the_registers(office):
    village = neighbourhood.settled(12)

    act(office, "village", "open_review", village)
    campaign = Campaign.objects.get()
    neighbourhood.answered(campaign)
    act(office, "campaign", "seal_review", campaign, confirmed="1")
    act(office, "campaign", "conclude_review", campaign, confirmed="1")

    campaign.refresh_from_db()
    assert campaign.status == "concluded"
    assert AuditEntry.objects.get(action="village.campaign.sealed").actor.username == "chief"


def test_a_refused_step_is_said_and_changes_nothing(office):
    campaign = neighbourhood.opened(12)

    answer = act(office, "campaign", "conclude_review", campaign, confirmed="1")

    assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    campaign.refresh_from_db()
    assert campaign.status == "reviewing"


def test_a_refused_step_names_the_campaign_once(office):
    campaign = neighbourhood.opened(12)

    (said,) = act(office, "campaign", "conclude_review", campaign, confirmed="1").context[
        "messages"
    ]

    assert str(said).count(str(campaign)) == 1


def test_a_reason_that_names_nothing_comes_after_the_name(office):
    village = neighbourhood.settled(12, manager=make.staff())
    act(office, "village", "open_review", village)

    (said,) = act(office, "village", "open_review", village).context["messages"]

    assert str(said).startswith(f"{village}：")


def test_who_may_not_work_campaigns_is_not_offered_the_steps(client):
    client.force_login(make.staff("auditor"))
    campaign = neighbourhood.opened(12)

    act(client, "campaign", "seal_review", campaign, confirmed="1")

    campaign.refresh_from_db()
    assert campaign.status == "reviewing"


def test_staff_see_no_sheet_before_the_seal_and_no_name_after_it(office):
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    sheet = Sheet.objects.first()
    address = reverse("admin:village_sheet_change", args=[sheet.pk])

    before = office.get(address)
    campaigns.seal(campaign.pk, actor=None)
    after = office.get(address)

    assert before.status_code == 404
    assert after.status_code == 200
    assert sheet.seat.reviewer.customer.name not in after.content.decode()
    assert Reading.objects.filter(what="review sheet").count() == 1


def test_a_reviewer_bears_one_number_on_every_sheet_in_the_list_and_on_its_page(office):
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    number = dict(campaign.reviewers.values_list("pk", "number"))

    listed = office.get(register("sheet"))
    sheet = listed.context["cl"].result_list[0]
    page = office.get(reverse("admin:village_sheet_change", args=[sheet.pk]))

    assert sorted(number.values()) == list(range(1, len(number) + 1))
    shown = re.findall(r"field-reviewer_number[^#]*#(\d+)", listed.content.decode())
    shown_on = [each.seat.reviewer_id for each in listed.context["cl"].result_list]
    assert [int(each) for each in shown] == [number[pk] for pk in shown_on]
    assert f"#{number[sheet.seat.reviewer_id]}" in page.content.decode()


def test_links_are_shown_once_to_be_printed(office):
    reviewer = neighbourhood.opened(12).reviewers.first()

    answer = act(office, "reviewer", "issue_links", reviewer)

    text = answer.content.decode()
    assert "/review/" in text
    assert "data:image/svg+xml;base64," in text
    assert "no-store" in answer["Cache-Control"]


def test_a_manager_hands_out_links_and_holds_the_meeting_in_their_own_villages(client):
    manager, stranger = make.staff(), make.staff()
    campaign = neighbourhood.opened(village=neighbourhood.settled(12, manager=manager))
    reviewer = campaign.reviewers.first()
    meeting = reverse("admin:village_campaign_meeting", args=[campaign.pk])
    of_village = reverse("village:village", args=[campaign.village_id])

    client.force_login(manager)
    cards = act(client, "reviewer", "issue_links", reviewer)
    held = client.post(meeting)
    ways = client.get(of_village).content.decode()
    record = client.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    sealed = act(client, "campaign", "seal_review", campaign, confirmed="1")
    client.force_login(stranger)
    act(client, "reviewer", "issue_links", reviewer)

    assert "/review/" in cards.content.decode()
    assert (held.status_code, client.post(meeting).status_code) == (200, 404)
    assert meeting in ways
    assert meeting in record.content.decode()
    campaign.refresh_from_db()
    assert (sealed.status_code, campaign.status) == (200, "reviewing")
    issued = AuditEntry.objects.filter(action="village.reviewer.link_issued")
    assert [each.actor for each in issued] == [manager]


def test_who_may_only_look_is_offered_no_step_of_a_campaign(client):
    campaign = neighbourhood.opened(12)
    client.force_login(make.staff("auditor"))

    record = client.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    meeting = reverse("admin:village_campaign_meeting", args=[campaign.pk])

    assert record.status_code == 200
    assert meeting not in record.content.decode()
    assert client.post(meeting).status_code == 403


def test_who_may_not_strike_a_reviewer_off_is_not_shown_the_way(client):
    village = make.village()
    customer = make.customer(make.household(village))
    person = make.staff("branch_president", branch=village.grid.branch)
    listed = ListedReviewer.objects.create(
        village=village, customer=customer, proposed_by=person, proposed_at=timezone.now()
    )
    way = reverse("admin:village_listedreviewer_strike_off", args=[listed.pk])

    for role, is_shown in (("branch_president", True), ("auditor", False)):
        client.force_login(make.staff(role, branch=village.grid.branch))
        page = client.get(register("listedreviewer")).content.decode()
        assert str(customer) in page
        assert (way in page) is is_shown


def test_a_granted_round_is_closed_after_its_consequence_was_read(office):
    campaign = concluded()
    stages.decide_ready(campaign.pk, actor=User.objects.get(username="chief"))
    page = reverse("admin:village_campaign_close", args=[campaign.pk])

    office.post(page)
    campaign.refresh_from_db()
    assert campaign.status == "concluded"
    campaigns.mark_granted([campaign.pk], actor=None)
    record = office.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    asked = office.get(page)
    office.post(page)

    campaign.refresh_from_db()
    assert page in record.content.decode()
    assert "已发放的额度不变" in asked.content.decode()
    assert campaign.status == "closed"
    assert AuditEntry.objects.get(action="village.campaign.closed").actor.username == "chief"


def test_a_round_that_nobody_answers_is_called_off_with_a_reason(office):
    campaign = neighbourhood.opened(10)
    page = reverse("admin:village_campaign_call_off", args=[campaign.pk])

    record = office.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    silent = office.post(page, {"reason": " "})
    office.post(page, {"reason": "选错了村"})

    campaign.refresh_from_db()
    assert page in record.content.decode()
    assert (silent.status_code, campaign.status) == (422, "called_off")
    after = office.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    assert page not in after.content.decode()


def test_a_round_with_sheets_or_whose_looker_may_only_look_is_not_called_off(office, client):
    campaign = neighbourhood.opened(10)
    page = reverse("admin:village_campaign_call_off", args=[campaign.pk])
    client.force_login(make.staff("auditor"))
    assert client.post(page, {"reason": "试试"}).status_code == 403
    neighbourhood.submit(neighbourhood.seats(campaign)[0])

    client.force_login(User.objects.get(username="chief"))
    asked, refused = client.get(page), client.post(page, {"reason": "人太少"})
    record = client.get(reverse("admin:village_campaign_change", args=[campaign.pk]))

    campaign.refresh_from_db()
    assert asked["Location"] == refused["Location"] == record.wsgi_request.path
    assert campaign.status == "reviewing"
    assert "已有评议员交表，请封存本轮评议。" in record.content.decode()
    assert page not in record.content.decode()


def test_who_may_only_look_closes_no_round(client):
    campaign = concluded()
    stages.decide_ready(campaign.pk, actor=make.staff("branch_president"))
    campaigns.mark_granted([campaign.pk], actor=None)
    client.force_login(make.staff("auditor"))

    answer = client.post(reverse("admin:village_campaign_close", args=[campaign.pk]))

    campaign.refresh_from_db()
    assert (answer.status_code, campaign.status) == (403, "granted")


def test_what_is_ready_is_confirmed_only_after_its_extent_was_read(client):
    campaign = concluded()
    president = make.staff("branch_president", branch=campaign.village.grid.branch)
    client.force_login(president)
    ready = campaign.outcomes.ready()
    count, limits = ready.count(), sum(each.reviewed_limit or 0 for each in ready)
    (told,) = selectors.to_decide(Campaign.objects.all(), president)

    asked = act(client, "campaign", "decide_ready", campaign)
    undecided = campaign.outcomes.filter(stage="decided").count()
    client.post(
        register("campaign"),
        dict(asked.context["hidden"]) | {"_selected_action": [campaign.pk]},
    )

    assert (told.ready, told.limits, told.black) == (count, limits, 0)
    assert count > 0
    assert (asked.status_code, undecided) == (200, 0)
    assert asked.context["facts"][0][0] == campaign
    assert campaign.outcomes.filter(stage="decided").count() == count


def test_who_looked_again_is_not_counted_among_those_who_may_confirm():
    campaign = concluded()
    looked = make.staff("branch_president")
    one = campaign.outcomes.ready().first()
    campaign.outcomes.filter(pk=one.pk).update(second_by=looked)
    everybody = Campaign.objects.all()

    (mine,) = selectors.to_decide(everybody, looked)
    (others,) = selectors.to_decide(everybody, make.staff("branch_president"))

    assert mine.ready == others.ready - 1


def test_a_campaign_leads_to_its_outcomes_and_a_village_finds_them(office):
    campaign, other = concluded(), concluded()
    link = f"{register('outcome')}?campaign__id__exact={campaign.pk}"

    record = office.get(reverse("admin:village_campaign_change", args=[campaign.pk]))
    led = office.get(link).context["cl"].result_list
    found = office.get(register("outcome"), {"q": other.village.name}).context["cl"].result_list

    assert link in record.content.decode()
    assert {each.campaign_id for each in led} == {campaign.pk}
    assert {each.campaign_id for each in found} == {other.pk}
