"""One reviewer's answer sheet 评议表: whether it counts, and how many points it gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache

from village.review_rules.form import STANDARD_FORM, SheetForm, quotient_to_two_places
from village.review_rules.keys import Key
from village.review_rules.negatives import KNOWN_NUMBERS


class Fault(StrEnum):
    """Why a sheet does not count towards a household's score and limit."""

    DOES_NOT_KNOW_HOUSEHOLD = "does_not_know_household"
    NEGATIVE_REASON = "negative_reason"
    UNKNOWN_NEGATIVE_REASON = "unknown_negative_reason"
    ANSWER_MISSING = "answer_missing"
    ANSWER_NOT_ON_FORM = "answer_not_on_form"
    AMOUNT_MISSING = "amount_missing"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    AMOUNT_NOT_WHOLE_YUAN = "amount_not_whole_yuan"


@dataclass(frozen=True)
class Sheet:
    """What one reviewer answered about one household.

    ``answers`` maps the name of a question to the chosen option; ``negatives`` are numbers on
    the negative list; ``suggested_fen`` is the suggested limit 建议授信额度, None if left empty.
    """

    reviewer: Key
    household: Key
    knows_household: bool
    answers: Mapping[str, str] = field(default_factory=dict)
    negatives: frozenset[int] = frozenset()
    suggested_fen: int | None = None

    @cached_property
    def standard_faults(self) -> tuple[Fault, ...]:
        """Its faults on the standard form; a village asks for them again and again."""
        return _faults(self, STANDARD_FORM)

    @cached_property
    def standard_parts(self) -> int | None:
        """Its parts of points on the standard form; None where it is not filled in properly."""
        return _earned(self, STANDARD_FORM)


def faults(sheet: Sheet, form: SheetForm = STANDARD_FORM) -> tuple[Fault, ...]:
    """Everything for which ``sheet`` does not count; nothing for a valid one.

    A reviewer who does not know the household is asked nothing further, and one who names a
    negative reason need not score, so for these two the empty fields are no second fault.
    """
    return sheet.standard_faults if form is STANDARD_FORM else _faults(sheet, form)


def _faults(sheet: Sheet, form: SheetForm) -> tuple[Fault, ...]:
    if not sheet.knows_household:
        return (Fault.DOES_NOT_KNOW_HOUSEHOLD,)
    if sheet.negatives:
        unknown = sheet.negatives - KNOWN_NUMBERS
        return (Fault.UNKNOWN_NEGATIVE_REASON,) if unknown else (Fault.NEGATIVE_REASON,)
    return _answer_faults(sheet, form) + _amount_faults(sheet.suggested_fen, form)


def is_valid(sheet: Sheet, form: SheetForm = STANDARD_FORM) -> bool:
    """Whether ``sheet`` counts: knows the household, nothing negative, filled in properly."""
    return not faults(sheet, form)


def sheet_score(sheet: Sheet, form: SheetForm = STANDARD_FORM) -> Decimal:
    """The sheet's points, 0 to 100 to two places; ValueError for one that does not count."""
    return _score(_parts(sheet, form), form.parts)


def average_score(sheets: Sequence[Sheet], form: SheetForm = STANDARD_FORM) -> Decimal | None:
    """The mean points of the sheets that count, 0 to 100 to two places; None without any."""
    parts = [_parts(sheet, form) for sheet in sheets if is_valid(sheet, form)]
    return quotient_to_two_places(sum(parts), form.parts * len(parts)) if parts else None


def _parts(sheet: Sheet, form: SheetForm) -> int:
    """The parts of a point that a sheet earns; they are whole, so that no sum of them rounds."""
    found = faults(sheet, form)
    parts = sheet.standard_parts if form is STANDARD_FORM else _earned(sheet, form)
    if found or parts is None:
        raise ValueError(f"The sheet does not count: {', '.join(found)}.")
    return parts


@lru_cache(maxsize=65536)
def _score(parts: int, in_a_point: int) -> Decimal:
    return quotient_to_two_places(parts, in_a_point)


def _earned(sheet: Sheet, form: SheetForm) -> int | None:
    """The parts earned by all answers; None where one is missing or not on the form."""
    if len(sheet.answers) != len(form.earned):
        return None
    try:
        return sum([earned[sheet.answers[name]] for name, earned in form.earned.items()])
    except KeyError:
        return None


def _answer_faults(sheet: Sheet, form: SheetForm) -> tuple[Fault, ...]:
    if (sheet.standard_parts if form is STANDARD_FORM else _earned(sheet, form)) is not None:
        return ()
    given = {name: sheet.answers.get(name, "") for name in form.earned}
    off_form = any(answer and answer not in form.earned[name] for name, answer in given.items())
    found = []
    if not all(given.values()):
        found.append(Fault.ANSWER_MISSING)
    if off_form or sheet.answers.keys() - given.keys():
        found.append(Fault.ANSWER_NOT_ON_FORM)
    return tuple(found)


def _amount_faults(amount_fen: int | None, form: SheetForm) -> tuple[Fault, ...]:
    if amount_fen is None:
        return (Fault.AMOUNT_MISSING,)
    found = []
    if not 0 <= amount_fen <= form.highest_amount_fen:
        found.append(Fault.AMOUNT_OUT_OF_RANGE)
    if amount_fen % 100:
        found.append(Fault.AMOUNT_NOT_WHOLE_YUAN)
    return tuple(found)
