"""Train scorecards on the county's own history, or say how many people are missing for it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from admission.models import Scorecard
from admission.scorecard_words import fault_in_words, in_words
from admission.scorecards import Unusable
from admission.scoring import SEGMENTS
from admission.scoring.history import Performing
from admission.services import scorecards_training
from admission.services.scorecards_fitting import fit_drafted
from admission.sources.lending import bank_day
from core.errors import DomainError
from core.models import User


class Command(BaseCommand):
    help = (
        "Count, for each segment, who went bad and who did not; with --draft, fit a card on them "
        "where there are enough and put it into the register as a draft."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What bad means, who is kept for the examination, in whose name."""
        how = Performing()
        parser.add_argument("--segment", choices=SEGMENTS, action="append", metavar="NAME")
        parser.add_argument("--months", type=int, default=how.months, help="months looked at")
        parser.add_argument("--bad-days", type=int, default=how.bad_days, help="overdue: bad")
        parser.add_argument("--good-days", type=int, default=how.good_days, help="below: good")
        parser.add_argument(
            "--split",
            choices=scorecards_training.SPLITS,
            default=scorecards_training.BY_TIME,
            help="whom to keep for the examination",
        )
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--draft", action="store_true", help="fit where there are enough")
        parser.add_argument("--by", metavar="USERNAME", help="whose draft it is")
        parser.add_argument("--json", action="store_true", help="the summary as one object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count; draft and fit if asked; say what is missing."""
        author = self._author(options)
        try:
            how = Performing(options["months"], options["bad_days"], options["good_days"])
            day = options["as_of"] or bank_day(timezone.localdate())
            known = scorecards_training.history(how, day=day)
        except Unusable as exc:
            raise CommandError(in_words(exc)) from exc
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        wanted = options["segment"] or SEGMENTS
        told = [each for each in known.counts() if each.segment in wanted]
        made = {}
        for each in told:
            if not each.is_enough:
                self.stderr.write(scorecards_training.too_few(each))
            elif author is not None:
                made[each.segment] = self._drafted(known, each.segment, options["split"], author)
        summary = {
            "day": day.isoformat(),
            **asdict(how),
            "segments": [asdict(each) | {"is_enough": each.is_enough} for each in told],
            "drafted": made,
        }
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        for each in told:
            self.stdout.write(
                f"{each.segment:10} {each.bads:>8,} bad {each.goods:>10,} good "
                f"{each.between:>8,} neither {each.too_young:>8,} not seen long enough"
            )
        self.stdout.write(f"{len(made)} drafted")

    def _author(self, options: dict[str, Any]) -> User | None:
        if not options["draft"]:
            return None
        found = User.objects.filter(username=options["by"] or "").first()
        if found is None or not found.has_perm("admission.add_scorecard"):
            raise CommandError("--draft needs --by with the name of somebody who may draft cards.")
        return found

    def _drafted(
        self, known: scorecards_training.History, segment: str, split: str, author: User
    ) -> dict[str, Any]:
        try:
            card = scorecards_training.draft_from(known, segment, split=split, actor=author)
        except DomainError as exc:
            raise CommandError(f"{segment}: {exc}") from exc
        fit_drafted(card.pk, at=timezone.now())
        card = Scorecard.objects.get(pk=card.pk)
        if card.fault:
            self.stderr.write(fault_in_words(card.fault["template"], card.fault["params"]))
        return {"scorecard": card.pk, "version": card.version, "fitted": card.card is not None}
