"""``manage.py sandbox``: play the outside world over HTTP."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandbox.county.making import JOURNAL
from sandbox.server.app import Sandbox
from sandbox.server.serve import PortTaken, serve


def latency(text: str) -> tuple[float, float]:
    """Read ``5-20`` as from five to twenty milliseconds, ``10`` as exactly ten."""
    low, _, high = text.partition("-")
    try:
        found = float(low), float(high or low)
    except ValueError as exc:
        raise ArgumentTypeError(f"{text!r} is not MIN-MAX in milliseconds.") from exc
    if not 0 <= found[0] <= found[1]:
        raise ArgumentTypeError(f"{text!r} is not a range.")
    return found


class Command(BaseCommand):
    """Answer as government offices, bureaus, the core bank and message gateways would."""

    help = "Play the outside world over HTTP for demo, tests and benchmarks."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8100)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--county", type=Path, help="folder of make_county; read again when it changes"
        )
        parser.add_argument("--latency-ms", type=latency, default=(5.0, 20.0), metavar="MIN-MAX")
        parser.add_argument(
            "--journal", type=Path, help="file that keeps payments when this server restarts"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        county = options["county"] or settings.LOCAL_DIR / "county"
        journal = options["journal"] or county / JOURNAL
        app = Sandbox(county, latency_ms=options["latency_ms"], journal=journal)
        where = f"http://{options['host']}:{options['port']}"
        self.stdout.write(f"The outside world is played at {where} with {county}.")
        self.stdout.flush()
        try:
            serve(app, host=options["host"], port=options["port"])
        except PortTaken as exc:
            raise CommandError(f"{exc} Choose another: manage.py sandbox --port 8101") from exc
