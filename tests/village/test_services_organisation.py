"""Bringing in branches, staff and areas."""

import pytest

from core.models import Branch, User
from village.errors import FileRefused
from village.models import Grid, Group, Town, Village
from village.services import organisation

pytestmark = pytest.mark.django_db

BRANCHES = "# 合成数据\n网点代码,名称,上级代码,镇代码\nB0,总行,,\nB1,伊山镇支行,B0,320723100\n"
STAFF = (
    "# 合成数据\n工号,姓名,角色,网点代码,管户村代码\n"
    "Y1,王泽超,customer_manager,B1,320723100200\nY2,李四,auditor,B0,\n"
)
AREAS = (
    "# 合成数据\n区划代码,名称,级别,上级代码,经度,纬度\n320723,灌云县,县,,119.2,34.2\n"
    "320723100,伊山镇,镇,320723,119.2,34.2\n"
    "320723100200,兴渠村,村,320723100,119.27,34.27\n"
    "320723100201,王桥村,村,320723100,119.28,34.28\n"
    "32072310020001,一组,组,320723100200,,\n"
)


@pytest.fixture
def files(tmp_path):
    for name, text in (("branches", BRANCHES), ("staff", STAFF), ("areas", AREAS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def bring(files, *order):
    for name in order:
        if name == "branches":
            organisation.import_branches(files / "branches.csv")
        if name == "staff":
            organisation.import_staff(files / "staff.csv", password="secret-secret")
        if name == "areas":
            organisation.import_areas(files / "areas.csv")


@pytest.mark.parametrize("order", [("branches", "staff", "areas"), ("branches", "areas", "staff")])
def test_villages_end_in_their_managers_grid_whichever_table_comes_first(files, order):
    bring(files, *order)

    assert Village.objects.get(code="320723100200").grid.manager.username == "Y1"
    waiting = Village.objects.get(code="320723100201").grid
    assert (waiting.manager, waiting.branch.code) == (None, "B1")
    assert Branch.objects.get(code="B1").path == "B0/B1/"
    assert User.objects.get(username="Y1").check_password("secret-secret")


def test_the_same_tables_again_double_nothing_and_keep_passwords(files):
    bring(files, "branches", "staff", "areas")
    person = User.objects.get(username="Y1")
    person.set_password("my own words")
    person.save(update_fields=["password"])
    counts = [m.objects.count() for m in (Branch, User, Town, Village, Group, Grid)]

    bring(files, "branches", "staff", "areas")

    assert [m.objects.count() for m in (Branch, User, Town, Village, Group, Grid)] == counts
    person.refresh_from_db()
    assert person.check_password("my own words")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("branches", "B1,伊山镇支行,B0", "B1,伊山镇支行,B9"),
        ("staff", "auditor", "gardener"),
        ("staff", "Y2,李四,auditor,B0", "Y2,李四,auditor,B9"),
        ("areas", "兴渠村,村,320723100", "兴渠村,村,999"),
        ("areas", "一组,组,320723100200", "一组,组,999"),
        ("staff", "管户村代码", "村"),
    ],
)
def test_a_line_that_leads_nowhere_refuses_the_table(files, name, old, new):
    bring(files, "branches")
    path = files / f"{name}.csv"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(FileRefused, match=f"{name}.csv"):
        bring(files, name)
