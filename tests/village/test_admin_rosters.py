"""The back office of this room: rosters uploaded, explained and refused."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import User
from tests import make
from tests.village.roster_files import row, table
from village import tasks
from village.models import (
    Customer,
    RosterImport,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(
        User.objects.create_superuser("chief", password="secret", role="administrator")
    )
    return client


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
