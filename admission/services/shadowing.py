"""The challenger heard beside the rules in force: kept with each decision, acting on nothing."""

from collections.abc import Sequence

import polars as pl

from admission.judgement import answer_columns
from admission.judgement.verdict import FACTOR, OUTCOME
from admission.models import Decision, ShadowVerdict
from admission.selectors import challenger_in_force


def hear(rows: pl.DataFrame) -> list[ShadowVerdict]:
    """What the challenger says of each row, in their order; nothing where there is none.

    It hears what the rules in force had asked for: a source only the challenger reads stays
    unknown, since nobody is asked about a customer for the sake of a trial.
    """
    found = challenger_in_force()
    if found is None:
        return []
    rule_set, book = found
    codes = [each.text.code for each in book.rules]
    return [
        ShadowVerdict(
            rule_set=rule_set,
            outcome=heard[OUTCOME],
            limit_factor=round(heard[FACTOR], 2),
            hits=[code for code in codes if heard[code]],
            unknowns=[code for code in codes if heard[code] is None],
        )
        for heard in answer_columns(book, rows).iter_rows(named=True)
    ]


def keep(decisions: Sequence[Decision], shadows: Sequence[ShadowVerdict]) -> None:
    """Store what the challenger said with the decisions; the caller's transaction holds both."""
    if not shadows:
        return
    for decision, shadow in zip(decisions, shadows, strict=True):
        shadow.decision = decision
    ShadowVerdict.objects.bulk_create(shadows, batch_size=500)
