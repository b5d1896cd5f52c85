"""A customer's leave to ask others about them."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from admission.errors import AuthorisationRefused
from admission.models import Authorisation, SourceRecord
from admission.models.sources import AuthorisationQuerySet
from admission.reference.texts import AUTHORISATION_VERSION, authorisation_hash
from admission.services.answering import Paper
from admission.services.authorisation_requests import must_be_able
from admission.sources import SOURCES, Source
from admission.sources.lending import bank_day
from core import audit, documents, parameters
from core.audit import Deed
from core.models import Document, User
from core.parameters import ParameterUnknown
from village.models import Customer

VALID_DAYS = {
    Authorisation.Purpose.GRANTING: 365,
    Authorisation.Purpose.APPLICATION: 90,
    Authorisation.Purpose.POST_LOAN: 365,
    Authorisation.Purpose.GUARANTEE: 90,
}
"""How long an authorisation holds at most, unless the parameter of its purpose says otherwise."""


def usable(*, purpose: str, on: date) -> AuthorisationQuerySet:
    """Those under which somebody may be asked now for a decision of a day: signed by the bank's day
    today, and ended neither on it nor on the day decided for. No choice of day brings back what has
    ended; whoever signs after they applied is heard: the day is for the rules, not for the leave.
    """
    today = bank_day(timezone.localdate())
    return Authorisation.objects.live(purpose=purpose, on=today).filter(valid_until__gte=on)


def first_choice(leaves: Iterable[Authorisation]) -> Authorisation | None:
    """Of one person's live leaves for a purpose, the one under which they are asked about: the
    newest of those whose queries are least used up."""
    return max(leaves, key=lambda each: (-len(spent_under(each)), each.pk), default=None)


def leave_to_guarantee(guarantor_id: int, *, applicant_id: int, on: date) -> Authorisation | None:
    """Under which a guarantor may be asked about for one applicant: one that they signed on paper,
    or on their phone in favour of this applicant."""
    live = usable(purpose=Authorisation.Purpose.GUARANTEE, on=on).filter(customer=guarantor_id)
    return first_choice(live.filter(Q(request=None) | Q(request__applicant=applicant_id)))


def last_day(purpose: str, *, on: date) -> date:
    """Until when an authorisation signed on a day may hold."""
    wanted = Authorisation.Purpose(purpose)
    try:
        days = int(parameters.number(f"authorisation.longest_days_{wanted}", on=on))
    except ParameterUnknown:
        days = VALID_DAYS[wanted]
    return on + timedelta(days=days)


def lasts_until(purpose: str, *, signed_at: datetime) -> date:
    """Until when what is signed from afar at a moment holds: from the bank's day on, which at night
    may still be yesterday."""
    return last_day(purpose, on=bank_day(timezone.localdate(signed_at)))


def authorise(
    customer_id: int,
    *,
    purpose: str,
    actor: User | None,
    at: datetime,
    valid_until: date,
    document: Document | None = None,
) -> Authorisation:
    """Write down that a customer allowed it, for one purpose, until a day; ``document`` is the
    form they signed, where the bank has it as a file."""
    (made,) = authorise_many(
        [customer_id],
        purpose=purpose,
        actor=actor,
        at=at,
        valid_until=valid_until,
        document=document,
    )
    return made


@transaction.atomic
def authorise_on_paper(
    customer_id: int,
    *,
    purpose: str,
    actor: User,
    at: datetime,
    valid_until: date,
    paper: Paper,
) -> Authorisation:
    """Write down what a customer signed on paper; the scan of it is kept as the evidence.

    Raises AuthorisationRefused where it would hold longer than the bank lets one hold, and
    RequestRefused for whoever cannot sign anything.
    """
    must_be_able(Customer.objects.get(pk=customer_id), at)
    latest = last_day(purpose, on=timezone.localdate(at))
    if not paper.content:
        raise AuthorisationRefused(_("Hand in the scan of what the customer signed."))
    if not timezone.localdate(at) <= valid_until <= latest:
        raise AuthorisationRefused(
            _("An authorisation for this purpose ends on %(day)s at the latest.") % {"day": latest}
        )
    kept = documents.store(
        paper.content, name=paper.name, content_type=paper.content_type, by=actor
    )
    return authorise(
        customer_id, purpose=purpose, actor=actor, at=at, valid_until=valid_until, document=kept
    )


@transaction.atomic
def authorise_many(
    customer_ids: Iterable[int],
    *,
    purpose: str,
    actor: User | None,
    at: datetime,
    valid_until: date,
    document: Document | None = None,
) -> list[Authorisation]:
    """Write down what several customers allowed, each on a form of their own."""
    text_hash = authorisation_hash()
    made = Authorisation.objects.bulk_create(
        Authorisation(
            customer_id=pk,
            purpose=Authorisation.Purpose(purpose),
            text_version=AUTHORISATION_VERSION,
            text_hash=text_hash,
            granted_at=at,
            valid_until=valid_until,
            obtained_by=actor,
            document=document,
        )
        for pk in customer_ids
    )
    deeds = (Deed(each.pk, {"purpose": purpose, "until": valid_until.isoformat()}) for each in made)
    audit.record_all(Authorisation, "admission.authorisation.granted", deeds, actor=actor)
    return made


@transaction.atomic
def withdraw(authorisation_id: int, *, actor: User | None, at: datetime) -> Authorisation:
    """End a customer's leave from now on; what was asked before stays on file."""
    authorisation = Authorisation.objects.select_for_update().get(pk=authorisation_id)
    if authorisation.withdrawn_at is None:
        authorisation.withdrawn_at = at
        authorisation.save(update_fields=["withdrawn_at"])
        audit.record(authorisation, "admission.authorisation.withdrawn", actor=actor)
    return authorisation


def spent_under(leave: Authorisation) -> set[str]:
    """The sources that may be asked but once under an authorisation, and were."""
    return {name for name, each in SOURCES.items() if each.uses_up and getattr(leave, each.uses_up)}


def askable(customer_ids: Collection[int], *, purpose: str, on: date) -> dict[int, bool]:
    """Of those with a live authorisation, whether all may still be asked under it.

    A source that uses it up may be asked no more once it was, unless its answer is still fresh.
    """
    live: dict[int, list[Authorisation]] = {}
    for each in usable(purpose=purpose, on=on).filter(customer__in=customer_ids):
        live.setdefault(each.customer_id, []).append(each)
    spent = {pk: spent_under(first_choice(leaves)) for pk, leaves in live.items()}
    lost: set[int] = set()
    for name in set().union(*spent.values()):
        asked = {pk for pk, names in spent.items() if name in names}
        lost |= asked - answered(asked, SOURCES[name], purpose=purpose, on=on)
    return {pk: pk not in lost for pk in spent}


def answered(customer_ids: Collection[int], source: Source, *, purpose: str, on: date) -> set[int]:
    """About whom a source has given an answer for the same purpose that is fresh on a day, or was
    given since."""
    told = SourceRecord.objects.filter(
        customer__in=customer_ids,
        source=source.name,
        status=SourceRecord.Status.ANSWERED,
        authorisation__purpose=purpose,
        as_of__gt=on - timedelta(days=source.days),
    )
    return set(told.values_list("customer_id", flat=True))
