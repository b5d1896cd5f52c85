"""The next round: raise, keep, lower, exit 增持减退, some villages at a time."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from core import audit, events
from core.models import User
from credit.events import LineFrozen
from credit.models import CreditLine, LimitDecision
from credit.selectors import OWING
from credit.services import granting_movements
from credit.services.granting_sql import APPLY
from credit.services.line_ends import BORROWER_GONE


class Moved(NamedTuple):
    """A household whose open line was held against its new limit, amounts in fen."""

    decision: int
    campaign: int
    line: int
    movement: str
    before: int
    is_orphaned: bool
    amount: int
    borrower: int


def move_lines(
    campaign_ids: Collection[int],
    *,
    day: date,
    actor: User | None,
    only: Collection[int] | None = None,
) -> Counter[int]:
    """Hold every open line of the villages against the limit of this round, and move it.

    ``only`` narrows to some limit decisions, settled or worked out after their village was. A raise
    of what is signed already is written down and waits for the customer's signature. Working a
    village again moves nothing twice. Returns how many moved, by campaign.
    """
    compared = granting_movements.compare(campaign_ids, only)
    if compared.is_empty():
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            APPLY,
            {
                "decisions": compared["decision"].to_list(),
                "day": day,
                "why": _("Not renewed in this round"),
                "gone": _(BORROWER_GONE),
                "here": granting_movements.HERE,
                "owing": list(map(str, OWING)),
            },
        )
        now = {line: became for line, *became in cursor.fetchall()}
    rows = compared.select(
        "decision", "campaign", "line", "movement", "amount", "is_orphaned"
    ).rows()
    moved = [
        Moved(decision, campaign, line, movement, before, is_orphaned, *now[line])
        for decision, campaign, line, movement, before, is_orphaned in rows
        if line in now
    ]
    _write_down(rows, moved, actor)
    _tell_of_orphaned([each for each in moved if each.is_orphaned], actor)
    return Counter(each.campaign for each in moved)


def _write_down(rows: Iterable[tuple], moved: Iterable[Moved], actor: User | None) -> None:
    """What each limit was held against, and which lines moved."""
    audit.record_all(
        LimitDecision,
        "credit.limit.compared",
        (
            audit.Deed(decision, {"movement": movement, "before": before})
            for decision, _campaign, _line, movement, before, _is_orphaned in rows
        ),
        actor=actor,
    )
    audit.record_all(
        CreditLine,
        "credit.line.moved",
        (
            audit.Deed(
                each.line,
                {
                    "movement": each.movement,
                    "before": each.before,
                    "amount": each.amount,
                    "borrower": each.borrower,
                },
            )
            for each in moved
        ),
        actor=actor,
    )


def _tell_of_orphaned(moved: list[Moved], actor: User | None) -> None:
    """Lines that stay, frozen because who signed them has died or left."""
    frozen = [each.line for each in moved if each.movement != LimitDecision.Movement.EXIT]
    audit.record_all(
        CreditLine,
        "credit.line.frozen",
        (audit.Deed(pk, {"reason": _(BORROWER_GONE)}) for pk in frozen),
        actor=actor,
    )
    events.publish_all(LineFrozen(line_id=pk) for pk in frozen)
