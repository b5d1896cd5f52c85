"""Ties between people: ended by somebody who says when and why."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from village.errors import TieRefused
from village.models import Relation

LONGEST_REASON = 200


@transaction.atomic
def end_tie(relation_id: int, *, on: date, because: str, actor: User) -> Relation:
    """Let a tie be history from ``on``: a guarantee that was released, partners who parted.

    From now on it bars nobody from judging. Raises TieRefused for one that ended before, a day to
    come, and without a reason.
    """
    because = because.strip()
    tie = Relation.objects.select_for_update(of=("self",)).get(pk=relation_id)
    if tie.ended_on:
        raise TieRefused(_("This tie ended before."), code="ended")
    if on > timezone.localdate():
        raise TieRefused(_("The day on which it ended lies in the future."), code="to_come")
    if not 0 < len(because) <= LONGEST_REASON:
        raise TieRefused(_("Say why it ended."), code="no_reason")
    tie.ended_on, tie.ended_because = on, because
    tie.save(update_fields=["ended_on", "ended_because"])
    audit.record(tie, "village.relation.ended", actor=actor, on=on.isoformat(), because=because)
    return tie
