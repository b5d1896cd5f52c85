"""What commands that work a batch or a file have in common."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from core.models import User

_OUT_OF_REACH = {
    FileNotFoundError: _("%(file)s is not there."),
    IsADirectoryError: _("%(file)s is a folder; name the file in it."),
    PermissionError: _("%(file)s: this user may not read or write there."),
}


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


def day_of(text: str | None) -> date | None:
    """A day as it was typed; None where none was. Raises CommandError for what is no day."""
    if text is None:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"“{text}” is no day; write it as 2026-06-30.")
    return day


def out_of_reach(path: Path, exc: OSError) -> str:
    """Why there was no getting at a file, in the reader's language where we know the case."""
    name = Path(exc.filename or path).name
    if said := _OUT_OF_REACH.get(type(exc)):
        return str(said) % {"file": name}
    return f"{name}: {exc.strerror}"


def tell_step(command: BaseCommand, name: str, step: str) -> None:
    """At which ``step`` the work on a file is, to a person at a terminal; "" wipes the line."""
    if sys.stderr.isatty():
        words = f"{name}: {step} …" if step else ""
        command.stderr.write(f"\r\033[K{words}", ending="")
