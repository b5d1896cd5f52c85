"""The next round: raise, keep, lower, exit 增持减退, some villages at a time."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from credit.models import CreditLine, LimitDecision
from credit.selectors import OWING
from credit.services import granting_movements


class Moved(NamedTuple):
    """A household whose open line was held against its new limit, amounts in fen."""

    decision: int
    campaign: int
    line: int
    movement: str
    before: int
    amount: int
    status: str


# What was signed is lowered or ended by the bank, never below what is owed under it; it is raised
# only by a new signature.
APPLY = """
UPDATE credit_creditline l
   SET amount = CASE WHEN d.movement IN ('exit', 'keep') THEN l.amount
                     ELSE greatest(d."limit", (
                         SELECT coalesce(sum(owed.principal_left), 0)
                           FROM credit_loan owed
                           JOIN credit_drawdown paid ON paid.id = owed.drawdown_id
                           JOIN credit_contract made ON made.id = paid.contract_id
                           JOIN credit_application asked ON asked.id = made.application_id
                          WHERE asked.line_id = l.id AND owed.status = ANY(%(owing)s))) END,
       status = CASE WHEN d.movement = 'exit' AND l.status = 'active' THEN 'frozen'
                     WHEN d.movement = 'exit' THEN 'closed'
                     WHEN d.outcome = 'grant' AND l.status = 'pre_granted' THEN 'granted'
                     ELSE l.status END,
       frozen_because = CASE WHEN d.movement = 'exit' AND l.status = 'active' THEN %(why)s
                             ELSE l.frozen_because END,
       valid_to = CASE WHEN d.movement <> 'exit' AND l.status IN ('pre_granted', 'granted')
                       THEN greatest(l.valid_to, (%(day)s::date + make_interval(
                            months => (d.explanation->>'line_months')::int))::date)
                       ELSE l.valid_to END,
       -- What is ended for good keeps its own decision: whoever appeals may get a new line.
       decision_id = CASE WHEN d.movement = 'exit' AND l.status <> 'active' THEN l.decision_id
                          ELSE d.id END
  FROM credit_limitdecision d
 WHERE d.id = ANY(%(decisions)s) AND l.household_id = d.household_id
   AND l.status NOT IN ('expired', 'closed', 'frozen')
   AND (d.movement <> 'raise' OR l.status IN ('pre_granted', 'granted'))
RETURNING l.id, l.amount, l.status
"""


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
                "owing": list(map(str, OWING)),
            },
        )
        now = {line: (amount, status) for line, amount, status in cursor.fetchall()}
    rows = compared.select("decision", "campaign", "line", "movement", "amount").rows()
    moved = [
        Moved(decision, campaign, line, movement, before, *now[line])
        for decision, campaign, line, movement, before in rows
        if line in now
    ]
    audit.record_all(
        LimitDecision,
        "credit.limit.compared",
        (
            audit.Deed(decision, {"movement": movement, "before": before})
            for decision, _campaign, _line, movement, before in rows
        ),
        actor=actor,
    )
    audit.record_all(
        CreditLine,
        "credit.line.moved",
        (
            audit.Deed(
                each.line,
                {"movement": each.movement, "before": each.before, "amount": each.amount},
            )
            for each in moved
        ),
        actor=actor,
    )
    return Counter(each.campaign for each in moved)
