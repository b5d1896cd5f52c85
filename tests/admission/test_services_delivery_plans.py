"""Classes of data that are due or late, and the commands about them."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from admission import selectors
from admission.deliveries.classes import CLASSES
from admission.deliveries.schedule import Standing
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
