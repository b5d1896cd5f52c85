"""Compile translations, add new texts to their sources, or name what is not yet translated."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import catalogues


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/django.po; --collect adds new texts, --check names gaps."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of two other things to do."""
        other = parser.add_mutually_exclusive_group()
        other.add_argument(
            "--check", action="store_true", help="fail, naming each text without Chinese"
        )
        other.add_argument("--collect", action="store_true", help="add new texts, empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every catalogue of the project."""
        sources = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))
        wanted = (
            catalogues.in_sources(settings.BASE_DIR, catalogues.OF_THE_RULE_LANGUAGE)
            if options["check"] or options["collect"]
            else []
        )
        gaps = 0
        for source in sources:
            catalogue = catalogues.read(source)
            if options["collect"]:
                added = catalogues.add(catalogue, wanted)
                catalogues.write(catalogue, source)
                self.stdout.write(f"{source.parent.parent.name}: {added} texts added")
            elif options["check"]:
                gaps += self._name_gaps(source, catalogues.missing(catalogue, wanted))
            else:
                catalogues.compile_to(catalogue, source.with_suffix(".mo"))
                self.stdout.write(f"{source.parent.parent.name}: {len(catalogue)} texts")
        if gaps:
            raise CommandError(f"{gaps} texts are not translated.")

    def _name_gaps(self, source: Path, gaps: list[catalogues.Message]) -> int:
        for each in gaps:
            self.stdout.write(f"{source.parent.parent.name}: {each.id!r}")
        return len(gaps)
