"""Households whose granting came to nothing, and what the letter to each says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from admission.models import Rule
from core.models import User
from credit.models import CreditLine, LimitDecision
from credit.refusal_words import Refusal, in_plain_words
from village.models import Customer

Outcome, Movement = LimitDecision.Outcome, LimitDecision.Movement
HIGH = "high"


@dataclass(frozen=True)
class RefusalLetter:
    """What one household is told that gets no line, or whose line is not renewed."""

    decision: LimitDecision
    said: Refusal

    @property
    def is_ended(self) -> bool:
        """Whether it had a line before this round."""
        return self.decision.movement == Movement.EXIT

    @property
    def addressee(self) -> str:
        """Whom the letter names; nobody who has died or moved away."""
        borrower = self.decision.borrower
        return borrower.name if borrower.state in Customer.HERE else ""


def came_to_nothing(reader: User) -> QuerySet[LimitDecision]:
    """The newest limits of a round that give no line, of households this person may see, in the
    order of the village's register. Not where a line can still be drawn under."""
    lines = CreditLine.objects.filter(household=OuterRef("household")).exclude(
        status__in=[*CreditLine.ENDED, CreditLine.Status.FROZEN]
    )
    return (
        LimitDecision.objects.visible_to(reader)
        .newest()
        .filter(~Exists(lines), outcome=Outcome.NONE, campaign__isnull=False)
        .select_related(
            "household__village__grid__manager",
            "household__village__grid__branch",
            "household__group",
            "borrower",
            "admission",
        )
        .order_by("household__group__code", "household__number")
    )


def letters_to(decisions: Sequence[LimitDecision]) -> list[RefusalLetter]:
    """What each household is told; one query more, however many there are."""
    words = _told_by_rules(decisions)
    return [
        RefusalLetter(each, in_plain_words(each.explanation, _told(each, words)))
        for each in decisions
    ]


def _refusing(decision: LimitDecision) -> list[str]:
    """The rules that refused, by their codes."""
    hits = decision.admission.hits if decision.admission else []
    return [each["code"] for each in hits if each["level"] == HIGH or each.get("raised_from")]


def _told_by_rules(decisions: Iterable[LimitDecision]) -> dict[tuple[int, str], str]:
    """What a customer may be told of each rule, by rule set and code."""
    asked = [each for each in decisions if _refusing(each)]
    rules = Rule.objects.filter(
        rule_set__in={each.admission.rule_set_id for each in asked},
        code__in={code for each in asked for code in _refusing(each)},
    )
    return {
        (rule_set, code): told
        for rule_set, code, told in rules.values_list("rule_set_id", "code", "says_to_customer")
    }


def _told(decision: LimitDecision, words: dict[tuple[int, str], str]) -> list[str]:
    codes = _refusing(decision)
    found = [words.get((decision.admission.rule_set_id, code), "") for code in codes]
    return [each for each in found if each]
