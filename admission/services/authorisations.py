"""A customer's leave to ask others about them."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction

from admission.models import Authorisation, SourceRecord
from admission.reference.texts import AUTHORISATION_VERSION, authorisation_hash
from admission.sources import SOURCES
from core import audit
from core.audit import Deed
from core.models import Document, User


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


def askable(customer_ids: Collection[int], *, purpose: str, on: date) -> dict[int, bool]:
    """Of those with a live authorisation, whether all may still be asked under it.

    A source that uses it up may be asked no more once it was, unless its answer is still fresh.
    """
    live = (
        Authorisation.objects.live(purpose=purpose, on=on)
        .filter(customer__in=customer_ids)
        .order_by("customer_id", "-id")
        .distinct("customer_id")
    )
    asked_at = dict(live.values_list("customer_id", "bureau_asked_at"))
    used = [pk for pk, at in asked_at.items() if at is not None]
    answered = set(_asked_once_and_fresh(used, purpose=purpose, on=on))
    return {pk: at is None or pk in answered for pk, at in asked_at.items()}


def _asked_once_and_fresh(
    customer_ids: Collection[int], *, purpose: str, on: date
) -> Iterable[int]:
    """Those about whom each source that may be asked but once has given an answer that counts."""
    once = [each for each in SOURCES.values() if each.uses_up]
    told = [
        set(
            SourceRecord.objects.filter(
                customer__in=customer_ids,
                source=each.name,
                status=SourceRecord.Status.ANSWERED,
                authorisation__purpose=purpose,
                as_of__gt=on - timedelta(days=each.days),
                as_of__lte=on,
            ).values_list("customer_id", flat=True)
        )
        for each in once
    ]
    return set(customer_ids).intersection(*told)
