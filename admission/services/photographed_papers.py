"""Papers photographed in the village: kept sealed, read by a worker, taken over by a person."""

import importlib
import io
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from PIL import Image

from admission.errors import PaperRefused
from admission.events import CardCompared, PaperPhotographed
from admission.models import PhotographedPaper
from admission.readings import KINDS, Line, ReadingFault, quality, read
from admission.readings.checks import Register, objections, tidied
from core import audit, documents, events, failures, fsm, money, notices
from core.models import User
from village import selectors
from village.models import Customer
from village.services import declaring, photos

LONGEST_SIDE = 2400  # pixels; enough for the small print of a certificate
KEEP_DAYS = 30
"""How long a picture is kept from which nothing was taken over."""
LEFT_WAITING = timedelta(minutes=2)
READING_SECONDS, AT_MOST_SECONDS = 120, 140
"""How long reading one picture may take: it is told to stop, and then it is stopped."""
LEFT_READING = timedelta(minutes=3)
"""Longer than any worker reads: whoever took a paper up before that is dead."""
TAKEN_UP_AT_MOST = 3
STUCK = "stuck"
"""The fault of a picture that no worker came to the end of."""
Kind, Stage, Status = (
    PhotographedPaper.Kind,
    PhotographedPaper.Stage,
    PhotographedPaper.Status,
)
Recogniser = Callable[[bytes], list[Line]]
log = logging.getLogger("qianmo.admission")


def take(
    customer_id: int, *, kind: str, content: bytes, actor: User | None, at: datetime
) -> PhotographedPaper:
    """Keep a picture, without the place and device that the phone wrote into it, and have it read.

    ``actor`` is None where the customer took it without anybody's help. Raises PhotoRefused for
    what is no picture.
    """
    drawn = photos.drawn_anew(content, longest=LONGEST_SIDE)
    with transaction.atomic():
        picture = documents.store(
            drawn, name=f"{Kind(kind)}.jpg", content_type="image/jpeg", by=actor
        )
        paper = PhotographedPaper.objects.create(
            customer_id=customer_id,
            kind=kind,
            picture=picture,
            keep_until=_days_on(at, KEEP_DAYS),
            taken_by=actor,
            taken_at=at,
        )
        audit.record(
            paper, "admission.paper.taken", actor=actor, customer=customer_id, kind=str(kind)
        )
        events.publish(PaperPhotographed(paper_id=paper.pk))
    return paper


def recognise(content: bytes) -> list[Line]:
    """The lines on a picture. The recogniser is loaded when a worker first needs it, and never by
    a process that only answers requests."""
    return importlib.import_module("admission.ocr").lines_on(content)


def work(paper_id: int, *, at: datetime, recogniser: Recogniser = recognise) -> PhotographedPaper:
    """Read one paper; a worker's task. Safe to run again: one that was read, or that another worker
    has, is left alone. One that no worker came to the end of is given up after a few tries.

    Slow; never inside a transaction.
    """
    paper, is_mine = _taken_up(paper_id, at)
    if not is_mine:
        return paper
    try:
        found = _fields_on(paper, recogniser)
    except ReadingFault as exc:
        return _give_up(paper_id, exc.code, at)
    except failures.UNFORESEEN as exc:
        log.error("Photographed paper %s failed: %s", paper_id, failures.told(exc))
        return _give_up(paper_id, STUCK, at) if paper.taken_up >= TAKEN_UP_AT_MOST else paper
    return _end(paper_id, "tell", found=found, at=at)


def left_waiting(at: datetime) -> list[int]:
    """Papers whose turn the broker lost, or whose worker died."""
    free = Q(begun_at=None) | Q(begun_at__lte=at - LEFT_READING)
    unread = PhotographedPaper.objects.filter(
        free,
        status__in=[Status.WAITING, Status.READING],
        taken_at__lte=at - LEFT_WAITING,
        picture__isnull=False,
    )
    return list(unread.order_by("id").values_list("pk", flat=True)[:50])


@transaction.atomic
def accept(
    paper_id: int, *, values: Mapping[str, str], actor: User | None, at: datetime
) -> PhotographedPaper:
    """Take over what a person has compared with the picture, and put it where it belongs.

    Raises PaperRefused, whose ``objections`` name each field and reason.
    """
    paper = _locked(paper_id)
    given = tidied(values)
    read_as = {each["name"]: each["value"] for each in paper.fields_found}
    against = objections(paper.kind, given, _register(paper.customer, at), read=read_as)
    if against:
        raise PaperRefused(against)
    corrected = sum(given.get(name, "") != value for name, value in read_as.items())
    _move(
        paper,
        "accept",
        actor=actor,
        values=given,
        corrected=corrected,
        by=actor,
        at=at,
        keep_until=_days_on(at, KINDS[paper.kind].keep_days),
    )
    _put_where_it_belongs(paper, given, actor, at)
    return paper


@transaction.atomic
def take_back(paper_id: int, *, because: str, actor: User, at: datetime) -> PhotographedPaper:
    """Let nothing rest any more on a paper that was taken over: it is false, or was misjudged.

    What was decided by then stays explained by it, so its fields and its picture are kept. Raises
    MoveNotAllowed.
    """
    paper = _locked(paper_id)
    _move(paper, "take_back", actor=actor, by=actor, at=at, because=because)
    return paper


@transaction.atomic
def discard(paper_id: int, *, actor: User | None, at: datetime) -> PhotographedPaper:
    """Put a picture aside; what was read from it is forgotten at once. Raises MoveNotAllowed."""
    paper = _locked(paper_id)
    _move(paper, "discard", actor=actor, by=actor, at=at, keep_until=_days_on(at, KEEP_DAYS))
    return paper


def forget(on: date) -> int:
    """Delete the pictures whose time is over; what was taken over from them stays. Returns how
    many."""
    over = PhotographedPaper.objects.filter(keep_until__lt=on, picture__isnull=False)
    gone = 0
    for pk in over.order_by("id").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            paper = _locked(pk)
            picture, paper.picture = paper.picture, None
            if paper.status not in (Status.ACCEPTED, Status.TAKEN_BACK):
                paper.found = ""
            paper.save()
            audit.record(paper, "admission.paper.picture_forgotten", actor=None)
            documents.let_go(picture)
        gone += 1
    return gone


def _taken_up(paper_id: int, at: datetime) -> tuple[PhotographedPaper, bool]:
    """The paper, and whether it is ours to read now. Counted before it is tried, so that one of
    which workers die is given up too."""
    with transaction.atomic():
        paper = _locked(paper_id)
        is_open = paper.status in (Status.WAITING, Status.READING)
        is_another_s = paper.begun_at is not None and paper.begun_at > at - LEFT_READING
        if not is_open or is_another_s or paper.picture is None:
            return paper, False
        if paper.taken_up < TAKEN_UP_AT_MOST:
            _move(paper, "begin", actor=None, at=at)
            return paper, True
    return _give_up(paper_id, STUCK, at), False


def _fields_on(paper: PhotographedPaper, recogniser: Recogniser) -> list[dict[str, object]]:
    """What a picture says. Raises ReadingFault."""
    content = documents.content(paper.picture)
    quality.check(quality.Quality.of(Image.open(io.BytesIO(content))))
    _reach(paper, Stage.RECOGNISING)
    lines = recogniser(content)
    _reach(paper, Stage.UNDERSTANDING)
    return [each.stored() for each in read(paper.kind, lines)]


def _give_up(paper_id: int, fault: str, at: datetime) -> PhotographedPaper:
    return _end(paper_id, "give_up", fault=fault, at=at, keep_until=_days_on(at, KEEP_DAYS))


def _register(person: Customer, at: datetime) -> Register:
    members = person.household.members.filter(state__in=selectors.PRESENT)
    return Register(
        name=person.name,
        id_number=person.id_number,
        members=set(members.values_list("name", flat=True)),
        today=timezone.localdate(at),
    )


def _put_where_it_belongs(
    paper: PhotographedPaper, values: Mapping[str, str], actor: User | None, at: datetime
) -> None:
    """Into the register, where it has a place; the rest is shown from the paper itself."""
    proof = f"paper {paper.pk}"
    if paper.kind in (Kind.ID_CARD_FRONT, Kind.ID_CARD_BACK):
        events.publish(CardCompared(customer_id=paper.customer_id))
    if paper.kind == Kind.BUSINESS_LICENCE:
        declaring.declare_business(
            paper.customer_id, words=values["name"], actor=actor, proof=proof
        )
    if paper.kind == Kind.PROPERTY_CERTIFICATE and values.get("house_value"):
        declaring.declare_house(
            paper.customer.household_id,
            fen=money.fen(values["house_value"]),
            on=timezone.localdate(at),
            actor=actor,
            proof=proof,
        )


def _reach(paper: PhotographedPaper, stage: int) -> None:
    """Remember how far it has come, so that whoever waits sees it move."""
    PhotographedPaper.objects.filter(pk=paper.pk).update(stage=stage)
    _nudge(paper)


def _end(paper_id: int, step: str, **given: object) -> PhotographedPaper:
    with transaction.atomic():
        paper = _locked(paper_id)
        _move(paper, step, actor=None, **given)
    _nudge(paper)
    return paper


def _nudge(paper: PhotographedPaper) -> None:
    """Tell the page of whoever took the picture; the mini-program asks by itself."""
    if paper.taken_by_id:
        notices.nudge(f"live.user.{paper.taken_by_id}", paper=paper.pk)


def _move(paper: PhotographedPaper, step: str, *, actor: User | None, **given: object) -> None:
    with fsm.refusing(paper):
        getattr(paper, step)(**given)
    paper.save()
    detail = {name: given[name] for name in ("fault", "corrected", "because") if name in given}
    audit.record(paper, f"admission.paper.{paper.status}", actor=actor, **detail)


def _locked(paper_id: int) -> PhotographedPaper:
    rows = PhotographedPaper.objects.select_for_update(of=("self",))
    return rows.select_related("customer__household", "picture").get(pk=paper_id)


def _days_on(at: datetime, days: int) -> date:
    return timezone.localdate(at) + timedelta(days=days)
