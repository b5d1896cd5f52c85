"""What the page of a training on the county's history shows."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from admission.models import CardSegment, Scorecard
from core.models import Run


@dataclass(frozen=True)
class TrainingPage:
    """A training: how many there are to learn from, and the draft or why there is none."""

    run: Run
    figures: dict[str, Any]
    draft: Scorecard | None

    @classmethod
    def build(cls, run: Run) -> "TrainingPage":
        """Two queries more."""
        figures = run.shards.get().figures
        draft = Scorecard.objects.filter(pk=figures.get("draft")).first()
        return cls(run, figures, draft)

    @property
    def is_over(self) -> bool:
        """Whether no worker is at it any more."""
        return self.run.status != Run.Status.RUNNING

    @property
    def has_failed(self) -> bool:
        """Whether it broke; a reason why there is no card is no failure."""
        return self.run.status == Run.Status.FAILED

    @property
    def segment(self) -> str | Promise:
        """Whose card was asked for; nothing where people were only counted."""
        asked = self.run.settings["segment"]
        return CardSegment(asked).label if asked else ""

    @property
    def refused(self) -> str:
        """Why there is no card."""
        return self.figures.get("refused", "")

    @property
    def counts(self) -> list[tuple[str | Promise, str]]:
        """Of each segment how many there are to learn from."""
        return [
            (CardSegment(each["segment"]).label, _told(each))
            for each in self.figures.get("counts", [])
        ]

    @property
    def dated_counts(self) -> list[tuple[str | Promise, str]]:
        """The same with the day on which they were counted, and by which months and days."""
        meant = _("within %(months)s months: bad from %(bad_days)s days overdue, good below "
                  "%(good_days)s") % self.run.settings["how"]  # fmt: skip
        return [(_("Counted on %(day)s") % {"day": self.run.business_day}, meant), *self.counts]


def _told(count: dict[str, Any]) -> str:
    said = _(
        "%(bads)s bad, %(goods)s good, %(between)s neither; not yet seen long enough: %(young)s"
    )
    return said % {
        "bads": f"{count['bads']:,}",
        "goods": f"{count['goods']:,}",
        "between": f"{count['between']:,}",
        "young": f"{count['too_young']:,}",
    }
