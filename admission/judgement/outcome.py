"""From what was heard to the outcome: itself two written expressions, so staff may change them."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from admission.judgement.faults import RuleFault
from core.expressions import Catalogue, Expression, ExpressionError, Field, Kind

OUTCOMES = ("admit", "notice", "manual", "wait", "refuse")
ADMITTING = ("admit", "notice")

COUNTS = Catalogue(
    [
        Field("high_hits", Kind.INTEGER, "高风险命中数"),
        Field("medium_hits", Kind.INTEGER, "中风险命中数"),
        Field("low_hits", Kind.INTEGER, "低风险命中数"),
        Field("to_wait", Kind.INTEGER, "须等待的未知数"),
        Field("to_review", Kind.INTEGER, "须人工的未知数"),
        Field("to_notice", Kind.INTEGER, "须提示的未知数"),
    ]
)
"""What the outcome is worked out from: how many rules hold, and how many are not known."""

_TRIED = 6
"""Every count below this is tried before an outcome may be put into force, and of a new set the
most there can be: one for each rule."""


DEFAULT_OUTCOME = """\
'refuse' if high_hits >= 1 or medium_hits + (1 if low_hits >= 4 else 0) >= 4
else 'wait' if to_wait >= 1
else 'manual' if medium_hits + (1 if low_hits >= 4 else 0) >= 1 or to_review >= 1
else 'notice' if low_hits >= 1 or to_notice >= 1
else 'admit'"""
"""Any high rule refuses; four medium ones refuse; four low ones weigh as one medium."""

DEFAULT_LIMIT_FACTOR = """\
0.0 if high_hits >= 1 or medium_hits + (1 if low_hits >= 4 else 0) >= 4
else 0.7 if medium_hits + (1 if low_hits >= 4 else 0) >= 2
else 1.0"""
"""Two medium rules that hold take three tenths off the limit."""


Held = tuple[str, float]
"""An outcome and a factor on the limit."""


@dataclass(frozen=True)
class OutcomeRule:
    """The two expressions that turn counts into an outcome and a factor on the limit."""

    outcome: str = DEFAULT_OUTCOME
    limit_factor: str = DEFAULT_LIMIT_FACTOR

    def compiled(self) -> tuple[Expression, Expression]:
        """Both, read. Raises ExpressionError."""
        return (
            COUNTS.parse(self.outcome, want=Kind.TEXT),
            COUNTS.parse(self.limit_factor, want=Kind.DECIMAL),
        )


OF_THE_SET = "—"
"""In place of a rule's code: what is wrong with the set as a whole."""


def faults(rule: OutcomeRule, *, rules: int = 0) -> list[RuleFault]:
    """Why this may not be put into force; parts are ``outcome`` and ``limit_factor``. Of a set of
    so many ``rules`` the largest count is tried as well."""
    found, read = [], {}
    for name, kind in (("outcome", Kind.TEXT), ("limit_factor", Kind.DECIMAL)):
        try:
            read[name] = COUNTS.parse(getattr(rule, name), want=kind)
        except ExpressionError as exc:
            found.append(RuleFault(OF_THE_SET, name, error=exc))
    if found:
        return found
    tried = _counts_tried(rules).select(
        *COUNTS.names,
        outcome=read["outcome"].column(),
        factor=read["limit_factor"].column(),
    )
    return _what_goes_wrong(tried)


def _counts_tried(rules: int) -> pl.DataFrame:
    tried = [*range(_TRIED), *([max(rules, _TRIED)] if rules else [])]
    found = pl.DataFrame({COUNTS.names[0]: tried})
    for name in COUNTS.names[1:]:
        found = found.join(pl.DataFrame({name: tried}), how="cross")
    return found


def held_back(outcome: str | None, factor: float | None, found: Mapping[str, int]) -> Held:
    """What may come of counts, whatever is written: no counts that nobody tried let anybody pass
    with a high rule that holds, or with something unknown that has to be known or looked at."""
    may_pass = outcome in ADMITTING or outcome not in OUTCOMES
    if may_pass and found["high_hits"] > 0:
        outcome = "refuse"
    elif may_pass and found["to_wait"] > 0:
        outcome = "wait"
    elif may_pass and (found["to_review"] > 0 or outcome not in OUTCOMES):
        outcome = "manual"
    return outcome, min(max(factor or 0.0, 0.0), 1.0)


def held_back_columns(outcome: str, factor: str) -> list[pl.Expr]:
    """The same of a county, from columns of these names and of the counts."""
    said = pl.col(outcome)
    exists = said.is_in(OUTCOMES).fill_null(value=False)
    may_pass = said.is_in(ADMITTING).fill_null(value=False) | ~exists
    return [
        pl.when(may_pass & (pl.col("high_hits") > 0))
        .then(pl.lit("refuse"))
        .when(may_pass & (pl.col("to_wait") > 0))
        .then(pl.lit("wait"))
        .when((may_pass & (pl.col("to_review") > 0)) | ~exists)
        .then(pl.lit("manual"))
        .otherwise(said)
        .alias(outcome),
        pl.col(factor).fill_null(0.0).clip(0.0, 1.0),
    ]


def _what_goes_wrong(tried: pl.DataFrame) -> list[RuleFault]:
    admits = pl.col("outcome").is_in(ADMITTING)
    checks: Mapping[str, tuple[str, pl.Expr]] = {
        "Some counts lead to no outcome, or to one that does not exist.": (
            "outcome",
            pl.col("outcome").is_null() | ~pl.col("outcome").is_in(OUTCOMES),
        ),
        "A customer with a high rule that holds would be admitted.": (
            "outcome",
            admits & (pl.col("high_hits") > 0),
        ),
        "A customer with a rule that must be known first would be admitted.": (
            "outcome",
            admits & (pl.col("to_wait") > 0),
        ),
        "A customer with something unknown that nobody has looked at would be admitted.": (
            "outcome",
            admits & (pl.col("to_review") > 0),
        ),
        "The factor on the limit is not between 0 and 1 everywhere.": (
            "limit_factor",
            pl.col("factor").is_null() | ~pl.col("factor").is_between(0, 1),
        ),
    }
    return [
        RuleFault(OF_THE_SET, name, reason)
        for reason, (name, wrong) in checks.items()
        if tried.select(wrong.any()).item()
    ]
