"""Print one login per role, for the demo."""

import json
from argparse import ArgumentParser
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.management.base import BaseCommand, CommandError

from core.models import User
from core.roles import Role


class Command(BaseCommand):
    help = "One login per role with the demo's password; refuses where there is no demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--json`` prints a list of objects."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """The first active member of staff of each role whose password is the demo's."""
        password = getattr(settings, "DEMO_PASSWORD", "")
        if not password:
            raise CommandError(
                "These settings have no demo password; staff sign in with their own."
            )
        opens = cache(lambda stored: check_password(password, stored))  # slow on purpose
        logins = [
            {
                "role": role.value,
                "title": str(role.label),
                "username": user.username,
                "name": str(user),
            }
            for role in Role
            if (user := _first(role)) and opens(user.password)
        ]
        if options["json"]:
            self.stdout.write(
                json.dumps({"password": password, "logins": logins}, ensure_ascii=False)
            )
            return
        for each in logins:
            self.stdout.write(f"  {each['title']}\t{each['username']}\t{password}\t{each['name']}")
        if not logins:
            raise CommandError("Nobody signs in with the demo's password yet; load the demo first.")


def _first(role: Role) -> User | None:
    return User.objects.filter(role=role, is_active=True).order_by("pk").first()
