"""What the pages show on which villages are granted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.models import Run, Shard, User
from credit import selectors_granting
from credit.errors import NothingToGrant
from credit.selectors_granting import Ready, ToGrant
from credit.services import granting, granting_policy
from credit.services.business_days import being_worked
from village.models import Campaign

LATELY = 10
ADDED_UP = ("households", "lines", "amount", "manual", "none", "moved")


@dataclass(frozen=True)
class ChoicePage:
    """Villages that are ready, and the latest runs."""

    ready: list[Ready]
    lately: list[Run]

    @classmethod
    def build(cls, user: User) -> "ChoicePage":
        """As far as ``user`` may see villages; the runs are their branch's, or everybody's."""
        runs = Run.objects.filter(kind=granting.KIND).select_related("started_by")
        if not user.sees_everything:
            runs = runs.filter(started_by__branch=user.branch_id)
        return cls(selectors_granting.ready(user), list(runs[:LATELY]))

    @property
    def households(self) -> int:
        """All that wait."""
        return sum(each.households for each in self.ready)


@dataclass(frozen=True)
class ConfirmPage:
    """What is about to be granted, by which policy, on which business day."""

    campaigns: list[int]
    is_all: bool
    figures: ToGrant
    policy: str
    business_day: date

    @classmethod
    def build(cls, user: User, chosen: Collection[int] | None, *, calendar: date) -> "ConfirmPage":
        """Raises NotPublished without a policy in force, NothingToGrant where nobody waits."""
        policy = granting_policy.in_force()
        ready = selectors_granting.ready_ids(user, chosen)
        day = being_worked(calendar)
        figures = selectors_granting.to_grant(user, ready, day=day)
        if not figures.households:
            raise NothingToGrant(
                _("No household of these villages waits for a limit: decide the review first.")
            )
        return cls(
            campaigns=ready,
            is_all=chosen is None,
            figures=figures,
            policy=str(policy.record),
            business_day=day,
        )


@dataclass(frozen=True)
class WorkedVillage:
    """One village of a run: where it stands and what came of it, amounts in fen."""

    campaign: Campaign
    shard: Shard

    @property
    def figures(self) -> dict[str, int]:
        """What granting reported; nothing before it did."""
        return self.shard.figures

    @property
    def has_failed(self) -> bool:
        """Whether it could not be worked."""
        return self.shard.status == Shard.Status.FAILED


@dataclass(frozen=True)
class RunPage:
    """A run of granting, as far as somebody may see its villages."""

    run: Run
    rows: list[WorkedVillage]

    @classmethod
    def build(cls, run: Run, user: User) -> "RunPage":
        """Three queries, however many villages."""
        shards = {int(each.key): each for each in run.shards.all()}
        campaigns = (
            Campaign.objects.visible_to(user)
            .filter(pk__in=shards)
            .select_related("village__town")
            .order_by("village__code", "round")
        )
        return cls(run, [WorkedVillage(each, shards[each.pk]) for each in campaigns])

    @property
    def of(self) -> int:
        """How many villages."""
        return len(self.rows)

    @property
    def done(self) -> int:
        """How many have had their turn."""
        return sum(each.shard.status == Shard.Status.DONE for each in self.rows)

    @property
    def failed(self) -> int:
        """How many could not be worked."""
        return sum(each.has_failed for each in self.rows)

    @property
    def is_over(self) -> bool:
        """Whether every village has had its turn."""
        return self.done + self.failed == self.of

    @property
    def left(self) -> int:
        """How many are still to be worked, failed ones included."""
        return self.of - self.done

    @property
    def says(self) -> str:
        """How far it has come, in words."""
        return _("%(done)s of %(of)s villages granted") % {"done": self.done, "of": self.of}

    @property
    def total(self) -> dict[str, int]:
        """All figures together."""
        return {name: sum(each.figures.get(name, 0) for each in self.rows) for name in ADDED_UP}
