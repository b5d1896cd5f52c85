"""Raises and renewals of signed lines: offered by the bank, in force once they are signed."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy, override

from core import audit, documents, events, fsm, notices, seals
from core.audit import Deed
from core.errors import SameHands
from core.models import Document, User
from core.printing import pdf
from credit.errors import RaiseRefused
from credit.events import LineRaised
from credit.letter_words import reasons_in_plain_words
from credit.loan_rules.months import add_months
from credit.models import CreditLine, LimitDecision, LineRaise
from credit.services.chinese_amounts import in_words
from credit.services.contracts import Signature

STYLES = ("css/pdf.css", "css/contract.css")
OFFER_LIVES = timedelta(days=30)
SIGNED = (CreditLine.Status.SIGNED, CreditLine.Status.ACTIVE)


@transaction.atomic
def offer(decision_ids: Sequence[int], *, actor: User, on: date) -> list[LineRaise]:
    """Offer the raises and renewals these limit decisions give; a handful of statements for all.

    What is offered or signed already, or was overtaken by a later round, is left out.
    """
    decisions = {
        each.household_id: each
        for each in LimitDecision.objects.filter(pk__in=decision_ids).to_offer(on)
    }
    _let_lapse(decisions, on)
    lines = CreditLine.objects.select_for_update(of=("self",)).filter(
        household__in=decisions, status__in=SIGNED
    )
    offers = [(line, _offered(line, decisions[line.household_id], actor, on)) for line in lines]
    made = LineRaise.objects.bulk_create(each for line, each in offers if _gives_more(line, each))
    audit.record_all(
        LineRaise,
        "credit.raise.offered",
        (Deed(each.pk, {"before": each.before, "amount": each.amount}) for each in made),
        actor=actor,
    )
    _tell_managers(made)
    return made


def _gives_more(line: CreditLine, offer: LineRaise) -> bool:
    return offer.amount > line.amount or (
        offer.amount == line.amount and offer.valid_to > line.valid_to
    )


def _tell_managers(made: Sequence[LineRaise]) -> None:
    """Whoever walks the grids hears once how many of their households may sign."""
    managers = User.objects.filter(
        grids__villages__households__credit_lines__in=[each.line_id for each in made]
    ).annotate(offers=Count("grids__villages__households__credit_lines"))
    for each in managers:
        notices.send(
            ngettext_lazy(
                "%(n)d household may sign for a higher or longer line.",
                "%(n)d households may sign for a higher or longer line.",
                each.offers,
            ),
            {"n": each.offers},
            user=each,
            url=f"{reverse('admin:credit_lineraise_changelist')}?status__exact=offered",
        )


def _offered(line: CreditLine, decision: LimitDecision, actor: User, on: date) -> LineRaise:
    months = int(decision.explanation["line_months"])
    return LineRaise(
        line=line,
        decision=decision,
        before=line.amount,
        amount=decision.offered_for(line.amount),
        valid_to=max(line.valid_to, add_months(on, months)),
        offered_on=on,
        offered_until=on + OFFER_LIVES,
        offered_by=actor,
    )


@transaction.atomic
def withdraw(raise_id: int, *, actor: User) -> LineRaise:
    """Take an offer back before it is signed."""
    found = LineRaise.objects.select_for_update(of=("self",)).get(pk=raise_id)
    with fsm.refusing(found):
        found.withdraw()
    found.save(update_fields=["status"])
    audit.record(found, "credit.raise.withdrawn", actor=actor)
    return found


def paper(raise_id: int) -> Document:
    """What the borrower reads and signs, printed the first time somebody asks for it."""
    found = _with_all().get(pk=raise_id)
    if found.signed_document or found.document:
        return found.signed_document or found.document
    document = documents.store(
        _printed(found), name=f"raise-{found.pk}.pdf", content_type="application/pdf", by=None
    )
    with transaction.atomic():
        locked = LineRaise.objects.select_for_update(of=("self",)).get(pk=raise_id)
        if locked.document is None:
            locked.document = document
            locked.save(update_fields=["document"])
            audit.record(locked, "credit.raise.printed", actor=None, document=document.address)
    return locked.document


def sign(
    raise_id: int,
    *,
    signature: Signature,
    at: datetime,
    on: date,
    taken_by: User | None = None,
) -> LineRaise:
    """The borrower signs the paper; the bank seals it, and the line is raised at once.

    ``on`` is the bank's day. ``taken_by`` is the member of staff who took a signature on paper,
    never who made the offer. Raises RaiseRefused where the offer has lapsed, was not read, or the
    line is no longer what it was when the offer was made.
    """
    found = _with_all().get(pk=raise_id)
    if taken_by and taken_by.pk == found.offered_by_id:
        raise SameHands(_("Who made the offer does not take the signature; ask another person."))
    _must_stand(found, found.line, on)
    printed = documents.content(found.document)
    evidence = _evidence(found, printed, signature, at)
    sealed = seals.seal(printed, evidence=evidence, reason=f"授信额度调整确认书 {found.pk}")
    document = documents.store(
        sealed, name=f"raise-{found.pk}-signed.pdf", content_type="application/pdf", by=taken_by
    )
    return _signed(raise_id, document, evidence, at=at, on=on, taken_by=taken_by)


@transaction.atomic
def _signed(
    raise_id: int,
    document: Document,
    evidence: dict[str, Any],
    *,
    at: datetime,
    on: date,
    taken_by: User | None,
) -> LineRaise:
    found = LineRaise.objects.select_for_update(of=("self",)).get(pk=raise_id)
    line = CreditLine.objects.select_for_update(of=("self",)).get(pk=found.line_id)
    _must_stand(found, line, on)
    with fsm.refusing(found):
        found.sign(document=document, signature=evidence, by=taken_by, at=at)
    found.save()
    line.raise_to(found.amount, decision=found.decision, valid_to=found.valid_to)
    line.save(update_fields=["amount", "decision", "valid_to"])
    audit.record(found, "credit.raise.signed", actor=taken_by, document=document.address)
    audit.record(
        line,
        "credit.line.raised",
        actor=taken_by,
        before=found.before,
        amount=found.amount,
        valid_to=found.valid_to.isoformat(),
    )
    events.publish(LineRaised(line_id=line.pk))
    return found


def _must_stand(found: LineRaise, line: CreditLine, on: date) -> None:
    """Refuse to sign for what is no longer offered, or not as the paper says."""
    if found.status != LineRaise.Status.OFFERED or on > found.offered_until:
        raise RaiseRefused(_("This offer does not stand any more."), code="lapsed")
    if found.document_id is None:
        raise RaiseRefused(_("Read the paper first."), code="not_read")
    if line.status not in SIGNED or line.amount != found.before:
        raise RaiseRefused(_("The line has changed since; ask for a new offer."), code="changed")
    if not LimitDecision.objects.newest().filter(pk=found.decision_id).exists():
        raise RaiseRefused(_("A later round has worked the limit out anew."), code="overtaken")
    gives = found.decision.outcome == LimitDecision.Outcome.GRANT
    if not gives or found.amount > found.decision.offered_for(line.amount):
        raise RaiseRefused(_("The limit was lowered since; ask for a new offer."), code="overtaken")


def _let_lapse(households: Iterable[int], on: date) -> None:
    """Earlier offers to these households, past or overtaken, make room for the new one."""
    past = LineRaise.objects.select_for_update(of=("self",)).filter(
        line__household__in=households, status=LineRaise.Status.OFFERED
    )
    for each in past:
        with fsm.refusing(each):
            each.lapse()
        each.save(update_fields=["status"])
        audit.record(each, "credit.raise.lapsed", actor=None, on=on.isoformat())


def _with_all() -> QuerySet[LineRaise]:
    return LineRaise.objects.select_related(
        "line__borrower",
        "line__household__village__grid__branch",
        "decision",
        "document",
        "signed_document",
    )


def _printed(found: LineRaise) -> bytes:
    """The paper. Chinese whatever the reader's language: it is the paper of record."""
    shown = {
        "bank": settings.SEAL_HOLDER,
        "offer": found,
        "line": found.line,
        "borrower": found.line.borrower,
        "village": found.line.household.village,
        "in_words": in_words(found.amount),
        "reasons": reasons_in_plain_words(found.decision.explanation),
    }
    with override("zh-hans"):
        return pdf(render_to_string("credit/papers/raise.html", shown), styles=STYLES)


def _evidence(
    found: LineRaise, printed: bytes, signature: Signature, at: datetime
) -> dict[str, Any]:
    """What proves that this person signed this paper: kept in the paper, under the seal."""
    return {
        "raise": found.pk,
        "document_sha256": hashlib.sha256(printed).hexdigest(),
        "customer": found.line.borrower_id,
        "before": found.before,
        "amount": found.amount,
        "signed_at": at.isoformat(),
        **asdict(signature),
    }
