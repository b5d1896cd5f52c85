"""What people find out about rules that hold: evidence for a review, ticks for check items."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from admission.errors import NotToBeAnswered, RulesUnanswered
from admission.events import RulesAnswered
from admission.models import Decision, RuleAnswer
from core import audit, documents, events
from core.models import User

EVIDENCE = "medium"
ASKING = (EVIDENCE, "low")
"""Levels whose rules ask a person for something: evidence, or a tick with a comment."""


@dataclass(frozen=True)
class Paper:
    """A scan or photo as it was handed in."""

    name: str
    content_type: str
    content: bytes


@transaction.atomic
def answer(
    decision_id: int, code: str, *, actor: User, text: str, paper: Paper | None = None
) -> RuleAnswer:
    """Write down what was found about one rule that holds; it stands. Raises NotToBeAnswered."""
    decision = Decision.objects.select_for_update(of=("self",)).get(pk=decision_id)
    if code not in {each["code"] for each in open_rules(decision)}:
        raise NotToBeAnswered(_("Rule %(code)s asks for nothing here.") % {"code": code})
    if not text.strip():
        raise NotToBeAnswered(_("Write what you found and where it can be seen."))
    kept = paper and documents.store(
        paper.content, name=paper.name, content_type=paper.content_type, by=actor
    )
    made = RuleAnswer.objects.create(
        decision=decision, code=code, text=text.strip(), document=kept, by=actor
    )
    audit.record(made, "admission.rule.answered", actor=actor, decision=decision.pk, code=code)
    if _somebody_may_go_on(decision, code):
        events.publish(RulesAnswered(decision_id=decision.pk))
    return made


def _somebody_may_go_on(decision: Decision, code: str) -> bool:
    """Whether this answer was the last that a vote, the machine or a payment waited for: nothing is
    asked any more, or no evidence is."""
    left = open_rules(decision)
    was_evidence = any(each["code"] == code and each["level"] == EVIDENCE for each in decision.hits)
    return not left or (was_evidence and not _of_evidence(left))


def answers_of(decision: Decision) -> QuerySet[RuleAnswer]:
    """What was found about its rules, also what was found while it was still a refusal that head
    office had not set aside."""
    return RuleAnswer.objects.filter(decision__in=[decision.pk, decision.instead_of or decision.pk])


def open_rules(decision: Decision) -> list[dict[str, object]]:
    """The rules that hold and still ask a person for something, in their order."""
    answered = set(answers_of(decision).values_list("code", flat=True))
    return [
        each for each in decision.hits if each["level"] in ASKING and each["code"] not in answered
    ]


def evidence_missing(decision: Decision | None) -> list[str]:
    """The medium rules that hold and about which no evidence was written down, by code. That head
    office set a refusal aside spares nobody the evidence: it lets the case be looked at."""
    return [] if decision is None else _of_evidence(open_rules(decision))


def _of_evidence(rules: Iterable[Mapping[str, object]]) -> list[str]:
    return [str(each["code"]) for each in rules if each["level"] == EVIDENCE]


def gave_evidence(decision: Decision | None, actor: User) -> bool:
    """Whether somebody wrote down evidence about a medium rule that holds: they do not approve on
    it as well. A tick at a check item is no evidence."""
    if decision is None:
        return False
    medium = [each["code"] for each in decision.hits if each["level"] == EVIDENCE]
    return answers_of(decision).filter(by=actor, code__in=medium).exists()


def must_be_answered(decision: Decision | None) -> None:
    """Refuse to let pass while a medium rule that holds lacks its evidence; people may pass check
    items by, the machine does not. Raises RulesUnanswered."""
    codes = evidence_missing(decision)
    if codes:
        raise RulesUnanswered(
            _("Write down first what was found about %(codes)s: admission decision %(number)s.")
            % {"codes": ", ".join(codes), "number": decision.pk}
        )


def asks_head_office(decision: Decision | None) -> bool:
    """Whether the case is grave enough that only head office may let it pass.

    Two medium rules and more take something off the limit, and so does what head office overrode;
    the treatment of a single rule may ask for head office as well.
    """
    if decision is None or decision.outcome != Decision.Outcome.MANUAL:
        return False
    asked = any(each.get("head_office") for each in decision.hits)
    return asked or decision.limit_factor < 1 or decision.override_id is not None
