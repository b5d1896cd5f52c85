"""The card as SQL: a CASE for each question that gives the points that scoring gives.

What counts as missing among words, and which ways of writing are one word, stands in ``cells`` and
``scoring``: ``NA``, ``?`` or white space is nothing, a code may be written 3.0, and yes or no in
capitals.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from admission.scorecards.bins import Bin
from admission.scorecards.card import Card, Feature, odds_scale
from admission.scorecards.cells import BLANKS, SPACES
from admission.scorecards.scoring import YES_OR_NO

FIGURE = "double precision"
WHOLE = re.compile(r"[+-]?[0-9]+")


def as_sql(card: Card, table: str) -> str:
    """A SELECT for PostgreSQL over ``table``: its columns, points_1 … of the questions in the
    card's order, score and pd."""
    numbered = list(enumerate(card.features, start=1))
    cases = ",\n".join(f"    {_case(at, of)} AS points_{at}" for at, of in numbered)
    words = [f"    {_bare(of)} AS word_{at}" for at, of in numbered if of.binned.is_text]
    written = ["CROSS JOIN LATERAL (SELECT", ",\n".join(words), ") AS written"] if words else []
    total = " + ".join([str(card.base_points), *(f"points_{at}" for at, _of in numbered)])
    factor, at_even_odds = odds_scale(card.scale)
    chance = f"1 / (1 + exp((score - {at_even_odds!r}::{FIGURE}) / {factor!r}))"
    lines = [
        f"-- scorecard {card.hash}",
        *(f"-- points_{at}: {' '.join(of.name.split())}" for at, of in numbered),
        f"SELECT scored.*, {chance} AS pd",
        f"FROM (SELECT answered.*, {total} AS score FROM (SELECT people.*,",  # noqa: S608 - all figures
        cases,
        f"FROM {_name(table)} AS people",
        *written,
        ") AS answered) AS scored",
    ]
    return "\n".join(lines)


def _case(at: int, feature: Feature) -> str:
    *bins, missing = feature.binned.bins
    ordered = sorted(bins, key=lambda each: each.kind != "special")
    if feature.binned.is_text:
        branches = _word_branches(f"written.word_{at}", ordered, missing)
        end = f"ELSE {_or_null(feature.unseen_points)}"
    else:
        column = f"CAST(people.{_name(feature.name)} AS {FIGURE})"
        branches = [_figure_branch(column, each) for each in ordered]
        end = f"ELSE {missing.points}"
    return "CASE " + " ".join([*branches, end]) + " END"


def _bare(feature: Feature) -> str:
    """What is written in a column of words, without white space around it."""
    spaces = "".join(f"\\u{ord(each):04x}" for each in SPACES)
    return f"btrim(CAST(people.{_name(feature.name)} AS text), E'{spaces}')"


def _word_branches(word: str, bins: Sequence[Bin], missing: Bin) -> Iterator[str]:
    """Nothing first; then each word as training had it, and last a code written 3.0, or True."""
    yield f"WHEN {word} IS NULL OR lower({word}) IN {_listed(BLANKS)} THEN {missing.points}"
    ways = (
        (word, lambda _known: True),
        (f"regexp_replace({word}, '\\.0+$', '')", WHOLE.fullmatch),
        (f"lower({word})", YES_OR_NO.__contains__),
    )
    for written, can_be in ways:
        for each in bins:
            if words := list(filter(can_be, each.words)):
                yield f"WHEN {written} IN {_listed(words)} THEN {each.points}"


def _figure_branch(column: str, each: Bin) -> str:
    if each.kind == "special":
        return f"WHEN {column} = {_figure(each.code)} THEN {each.points}"
    if each.high is None:
        # PostgreSQL, like polars, holds NaN to be above infinity: it goes on to missing.
        return f"WHEN {column} <= 'Infinity'::{FIGURE} THEN {each.points}"
    return f"WHEN {column} < {_figure(each.high)} THEN {each.points}"


def _figure(value: float) -> str:
    return f"'{value!r}'::{FIGURE}"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _listed(words: Collection[str]) -> str:
    return f"({', '.join(map(_text, sorted(words)))})"


def _or_null(points: int | None) -> str:
    """A word that the card refuses has no points, and who says it no score."""
    return "NULL" if points is None else str(points)
