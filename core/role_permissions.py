"""What somebody may see and press follows from their role, and from nothing that can go stale."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from core.models import User


class RoleBackend(ModelBackend):
    """Signs in by password, and answers permission questions from ``settings.ROLE_PERMISSIONS``.

    No permission is ever asked of the database: rows there would be a second truth.
    """

    def get_user_permissions(
        self, user_obj: User | AnonymousUser, obj: Model | None = None
    ) -> set[str]:
        """Nobody has permissions of their own."""
        return set()

    def get_group_permissions(
        self, user_obj: User | AnonymousUser, obj: Model | None = None
    ) -> set[str]:
        """All permissions of a person's role, as ``app.codename``."""
        return set(permissions_of(user_obj.role)) if user_obj.is_active else set()

    def get_all_permissions(
        self, user_obj: User | AnonymousUser, obj: Model | None = None
    ) -> set[str]:
        """The same."""
        return self.get_group_permissions(user_obj, obj)

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        """Whether the role gives ``perm``; for which records is the matter of ``visible_to``."""
        return user_obj.is_active and perm in permissions_of(user_obj.role)

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        """Whether the role gives anything in a room."""
        return user_obj.is_active and any(
            perm.startswith(f"{app_label}.") for perm in permissions_of(user_obj.role)
        )


def permissions_of(role: str) -> frozenset[str]:
    """The permissions of one role."""
    return _matching(tuple(settings.ROLE_PERMISSIONS.get(role, ())))


@cache
def all_permissions() -> frozenset[str]:
    """Every permission that any model declares."""
    return frozenset(
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename in (
            *(get_permission_codename(act, model._meta) for act in model._meta.default_permissions),
            *(codename for codename, _name in model._meta.permissions),
        )
    )


@cache
def _matching(patterns: Sequence[str]) -> frozenset[str]:
    return frozenset(
        perm for perm in all_permissions() if any(fnmatchcase(perm, each) for each in patterns)
    )
