"""Bringing in branches, staff and areas."""

import csv
import io
import json
import stat

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from core.models import AuditEntry, Branch, User
from core.roles import Role
from tests import make
from village.errors import FileRefused, ImportRefused
from village.models import Grid, Group, OrganisationImport, Town, Village
from village.services import organisation

pytestmark = pytest.mark.django_db

BRANCHES = "# 合成数据\n网点代码,名称,上级代码,镇代码\nB1,伊山镇支行,B0,320723100\nB0,总行,,\n"
STAFF = (
    "# 合成数据\n工号,姓名,角色,网点代码,管户村代码\n"
    "Y1,王泽超,customer_manager,B1,320723100200\nY2,李四,审计员,B0,\n"
)
AREAS = (
    "# 合成数据\n区划代码,名称,级别,上级代码,经度,纬度\n320723,灌云县,县,,119.2,34.2\n"
    "32072310020001,一组,组,320723100200,,\n"
    "320723100200,兴渠村,村,320723100,119.27,34.27\n"
    "320723100201,王桥村,村,320723100,119.28,34.28\n"
    "320723100,伊山镇,镇,320723,119.2,34.2\n"
)
TABLES = {"branches": BRANCHES, "staff": STAFF, "areas": AREAS}
ORDER = tuple(TABLES)


@pytest.fixture
def files(tmp_path):
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def bring(files, *order, **given):
    return [organisation.import_file(files / f"{name}.csv", **given) for name in order or ORDER]


def change(files, name, old, new):
    path = files / f"{name}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def counts():
    return [model.objects.count() for model in (Branch, User, Town, Village, Group, Grid)]


@pytest.mark.parametrize("order", [("branches", "staff", "areas"), ("branches", "areas", "staff")])
def test_villages_end_in_their_managers_grid_whichever_table_comes_first(files, order):
    bring(files, *order, password="secret-secret")

    assert Village.objects.get(code="320723100200").grid.manager.username == "Y1"
    waiting = Village.objects.get(code="320723100201").grid
    assert (waiting.manager, waiting.branch.code) == (None, "B1")
    assert Branch.objects.get(code="B1").path == "B0/B1/"
    assert Town.objects.get().county == "灌云县"
    assert User.objects.get(username="Y1").check_password("secret-secret")
    assert User.objects.get(username="Y2").role == Role.AUDITOR


def test_new_staff_cannot_sign_in_until_a_password_is_set(files):
    brought = bring(files)[1]

    assert not any(each.has_usable_password() for each in User.objects.all())
    assert [each.username for each in brought.staff] == ["Y1", "Y2"]


def test_the_same_tables_again_double_nothing_and_keep_passwords(files):
    bring(files)
    person = User.objects.get(username="Y1")
    person.set_password("my own words")
    person.save(update_fields=["password"])
    before = counts()

    again = bring(files)

    assert counts() == before
    assert [(each.new, each.changed, each.refused) for each in again] == [(0, 0, 0)] * 3
    assert [each.unchanged for each in again] == [2, 2, 5]
    person.refresh_from_db()
    assert person.check_password("my own words")


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "field", "reason"),
    [
        ("branches", "B1,伊山镇支行,B0", "B1,伊山镇支行,B9", 3, "上级代码", "B9"),
        ("branches", "B1,伊山镇支行", "B/1,伊山镇支行", 3, "网点代码", "B/1"),
        ("branches", "B1,伊山镇支行,B0,320723100", "B1,,B0,", 3, "名称", "必填"),
        ("staff", "审计员", "园丁", 4, "角色", "园丁"),
        ("staff", "Y2,李四,审计员,B0", "Y2,李四,审计员,B9", 4, "网点代码", "B9"),
        (
            "staff",
            "Y2,李四,审计员,B0,",
            "Y2,李四,审计员,B0,320723100201",
            4,
            "管户村代码",
            "客户经理",
        ),
        ("staff", "B1,320723100200", "B1,兴渠村", 3, "管户村代码", "兴渠村"),
        (
            "staff",
            "Y2,李四,审计员,B0,",
            "Y2,李四,客户经理,B0,320723100200",
            4,
            "管户村代码",
            "第 3 行",
        ),
        ("staff", "Y2,李四", "Y1,李四", 4, "工号", "第 3 行"),
        ("areas", "王桥村,村,320723100", "王桥村,村,999", 6, "上级代码", "999"),
        ("areas", "一组,组,320723100200", "一组,组,999", 4, "上级代码", "999"),
        ("areas", "王桥村,村", "王桥村,湾", 6, "级别", "湾"),
        ("areas", "119.28,34.28", "34.28,119.28", 6, "经度", "34.28"),
        ("areas", "119.28,34.28", "119.28,", 6, "纬度", "同时填写"),
        ("areas", "119.28,34.28", "东经,34.28", 6, "经度", "东经"),
        ("areas", "320723100201,王桥村", "320723100200,王桥村", 6, "区划代码", "第 5 行"),
    ],
)
def test_a_bad_line_is_told_with_field_and_reason_and_the_good_ones_go_in(
    files, name, old, new, line, field, reason
):
    for before in ORDER[: ORDER.index(name)]:
        bring(files, before)
    change(files, name, old, new)

    brought = bring(files, name)[0]

    fault = brought.faults[0]
    assert (brought.refused, len(brought.faults)) == (1, 1)
    assert (fault.line, fault.field) == (line, field)
    assert reason in fault.reason
    assert brought.new == brought.rows - brought.unchanged - 1 > 0


def test_what_hangs_on_a_bad_line_is_refused_with_it(files):
    bring(files, "branches")
    change(files, "areas", "320723100200,兴渠村,村,320723100", "320723100200,兴渠村,村,999")

    brought = bring(files, "areas")[0]

    assert [(each.line, each.field) for each in brought.faults] == [
        (4, "上级代码"),
        (5, "上级代码"),
    ]
    assert Village.objects.get().name == "王桥村"


def test_the_lines_to_correct_come_back_as_a_file_that_goes_in(files):
    bring(files, "branches")
    change(files, "staff", "审计员", "园丁")
    brought = bring(files, "staff")[0]
    text = brought.refusals.decode("utf-8-sig")
    assert "角色" in text.splitlines()[2]
    (files / "staff.csv").write_text(text.replace("园丁", "审计员"), encoding="utf-8-sig")

    again = bring(files, "staff")[0]

    assert (again.rows, again.new, again.refused) == (1, 1, 0)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_a_table_is_read_however_the_office_saved_it(files, encoding):
    text = BRANCHES.replace("伊山镇支行", "伊山镇支行䶮")
    (files / "branches.csv").write_bytes(text.encode(encoding))

    bring(files, "branches")

    assert Branch.objects.get(code="B1").name == "伊山镇支行䶮"


def test_a_spreadsheet_is_read_like_a_csv(files):
    for name in ORDER:
        book = openpyxl.Workbook()
        for row in csv.reader(io.StringIO(TABLES[name])):
            book.active.append(row)
        book.save(files / f"{name}.xlsx")

    brought = [organisation.import_file(files / f"{name}.xlsx") for name in ORDER]

    assert [(each.new, each.refused) for each in brought] == [(2, 0), (2, 0), (4, 0)]
    assert str(Village.objects.get(code="320723100200").longitude) == "119.270000"


def test_a_branch_keeps_its_place_in_the_tree(files):
    bring(files, "branches")
    change(files, "branches", "B1,伊山镇支行,B0", "B1,伊山镇分理处,")

    brought = bring(files, "branches")[0]

    assert (brought.refused, brought.faults[0].field) == (1, "上级代码")
    assert Branch.objects.get(code="B1").path == "B0/B1/"


def test_a_changed_line_changes_the_record_and_says_how(files):
    bring(files)
    change(files, "staff", "Y1,王泽超,customer_manager,B1,", "Y1,王泽超,客户经理,B0,320723100201;")
    change(files, "areas", "兴渠村", "新渠村")

    staff, areas = bring(files, "staff", "areas")

    assert (staff.changed, areas.changed) == (1, 1)
    assert User.objects.get(username="Y1").branch.code == "B0"
    assert {each.grid.code for each in Village.objects.all()} == {"Y1"}
    assert "伊山镇支行,总行" in staff.report.decode("utf-8-sig")
    assert "兴渠村,新渠村" in areas.report.decode("utf-8-sig")
    told = AuditEntry.objects.get(action="core.staff.changed")
    assert told.detail == {"role": "customer_manager", "branch": "B0"}


def test_an_empty_place_leaves_the_known_one(files):
    bring(files)
    change(files, "areas", "119.27,34.27", ",")

    bring(files, "areas")

    assert str(Village.objects.get(code="320723100200").latitude) == "34.270000"


def test_nobody_gives_themselves_another_role(files):
    bring(files)
    auditor = User.objects.get(username="Y2")
    change(files, "staff", "审计员", "系统管理员")

    brought = bring(files, "staff", actor=auditor)[0]

    auditor.refresh_from_db()
    assert (brought.refused, auditor.role) == (1, Role.AUDITOR)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", STAFF.replace("管户村代码", "村").encode(), b"PK\x03\x04 no"]
)
def test_a_file_without_known_headings_is_refused_as_a_whole(files, content):
    (files / "staff.csv").write_bytes(content)

    with pytest.raises(FileRefused, match=r"staff\.csv"):
        bring(files, "staff")

    assert not OrganisationImport.objects.exists()


def test_areas_without_any_branch_are_refused_as_a_whole(files):
    with pytest.raises(FileRefused):
        bring(files, "areas")

    assert not Town.objects.exists()


def test_a_thousand_more_groups_cost_no_more_queries(files, django_assert_max_num_queries):
    bring(files, "branches", "areas")
    more = "".join(f"32072310020{n:03d},第{n}组,组,320723100200,,\n" for n in range(100, 999))
    change(files, "areas", "32072310020001,", more + "32072310020001,")

    with django_assert_max_num_queries(40):
        brought = bring(files, "areas")[0]

    assert brought.new == 899


class TestHandedIn:
    def test_a_table_is_tried_out_first_and_then_brought_in(self, files):
        chief = make.staff(Role.ADMINISTRATOR)

        tried = organisation.receive(BRANCHES.encode(), name="网点.csv", actor=chief)
        nothing = Branch.objects.filter(code="B1").exists()
        brought = organisation.bring_in(tried.pk, actor=chief)

        assert not nothing
        assert (tried.new, tried.status, brought.status) == (2, "tried", "brought")
        assert Branch.objects.get(code="B1").parent.code == "B0"
        entry = AuditEntry.objects.get(action="village.organisation.imported")
        assert (entry.actor, entry.detail["new"]) == (chief, 2)

    def test_a_table_is_brought_in_once(self, files):
        chief = make.staff(Role.ADMINISTRATOR)
        made = organisation.receive(BRANCHES.encode(), name="网点.csv", actor=chief)
        organisation.bring_in(made.pk, actor=chief)

        for again in (organisation.bring_in, organisation.discard):
            with pytest.raises(ImportRefused):
                again(made.pk, actor=chief)

    def test_a_discarded_table_changes_nothing(self, files):
        chief = make.staff(Role.ADMINISTRATOR)
        made = organisation.receive(BRANCHES.encode(), name="网点.csv", actor=chief)

        organisation.discard(made.pk, actor=chief)

        with pytest.raises(ImportRefused):
            organisation.bring_in(made.pk, actor=chief)
        assert not Branch.objects.filter(code="B1").exists()


class TestCommand:
    def test_files_go_in_in_the_order_in_which_one_leads_to_the_next(self, files, capsys):
        call_command(
            "import_organisation", *(files / f"{n}.csv" for n in reversed(ORDER)), json=True
        )

        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [each["kind"] for each in told] == list(ORDER)
        assert [(each["new"], each["refused"]) for each in told] == [(2, 0), (2, 0), (4, 0)]
        assert OrganisationImport.objects.filter(imported_by=None, status="brought").count() == 3

    def test_a_dry_run_leads_from_file_to_file_and_writes_nothing(self, files, capsys):
        call_command(
            "import_organisation",
            *(files / f"{n}.csv" for n in ORDER),
            json=True,
            dry_run=True,
        )

        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [(each["new"], each["refused"]) for each in told] == [(2, 0), (2, 0), (4, 0)]
        assert not any(each["written"] for each in told)
        assert counts() == [0] * 6
        assert not OrganisationImport.objects.exists()

    def test_bad_lines_are_told_and_given_back(self, files, capsys):
        change(files, "branches", "B1,伊山镇支行,B0", "B1,伊山镇支行,B9")

        call_command("import_organisation", files / "branches.csv", errors=files / "back")

        told = capsys.readouterr()
        assert "第 3 行，上级代码" in told.err
        assert "1 new, 0 changed, 0 unchanged, 1 refused" in told.out
        back = (files / "back" / "branches-refused.csv").read_text("utf-8-sig")
        assert "B1,伊山镇支行,B9" in back

    def test_a_file_nobody_can_read_fails_the_command_and_not_the_others(self, files, capsys):
        (files / "other.csv").write_text("a,b\n1,2\n")

        with pytest.raises(CommandError, match="1 of 2"):
            call_command("import_organisation", files / "other.csv", files / "branches.csv")

        assert Branch.objects.count() == 2

    def test_each_new_member_gets_a_link_that_works_once(self, files):
        target = files / "links.csv"

        call_command(
            "import_organisation",
            *(files / f"{n}.csv" for n in ORDER),
            invitations=target,
            site="https://qianmo.example/",
        )

        rows = list(csv.reader(io.StringIO(target.read_text("utf-8-sig"))))
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert [row[0] for row in rows[1:]] == ["Y1", "Y2"]
        address = rows[1][3].removeprefix("https://qianmo.example")
        client = Client()
        page = client.get(address, follow=True)
        chosen = {"new_password1": "field-green-2026", "new_password2": "field-green-2026"}
        client.post(page.request["PATH_INFO"], chosen)
        person = User.objects.get(username="Y1")
        assert person.check_password("field-green-2026")
        assert AuditEntry.objects.get(action="core.staff.password_chosen").actor == person
        assert not Client().get(address).context["validlink"]

    @pytest.mark.parametrize("given", [{}, {"site": "qianmo"}])
    def test_invitations_need_to_know_where_they_lead(self, files, given):
        with pytest.raises(CommandError, match="--site"):
            call_command(
                "import_organisation",
                files / "branches.csv",
                invitations=files / "links.csv",
                **given,
            )

        assert not Branch.objects.exists()

    def test_invitations_write_over_no_file(self, files):
        with pytest.raises(CommandError, match="exists"):
            call_command(
                "import_organisation",
                files / "branches.csv",
                invitations=files / "staff.csv",
                site="https://qianmo.example",
            )
