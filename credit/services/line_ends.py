"""The last day of credit lines: what has run out is ended, and makes room for a new line."""

from datetime import date

from django.db import connection, transaction

from core import audit
from credit.models import CreditLine

END_PAST = """
UPDATE credit_creditline SET status = 'expired'
 WHERE valid_to < %s AND status NOT IN ('expired', 'closed')
RETURNING id, valid_to
"""


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
