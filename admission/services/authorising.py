"""授权 from afar, the person's side: on their own phone they make themselves known and sign.

Each step locks the request, looks whether it is still open, acts and writes down. The police are
asked between two transactions, never inside one. A wrong try is counted in a transaction that
stands: the refusal is raised after it.
"""

import hmac
import logging
import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admission.errors import CheckAway, LinkDead, NotRecognised, RequestRefused
from admission.events import AuthorisationSigned
from admission.models import Authorisation, AuthorisationRequest
from admission.reference.texts import authorisation_hash
from admission.services import authorisation_papers, authorisations
from admission.services.authorisation_requests import LINK_LIVES, TOKEN_BYTES, hash_of, held, move
from admission.sources import identity
from admission.sources.errors import NotTrusted, SourceError
from admission.sources.lending import bank_day
from admission.sources.subject import Subject
from admission.sources.transport import Manners, Transport
from core import crypto, documents, events, notices
from core.errors import DomainError, MoveNotAllowed
from village.models import Customer
from village.services import photos

log = logging.getLogger("qianmo.admission")

MOST_WRONG_TRIES = 5
FACE_AT_LEAST = 0.8
"""What the first admission rule asks of a face, too."""
Status = AuthorisationRequest.Status
Answer = TypeVar("Answer")


def find(token: str, *, phone: str, at: datetime) -> AuthorisationRequest:
    """The request behind a link, open or just signed, for the phone that holds it.

    Once the person has made themselves known, the link answers on that phone alone. Raises
    LinkDead, whose code says why.
    """
    found = (
        AuthorisationRequest.objects.select_related(
            "customer", "applicant", "asked_by__branch", "authorisation__document"
        )
        .filter(token_hash=hash_of(token))
        .first()
    )
    if found is None:
        raise LinkDead(code="unknown")
    must_lead_on(found, phone=phone, at=at)
    return found


def must_lead_on(found: AuthorisationRequest, *, phone: str, at: datetime) -> None:
    """A request may be gone on with, or just was signed, on the phone that asks. Raises LinkDead,
    whose code says why not."""
    is_signed = found.status == Status.SIGNED
    if found.has_run_out(at=at):
        raise LinkDead(code=Status.EXPIRED)
    if not found.is_open and not is_signed:
        raise LinkDead(code=found.status)
    is_theirs = not found.phone_hash or hmac.compare_digest(found.phone_hash, hash_of(phone))
    if is_signed and (not is_theirs or at >= found.expires_at):
        raise LinkDead(code=Status.SIGNED)
    if not is_theirs:
        raise LinkDead(code="elsewhere")


def note_opening(request_id: int, *, at: datetime) -> None:
    """The link was opened; the manager sees it."""
    with held(request_id, at=at) as request:
        if request.status == Status.SENT:
            move(request, "open", actor=None, at=at)


def identify(request_id: int, *, name: str, id_number: str, at: datetime, phone: str = "") -> str:
    """The person says who they are; the register and the police have to agree.

    Returns the secret that ties the request to this phone from now on: ``phone`` where the phone
    has one already, else a new one. Raises LinkDead, NotRecognised (counted), CheckAway.
    """
    wrong: DomainError | None = None
    with held(request_id, at=at) as request:
        _must_be(request, Status.OPENED)
        person = request.customer
        number_is_right = hmac.compare_digest(crypto.blind_index(id_number), person.id_index)
        if not number_is_right or "".join(name.split()) != person.name:
            wrong = _count_wrong(request, _("Name or ID number are not those the bank has."), at)
    if wrong:
        raise wrong
    answer = _ask(lambda line: identity.ask_who(_subject(person), line, under=_under(request_id)))
    phone = phone or secrets.token_urlsafe(TOKEN_BYTES)
    with held(request_id, at=at) as request:
        request.police_reply = answer.raw
        if answer.holds:
            until = at + LINK_LIVES
            bound = hash_of(phone)
            move(request, "identify", actor=None, phone_hash=bound, at=at, until=until)
        else:
            says = _("The police register does not confirm name and number.")
            wrong = _count_wrong(request, says, at)
    if wrong:
        raise wrong
    return phone


def show_face(request_id: int, *, photo: bytes, at: datetime) -> None:
    """The person's photo, compared by the police with the picture they have on file.

    A photo that was not recognised is not kept. Raises LinkDead, PhotoRefused for what is no
    photo, NotRecognised (counted), CheckAway.
    """
    drawn = photos.drawn_anew(photo)
    with held(request_id, at=at) as request:
        _must_be(request, Status.IDENTIFIED)
        person = request.customer
    found = _ask(
        lambda line: identity.compare_face(_subject(person), drawn, line, under=_under(request_id))
    )
    is_theirs = found.is_live and found.score is not None and found.score >= FACE_AT_LEAST
    wrong: DomainError | None = None
    with held(request_id, at=at) as request:
        request.police_reply = f"{request.police_reply}\n{found.raw}"
        if is_theirs:
            name = f"face-{request_id}.jpg"
            kept = documents.store(drawn, name=name, content_type="image/jpeg", by=None)
            move(request, "recognise", actor=None, face=kept, score=found.score, at=at)
        else:
            says = _("The photo was not recognised. Light on the face, no cap, look ahead.")
            wrong = _count_wrong(request, says, at)
    if wrong:
        raise wrong


def sign(request_id: int, *, text_hash: str, signature: bytes, at: datetime) -> Authorisation:
    """They allow it: the form is printed, sealed and kept, and the authorisation recorded.

    ``text_hash`` says which text stood on their screen; ``signature`` is what they drew, PNG. It
    holds from the bank's day on, which at night may still be yesterday. Raises LinkDead,
    RequestRefused, SealMissing.
    """
    with held(request_id, at=at) as request:
        _must_be(request, Status.RECOGNISED)
        shown = {text_hash, request.text_hash, authorisation_hash()}
        if len(shown) > 1:
            raise RequestRefused(_("The text has changed since. Read it again and begin anew."))
    day = bank_day(timezone.localdate(at))
    until = authorisations.lasts_until(request.purpose, signed_at=at)
    form = authorisation_papers.draw_up(request, signature=signature, at=at, until=until)
    with held(request_id, at=at) as request:
        leave = authorisations.authorise(
            request.customer_id,
            purpose=request.purpose,
            actor=request.asked_by,
            at=_on(day, at),
            valid_until=until,
            document=form.document,
        )
        given = {"authorisation": leave, "evidence": form.evidence, "at": at}
        move(request, "sign", actor=None, **given)
        _tell(request, gettext_lazy("%(name)s has signed the authorisation."))
        events.publish(AuthorisationSigned(authorisation_id=leave.pk))
    return leave


def decline(request_id: int, *, at: datetime) -> None:
    """They do not allow it, and nobody is asked about them. Raises LinkDead."""
    with held(request_id, at=at) as request:
        move(request, "decline", actor=None, at=at)
        _tell(request, gettext_lazy("%(name)s does not want to authorise."), level="yellow")


def _must_be(request: AuthorisationRequest, status: str) -> None:
    """Refuse early what the drawing would refuse, before anybody is asked or anything printed."""
    if request.status != status:
        raise MoveNotAllowed(_("This step is not the next one. Open the link again."))


def _count_wrong(request: AuthorisationRequest, says: str, at: datetime) -> DomainError:
    """Count a wrong try; the last one locks the link. What to raise once that stands."""
    request.wrong_tries += 1
    left = MOST_WRONG_TRIES - request.wrong_tries
    if left <= 0:
        move(request, "lock", actor=None, at=at)
        _tell(
            request, gettext_lazy("%(name)s's link was locked after wrong tries."), level="orange"
        )
        return LinkDead(code=Status.LOCKED)
    again = ngettext("%(count)d try is left.", "%(count)d tries are left.", left)
    return NotRecognised(f"{says} {again % {'count': left}}")


def _ask(question: Callable[[Transport], Answer]) -> Answer:
    timeout = getattr(settings, "SOURCES_TIMEOUT_SECONDS", Manners.timeout)
    try:
        with Transport(settings.SOURCES_URL, manners=Manners(timeout=timeout)) as line:
            return question(line)
    except (SourceError, NotTrusted) as exc:
        log.warning("An identity could not be checked: %s", exc.reason)
        says = _("The police register does not answer just now. Try again in a minute.")
        raise CheckAway(says) from exc


def _subject(person: Customer) -> Subject:
    return Subject(person.pk, person.id_number, person.name)


def _under(request_id: int) -> str:
    return f"request-{request_id}"


def _on(day: date, at: datetime) -> datetime:
    """The same time of a day."""
    local = timezone.localtime(at)
    return local.replace(year=day.year, month=day.month, day=day.day)


def _tell(request: AuthorisationRequest, says: Promise, level: str = "info") -> None:
    """Tell whoever asked; of what customers begin themselves, the manager who walks their grid."""
    manager = request.asked_by or request.applicant.household.village.grid.manager
    if manager is None:
        return
    notices.send(
        says,
        {"name": request.customer},
        user=manager,
        level=level,
        url=f"/m/authorisations/{request.pk}/",
    )
