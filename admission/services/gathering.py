"""Asking outside sources about people who have allowed it, and keeping what they say.

Nothing is asked inside a transaction: what is claimed is committed first, and what was heard is
written in a transaction of its own. Threads only ask; the caller's thread writes.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from admission.models import Authorisation, SourceRecord
from admission.services import numbers_borne, renumbered
from admission.sources import SOURCES, Heard, Question, Source, Subject
from admission.sources.asking import FAILED, Part, hear, send, unsent
from admission.sources.pboc import codes
from admission.sources.transport import MOST_AT_ONCE, Manners, Transport, askers, shared
from core import crypto
from village.models import Customer

Records = Mapping[str, SourceRecord]
"""Of one customer: the record of each source asked."""


@dataclass(frozen=True)
class Person:
    """A customer and the authorisation under which sources are asked about them.

    ``face_score`` is how well their face was recognised where they authorised from afar.
    """

    customer: Customer
    authorisation: Authorisation
    face_score: float | None = None

    @property
    def subject(self) -> Subject:
        """The customer as outside offices know people."""
        who = self.customer
        return Subject(who.pk, who.id_number, who.name, who.mobile)

    @property
    def reason(self) -> str:
        """The bureau's code of what the person has allowed a report to be asked for."""
        if self.authorisation.purpose == Authorisation.Purpose.POST_LOAN:
            return codes.MANAGEMENT
        return codes.GUARANTEE if self.authorisation.is_of_guarantor else codes.APPROVAL


def gather(
    people: Collection[Person],
    names: Iterable[str],
    *,
    as_of: date,
    at_once: int | None,
    anew: Collection[str] = (),
) -> dict[int, Records]:
    """What the named sources know of each person, by customer id; ``at_once`` questions at a
    time, or all of them, where somebody waits.

    A fresh answer on file is used again, unless its source is to be asked ``anew``. Every source
    asked leaves a record, also one that failed.
    """
    with gathering(people, names, as_of=as_of, at_once=at_once, anew=anew) as records:
        pass
    return records


@contextmanager
def gathering(
    people: Collection[Person],
    names: Iterable[str],
    *,
    as_of: date,
    at_once: int | None,
    anew: Collection[str] = (),
    heard: Callable[[Heard], None] | None = None,
) -> Iterator[dict[int, Records]]:
    """The same, with questions under way while the block does what it needs no answer for.

    The records are complete once the block has been left, and are kept however it was left.
    ``heard`` is told of each question as soon as it is answered.
    """
    _refuse_inside_a_transaction()
    sources = [SOURCES[name] for name in sorted(names)]
    known = fresh(people, [each for each in sources if each.name not in anew], as_of)
    asked_at = datetime.now(UTC)
    questions = [
        Question(source, person.subject, person.authorisation.pk, as_of, person.reason)
        for person in people
        for source in sources
        if source.name not in known[person.customer.pk]
    ]
    refused: list[Heard] = []
    with _pool(at_once) as pool:
        sent = _send_all([each for each in questions if not each.source.uses_up], pool)
        try:
            claimed, refused = _claim([each for each in questions if each.source.uses_up], asked_at)
            sent |= _send_all(claimed, pool)
            yield known
        finally:
            for record in _keep(refused + _hear_all(sent, heard), asked_at):
                known[record.customer_id][record.source] = record


def _refuse_inside_a_transaction() -> None:
    """``durable`` makes this the outermost transaction: a caller who holds one is refused."""
    with transaction.atomic(durable=True):
        pass


def _pool(at_once: int | None) -> AbstractContextManager[Executor]:
    if at_once is None:
        return nullcontext(askers())
    return ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="source")


def fresh(
    people: Collection[Person], sources: Collection[Source], as_of: date
) -> dict[int, dict[str, SourceRecord]]:
    """Answers on file that were given for the same purpose and are not too old; one that was given
    since the day decided for is as good, and a bureau's is paid for."""
    known: dict[int, dict[str, SourceRecord]] = {each.customer.pk: {} for each in people}
    purposes = {each.authorisation.purpose for each in people}
    days = {each.name: each.days for each in sources}
    oldest = as_of - timedelta(days=max(days.values(), default=0))
    found = (
        SourceRecord.objects.filter(
            customer__in=known,
            source__in=days,
            status=SourceRecord.Status.ANSWERED,
            authorisation__purpose__in=purposes,
            as_of__gt=oldest,
        )
        .order_by("id")
        .defer("raw")
    )
    for record in found:
        if record.as_of > as_of - timedelta(days=days[record.source]):
            known[record.customer_id][record.source] = record
    return known


def _claim(questions: list[Question], at: datetime) -> tuple[list[Question], list[Heard]]:
    """Use up an authorisation for each bureau query; a query without one is not asked."""
    once = _by_claim(questions)
    with transaction.atomic():
        standing = Authorisation.objects.select_for_update().filter(
            pk__in=set().union(*once.values()), withdrawn_at=None
        )
        leaves = list(standing.order_by("pk").values("pk", *once))
        claimed = {
            moment: {each["pk"] for each in leaves if each["pk"] in asked and not each[moment]}
            for moment, asked in once.items()
        }
        for free in set(map(frozenset, claimed.values())):
            moments = [moment for moment, each in claimed.items() if each == free]
            Authorisation.objects.filter(pk__in=free).update(**dict.fromkeys(moments, at))
    allowed, refused = [], []
    for question in questions:
        if question.authorisation_id not in claimed[question.source.uses_up]:
            because = _("The authorisation has already served its one bureau query.")
            refused.append(Heard(question, FAILED, at, 0, error=because))
        else:
            allowed.append(question)
    return allowed, refused


def _by_claim(questions: Iterable[Question]) -> dict[str, set[int]]:
    """The authorisations of questions that each may ask once, by the moment they keep of it."""
    found: dict[str, set[int]] = {}
    for each in questions:
        if each.source.uses_up:
            found.setdefault(each.source.uses_up, set()).add(each.authorisation_id)
    return found


Sent = dict[Future[Part], tuple[Question, int]]
"""Bodies under way, each with its question and its place among that question's bodies."""


def _send_all(questions: Iterable[Question], pool: Executor) -> Sent:
    transport = shared(
        settings.SOURCES_URL, getattr(settings, "SOURCES_TIMEOUT_SECONDS", Manners.timeout)
    )
    return {
        _sent(pool, question, dict(more), transport): (question, place)
        for question in questions
        for place, more in enumerate(question.source.also)
    }


def _sent(
    pool: Executor, question: Question, more: dict[str, str], transport: Transport
) -> Future[Part]:
    """One body on its way, or the certainty that it never will be.

    A pool that can begin no thread raises, and yet keeps what it was given: a thread it has may
    take it later. Whoever comes first to the future, the thread or we, says what becomes of it.
    """
    part: Future[Part] = Future()

    def work() -> None:
        if part.set_running_or_notify_cancel():
            part.set_result(send(question, more, transport))

    try:
        pool.submit(work)
    except RuntimeError as exc:
        if part.cancel():
            never: Future[Part] = Future()
            never.set_result(unsent(exc))
            return never
    return part


HANDFUL = 0.03
"""Seconds; answers that come so close to one another are read together."""


def _arriving(sent: Sent) -> Iterator[Future[Part]]:
    """Bodies as they are answered, a handful at a time: to wake up for each costs more than to read
    it. The last one is waited for no longer than it takes. Of thousands those sent first are looked
    at: nobody answers the others meanwhile."""
    waiting = list(sent)
    while waiting:
        first = waiting[:MOST_AT_ONCE]
        arrived, _ = wait(first, timeout=HANDFUL)
        yield from arrived
        waiting = [each for each in first if each not in arrived] + waiting[MOST_AT_ONCE:]


def _hear_all(sent: Sent, tell: Callable[[Heard], None] | None) -> list[Heard]:
    """What came of all questions; each is read as soon as its last part is there."""
    parts: dict[Question, dict[int, Part]] = {question: {} for question, _ in sent.values()}
    heard = {}
    for future in _arriving(sent):
        question, place = sent[future]
        arrived = parts[question]
        arrived[place] = future.result()
        if len(arrived) == len(question.source.also):
            heard[question] = hear(question, [arrived[each] for each in sorted(arrived)])
            if tell:
                tell(heard[question])
    return [heard[question] for question in parts]


def _keep(heard: list[Heard], claimed_at: datetime) -> list[SourceRecord]:
    """Write down what was heard; give a claim back where the bureau surely delivered nothing."""
    unused = _by_claim(each.question for each in heard if not each.delivered)
    with transaction.atomic():
        for moment, leaves in unused.items():
            Authorisation.objects.filter(pk__in=leaves, **{moment: claimed_at}).update(
                **{moment: None}
            )
        return _stored(_under_numbers_borne([_record(each) for each in heard], heard))


def _under_numbers_borne(records: list[SourceRecord], heard: list[Heard]) -> list[SourceRecord]:
    """What arrived about somebody whose number was corrected meanwhile tells of somebody else."""
    about = {each.question.subject.customer_id: each.question.subject.id_number for each in heard}
    indices = crypto.blind_indices(list(about.values()))
    others = numbers_borne.renumbered(dict(zip(about, indices, strict=True))) if about else set()
    for record in records:
        if record.customer_id in others and record.status in renumbered.RECEIVED:
            record.status, record.error = SourceRecord.Status.OTHER_NUMBER, renumbered.WHY
    return records


COLUMNS = (
    "id",
    "customer_id",
    "source",
    "authorisation_id",
    "as_of",
    "status",
    "asked_at",
    "took_ms",
    "tries",
    "raw",
    "values",
    "error",
)
_IDS = "SELECT nextval('admission_sourcerecord_id_seq') FROM generate_series(1, %s)"
_COPY = "COPY admission_sourcerecord ({}) FROM STDIN".format(
    ", ".join(f'"{each}"' for each in COLUMNS)
)


def _stored(records: list[SourceRecord]) -> list[SourceRecord]:
    """The records with their ids, written by COPY: reports are long, and quoting them is slow."""
    if not records:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [len(records)])
        for record, (pk,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = pk
        with cursor.copy(_COPY) as copy:
            for record in records:
                sealed = crypto.encrypt(record.raw) if record.raw else ""
                values = json.dumps(record.values, ensure_ascii=False)
                written = [getattr(record, name) for name in COLUMNS]
                written[COLUMNS.index("raw")] = sealed
                written[COLUMNS.index("values")] = values
                copy.write_row(written)
    return records


def _record(heard: Heard) -> SourceRecord:
    question = heard.question
    return SourceRecord(
        customer_id=question.subject.customer_id,
        source=question.source.name,
        authorisation_id=question.authorisation_id,
        as_of=question.as_of,
        status=heard.status,
        asked_at=heard.asked_at,
        took_ms=heard.took_ms,
        tries=heard.tries,
        raw=heard.raw,
        values=heard.values or {},
        error=heard.error[:300],
    )
