"""Everything between an empty database and the demo county's log-ins, in one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database up to date, load the demo county, name one log-in per role."

    requires_system_checks = []  # checks look at tables that migrate has yet to make

    def handle(self, *args: Any, **options: Any) -> None:
        """One process for all: starting is mostly importing. The demo updates the database."""
        call_command("demo")
        call_command("logins")
