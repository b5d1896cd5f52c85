"""The end of credit lines: of what has run out, and of what nobody can draw under any more."""

from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import audit, events
from credit.events import LineFrozen
from credit.models import CreditLine
from credit.services.granting_sql import UNSIGNED
from village.models import Customer

BORROWER_GONE = gettext_noop("The main borrower has died or moved away")
END_PAST = """
UPDATE credit_creditline SET status = 'expired'
 WHERE valid_to < %s AND status NOT IN ('expired', 'closed')
RETURNING id, valid_to
"""
# Those who do not live here are few, and are found by an index.
END_OF_GONE = f"""
UPDATE credit_creditline l
   SET status = CASE WHEN {UNSIGNED} THEN 'closed' ELSE 'frozen' END,
       frozen_because = CASE WHEN {UNSIGNED} THEN l.frozen_because ELSE %(why)s END,
       frozen_from = CASE WHEN {UNSIGNED} THEN l.frozen_from ELSE l.status END
  FROM village_customer b
 WHERE b.id = l.borrower_id AND b.state <> 'living' AND b.state <> ALL(%(here)s)
   AND l.status NOT IN ('expired', 'closed') AND (l.status <> 'frozen' OR {UNSIGNED})
RETURNING l.id, l.status
"""  # noqa: S608 - our own words


@transaction.atomic
def end_past(day: date) -> int:
    """End every line whose last day lies before ``day``; how many there were.

    What was drawn under them stays owed by its own contract; nothing more is drawn.
    """
    with connection.cursor() as cursor:
        cursor.execute(END_PAST, [day])
        ended = cursor.fetchall()
    deeds = (audit.Deed(pk, {"last_day": last.isoformat()}) for pk, last in ended)
    audit.record_all(CreditLine, "credit.line.expired", deeds, actor=None)
    return len(ended)


@transaction.atomic
def end_of_gone() -> int:
    """Stop the lines whose main borrower has died or moved away; how many there were.

    What nobody signed is closed, what was signed is frozen until it is given up.
    """
    asked = {"why": _(BORROWER_GONE), "here": list(map(str, Customer.HERE))}
    with connection.cursor() as cursor:
        cursor.execute(END_OF_GONE, asked)
        stopped = cursor.fetchall()
    if not stopped:
        return 0
    frozen = [pk for pk, status in stopped if status == CreditLine.Status.FROZEN]
    closed = [pk for pk, status in stopped if status == CreditLine.Status.CLOSED]
    for action, lines in (("credit.line.frozen", frozen), ("credit.line.closed", closed)):
        deeds = (audit.Deed(pk, {"reason": asked["why"]}) for pk in lines)
        audit.record_all(CreditLine, action, deeds, actor=None)
    events.publish_all(LineFrozen(line_id=pk) for pk in frozen)
    return len(stopped)
