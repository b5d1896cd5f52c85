"""A village's list of reviewers 评议员名单: proposed by one, approved by another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, crypto, fsm
from core.audit import Deed
from core.errors import SameHands
from core.models import User
from village.errors import FileRefused, ReviewerRefused
from village.models import Customer, ListedReviewer
from village.review_rules.eligibility import Unfit, unfit
from village.roster.reading import FileNotReadable
from village.roster.reviewer_file import read_list
from village.services.reviewers import candidate

LONGEST_REASON = 200
APPROVED = """
UPDATE village_listedreviewer SET status = 'approved', approved_by_id = %s, approved_at = %s
 WHERE id = ANY(%s) AND status = 'proposed' RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who was not put on the list: where they stand in the file, and why."""

    who: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of a proposal: how many are on the list now, how many were before, who is not."""

    listed: int
    known: int
    refused: list[Refused]


@transaction.atomic
def propose(village_id: int, customer_ids: Iterable[int], *, actor: User, on: date) -> Proposed:
    """Put people on a village's list; a second person has to approve them.

    Whoever may not be a reviewer on that day is left out with the reasons. Where else somebody is
    on the list, having lived there, makes no difference.
    """
    people = list(
        Customer.objects.filter(pk__in=customer_ids).select_related("household").order_by("pk")
    )
    known = {
        each.customer_id: each
        for each in ListedReviewer.objects.select_for_update().filter(
            village=village_id, customer__in=people
        )
    }
    refused, new, before = [], [], 0
    for each in people:
        reasons = reasons_against(each, village_id=village_id, on=on)
        listed = known.get(each.pk)
        if reasons:
            refused.append(Refused(each.name, reasons))
        elif listed is None:
            new.append(each)
        elif listed.status == ListedReviewer.Status.STRUCK_OFF:
            listed.propose_again(by=actor, at=timezone.now())
            listed.save()
            audit.record(listed, "village.reviewer.proposed_again", actor=actor)
        else:
            before += 1
    made = ListedReviewer.objects.bulk_create(
        [
            ListedReviewer(
                village_id=village_id,
                customer=each,
                proposed_by=actor,
                proposed_at=timezone.now(),
            )
            for each in new
        ]
    )
    audit.record_all(
        ListedReviewer,
        "village.reviewer.proposed",
        (Deed(each.pk, {"customer": each.customer_id}) for each in made),
        actor=actor,
    )
    return Proposed(len(people) - len(refused) - before, before, refused)


def import_list(content: bytes, *, village_id: int, actor: User, on: date) -> Proposed:
    """Propose the people of a file (CSV or Excel) whose ID numbers are registered.

    Raises FileRefused for a file without ID numbers; rows nobody is registered under, or whose
    name is another's, come back with their line.
    """
    try:
        rows = read_list(content)
    except FileNotReadable as exc:
        raise FileRefused(_("This file has no column of ID numbers.")) from exc
    by_index = {crypto.blind_index(row.id_number): row for row in rows}
    people = {each.id_index: each for each in Customer.objects.filter(id_index__in=by_index)}
    refused, found = [], []
    for index, row in by_index.items():
        person = people.get(index)
        if person is None:
            refused.append(Refused(_line(row.line), [_("Nobody is registered under this number.")]))
        elif row.name and row.name != person.name:
            refused.append(Refused(_line(row.line), [_("The number belongs to another name.")]))
        else:
            found.append(person.pk)
    proposed = propose(village_id, found, actor=actor, on=on)
    return Proposed(proposed.listed, proposed.known, refused + proposed.refused)


def reasons_against(person: Customer, *, village_id: int, on: date) -> list[str]:
    """Why somebody may not judge their neighbours, in words; nothing for somebody fit."""
    asked = candidate(person, on=on, village_id=village_id)
    return [_words(each) for each in unfit(asked)]


@transaction.atomic
def approve(listed_id: int, *, actor: User, on: date) -> ListedReviewer:
    """Agree that somebody may judge. Raises SameHands, and ReviewerRefused for one unfit by now."""
    listed = _locked(listed_id)
    if actor.pk == listed.proposed_by_id:
        raise SameHands
    reasons = reasons_against(listed.customer, village_id=listed.village_id, on=on)
    if reasons:
        raise ReviewerRefused("；".join(reasons))
    with fsm.refusing(listed):
        listed.approve(by=actor, at=timezone.now())
    listed.save()
    audit.record(listed, "village.reviewer.approved", actor=actor)
    return listed


@transaction.atomic
def approve_proposed(village_id: int, *, actor: User, on: date) -> int:
    """Agree to everybody proposed for a village who may judge by now; returns how many.

    One statement. Who is unfit by now stays proposed, and so does whom ``actor`` proposed: another
    person has to agree to those.
    """
    waiting = (
        ListedReviewer.objects.select_for_update(of=("self",))
        .filter(village=village_id, status=ListedReviewer.Status.PROPOSED)
        .exclude(proposed_by=actor)
        .select_related("customer__household")
    )
    fit = [
        each.pk
        for each in waiting.order_by("pk")
        if not reasons_against(each.customer, village_id=village_id, on=on)
    ]
    with connection.cursor() as cursor:
        cursor.execute(APPROVED, [actor.pk, timezone.now(), fit])
        approved = sorted(pk for (pk,) in cursor.fetchall())
    audit.record_all(
        ListedReviewer,
        "village.reviewer.approved",
        (Deed(pk, {}) for pk in approved),
        actor=actor,
    )
    return len(approved)


@transaction.atomic
def strike_off(listed_id: int, *, because: str, actor: User) -> ListedReviewer:
    """Take somebody off the list, saying why. Seats they hold already stay theirs."""
    because = because.strip()
    if not 0 < len(because) <= LONGEST_REASON:
        raise ReviewerRefused(_("Say why they are struck off."))
    listed = _locked(listed_id)
    with fsm.refusing(listed):
        listed.strike_off(because=because)
    listed.save()
    audit.record(listed, "village.reviewer.struck_off", actor=actor, because=because)
    return listed


def _locked(listed_id: int) -> ListedReviewer:
    rows = ListedReviewer.objects.select_for_update(of=("self",))
    return rows.select_related("customer__household").get(pk=listed_id)


def _line(number: int) -> str:
    return _("Line %(line)s") % {"line": number}


def _words(reason: Unfit) -> str:
    return {
        Unfit.TOO_YOUNG: _("Younger than 25."),
        Unfit.TOO_OLD: _("Older than 70."),
        Unfit.NOT_LIVING_HERE: _("Does not live in the village."),
        Unfit.ON_GREY_OR_BLACK_LIST: _("They or their household stand on a grey or black list."),
        Unfit.STRANGER: _("Registered in another village."),
    }[reason]
