"""Reading a bureau's answer once more that was put aside when it came.

The dictionary was amended since, or our reader mended. The bureau answers but once under a leave,
so that the customer would have to sign anew for what the bank has on file.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import NotReadAgain
from admission.events import AnswerReadAgain
from admission.models import Decision, SourceRecord
from admission.services import deciding
from admission.services.gathering import Person
from admission.services.waiting import silent_sources
from admission.source_words import why
from admission.sources import SOURCES, Heard, Question
from admission.sources.asking import ANSWERED, Part, hear
from admission.sources.received import as_received
from core import audit, events, runs
from core.models import User


def may_be_read_again(record: SourceRecord) -> bool:
    """Whether it was put aside, came of a source that answers but once, and is still kept."""
    source = SOURCES.get(record.source)
    was_put_aside = record.status == SourceRecord.Status.QUARANTINED
    return bool(source and source.uses_up and was_put_aside and record.raw)


@transaction.atomic
def read_again(record_id: int, *, actor: User, at: datetime) -> SourceRecord:
    """Read what was kept; if it is sound by now it counts as the answer that it is, of the day on
    which it came. Raises NotReadAgain."""
    record = (
        SourceRecord.objects.select_for_update(of=("self",))
        .select_related("customer", "authorisation")
        .get(pk=record_id)
    )
    if not may_be_read_again(record):
        raise NotReadAgain(_("This answer was not put aside, or what arrived is not kept."))
    if record.authorisation is None or record.authorisation.withdrawn_at:
        raise NotReadAgain(_("The customer has withdrawn the authorisation it came under."))
    heard, was = _heard(record), record.error
    if heard.status != ANSWERED:
        raise NotReadAgain(_("It still cannot be trusted. %(why)s") % {"why": why(heard.error)})
    record.status, record.values, record.error = heard.status, heard.values, ""
    record.read_again_at = at
    record.save(update_fields=["status", "values", "error", "read_again_at"])
    audit.record(record, "admission.answer.read_again", actor=actor, was=was)
    events.publish(AnswerReadAgain(record_id=record.pk))
    return record


def waiting_for(record_id: int) -> Decision | None:
    """The decision about the customer that waits for this answer since before it was read again,
    unless an application waits with it and has itself decided anew."""
    record = SourceRecord.objects.select_related("authorisation").get(pk=record_id)
    newest = (
        Decision.objects.standing()
        .filter(customer=record.customer_id, purpose=record.authorisation.purpose)
        .exclude(purpose__in=deciding.OF_A_REQUEST)
        .order_by("-id")
        .first()
    )
    if newest is None or newest.outcome != Decision.Outcome.WAIT:
        return None
    if record.read_again_at and newest.decided_at > record.read_again_at:
        return None
    return newest if record.source in silent_sources(newest) else None


def left_waiting(now: datetime) -> list[int]:
    """Decisions that still wait for an answer that was read again a while ago: the broker lost
    their turn, or their worker died."""
    read = SourceRecord.objects.filter(
        read_again_at__range=(now - runs.GIVE_UP, now - runs.LEFT_AFTER)
    )
    ids = read.order_by("read_again_at").values_list("pk", flat=True)
    found = [waiting_for(record_id) for record_id in ids]
    return [each.pk for each in found if each is not None]


def _heard(record: SourceRecord) -> Heard:
    """What the reader of today makes of it. Such a source has one body."""
    person = Person(record.customer, record.authorisation)
    question = Question(
        SOURCES[record.source],
        person.subject,
        record.authorisation_id,
        record.as_of,
        person.reason,
    )
    kept = Part(record.asked_at, began=0.0, ended=0.0, received=as_received(record.raw))
    return hear(question, [kept])
