"""What a decision's page says of sources that answered, and yet did not say what must be known."""

from dataclasses import dataclass

from admission.features import DESCRIBED
from admission.models import Decision
from admission.services.waiting import left_empty
from admission.sources import SOURCES


@dataclass(frozen=True)
class LeftEmpty:
    """One source that answered: which fields it left empty, and the rules that wait for them."""

    name: str
    fields: str
    codes: str


def lines(decision: Decision) -> list[LeftEmpty]:
    """By source, in their order; none where every source that answered said enough."""
    return [
        LeftEmpty(
            name=SOURCES[source].zh,
            fields="、".join(_label(each) for each in sorted(fields)),
            codes=" ".join(each["code"] for each in decision.unknowns if fields & _missing(each)),
        )
        for source, fields in sorted(left_empty(decision).items())
    ]


def _label(name: str) -> str:
    field = DESCRIBED.fields.get(name)
    return field.label if field else name


def _missing(rule: dict[str, dict[str, object]]) -> set[str]:
    return {name for name, value in rule["values"].items() if value is None}
