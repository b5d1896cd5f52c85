"""Working a past decision again from what was stored with it."""

from datetime import date

from admission.judgement import Verdict, judge
from admission.models import Decision
from admission.selectors import book_of
from core.expressions import Catalogue, Kind


def replay(decision_id: int) -> Verdict:
    """The verdict that the stored inputs and rule set give today; it must be the one given then.

    Raises RulesChanged when the rules are no longer those that decided.
    """
    decision = Decision.objects.select_related("rule_set").get(pk=decision_id)
    book = book_of(decision.rule_set)
    return judge(book, _as_heard(decision.inputs, book.catalogue))


def _as_heard(inputs: dict[str, object], catalogue: Catalogue) -> dict[str, object]:
    """Stored values as rules read them: days are days again."""
    return {
        name: date.fromisoformat(value)
        if isinstance(value, str) and catalogue.fields[name].kind is Kind.DATE
        else value
        for name, value in inputs.items()
    }
