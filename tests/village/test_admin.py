"""The back office of this room."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry, Reading, User
from tests import make
from tests.village import neighbourhood
from tests.village.roster_files import row, table
from village import selectors, tasks
from village.models import (
    Campaign,
    Customer,
    Household,
    ListedReviewer,
    Outcome,
    RosterImport,
    Sheet,
)
from village.services import campaigns, conclusions, stages

pytestmark = pytest.mark.django_db

REGISTERS = [
    "town",
    "grid",
    "village",
    "group",
    "servicepoint",
    "household",
    "customer",
    "relation",
    "campaign",
    "reviewer",
    "sheet",
    "outcome",
    "rosterimport",
    "organisationimport",
]


@pytest.fixture
def office(client):
    client.force_login(
        User.objects.create_superuser("chief", password="secret", role="administrator")
    )
    return client


def register(name):
    return reverse(f"admin:village_{name}_changelist")


def act(client, name, action, *records, **said):
    chosen = {"action": action, "_selected_action": [each.pk for each in records]}
    return client.post(register(name), chosen | said, follow=True)


def concluded():
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    return conclusions.conclude(campaign.pk, actor=None)


@pytest.mark.parametrize("name", REGISTERS)
def test_every_register_and_every_record_opens(office, name):
    campaign = concluded()
    make.customer()
    model = {each._meta.model_name: each for each in (Campaign, Customer, Household, Outcome)}

    listed = office.get(register(name))

    assert listed.status_code == 200
    if name in model:
        record = model[name].objects.first()
        page = office.get(reverse(f"admin:village_{name}_change", args=[record.pk]))
        assert page.status_code == 200
    assert campaign.pk


@pytest.mark.parametrize("name", ["village", "household", "customer", "campaign", "sheet"])
def test_ten_more_rows_cost_no_more_queries(office, name):
    concluded()
    counts = []
    for _ in range(2):
        office.get(register(name))
        with CaptureQueriesContext(connection) as captured:
            office.get(register(name))
        counts.append(len(captured))
        neighbourhood.answered(neighbourhood.opened(10))
        campaigns.seal(Campaign.objects.order_by("pk").last().pk, actor=None)

    assert counts[0] == counts[1]


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


def test_a_branch_president_sees_their_own_villages_alone(client):
    mine = neighbourhood.opened(12).village
    neighbourhood.opened(12)
    client.force_login(make.staff("branch_president", branch=mine.grid.branch))

    listed = client.get(register("campaign")).context["cl"].result_list

    assert [each.village for each in listed] == [mine]


def test_somebody_is_found_by_exact_number_and_shown_masked(office):
    person = make.customer(mobile="14011112222")
    make.customer()

    for text in (person.id_number, "14011112222", person.name):
        answer = office.get(register("customer"), {"q": text})
        assert [each.pk for each in answer.context["cl"].result_list] == [person.pk]
        assert f">{person.id_number}<" not in answer.content.decode()


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


def test_a_roster_is_uploaded_and_its_refusals_are_fetched(office):
    village = make.village(code="320723100200")
    make.Group.objects.create(village=village, code="32072310020001", name="一组")
    content = table(row(户号="H9"), row(手机号码="12"))

    page = office.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("名册.csv", content), "as_of": "2026-06-30"},
        follow=True,
    )
    made = RosterImport.objects.get()
    here = reverse("admin:village_rosterimport_change", args=[made.pk])
    assert "<wait-for" in page.content.decode()
    tasks.try_roster(made.pk)
    looked_at = office.get(here)
    assert "尚未写入任何数据" in looked_at.content.decode()
    assert [(each.line, each.field) for each in looked_at.context["refused"]] == [("3", "手机号码")]
    assert "<td>12</td>" not in looked_at.content.decode()
    assert not Customer.objects.exists()
    office.post(reverse("admin:village_rosterimport_act", args=[made.pk]), {"act": "bring"})
    tasks.bring_roster(made.pk)
    fetched = office.get(reverse("admin:village_rosterimport_refusals", args=[made.pk]))

    brought = RosterImport.objects.get()
    assert (brought.new, brought.refused, brought.imported_by.username) == (1, 1, "chief")
    assert "撤销整个文件" in office.get(here).content.decode()
    lines = list(csv.reader(io.StringIO(fetched.content.decode("utf-8-sig"))))
    assert lines[1][-3:] == ["行号", "字段", "原因"]


def test_an_unreadable_file_is_refused_with_a_sentence(office):
    answer = office.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken"), "as_of": "2026-06-30"},
    )

    assert answer.status_code == 200
    assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    assert not RosterImport.objects.exists()


def test_a_file_with_strange_headings_is_explained_and_tried_out(office):
    make.village(code="320723100200")
    good = row(组号="")
    names = ["户号", "村代码", "与户主关系", "姓名", "证件号码"]
    content = ",".join("甲乙丙丁戊") + "\n" + ",".join(good[name] for name in names) + "\n"
    office.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("a.csv", content.encode()), "as_of": "2026-06-30"},
    )
    made = RosterImport.objects.get()
    explain = reverse("admin:village_rosterimport_explain", args=[made.pk])

    page = office.get(explain)
    office.post(
        explain,
        {"kind": "roster", "line": "1", "c0": "household_number", "c1": "village_code",
         "c2": "role", "c3": "name", "c4": "id_number"},
    )  # fmt: skip
    tasks.try_roster(made.pk)

    assert good["姓名"] in page.content.decode()
    assert RosterImport.objects.get().new == 1


def test_a_file_that_is_no_roster_after_all_is_put_aside(office):
    office.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("a.csv", "甲,乙\n1,2\n".encode()), "as_of": "2026-06-30"},
    )
    made = RosterImport.objects.get()
    page = office.get(reverse("admin:village_rosterimport_change", args=[made.pk]))

    office.post(reverse("admin:village_rosterimport_act", args=[made.pk]), {"act": "discard"})

    made.refresh_from_db()
    assert 'value="discard"' in page.content.decode()
    assert made.status == RosterImport.Status.DISCARDED


def test_columns_that_were_explained_wrongly_are_explained_anew(office):
    make.village(code="320723100200")
    good = row(组号="")
    names = ["户号", "村代码", "与户主关系", "姓名", "证件号码"]
    content = ",".join("甲乙丙丁戊") + "\n" + ",".join(good[name] for name in names) + "\n"
    office.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("a.csv", content.encode()), "as_of": "2026-06-30"},
    )
    made = RosterImport.objects.get()
    here = reverse("admin:village_rosterimport_change", args=[made.pk])
    explain = reverse("admin:village_rosterimport_explain", args=[made.pk])
    wrong = {"c0": "village_code", "c1": "household_number", "c2": "role", "c3": "name"}
    office.post(explain, {"kind": "roster", "line": "1", "c4": "id_number"} | wrong)
    tasks.try_roster(made.pk)
    assert RosterImport.objects.get().new == 0

    assert explain in office.get(here).content.decode()
    chosen = [each["chosen"] for each in office.get(explain).context["columns"]]
    assert chosen == ["village_code", "household_number", "role", "name", "id_number"]
    right = wrong | {"c0": "household_number", "c1": "village_code"}
    office.post(explain, {"kind": "roster", "line": "1", "c4": "id_number"} | right)
    tasks.try_roster(made.pk)
    assert RosterImport.objects.get().new == 1


def test_a_roster_of_a_day_to_come_is_not_taken(office):
    tomorrow = timezone.localdate() + timedelta(days=1)

    answer = office.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("a.csv", table(row())), "as_of": tomorrow.isoformat()},
    )

    assert list(answer.context["form"].errors) == ["as_of"]
    assert not RosterImport.objects.exists()


def test_nobody_without_the_right_uploads_or_fetches(client):
    client.force_login(make.staff("auditor"))

    assert client.get(reverse("admin:village_rosterimport_add")).status_code == 403


def test_a_household_is_found_by_its_number_whatever_letters_it_has(office):
    found, other = make.household(number="JH-0012"), make.household(number="JH-0100")
    make.customer(found), make.customer(other, name="王军民")
    register = reverse("admin:village_household_changelist")

    by_number = office.get(register, {"q": "JH-00"})
    by_name = office.get(register, {"q": "王军"})

    assert list(by_number.context["cl"].result_list) == [found]
    assert list(by_name.context["cl"].result_list) == [other]


def test_a_correction_by_hand_is_written_down(office):
    person = make.customer(occupation="务农")
    data = {
        "education": "初中",
        "marital": person.marital,
        "occupation": "养殖",
        "main_business": "",
        "state": "living",
    }

    office.post(reverse("admin:village_customer_change", args=[person.pk]), data)

    person.refresh_from_db()
    assert (person.occupation, person.corrected_on) == ("养殖", timezone.localdate())
    deed = AuditEntry.objects.get(action="village.customer.corrected")
    assert deed.detail == {"columns": ["education", "occupation"]}


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
    refused = client.post(page, {"reason": "人太少"})
    record = client.get(reverse("admin:village_campaign_change", args=[campaign.pk]))

    campaign.refresh_from_db()
    assert (refused.status_code, campaign.status) == (422, "reviewing")
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
