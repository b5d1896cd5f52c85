"""The main job: a synthetic county from its roster to its first early warnings."""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from sandbox.demo import playing
from sandbox.server.testing import running


class Command(BaseCommand):
    requires_system_checks = []  # checks look at tables that migrate has yet to make
    help = "Load the demo county and let it live for some months; begun again, it goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How large a county, and whether to begin anew."""
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--villages", type=int, default=6)
        parser.add_argument("--customers", type=int, default=2400)
        parser.add_argument("--reset", action="store_true", help="empty the database first")
        parser.add_argument("--yes", action="store_true", help="do not ask before emptying")
        parser.add_argument("--json", action="store_true", help="print the summary as an object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the county, play it, tell what came of it."""
        if settings.IS_PRODUCTION:
            raise CommandError("The demo never runs on production settings.")
        self._as_json = options["json"]
        call_command("migrate", verbosity=0)
        if options["reset"]:
            self._empty(sure=options["yes"])
        sizes = {name: options[name] for name in ("seed", "villages", "customers")}
        known = playing.played()
        if known and known.settings != sizes:
            raise CommandError(
                f"Another county is loaded ({known.settings}). "
                "Begin anew with: manage.py demo --reset --yes"
            )
        if known and known.status == known.Status.DONE:
            self._tell_result(known.result["summary"], already=True)
            return
        self._play(sizes)

    def _play(self, sizes: dict[str, int]) -> None:
        county = Path(settings.LOCAL_DIR) / "county"
        playing.make_sure_of_county(county, sizes)
        began = time.monotonic()
        current_app.conf.task_always_eager = True  # no worker is needed to watch the demo
        with _outside_world(county) as url, override_settings(SOURCES_URL=url):
            summary = playing.play(county, sizes, sandbox_url=url, narrator=self)
        summary["seconds"]["total"] = round(time.monotonic() - began, 1)
        self._tell_result(summary)

    def _empty(self, *, sure: bool) -> None:
        if not sure:
            raise CommandError("--reset empties the whole database. Say --yes if you mean it.")
        call_command("flush", interactive=False, verbosity=0)

    def begins(self, title: str) -> None:
        """Announce a stage."""
        self._title = title
        self._shown = 0.0
        self._write(f"  {title} …")

    def comes(self, done: int, of: int) -> None:
        """Show how far the stage has come, a few times a second at most."""
        now = time.monotonic()
        if sys.stderr.isatty() and (done == of or now - self._shown > 0.2):
            self._shown = now
            filled = round(24 * done / max(of, 1))
            bar = "█" * filled + "·" * (24 - filled)
            self._write(f"\r  {self._title}  {bar} {done}/{of}", end="")

    def ends(self, seconds: float, figures: dict[str, int]) -> None:
        """Say what a stage came to."""
        said = "  ".join(f"{name} {figure:,}" for name, figure in figures.items())
        before = "\r" if sys.stderr.isatty() else ""
        self._write(f"{before}  {self._title}  {seconds:.1f} s  {said}{' ' * 20}")

    def _write(self, text: str, end: str = "\n") -> None:
        self.stderr.write(text, ending=end)
        self.stderr.flush()

    def _tell_result(self, summary: dict[str, Any], *, already: bool = False) -> None:
        if self._as_json:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        if already:
            self.stdout.write("演示县已就绪 The demo county is loaded.")
        for name in ("villages", "households", "customers", "sheets", "lines", "applications"):
            self.stdout.write(f"  {name:14}{summary[name]:>12,}")
        self.stdout.write(f"  {'granted, yuan':14}{summary['granted_amount']:>12}")
        self.stdout.write(f"  {'mean line':14}{summary['mean_line']:>12}")
        for name in ("approved", "disbursed", "overdue", "warnings"):
            self.stdout.write(f"  {name:14}{summary[name]:>12,}")


@contextmanager
def _outside_world(county: Path) -> Iterator[str]:
    """The sandbox that is running already, or one of our own for as long as the demo plays."""
    if playing.sandbox_answers(settings.SOURCES_URL, county):
        yield settings.SOURCES_URL
        return
    with running(county) as sandbox:
        yield sandbox.url
