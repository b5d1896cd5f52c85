"""What commands that work a batch have in common."""

import sys
from collections.abc import Iterable

from django.core.management.base import BaseCommand, CommandError

from core.models import User


def staff_named(name: str | None) -> User | None:
    """Who has it done; nobody where no name is given. Raises CommandError for an unknown one."""
    if name is None:
        return None
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"Nobody has the user name {name!r}.")
    return user


def work_off(command: BaseCommand, turns: Iterable[int], *, of: int) -> None:
    """Work to the end, telling a person at a terminal how many have had their turn."""
    for done in turns:
        if sys.stderr.isatty():
            command.stderr.write(f"\r  {done}/{of}", ending="")
            command.stderr.flush()
