"""How fast the 38 admission rules are heard: one customer with every reason, a million as columns.

Beside each stands what an ordinary project would write. For one customer: a loop over dictionaries
that evaluates each rule's text with ``eval`` and explains nothing. For a million: the same 38 rules
as plain polars expressions, without our checks, counts of unknowns, outcome or factor; and the
loop, timed on some of the people and scaled up.

QIANMO_BENCH_PEOPLE makes the county smaller.
"""

import ast
import datetime as dt
import operator
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from statistics import median
from types import CodeType
from typing import Any

import numpy as np
import polars as pl

from admission.features import CATALOGUE
from admission.features.table import DTYPES
from admission.judgement import OutcomeRule, RuleBook, answer_columns, compile_rules, judge
from admission.reference.texts import first_rules
from benchmarks import print_table
from core.expressions import Kind

NAME = "rules"
PEOPLE = 1_000_000
LOOPED = 20_000  # people of the ordinary loop; it is timed per person
TURNS = 5
AIM_ONE, AIM_COUNTY = 60, 0.6  # µs, seconds
TODAY = dt.date(2026, 6, 30)
UNKNOWN, ODD = 0.01, 0.04  # of the values of a field


def run() -> dict[str, object]:
    """Time the four, print their table."""
    people = int(os.environ.get("QIANMO_BENCH_PEOPLE", PEOPLE))
    book = compile_rules([text for text, _, _ in first_rules()], OutcomeRule(), CATALOGUE)
    frame = _people(book, people)
    rows = frame.head(LOOPED).rows(named=True)
    one = _one(book, rows)
    county = _best(lambda: answer_columns(book, frame))
    plain = _best(lambda: frame.select(_plain(book)))
    codes = {
        each.text.code: compile(each.text.expression, each.text.code, "eval") for each in book.rules
    }
    looped = _best(lambda: [_loop(book, codes, row) for row in rows], turns=1) / len(rows)
    ratio = round(county / plain, 2)
    print_table(
        f"{len(book.rules)} rules",
        ["how", "one, µs", f"{people:,}, s"],
        [
            ["heard, with outcome, factor and unknowns", f"{one:.1f}", f"{county:.3f}"],
            ["plain polars, answers alone", "", f"{plain:.3f}"],
            ["an ordinary loop with eval", f"{looped * 1e6:.1f}", f"{looped * people:.1f}"],
        ],
    )
    print_table(
        "Against the others of the same run",
        ["figure", "measured", "aim"],
        [
            ["one customer with every reason, µs", f"{one:.1f}", f"≤ {AIM_ONE}"],
            [f"{people:,} customers, s", f"{county:.3f}", f"≤ {AIM_COUNTY}"],
            ["times the plain polars expression", str(ratio), ""],
            ["times faster than the loop, county", f"{looped * people / county:.0f}", ""],
        ],
    )
    return {
        "name": NAME,
        "rules": len(book.rules),
        "people": people,
        "one_us": round(one, 2),
        "county_seconds": round(county, 4),
        "plain_polars_seconds": round(plain, 4),
        "loop_us": round(looped * 1e6, 2),
        "ratios": {
            "to_plain_polars": ratio,
            "loop_to_county": round(looped * people / county, 1),
            "loop_to_one": round(looped * 1e6 / one, 2),
        },
        "aims": {"one_us": AIM_ONE, "county_seconds": AIM_COUNTY},
    }


def _one(book: RuleBook, rows: list[dict[str, Any]]) -> float:
    """Microseconds of one verdict with all its reasons: the median over many people."""
    took = []
    for row in rows[:5_000]:
        began = time.perf_counter()
        judge(book, row)
        took.append(time.perf_counter() - began)
    return median(took) * 1e6


def _best(work: Callable[[], object], *, turns: int = TURNS) -> float:
    """Seconds of the quickest of some turns."""
    took = []
    for _turn in range(turns):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def _people(book: RuleBook, number: int) -> pl.DataFrame:
    """Made-up people: sound but for a few figures each, and a few unknown, as a county is."""
    chance = np.random.default_rng(42)
    columns = []
    for name in sorted(book.fields):
        field = CATALOGUE.fields[name]
        sound, odd = _values(name, field.kind, field.choices)
        dtype = DTYPES[field.kind]
        drawn = pl.Series(list(odd), dtype=dtype).gather(chance.integers(0, len(odd), number))
        chosen = chance.random(number)
        value = (
            pl.when(pl.lit(pl.Series(chosen < UNKNOWN)))
            .then(None)
            .when(pl.lit(pl.Series(chosen < UNKNOWN + ODD)))
            .then(pl.lit(drawn))
            .otherwise(pl.lit(sound, dtype))
        )
        columns.append(pl.select(value.alias(name)).to_series())
    return pl.DataFrame(columns)


SOUND: dict[str, object] = {
    "police_id_match": True,
    "face_score": 0.95,
    "age": 46,
    "age_at_maturity": 47,
    "product_max_age": 65,
    "phone_name_match": True,
    "phone_online_months": 60,
    "hukou_in_area": True,
    "ss_cont_months": 40,
    "verified_monthly_income": 600_000,
    "pf_income_est": 500_000,
    "income_declared": 500_000,
    "pb_first_month": 130,
    "pb_acct_open": 1,
    "biz_age_months": 60,
    "re_hold_months": 40,
    "gov_divorce_months": 40,
}
"""Where a sound value is not simply no, nothing, or the first choice."""


def _values(
    name: str, kind: Kind, choices: tuple[str, ...] | None
) -> tuple[object, Sequence[object]]:
    """The sound value of a field, and those that some people have instead."""
    match kind:
        case Kind.BOOL:
            return SOUND.get(name, False), [True, False]
        case Kind.INTEGER:
            return SOUND.get(name, 0), list(range(13))
        case Kind.MONEY:
            return SOUND.get(name, 0), [0, 60_000, 300_000, 5_000_000]
        case Kind.DECIMAL:
            return SOUND.get(name, 0.0), [0.1, 0.5, 0.95]
        case Kind.DATE:
            return TODAY, [TODAY]
        case _:
            words = choices or ("甲", "乙")
            return words[0], words


def _loop(book: RuleBook, codes: Mapping[str, CodeType], row: Mapping[str, Any]) -> list[str]:
    """What an ordinary project does: evaluate each text; whatever cannot be is passed over."""
    hits = []
    for rule in book.rules:
        try:
            scope = {"coalesce": _coalesce, **rule.text.params, **row}
            if eval(codes[rule.text.code], {"__builtins__": _BUILT_IN}, scope):  # noqa: S307
                hits.append(rule.text.code)
        except (TypeError, ZeroDivisionError):
            continue
    return hits


_BUILT_IN = {"max": max, "min": min, "abs": abs}


def _coalesce(*values: Any) -> Any:
    return next((each for each in values if each is not None), None)


def _plain(book: RuleBook) -> list[pl.Expr]:
    """The same texts as polars expressions, as somebody would write them by hand."""
    return [_written(rule.text.expression, rule.text.params, rule.text.code) for rule in book.rules]


def _written(text: str, params: Mapping[str, Any], code: str) -> pl.Expr:
    """One rule's text over polars columns: ``and`` becomes ``&``, ``in`` becomes ``is_in``.

    Amounts are yuan as floats, as somebody who writes this by hand would have them.
    """
    return _of(ast.parse(text, mode="eval").body, params).alias(code)


def _of(at: ast.expr, params: Mapping[str, Any]) -> Any:
    match at:
        case ast.BoolOp(op=op, values=values):
            join = and_ if isinstance(op, ast.And) else or_
            return reduce(join, (_of(each, params) for each in values))
        case ast.IfExp(test=ast.Name(id=name), body=body, orelse=orelse) if name in params:
            return _of(body if params[name] else orelse, params)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            either = pl.when(_of(test, params)).then(_of(body, params))
            return either.otherwise(_of(orelse, params))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ~_of(operand, params)
        case ast.BinOp(op=op, left=left, right=right):
            return _SIGNS[type(op)](_of(left, params), _of(right, params))
        case ast.Compare(left=left, ops=ops, comparators=right):
            places = [_of(each, params) for each in (left, *right)]
            return reduce(and_, map(_compared, ops, places, places[1:]))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _CALLS[name](*(_of(each, params) for each in args))
        case ast.Name(id=name):
            if name in params:
                return params[name]
            is_money = CATALOGUE.fields[name].kind is Kind.MONEY
            return pl.col(name) / 100 if is_money else pl.col(name)
        case _:
            return ast.literal_eval(at)


def _compared(op: ast.cmpop, left: Any, right: Any) -> pl.Expr:
    match op:
        case ast.In():
            return left.is_in(right)
        case ast.Is():
            return left.is_null()
        case ast.IsNot():
            return left.is_not_null()
        case _:
            return _SIGNS[type(op)](left, right)


_SIGNS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_CALLS = {
    "abs": lambda each: each.abs(),
    "max": pl.max_horizontal,
    "min": pl.min_horizontal,
    "coalesce": pl.coalesce,
}
