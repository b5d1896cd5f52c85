"""The back office: what it shows, to whom, and at what cost."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import audit, documents, notices, runs
from core.models import (
    AuditEntry,
    Branch,
    Document,
    Notice,
    Outbox,
    Parameter,
    Reading,
    Run,
    Shard,
    User,
)
from core.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
ROAD = ["village", "visits", "admission", "credit", "postloan", "core"]


def _make_branch(number):
    make.branch(parent=Branch.objects.first())


def _make_entry(number):
    audit.record(make.branch(), "core.branch.created", actor=make.staff(Role.ADMINISTRATOR))


def _make_reading(number):
    audit.read(make.branch(), reader=make.staff(Role.AUDITOR), what="name")


def _make_run(number):
    keys = [f"{number}-{key}" for key in range(3)]
    actor = make.staff(Role.RISK_OFFICER)
    runs.open_run(f"kind {number}", business_day=make.DAY, keys=keys, actor=actor)


def _make_document(number):
    by = make.staff(Role.AUDITOR)
    documents.store(f"{number}".encode(), name=f"{number}.txt", content_type="text/plain", by=by)


def _make_notice(number):
    notices.send("题目", branch=make.branch())


REGISTERS = {
    User: lambda number: make.staff(),
    Branch: _make_branch,
    AuditEntry: _make_entry,
    Reading: _make_reading,
    Run: _make_run,
    Shard: _make_run,
    Outbox: lambda number: Outbox.objects.create(kind="a.B", body={}),
    Notice: _make_notice,
    Document: _make_document,
    Parameter: lambda number: Parameter.objects.create(
        name=f"p{number}", value=1, valid_from=make.DAY, source="test"
    ),
}


def _address(model, page="changelist", *args):
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", REGISTERS, ids=lambda model: model.__name__)
def test_ten_more_rows_cost_a_register_no_more_queries(client, model):
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))
    for number in range(2):
        REGISTERS[model](number)
    client.get(_address(model))

    with CaptureQueriesContext(connection) as few:
        client.get(_address(model))
    for number in range(2, 12):
        REGISTERS[model](number)
    with CaptureQueriesContext(connection) as many:
        page = client.get(_address(model))

    assert page.status_code == 200
    assert len(many) == len(few)


@pytest.mark.parametrize("model", REGISTERS, ids=lambda model: model.__name__)
def test_every_record_can_be_opened_and_none_deleted(client, model):
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))
    REGISTERS[model](1)
    record = model.objects.order_by("-pk").first()

    page = client.get(_address(model, "change", record.pk))

    assert page.status_code == 200
    assert client.post(_address(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("role", [each for each in Role.values if each != Role.AUDITOR])
def test_only_the_auditor_reads_the_record_of_deeds(client, role):
    client.force_login(make.staff(role))

    assert client.get(_address(AuditEntry)).status_code == 403


def test_the_auditor_finds_the_deeds_done_to_one_record(client):
    branch = make.branch()
    audit.record(branch, "core.branch.created", actor=None)
    audit.record(make.branch(), "core.branch.created", actor=None)
    client.force_login(make.staff(Role.AUDITOR))

    page = client.get(_address(AuditEntry), {"q": f"core.branch {branch.pk}"})

    assert [entry.object_id for entry in page.context["cl"].result_list] == [branch.pk]


def test_an_administrator_adds_staff_and_it_is_written_down(client):
    administrator, office = make.staff(Role.ADMINISTRATOR), make.branch()
    client.force_login(administrator)
    form = {"username": "wang", "full_name": "王建国", "role": Role.CUSTOMER_MANAGER}
    form |= {"branch": office.pk, "usable_password": "true"}
    form |= {"password1": "field-green-2026", "password2": "field-green-2026"}

    answer = client.post(_address(User, "add"), form)

    assert answer.status_code == 302
    created = User.objects.get(username="wang")
    assert created.check_password("field-green-2026")
    entry = AuditEntry.objects.get(action="core.user.created")
    assert entry.actor == administrator
    assert entry.detail["role"] == Role.CUSTOMER_MANAGER
    assert "field-green" not in str(entry.detail)


def test_a_customer_manager_without_a_branch_is_refused_in_words(client):
    client.force_login(make.staff(Role.ADMINISTRATOR))
    form = {"username": "wang", "role": Role.CUSTOMER_MANAGER, "usable_password": "true"}
    form |= {"password1": "field-green-2026", "password2": "field-green-2026"}

    page = client.post(_address(User, "add"), form)

    assert "客户经理和支行行长必须有所属机构" in page.content.decode()
    assert not User.objects.filter(username="wang").exists()


def test_nobody_gives_themselves_another_role(client):
    administrator = make.staff(Role.ADMINISTRATOR)
    client.force_login(administrator)
    form = {"username": administrator.username, "full_name": "周强", "role": Role.APPROVER}

    client.post(_address(User, "change", administrator.pk), form)

    administrator.refresh_from_db()
    assert administrator.full_name == "周强"
    assert administrator.role == Role.ADMINISTRATOR


def test_opening_a_document_leaves_the_readers_name(client):
    document = documents.store(b"signed", name="合同.txt", content_type="text/plain", by=None)
    reader = make.staff(Role.AUDITOR)
    client.force_login(reader)

    answer = client.get(reverse("admin:core_document_download", args=[document.pk]))

    assert answer.content == b"signed"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Reading.objects.get().reader == reader


def test_a_branch_opens_documents_of_its_own_customers_alone(client):
    ours, theirs = make.customer(), make.customer()
    for each in (ours, theirs):
        content = each.id_number.encode()
        each.photo = documents.store(content, name="p.jpg", content_type="image/jpeg", by=None)
        each.save()
    client.force_login(make.staff(Role.BRANCH_PRESIDENT, branch=ours.household.village.grid.branch))

    answers = [
        client.get(reverse("admin:core_document_download", args=[each.photo_id])).status_code
        for each in (ours, theirs)
    ]

    assert answers == [200, 404]
    assert Reading.objects.count() == 1


def test_who_may_not_see_documents_cannot_fetch_them(client):
    document = documents.store(b"signed", name="合同.txt", content_type="text/plain", by=None)
    client.force_login(make.staff(Role.PRODUCT_MANAGER))

    answer = client.get(reverse("admin:core_document_download", args=[document.pk]))

    assert answer.status_code == 403
    assert not Reading.objects.exists()


def test_a_value_once_in_force_is_not_rewritten(client):
    REGISTERS[Parameter](1)
    parameter = Parameter.objects.get()
    client.force_login(make.staff(Role.RISK_OFFICER))
    form = {"value": "99", "valid_to": "2027-01-01", "source": "new source"}

    client.post(_address(Parameter, "change", parameter.pk), form)

    parameter.refresh_from_db()
    assert parameter.value == 1
    assert parameter.source == "new source"


def test_the_menu_follows_the_road(client):
    client.force_login(make.staff(Role.ADMINISTRATOR, is_superuser=True))

    page = client.get(reverse("admin:index"))

    labels = [room["app_label"] for room in page.context["available_apps"]]
    assert labels == [label for label in ROAD if label in labels]
    assert labels[-1] == "core"


def test_the_menu_marks_the_register_one_is_in_and_offers_what_the_role_may_see(client):
    address = reverse("admin:village_household_changelist")
    menus = {}
    for role in (Role.AUDITOR, Role.PRODUCT_MANAGER, Role.AUDITOR):
        client.force_login(make.staff(role))
        menus[role] = client.get(reverse("admin:index")).context["menu"]
    client.force_login(make.staff(Role.AUDITOR))

    there = client.get(address).context["menu"]

    assert re.findall('<a href="([^"]+)" aria-current="page">', there) == [address]
    assert "aria-current" not in menus[Role.AUDITOR]
    assert there.replace(' aria-current="page"', "") == menus[Role.AUDITOR]
    assert address not in menus[Role.PRODUCT_MANAGER]


def test_a_state_and_the_menu_speak_the_language_chosen(client):
    client.force_login(make.staff(Role.AUDITOR))
    make.household(list_flag="white")
    address = reverse("admin:village_household_changelist")

    chinese = client.get(address).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(address).content.decode()

    assert "</svg>白名单</span>" in chinese
    assert ">农户</a>" in chinese
    assert "</svg>White list</span>" in english
    assert ">Farm households</a>" in english


def test_a_run_shows_how_far_it_has_come(client):
    client.force_login(make.staff(Role.ADMINISTRATOR))
    run = runs.open_run("grant", business_day=make.DAY, keys=["a", "b"])
    with runs.claimed(run.shards.first().pk):
        pass

    page = client.get(_address(Run, "change", run.pk)).content.decode()

    assert re.search(r'max="2" value="1"', page)


def test_a_locked_person_is_let_in_again_by_the_administrator_alone(client):
    user, administrator = make.staff(), make.staff(Role.ADMINISTRATOR)
    for _attempt in range(5):
        client.post(reverse("login"), {"username": user.username, "password": "wrong"})
    attempt = AccessAttempt.objects.get()
    address = reverse("admin:axes_accessattempt_delete", args=[attempt.pk])

    client.force_login(make.staff(Role.RISK_OFFICER))
    refused = client.post(address, {"post": "yes"})
    client.force_login(administrator)
    client.post(address, {"post": "yes"})
    client.logout()
    form = {"username": user.username, "password": "secret"}

    assert refused.status_code == 403
    assert client.post(reverse("login"), form).status_code == 302


def test_old_rows_are_aged_in_days_on_the_first_page(client):
    client.force_login(make.staff(Role.ADMINISTRATOR))
    event = Outbox.objects.create(kind="a.B", body={}, attempts=2)
    Outbox.objects.filter(pk=event.pk).update(at=timezone.now() - timedelta(days=4, hours=1))

    page = client.get(reverse("admin:index"))

    (queue,) = page.context["page"].queues
    assert (queue.count, queue.oldest, queue.level) == (1, "4 天", "red")
    assert client.get(queue.url).context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("role", "leads_on"), [(Role.ADMINISTRATOR, True), (Role.RISK_OFFICER, False)]
)
def test_a_record_links_only_to_what_its_reader_may_open(client, role, leads_on):
    by = make.staff(Role.RISK_OFFICER, username="Y7001")
    run = runs.open_run("kind", business_day=make.DAY, keys=["1"], actor=by)
    client.force_login(make.staff(role))

    shown = client.get(reverse("admin:core_run_change", args=[run.pk])).content.decode()

    assert str(by) in shown
    assert (reverse("admin:core_user_change", args=[by.pk]) in shown) is leads_on
