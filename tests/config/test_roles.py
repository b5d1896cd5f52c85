"""Roles: least privilege, and nothing that names what is not there."""

from fnmatch import fnmatchcase

import pytest
from django.conf import settings

from core.role_permissions import all_permissions, permissions_of
from core.roles import Role
from tests import make


def test_every_role_has_its_permissions_and_there_are_no_others():
    assert set(settings.ROLE_PERMISSIONS) == set(Role.values)


@pytest.mark.parametrize("role", Role.values)
def test_every_line_names_a_permission_that_exists(role):
    dead = [
        line
        for line in settings.ROLE_PERMISSIONS[role]
        if not any(fnmatchcase(each, line) for each in all_permissions())
    ]

    assert dead == []


def test_only_approvers_vote_on_loans():
    voters = [role for role in Role if "credit.approve_application" in permissions_of(role)]

    assert voters == [Role.APPROVER]


def test_who_sets_up_staff_sees_no_customer_and_decides_nothing():
    theirs = permissions_of(Role.ADMINISTRATOR)

    assert "core.add_user" in theirs
    assert not {each for each in theirs if "customer" in each or "household" in each}
    assert not {each for each in theirs if each.split(".")[0] in {"credit", "postloan"}}


def test_the_auditor_sees_everything_and_changes_nothing():
    acts = {each.split(".")[1].split("_")[0] for each in permissions_of(Role.AUDITOR)}

    assert acts == {"view"}


@pytest.mark.django_db
def test_who_left_may_do_nothing(django_assert_num_queries):
    user = make.staff(Role.APPROVER)
    left = make.staff(Role.APPROVER, is_active=False)

    with django_assert_num_queries(0):
        assert user.has_perm("credit.approve_application")
        assert not left.has_perm("credit.approve_application")
