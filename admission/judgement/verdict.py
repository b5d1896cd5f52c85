"""What comes out of hearing all rules: no early stop, since every reason is to be explained."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from admission.judgement.book import BLOCK, NOTICE, REVIEW, SILENT, Rule, RuleBook
from admission.judgement.outcome import held_back, held_back_columns
from admission.judgement.wording import said
from core.expressions import Expression, together

OUTCOME, FACTOR = "outcome", "limit_factor"
FEW = 16
"""Rows up to which hearing each by itself is quicker than hearing them as columns."""
_TOLD = {"refuse": ("high", "medium"), "manual": ("medium", "low")}
"""A customer hears of the gravest of these levels at which some rule holds."""


@dataclass(frozen=True)
class Heard:
    """One rule that holds, or that could not be answered."""

    code: str
    level: str
    name: str
    values: dict[str, object]
    thresholds: dict[str, object]
    on_unknown: str
    says: str
    raised_from: str = ""
    more: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As it is kept with the decision: ``raised_from`` where its treatment refuses, and what
        else the treatment asks for."""
        raised = {"raised_from": self.raised_from} if self.raised_from else {}
        return (
            raised
            | self.more
            | {
                "code": self.code,
                "level": self.level,
                "name": self.name,
                "values": self.values,
                "thresholds": self.thresholds,
                "on_unknown": self.on_unknown,
                "says": self.says,
            }
        )


@dataclass(frozen=True)
class Verdict:
    """The outcome for one customer, with every reason. ``told`` is what the customer may hear."""

    outcome: str
    limit_factor: Decimal
    hits: tuple[Heard, ...]
    unknowns: tuple[Heard, ...]
    told: tuple[str, ...]


def answers(book: RuleBook, row: Mapping[str, object]) -> dict[str, bool | None]:
    """Every rule heard for one customer: holds, does not, or not known."""
    return dict(zip(book.codes, book.hear(row), strict=True))


def answer_columns(book: RuleBook, frame: pl.DataFrame) -> pl.DataFrame:
    """Every rule heard for a county, with outcome and factor: the same judgement as columns."""
    silent = pl.col(SILENT) if SILENT in frame.columns else pl.lit(0)
    heard = frame.select(
        *(each.expression.column().alias(each.text.code) for each in book.rules),
        *(
            each.treatment.refuse_when.column().fill_null(False).alias(_raised(each))
            for each in book.rules
            if each.treatment.refuse_when is not None
        ),
        silent.cast(pl.Int64).alias(SILENT),
    )
    counted = heard.with_columns(
        pl.sum_horizontal(
            [_counts(each, name) for each in book.rules if _may_count(each, name)]
            + [pl.col(SILENT) if name == _SILENCE_COUNTS_AS else pl.lit(0, pl.UInt32)]
        )
        .cast(pl.Int64)
        .alias(name)
        for name in _COUNTED
    )
    # Outcome and factor share most of their conditions; only a lazy plan works those out once.
    codes = [each.text.code for each in book.rules]
    worked_out = counted.lazy().select(
        *codes,
        *_COUNTED,
        book.outcome.column().alias(OUTCOME),
        book.limit_factor.column().alias(FACTOR),
    )
    return worked_out.select(*codes, *held_back_columns(OUTCOME, FACTOR)).collect()


_COUNTED = {
    "high_hits": "high",
    "medium_hits": "medium",
    "low_hits": "low",
    "to_wait": BLOCK,
    "to_review": REVIEW,
    "to_notice": NOTICE,
}
_OF_LEVEL = {level: name for name, level in _COUNTED.items() if name.endswith("_hits")}
_SILENCE_COUNTS_AS = "to_review"
_OF_UNKNOWN = {word: name for name, word in _COUNTED.items() if name.startswith("to_")}


def _may_count(rule: Rule, count: str) -> bool:
    is_raised = count == _OF_LEVEL["high"] and rule.treatment.refuse_when is not None
    return is_raised or _COUNTED[count] in (rule.text.level, rule.text.on_unknown)


def _counts(rule: Rule, count: str) -> pl.Expr:
    """Yes or no; a sum takes yes for one and passes the unknown by."""
    answer = pl.col(rule.text.code)
    if not count.endswith("_hits"):
        return answer.is_null()
    if rule.treatment.refuse_when is None:
        return answer
    raised = pl.col(_raised(rule))
    return answer & (raised if count == _OF_LEVEL["high"] else ~raised)


def _raised(rule: Rule) -> str:
    return f"{rule.text.code} raised"


def counts(
    book: RuleBook, heard: Mapping[str, bool | None], row: Mapping[str, object]
) -> dict[str, int]:
    """How many rules of each level hold, and how many unknowns of each treatment there are.

    A source that was silent asks for a person, even where every rule would let its unknown pass.
    """
    found = dict.fromkeys(_COUNTED, 0)
    found[_SILENCE_COUNTS_AS] = row.get(SILENT) or 0
    for rule in book.rules:
        answer = heard[rule.text.code]
        if answer is None:
            if (treatment := _OF_UNKNOWN.get(rule.text.on_unknown)) is not None:
                found[treatment] += 1
        elif answer:
            found[_OF_LEVEL[_level(rule, row)]] += 1
    return found


def judge(book: RuleBook, row: Mapping[str, object]) -> Verdict:
    """Hear all rules for one customer and explain."""
    heard = answers(book, row)
    found = counts(book, heard, row)
    outcome, factor = held_back(book.outcome.value(found), book.limit_factor.value(found), found)
    return explain(book, row, heard, outcome, factor)


def judge_all(book: RuleBook, frame: pl.DataFrame) -> list[Verdict]:
    """Hear all rules for every row of ``frame``, as columns unless they are few; explain each, in
    the frame's order."""
    if frame.height <= FEW:
        known = [name for name in sorted(book.inputs) if name in frame.columns]
        return [judge(book, row) for row in frame.select(known).iter_rows(named=True)]
    heard = answer_columns(book, frame).rows(named=True)
    rows = frame.select(sorted(book.fields)).rows(named=True)
    return [
        explain(book, row, each, each[OUTCOME], each[FACTOR])
        for row, each in zip(rows, heard, strict=True)
    ]


def explain(
    book: RuleBook,
    row: Mapping[str, object],
    heard: Mapping[str, bool | None],
    outcome: str,
    factor: float,
) -> Verdict:
    """The reasons behind answers already heard."""
    said_of = [(each, heard[code]) for each, code in zip(book.rules, book.codes, strict=True)]
    hits = [each for each, answer in said_of if answer]
    unknowns = [each for each, answer in said_of if answer is None]
    told = [
        [each.text.says_to_customer for each in hits if _level(each, row) == level]
        for level in _TOLD.get(outcome, ())
    ]
    return Verdict(
        outcome=outcome,
        limit_factor=Decimal(str(factor)).quantize(Decimal("0.01")),
        hits=tuple(_hit(book, each, row) for each in hits),
        unknowns=tuple(_heard(book, each, row) for each in unknowns),
        told=tuple(dict.fromkeys(next(filter(None, told), []))),
    )


def _level(rule: Rule, row: Mapping[str, object]) -> str:
    """How a rule that holds weighs for one customer."""
    return "high" if rule.treatment.refuses(row) else rule.text.level


def _hit(book: RuleBook, rule: Rule, row: Mapping[str, object]) -> Heard:
    """A rule that holds, with what its treatment brings about."""
    level = _level(rule, row)
    raised_from = rule.text.level if level != rule.text.level else ""
    more = rule.treatment.as_json(row)
    return _heard(book, rule, row, level=level, raised_from=raised_from, more=more)


def hear_each(book: RuleBook, row: Mapping[str, object]) -> list[tuple[Heard, bool | None]]:
    """Every rule with what it read and said of one customer, also those that do not hold."""
    heard = answers(book, row)
    return [
        ((_hit if heard[each.text.code] else _heard)(book, each, row), heard[each.text.code])
        for each in book.rules
    ]


def _heard(
    book: RuleBook, rule: Rule, row: Mapping[str, object], *, level: str = "", **treated: Any
) -> Heard:
    text = rule.text
    return Heard(
        code=text.code,
        level=level or text.level,
        name=text.name,
        values={name: plain(row.get(name)) for name in rule.reads},
        thresholds={name: plain(value) for name, value in text.params.items()},
        on_unknown=text.on_unknown,
        says=said(text.says, row, text.params, book.catalogue),
        **treated,
    )


def plain(value: object) -> object:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, dt.date) else value


def any_high(
    book: RuleBook, frame: pl.DataFrame, *, without: Collection[str] = ()
) -> list[bool | None]:
    """For each row whether some high rule holds: yes, no, or not known.

    What a rule says of fields ``without`` which somebody is heard is no reason against them.
    """
    high = [each.column() for each in _high(book, without).values()]
    if not high:
        return [False] * frame.height
    return frame.select(pl.any_horizontal(high).alias("high"))["high"].to_list()


def high_codes(
    book: RuleBook, row: Mapping[str, object], *, without: Collection[str] = ()
) -> list[str]:
    """Which high rules hold for one customer, heard ``without`` some fields as ``any_high`` is."""
    high = _high(book, without)
    answered = zip(high, together(high.values())(row), strict=True)
    return [code for code, answer in answered if answer]


def _high(book: RuleBook, without: Collection[str]) -> dict[str, Expression]:
    """The high rules by their code, as far as they rest on nothing of these fields."""
    high = (each for each in book.rules if each.text.level == "high")
    left = {each.text.code: each.expression.without(without) for each in high}
    return {code: each for code, each in left.items() if each is not None}
