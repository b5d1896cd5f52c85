"""Deciding whether customers may be lent to."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.errors import NotAuthorised, NothingMissing
from admission.events import CustomerDecided
from admission.features import Asked
from admission.judgement import RuleBook, Verdict, judge_all, plain
from admission.models import Authorisation, Decision, RuleSet, ShadowScore, ShadowVerdict
from admission.selectors import is_newest, rules_in_force
from admission.services import numbers_borne, overriding, scoring, shadowing
from admission.services.authorisations import askable, first_choice, usable
from admission.services.gathering import Person, Records
from admission.services.inputs import Inputs, Row, collect
from admission.services.paper_sources import Sheet
from admission.services.turns import in_turn
from admission.services.waiting import empty_sources
from core import audit, events
from core.audit import Deed
from core.models import User

log = logging.getLogger("qianmo.admission")

DELIVERED = "delivered"
"""The status, in a decision's records, of a source that a delivered file stood in for."""

ON_PAPER = "paper"
"""The status, in a decision's records, of a source in whose place a photographed paper spoke."""

OF_A_REQUEST = {Authorisation.Purpose.APPLICATION, Authorisation.Purpose.GUARANTEE}
"""Purposes whose decisions bear the day of an application."""

GUARANTOR_TOLD = {
    "manual": gettext_lazy("A member of staff will look at whether you can be a guarantor."),
    "refuse": gettext_lazy("You cannot be accepted as guarantor at present."),
}
"""What opens the text for somebody who offers to answer for another's loan."""

CUSTOMERS_AT_ONCE = 200
"""Decided together: what a crash between asking and writing may cost."""


def decide(
    customer_id: int,
    *,
    purpose: str,
    as_of: date,
    actor: User | None,
    asked: Asked | None = None,
    anew: Collection[str] = (),
    under: int | None = None,
) -> Decision:
    """Hear all rules for one customer, asking every source the rules need, all at the same time.

    Sources named in ``anew`` are asked even where a fresh answer is on file: theirs was wrong.
    ``under`` is the leave that somebody was cleared with; without it one is chosen.
    The card in force for the customer's segment scores beside the rules. Call it outside any
    transaction: others are asked over the network. Raises NotAuthorised, NoRulesInForce,
    ScorecardChanged.
    """
    rule_set, book = rules_in_force()
    with in_turn([customer_id], purpose):
        people = _authorised([customer_id], purpose, as_of, under=under)
        if not people:
            raise NotAuthorised(_("The customer has not authorised questions for this purpose."))
        (decision,) = _decide(
            people,
            rule_set,
            book,
            asked or Asked(),
            purpose,
            as_of,
            actor,
            at_once=None,
            anew=anew,
        )
    return decision


def decide_again(decision_id: int, *, actor: User | None, as_of: date) -> Decision:
    """Decide anew where a source was missing: fresh answers on file are used, and only the others
    are asked, and those that left empty what must be known. What somebody applied for keeps the
    day it bears; anything else is decided for ``as_of``. Call it outside any transaction. Raises
    NothingMissing, NotAuthorised.
    """
    before = Decision.objects.get(pk=decision_id)
    with in_turn([before.customer_id], before.purpose):
        return _again(before, actor=actor, as_of=as_of)


def _again(before: Decision, *, actor: User | None, as_of: date) -> Decision:
    if not is_waiting(before):
        raise NothingMissing(_("Nothing is missing here, or it has been decided again since."))
    day = before.as_of if before.purpose in OF_A_REQUEST else as_of
    may = askable([before.customer_id], purpose=before.purpose, on=day)
    if may.get(before.customer_id) is False:
        raise NotAuthorised(
            _("The bureau may be asked once under an authorisation; have a new one signed first.")
        )
    return decide(
        before.customer_id,
        purpose=before.purpose,
        as_of=day,
        actor=actor,
        asked=Asked(**before.asked_for),
        anew=empty_sources(before),
    )


def is_waiting(decision: Decision) -> bool:
    """Whether a source was missing, and nothing was decided since for the same purpose."""
    return decision.outcome == Decision.Outcome.WAIT and is_newest(decision)


def decide_many(
    customer_ids: Iterable[int],
    *,
    purpose: str,
    as_of: date,
    actor: User | None,
    at_once: int = 8,
) -> list[Decision]:
    """Decide about many customers; sources are asked ``at_once`` questions at a time.

    Customers without a live authorisation are passed by: nobody is asked about them and nothing is
    decided. Call it outside any transaction. Raises NoRulesInForce, ScorecardChanged.
    """
    rule_set, book = rules_in_force()
    wanted = list(dict.fromkeys(customer_ids))
    decisions: list[Decision] = []
    for some in _pieces(wanted, CUSTOMERS_AT_ONCE):
        with in_turn(some, purpose):
            people = _authorised(some, purpose, as_of)
            decisions += _decide(
                people, rule_set, book, Asked(), purpose, as_of, actor, at_once=at_once
            )
    if len(decisions) < len(wanted):
        log.warning("%s customers have authorised nothing.", len(wanted) - len(decisions))
    return decisions


def _pieces(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _authorised(
    customer_ids: Sequence[int], purpose: str, as_of: date, *, under: int | None = None
) -> list[Person]:
    """Those who allowed it, in the order given, each with the leave under which they are asked
    about, and their face as it was recognised with the newest."""
    live = (
        usable(purpose=purpose, on=as_of)
        .filter(customer__in=customer_ids)
        .select_related("customer", "request")
        .annotate(face_score=F("request__face_score"))
        .order_by("id")
    )
    leaves: dict[int, list[Authorisation]] = {}
    for each in live:
        leaves.setdefault(each.customer_id, []).append(each)
    found = []
    for own in (leaves[pk] for pk in customer_ids if pk in leaves):
        chosen = first_choice(each for each in own if under in (None, each.pk))
        if chosen is not None:
            found.append(Person(chosen.customer, chosen, own[-1].face_score))
    return found


def _decide(
    people: Sequence[Person],
    rule_set: RuleSet,
    book: RuleBook,
    asked: Asked,
    purpose: str,
    as_of: date,
    actor: User | None,
    *,
    at_once: int | None,
    anew: Collection[str] = (),
) -> list[Decision]:
    if not people:
        return []
    scored_by = scoring.in_force()
    inputs = collect(
        people,
        book,
        asked=asked,
        purpose=purpose,
        as_of=as_of,
        at_once=at_once,
        anew=anew,
        also=scored_by.needs if scored_by else (),
        kept=scored_by.keeps if scored_by else (),
    )
    about = {
        "purpose": purpose,
        "as_of": as_of,
        "rule_set": rule_set,
        "rule_set_hash": book.fingerprint,
        "asked_for": asdict(asked),
        "asked_by": actor,
    }
    decisions = [
        Decision(customer=person.customer, **about, **said)
        for person, said in zip(
            people, _judged(people, inputs, book, scored_by, purpose), strict=True
        )
    ]
    return _write(
        decisions,
        shadowing.hear(inputs.rows),
        scoring.hear_shadows(scored_by, inputs.rows),
        actor,
    )


def _judged(
    people: Sequence[Person],
    inputs: Inputs,
    book: RuleBook,
    scored_by: scoring.Scoring | None,
    purpose: str,
) -> Iterator[dict[str, object]]:
    """What rules and card say of each person, and what they rest on."""
    read = book.inputs.union(*((scored_by.needs, scored_by.keeps) if scored_by else ()))
    told = zip(
        people,
        judge_all(book, inputs.rows),
        _rows(inputs, read),
        scoring.score(scored_by, inputs.rows),
        strict=True,
    )
    for person, verdict, row, scored in told:
        pk = person.customer.pk
        records = _records(inputs.records[pk]) + _delivered(inputs.delivered.get(pk, {}))
        records += _on_paper(inputs.papers.get(pk, {}))
        yield {"records": records, **_columns(verdict, row, purpose), **scored}


def _override(decisions: Sequence[Decision]) -> None:
    """Heed what head office set aside; all of these bear one purpose and one day."""
    refused = [each.customer_id for each in decisions if each.outcome == Decision.Outcome.REFUSE]
    if not refused:
        return
    about = decisions[0]
    overriding.apply(decisions, overriding.live(refused, purpose=about.purpose, on=about.as_of))


def _tell_scores(decisions: Iterable[Decision]) -> None:
    """Add to what a customer may be told why the score counted against them."""
    for each in decisions:
        told = scoring.text_for_customer(each)
        each.customer_text = "\n".join(filter(None, [each.customer_text, told]))


def _rows(inputs: Inputs, fields: Collection[str]) -> list[dict[str, object]]:
    """What rules and cards read of each customer, ready for JSON."""
    rows = inputs.rows.select(sorted(fields)).rows(named=True)
    return [{name: plain(value) for name, value in row.items()} for row in rows]


def _columns(verdict: Verdict, row: dict[str, object], purpose: str) -> dict[str, object]:
    return {
        "inputs": row,
        "outcome": verdict.outcome,
        "limit_factor": verdict.limit_factor,
        "hits": [each.as_json() for each in verdict.hits],
        "unknowns": [each.as_json() for each in verdict.unknowns],
        "customer_text": customer_text(verdict, purpose),
    }


def _records(records: Records) -> list[dict[str, object]]:
    return [
        {
            "source": name,
            "record": record.pk,
            "status": record.status,
            "as_of": record.as_of.isoformat(),
        }
        for name, record in sorted(records.items())
    ]


def _delivered(rows: Mapping[str, Row]) -> list[dict[str, object]]:
    """The rows of files that stood in for answers, each with its way back to the file."""
    return [
        {
            "source": name,
            "delivery": row.delivery,
            "line": row.line,
            "status": DELIVERED,
            "as_of": row.as_of.isoformat(),
        }
        for name, row in sorted(rows.items())
    ]


def _on_paper(sheets: Mapping[str, Sequence[Sheet]]) -> list[dict[str, object]]:
    """The papers that spoke where neither office nor file did, each with the day it is true of."""
    return [
        {
            "source": name,
            "paper": sheet.paper,
            "status": ON_PAPER,
            "as_of": sheet.as_of.isoformat(),
        }
        for name, some in sorted(sheets.items())
        for sheet in some
    ]


@transaction.atomic
def _write(
    decisions: list[Decision],
    shadows: list[ShadowVerdict],
    shadow_scores: list[list[ShadowScore]],
    actor: User | None,
) -> list[Decision]:
    """Write down what was decided. The people are held meanwhile, so that a number corrected or an
    override ended while others were asked is heeded, or is waited for by whoever does it."""
    borne = {each.customer_id: each.customer.id_index for each in decisions}
    others = numbers_borne.renumbered(borne)
    for each in decisions:
        each.under_other_number = each.customer_id in others
    _override(decisions)
    _tell_scores(decisions)
    made = Decision.objects.bulk_create(decisions, batch_size=200)
    shadowing.keep(made, shadows)
    scoring.keep_shadows(made, shadow_scores)
    deeds = (Deed(each.pk, _deed(each)) for each in made)
    audit.record_all(Decision, "admission.decision.made", deeds, actor=actor)
    decided = [CustomerDecided(decision_id=each.pk) for each in made]
    if len(decided) == 1:
        events.publish(*decided)
    else:
        events.publish_all(decided)
    return made


def _deed(decision: Decision) -> dict[str, object]:
    """What the audit keeps of a decision: the outcome, and by which rules and card."""
    told: dict[str, object] = {"outcome": decision.outcome, "rules": decision.rule_set_hash}
    if decision.score is None:
        return told
    return told | {"score": decision.score, "card": decision.scored["card"]}


@translation.override("zh-hans")
def customer_text(verdict: Verdict, purpose: str) -> str:
    """What the customer may be told: reasons without figures, and what they can do; in Chinese,
    whatever the language of who has it decided."""
    opening = {
        "wait": _("Some information has not arrived yet; the review goes on once it has."),
        "manual": _("A member of staff will look at your application."),
        "refuse": _("Your application cannot be accepted at present."),
    }.get(verdict.outcome)
    if purpose == Authorisation.Purpose.GUARANTEE and verdict.outcome in GUARANTOR_TOLD:
        opening = str(GUARANTOR_TOLD[verdict.outcome])
    if opening is None:
        return ""
    appeal = _(
        "If you disagree with any of this, you may ask the office concerned to correct it, or ask "
        "us for a review by a person."
    )
    return "\n".join([opening, *verdict.told, appeal])
