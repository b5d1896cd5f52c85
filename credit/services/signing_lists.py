"""The signing list comes back from the village: who signed on it, on which day, with the scan."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, documents, events, fsm
from core.audit import Deed
from core.errors import SameHands
from core.models import User
from credit.errors import SigningRefused
from credit.events import LinesSigned
from credit.models import CreditLine, LineSigning
from credit.services.village_papers import in_the_lists_order
from village.models import Customer, Village


def to_sign(village: Village, user: User) -> list[CreditLine]:
    """The village's lines that could be signed: confirmed by a visit and not signed yet."""
    lines = CreditLine.objects.visible_to(user).filter(
        household__village=village,
        status=CreditLine.Status.GRANTED,
        borrower__state__in=Customer.HERE,
    )
    return list(in_the_lists_order(lines))


@transaction.atomic
def record(
    village: Village,
    line_ids: Collection[int],
    *,
    signed_on: date,
    scan: bytes,
    name: str,
    content_type: str,
    actor: User,
    on: date,
) -> int:
    """These households signed on the list; ``on`` is the bank's day. Returns how many.

    All of them or none. Raises SigningRefused for a line that cannot be signed, or a day before it
    was granted or still to come; SameHands for the village's own customer manager, who collected
    the signatures.
    """
    if actor.pk == village.grid.manager_id:
        raise SameHands(_("Who collects the signatures does not record them; ask another person."))
    lines = list(
        CreditLine.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("borrower")
        .filter(pk__in=line_ids, household__village=village)
        .order_by("pk")
    )
    _must_be_signable(lines, set(line_ids), signed_on, on)
    document = documents.store(scan, name=name[:120], content_type=content_type, by=actor)
    _sign_all(lines)
    LineSigning.objects.bulk_create(
        LineSigning(line=line, signed_on=signed_on, document=document, recorded_by=actor)
        for line in lines
    )
    detail = {"signed_on": signed_on.isoformat(), "document": document.address, "on_list": True}
    deeds = (Deed(line.pk, detail) for line in lines)
    audit.record_all(CreditLine, "credit.line.signed", deeds, actor=actor)
    events.publish(LinesSigned(village_id=village.pk))
    return len(lines)


def _sign_all(lines: Collection[CreditLine]) -> None:
    """Each line makes its own move; what came of them is written with one statement.

    The rows are locked, and only what still is granted is written: a move made elsewhere is never
    overwritten.
    """
    for line in lines:
        with fsm.refusing(line):
            line.sign()
    granted = CreditLine.objects.filter(status=CreditLine.Status.GRANTED)
    if granted.bulk_update(lines, ["status"]) != len(lines):
        raise SigningRefused(_("A line of the list was changed meanwhile; look at it again."))


def _must_be_signable(
    lines: Collection[CreditLine], asked: set[int], signed_on: date, on: date
) -> None:
    if not asked:
        raise SigningRefused(_("Choose who signed."))
    if len(lines) < len(asked):
        raise SigningRefused(_("Not all of these lines are of this village."))
    wrong = [line for line in lines if line.status != CreditLine.Status.GRANTED]
    if wrong:
        raise SigningRefused(
            _("%(household)s is “%(state)s”; only a granted line is signed on the list.")
            % {"household": wrong[0].household, "state": wrong[0].get_status_display()}
        )
    gone = [line for line in lines if line.borrower.state not in Customer.HERE]
    if gone:
        raise SigningRefused(
            _("%(household)s: the main borrower has died or moved away.")
            % {"household": gone[0].household}
        )
    if signed_on > on:
        raise SigningRefused(_("The day of the signatures is still to come."))
    first = max(line.valid_from for line in lines)
    if signed_on < first:
        raise SigningRefused(
            _("The lines were granted on %(day)s; nobody signed before.") % {"day": first}
        )
