"""The demo's logins: one a role, and none where there is no demo."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


def test_one_login_a_role_is_told_with_the_demos_password(settings):
    settings.DEMO_PASSWORD = "secret"
    first, second = make.staff(Role.APPROVER), make.staff(Role.APPROVER)
    changed = make.staff(Role.AUDITOR)
    changed.set_password("a password of one's own")
    changed.save()
    said = StringIO()

    call_command("logins", json=True, stdout=said)

    told = json.loads(said.getvalue())
    assert told["password"] == "secret"
    assert [login["username"] for login in told["logins"]] == [first.username]
    assert second.username not in said.getvalue()


def test_settings_without_a_demo_password_tell_nothing(settings):
    settings.DEMO_PASSWORD = ""
    make.staff(Role.APPROVER)

    with pytest.raises(CommandError, match="no demo password"):
        call_command("logins", stdout=StringIO())
