"""The bank's own tables in the back office."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEntry, Branch, Reading, User
from core.roles import Role
from tests import make
from tests.village.test_services_organisation import BRANCHES, STAFF
from village.models import OrganisationImport

pytestmark = pytest.mark.django_db
ADD = "admin:village_organisationimport_add"


@pytest.fixture
def chief(client):
    user = make.staff(Role.ADMINISTRATOR, full_name="周主任")
    client.force_login(user)
    return user


def hand_in(client, text, name="表.csv"):
    answer = client.post(
        reverse(ADD), {"file": SimpleUploadedFile(name, text.encode("gb18030"))}, follow=True
    )
    return answer, OrganisationImport.objects.first()


def step(made, name):
    return reverse(f"admin:village_organisationimport_{name}", args=[made.pk])


def test_a_table_is_looked_at_before_it_is_brought_in(client, chief):
    text = BRANCHES + "B2,王集支行,B9,\n"

    page, made = hand_in(client, text)

    shown = page.content.decode()
    assert (made.new, made.refused, made.status) == (2, 1, "tried")
    assert not Branch.objects.filter(code="B1").exists()
    assert "伊山镇支行" in shown
    assert "“B9”" in shown
    client.post(step(made, "act"), {"act": "bring"})
    assert Branch.objects.get(code="B1").parent.code == "B0"
    assert AuditEntry.objects.get(action="village.organisation.imported").actor == chief


def test_the_rows_to_correct_are_fetched_and_that_is_written_down(client, chief):
    _page, made = hand_in(client, BRANCHES + "B2,王集支行,B9,\n")

    file = client.get(step(made, "refusals")).content.decode("utf-8-sig")
    changes = client.get(step(made, "changes")).content.decode("utf-8-sig")

    assert "B2,王集支行,B9" in file
    assert "B2" not in changes
    assert Reading.objects.filter(reader=chief).count() == 2


def test_a_discarded_table_is_brought_in_no_more(client, chief):
    _page, made = hand_in(client, BRANCHES)
    client.post(step(made, "act"), {"act": "discard"})

    client.post(step(made, "act"), {"act": "bring"})

    assert not Branch.objects.filter(code="B1").exists()


def test_what_is_no_table_is_refused_where_it_was_handed_in(client, chief):
    page, made = hand_in(client, "a,b\n1,2\n")

    assert (page.status_code, made) == (422, None)
    assert "网点代码" in page.content.decode()


def test_an_unknown_step_is_not_found(client, chief):
    _page, made = hand_in(client, BRANCHES)

    assert client.post(step(made, "act"), {"act": "undo"}).status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMINISTRATOR}))
def test_nobody_but_the_administrator_brings_in_tables(client, role):
    client.force_login(make.staff(role))

    assert client.get(reverse(ADD)).status_code == 403
    hand_in(client, BRANCHES)
    assert not OrganisationImport.objects.exists()


def test_an_auditor_sees_what_was_brought_in_and_a_manager_does_not(client, chief):
    _page, made = hand_in(client, BRANCHES)
    seen = {}

    for role in (Role.AUDITOR, Role.CUSTOMER_MANAGER):
        client.force_login(make.staff(role))
        seen[role] = client.get(step(made, "change")).status_code

    assert seen == {Role.AUDITOR: 200, Role.CUSTOMER_MANAGER: 403}


def test_the_register_costs_no_more_queries_for_more_tables(client, chief):
    listed = reverse("admin:village_organisationimport_changelist")
    counts = []
    for n in range(2):
        for more in range(3):
            hand_in(client, BRANCHES, name=f"{n}{more}.csv")
        client.get(listed)
        with CaptureQueriesContext(connection) as captured:
            client.get(listed)
        counts.append(len(captured))

    assert counts[0] == counts[1]


class TestInvitations:
    def invite(self, client, *people):
        chosen = [each.pk for each in people]
        return client.post(
            reverse("admin:core_user_changelist"),
            {"action": "invite", "_selected_action": chosen},
        )

    def test_new_staff_are_invited_to_choose_a_password(self, client, chief):
        for text in (BRANCHES, STAFF):
            _page, made = hand_in(client, text)
            client.post(step(made, "act"), {"act": "bring"})
        listed = client.get(reverse("admin:core_user_changelist"), {"signs_in": "none"})
        new = User.objects.get(username="Y1")

        answer = self.invite(client, new, chief)

        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert listed.context["cl"].result_count == 2
        assert [row[0] for row in rows[1:]] == ["Y1"]
        assert rows[1][3].startswith("http://testserver/welcome/")
        assert AuditEntry.objects.get(action="core.staff.invited").object_id == new.pk

    def test_nobody_with_a_password_is_invited(self, client, chief):
        answer = self.invite(client, chief)

        assert answer.status_code == 302
        assert not AuditEntry.objects.filter(action="core.staff.invited").exists()

    def test_whoever_only_looks_invites_nobody(self, client):
        client.force_login(make.staff(Role.AUDITOR))

        self.invite(client, User.objects.create(username="Y9", password="!"))

        assert not AuditEntry.objects.filter(action="core.staff.invited").exists()
