"""Classes of data that are due or late, and the commands about them."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from admission import selectors
from admission.deliveries.classes import CLASSES
from admission.deliveries.schedule import Standing
from admission.models import Figures
from admission.services import delivery_plans
from core.models import Notice
from core.roles import Role
from tests import make
from tests.admission.brought import (
    MAY,
    bring,
    paid,
    text,
)

pytestmark = pytest.mark.django_db


class TestSchedule:
    def test_a_late_class_is_told_once_to_the_administrators(self):
        bring(paid(make.customer(), day=MAY))
        late = date(2026, 7, 20)

        first = delivery_plans.tell_late(late)
        again = delivery_plans.tell_late(late)

        assert ([each.of.name for each in first], again) == (["payroll"], [])
        assert Notice.objects.get().role == Role.ADMINISTRATOR

    def test_a_class_that_never_came_is_told_once_its_first_period_has_passed(self):
        def told_on(*day):
            return {each.of.name for each in delivery_plans.tell_late(date(2026, *day))}

        planned, in_time = told_on(1, 20), told_on(2, 5)
        late, again = told_on(2, 6), told_on(2, 7)

        assert "payroll" not in planned | in_time
        assert "payroll" in late
        assert "payroll" not in again | told_on(8, 1)
        told = Notice.objects.filter(title__contains=CLASSES["payroll"].zh).get()
        assert (told.role, "2026-01-31" in told.title) == (Role.ADMINISTRATOR, True)

    def test_a_class_that_never_came_and_is_not_expected_is_not_told(self):
        delivery_plans.change_plan(
            "payroll", every="month", grace_days=1, is_expected=False, actor=make.staff()
        )

        told = delivery_plans.tell_late(date(2036, 7, 20))

        assert "payroll" not in {each.of.name for each in told}

    def test_a_plan_that_is_changed_is_waited_for_anew(self):
        plan = {"every": "day", "grace_days": 1, "is_expected": True, "actor": make.staff()}
        today = timezone.localdate()
        delivery_plans.tell_late(today - timedelta(days=400))
        delivery_plans.change_plan("payroll", **plan)

        early = delivery_plans.tell_late(today + timedelta(days=1))
        late = delivery_plans.tell_late(today + timedelta(days=2))

        assert "payroll" not in {each.of.name for each in early}
        assert "payroll" in {each.of.name for each in late}

    def test_the_bank_may_depart_from_what_is_declared(self):
        officer = make.staff(Role.ADMINISTRATOR)
        bring(paid(make.customer(), day=MAY))

        def standing():
            told = selectors.data_schedule(date(2026, 7, 20))
            return next(each.standing for each in told if each.of.name == "payroll")

        before = standing()
        plan = {"every": "month", "grace_days": 30, "actor": officer}
        delivery_plans.change_plan("payroll", is_expected=True, **plan)
        patient = standing()
        delivery_plans.change_plan("payroll", is_expected=False, **plan)

        assert (before, patient, standing()) == (Standing.LATE, Standing.DUE, Standing.OFF)


class TestCommands:
    def test_import_data_says_what_became_of_each_file(self, tmp_path, capsys):
        path = tmp_path / "payroll.csv"
        path.write_bytes(text(paid(make.customer()), paid(make.customer(), amount="x")))

        call_command("import_data", str(path), "--errors", str(tmp_path / "back"), "--json")

        told = json.loads(capsys.readouterr().out)
        assert (told["class"], told["rows"], told["matched"], told["refused"]) == (
            "payroll",
            2,
            1,
            1,
        )
        assert [each.name for each in (tmp_path / "back").iterdir()] == ["payroll-refused.csv"]

    def test_a_bad_file_does_not_keep_the_others_from_being_taken_in(self, tmp_path, capsys):
        strange, missing, good = (tmp_path / each for each in ("a.csv", "b.csv", "c.csv"))
        strange.write_text("a,b\n1,2\n")
        good.write_bytes(text(paid(make.customer())))

        with pytest.raises(CommandError, match="2 of 3 files"):
            call_command("import_data", str(strange), str(missing), str(good), "--json")

        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [(each["file"], each["status"]) for each in told] == [
            ("a.csv", "failed"),
            ("b.csv", "failed"),
            ("c.csv", "taken"),
        ]
        assert Figures.objects.count() == 1

    @pytest.mark.parametrize("more", [["--as-of", "yesterday"], ["--as-of", "2026-02-30"], []])
    def test_import_data_refuses_what_it_cannot_read(self, tmp_path, more):
        path = tmp_path / "other.csv"
        path.write_text("a,b\n1,2\n")

        with pytest.raises(CommandError):
            call_command("import_data", str(path), *more)

    def test_data_schedule_names_every_class(self, capsys, settings, tmp_path):
        settings.DELIVERIES_DIR = str(tmp_path)

        call_command("data_schedule", "--pick-up", "--json")

        told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [each["class"] for each in told] == list(CLASSES)
        assert {each["standing"] for each in told} == {"never"}
