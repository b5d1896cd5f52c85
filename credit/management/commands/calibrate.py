"""Calibration on the command line."""

import json
from argparse import ArgumentParser
from datetime import date
from decimal import Decimal
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import publishing
from core.errors import DomainError
from core.models import User
from core.money import fen, yuan
from credit.models import LimitPolicy
from credit.reference.limits import POLICY_CODE
from credit.services import calibrating
from credit.services.calibrating import TOLERANCE, VARIABLE, Calibration, Target


class Command(BaseCommand):
    help = "Find the figure of the limit policy with which the lines reach a target."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The target, the figure to vary, the version to begin with, and whether to draft."""
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("--mean", type=Decimal, help="mean line, yuan")
        target.add_argument("--total", type=Decimal, help="sum of all lines, yuan")
        parser.add_argument("--vary", choices=VARIABLE, default="model_scale")
        parser.add_argument("--policy", type=int, metavar="VERSION", help="default: in force")
        parser.add_argument("--day", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
        parser.add_argument(
            "--draft-as", metavar="USERNAME", help="propose a draft as this person, if near"
        )
        parser.add_argument("--json", action="store_true", help="print figures (fen) as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Calibrate, say how near it came, and draft where somebody is named and it came near."""
        began, record = perf_counter(), self._version(options["policy"])
        target = Target(
            mean=None if options["mean"] is None else fen(options["mean"]),
            total=None if options["total"] is None else fen(options["total"]),
        )
        try:
            found = calibrating.calibrate(
                record, target, vary=options["vary"], business_day=options["day"]
            )
            draft = self._draft(record, found, options["draft_as"])
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        self._tell(found, draft, perf_counter() - began, as_json=options["json"])
        if options["draft_as"] and draft is None:
            self.stderr.write(f"No draft: the target is missed by more than {TOLERANCE:.0%}.")

    def _version(self, number: int | None) -> LimitPolicy:
        if number is None:
            record = publishing.in_force(LimitPolicy, POLICY_CODE)
        else:
            record = LimitPolicy.objects.filter(code=POLICY_CODE, version=number).first()
        if record is None:
            raise CommandError("There is no such version of the limit policy.")
        return record

    def _draft(
        self, record: LimitPolicy, found: Calibration, username: str | None
    ) -> LimitPolicy | None:
        if username is None or not found.is_near:
            return None
        author = User.objects.filter(username=username).first()
        if author is None:
            raise CommandError(f"There is nobody called {username}.")
        return calibrating.propose(record, found, actor=author)

    def _tell(
        self, found: Calibration, draft: LimitPolicy | None, seconds: float, *, as_json: bool
    ) -> None:
        came = found.found
        if as_json:
            said = {
                "vary": found.vary,
                "before": str(found.before.figure),
                "figure": str(came.figure),
                "lines": came.lines,
                "mean": came.mean,
                "total": came.total,
                "target": found.target.wanted,
                "off_by": str(found.off_by),
                "tried": len(found.tried),
                "draft": draft.version if draft else None,
                "seconds": round(seconds, 2),
            }
            self.stdout.write(json.dumps(said))
            return
        self.stdout.write(
            f"{found.vary} {found.before.figure} → {came.figure} in {seconds:.1f} s: "
            f"{came.lines:,} lines, mean {yuan(came.mean):,} yuan, total {yuan(came.total):,} "
            f"yuan, {found.off_by * 100:+.2f} % off the target"
        )
