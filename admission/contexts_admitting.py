"""What the page shows on which admission is asked for whole villages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from admission.models import Authorisation, Decision
from admission.services import admitting
from admission.sources.lending import bank_day
from core import runs
from core.models import Run, Shard, User
from village.models import Outcome, Village


@dataclass(frozen=True)
class VillageLine:
    """One village: how far its households have come, and whether a worker is at it."""

    village: Village
    households: int
    signed: int
    decided: int
    waiting: int
    is_being_worked: bool


@dataclass(frozen=True)
class RunFigures:
    """A run under way or the newest one that ended."""

    run: Run
    done: int
    of: int
    decided: int
    not_authorised: int
    used_up: int
    wait: int

    @property
    def is_under_way(self) -> bool:
        """Whether villages are still to be worked."""
        return self.run.status == Run.Status.RUNNING


@dataclass(frozen=True)
class AdmittingPage:
    """The villages that have something to grant, in the scope of whoever looks."""

    day: date
    lines: list[VillageLine]
    newest: RunFigures | None
    can_ask: bool

    @classmethod
    def build(cls, user: User, today: date) -> "AdmittingPage":
        """Counted by village; as many queries for a county as for one village."""
        day = bank_day(today)
        villages = visible_villages(user)
        households, signed = _reviewed(villages), _signed(villages, day)
        decided = _decided(villages, day)
        worked = _being_worked()
        named = villages.select_related("town")
        return cls(
            day=day,
            lines=[
                VillageLine(
                    village=each,
                    households=households.get(each.pk, 0),
                    signed=signed.get(each.pk, 0),
                    decided=decided.get(each.pk, (0, 0))[0],
                    waiting=decided.get(each.pk, (0, 0))[1],
                    is_being_worked=each.code in worked,
                )
                for each in named
            ],
            newest=_newest(user),
            can_ask=user.has_perm("admission.make_decision"),
        )


def visible_villages(user: User) -> QuerySet[Village]:
    """Those for which this person may ask."""
    return admitting.ready_villages().filter(pk__in=Village.objects.visible_to(user).values("pk"))


def _reviewed(villages: QuerySet[Village]) -> Mapping[int, int]:
    """Households that the branch has decided, by village."""
    rows = Outcome.objects.to_be_granted().filter(campaign__village__in=villages.values("pk"))
    counted = rows.order_by().values_list("campaign__village")
    return dict(counted.annotate(n=Count("household", distinct=True)))


def _signed(villages: QuerySet[Village], day: date) -> Mapping[int, int]:
    """Households of which somebody has authorised questions for a line, by village."""
    live = Authorisation.objects.live(purpose=admitting.PURPOSE, on=day)
    rows = live.filter(village__in=villages.values("pk")).order_by().values_list("village")
    return dict(rows.annotate(n=Count("customer__household", distinct=True)))


def _decided(villages: QuerySet[Village], day: date) -> Mapping[int, tuple[int, int]]:
    """Customers lately decided about, and of these how many wait for a source, by village."""
    lately = Decision.objects.standing().filter(
        village__in=villages.values("pk"),
        purpose=admitting.PURPOSE,
        as_of__gt=day - admitting.FRESH,
        as_of__lte=day,
    )
    newest = lately.order_by("customer_id", "-id").distinct("customer_id")
    rows = (
        Decision.objects.filter(pk__in=newest.values("pk"))
        .order_by()
        .values_list("village")
        .annotate(n=Count("pk"), waiting=Count("pk", filter=Q(outcome=Decision.Outcome.WAIT)))
    )
    return {village: (n, waiting) for village, n, waiting in rows}


def _being_worked() -> set[str]:
    left = Shard.objects.filter(
        run__kind=admitting.KIND, run__status=Run.Status.RUNNING, status=Shard.Status.WAITING
    )
    return set(left.values_list("key", flat=True))


def _newest(user: User) -> RunFigures | None:
    """The newest run: of the whole bank for who sees it all, else the one they began."""
    ours = Run.objects.filter(kind=admitting.KIND)
    if not user.sees_everything:
        ours = ours.filter(started_by=user)
    run = ours.first()
    if run is None:
        return None
    came = runs.progress(run.pk)
    told = ("decided", "not_authorised", "used_up", "wait")
    return RunFigures(run, came.done, came.total, *(run.result.get(name, 0) for name in told))
