"""What a roster file would change and did change, person by person, and headings left out."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import documents
from core.models import Reading
from tests import make
from tests.village.roster_files import row, spouse, table
from village import tasks
from village.models import Household, RosterImport
from village.services import roster_report, rosters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

DAY = date(2026, 6, 30)
WITH_STATE = [*row(), "居住状况", "住址"]


@pytest.fixture
def village():
    return make.village(code="320723100200")


@pytest.fixture
def office(client):
    user = make.staff("administrator")
    client.force_login(user)
    return user


def bring(content, **given):
    return rosters.import_content(content, name="f.csv", actor=None, as_of=DAY, **given)


def report(made):
    text = documents.content(made.report).decode("utf-8-sig")
    return [tuple(each) for each in csv.reader(io.StringIO(text))][1:]


def at(**given):
    return row(组号="", **given)


@pytest.mark.parametrize("dry_run", [True, False])
def test_old_stands_beside_new_numbers_masked_and_new_people_are_listed(village, dry_run):
    head, wife = at(), spouse(组号="")
    son = row(户号="H1", 组号="", 与户主关系="子女", 姓名="王小军", born=date(2001, 3, 2))
    bring(table(head, wife, at(户号="H9", 姓名="李四", born=date(1980, 2, 3))))
    lines = (
        head | {"手机号码": "13812345678", "住址": "一组12号"},
        wife | {"居住状况": "死亡"},
        son,
    )

    made = bring(table(*lines, headings=WITH_STATE), dry_run=dry_run)

    told = set(report(made))
    assert ("Changed", village.name, "H1", "王军民", "mobile", "140****1791", "138****5678") in told
    assert ("Died", village.name, "H1", "杨霞", "state", "Living here", "Died") in told
    assert ("Changed", village.name, "H1", "", "address", "", "一组12号") in told
    assert ("new", village.name, "H1", "王小军", "role in the household", "", "Child") in told
    assert "13812345678" not in documents.content(made.report).decode()
    assert Household.objects.filter(number="H1", address="").exists() is dry_run


def test_somebody_who_moves_goes_from_one_household_to_another(village):
    head, wife = at(), spouse(组号="")
    bring(table(head, wife, other := at(户号="H9", 姓名="李四", born=date(1980, 2, 3))))

    made = bring(table(wife | {"户号": "H9", "与户主关系": "其他"}, other))

    assert ("Moved", village.name, "H9", "杨霞", "household", "H1", "H9") in report(made)


def test_declared_means_are_told_in_yuan_and_only_where_they_differ(village):
    make.household(village, number="H1", house_value=10_000_00, income_year=5_00)

    made = bring("户号,住房价值(元),家庭年收入(元)\nH1,20000,5\n".encode())

    assert report(made) == [
        ("Changed", village.name, "H1", "", "house value", "10,000.00", "20,000.00")
    ]


def test_lists_and_ties_are_told(village):
    one, other = make.customer(make.household(village)), make.customer(make.household(village))

    listed = bring(f"证件号码,名单,原因\n{one.id_number},黑,核销\n".encode())
    tied = bring(f"证件号码,关联证件号码,关系\n{one.id_number},{other.id_number},亲属\n".encode())

    told = {each[3:4] + each[5:] for each in report(listed)}
    assert (one.name, "", "Black list") in told
    assert (one.name, "", "核销") in told
    assert ("", "", "Black list") in told, "the household's own flag"
    assert [(each[3], each[6]) for each in report(tied)] == [(one.name, other.name)]


def test_a_file_that_changes_nothing_has_no_report(village):
    head = at()
    bring(table(head))

    assert bring(table(head)).report is None


def test_a_longer_report_asks_no_more_questions(village):
    def lines(count, mobile):
        return [
            at(户号=f"H{n}", 证件号码=make.id_number(serial=n), born=date(1980, 5, 17))
            | {"手机号码": mobile}
            for n in range(count)
        ]

    bring(table(*lines(12, "13800000000")))
    few = bring(table(*lines(2, "13800000001")))
    many = bring(table(*lines(12, "13800000002")))

    def asked(made):
        with CaptureQueriesContext(connection) as counted:
            roster_report.made(made.pk)
        return len(counted)

    assert asked(few) == asked(many)


def test_headings_left_out_are_shown_and_can_be_explained_in_a_known_file(client, village, office):
    head = at()
    bring(table(head))
    names = ["户号", "村代码", "与户主关系", "姓名", "证件号码", "移动电话"]
    values = [*(head[each] for each in names[:-1]), "13812345678"]
    content = ",".join(names) + "\n" + ",".join(values) + "\n"
    client.post(
        reverse("admin:village_rosterimport_add"),
        {"file": SimpleUploadedFile("a.csv", content.encode()), "as_of": "2026-06-30"},
    )
    made = RosterImport.objects.first()
    tasks.try_roster(made.pk)
    page = reverse("admin:village_rosterimport_change", args=[made.pk])
    explain = reverse("admin:village_rosterimport_explain", args=[made.pk])

    shown = client.get(page).content.decode()
    form = client.get(explain).context_data["columns"]

    assert "移动电话" in shown
    assert explain in shown
    assert [each["chosen"] for each in form] == [
        "household_number", "village_code", "role", "name", "id_number", "",
    ]  # fmt: skip
    chosen = {f"c{n}": each["chosen"] for n, each in enumerate(form)} | {"c5": "mobile"}
    client.post(explain, {"kind": "roster", "line": "1"} | chosen)
    tasks.try_roster(made.pk)
    made.refresh_from_db()
    assert (made.status, made.changed, made.ignored) == ("tried", 1, [])
    assert "移动电话" not in client.get(page).content.decode()


def test_the_report_is_looked_at_and_fetched_on_record(client, village, office):
    head = at()
    bring(table(head))
    made = rosters.receive(table(head | {"姓名": "王军"}), name="f.csv", actor=office, as_of=DAY)
    rosters.try_out(made.pk)

    page = client.get(reverse("admin:village_rosterimport_change", args=[made.pk]))
    file = client.get(reverse("admin:village_rosterimport_changes", args=[made.pk]))

    assert page.context_data["changes"][1][5:] == ["王军民", "王军"]
    assert "王军民" in file.content.decode("utf-8-sig")
    assert {each.what for each in Reading.objects.all()} == {
        "beginning of the change report",
        "change report",
    }


def test_who_only_looks_at_files_sees_no_names(client, village):
    made = bring(table(at()))
    client.force_login(make.staff("auditor"))

    page = client.get(reverse("admin:village_rosterimport_change", args=[made.pk]))

    assert page.context_data["changes"] == []
    address = reverse("admin:village_rosterimport_changes", args=[made.pk])
    assert client.get(address).status_code == 403
