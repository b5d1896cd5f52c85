"""The card as SQL: a CASE for each question that gives the points that scoring gives."""

from admission.scorecards.bins import Bin
from admission.scorecards.card import Card, Feature, odds_scale

FIGURE = "double precision"


def as_sql(card: Card, table: str) -> str:
    """A SELECT for PostgreSQL over ``table``: its columns, points_1 … of the questions in the
    card's order, score and pd."""
    numbered = list(enumerate(card.features, start=1))
    cases = ",\n".join(f"    {_case(of)} AS points_{at}" for at, of in numbered)
    total = " + ".join([str(card.base_points), *(f"points_{at}" for at, _of in numbered)])
    factor, at_even_odds = odds_scale(card.scale)
    chance = f"1 / (1 + exp((score - {at_even_odds!r}::{FIGURE}) / {factor!r}))"
    lines = [
        f"-- scorecard {card.hash}",
        *(f"-- points_{at}: {' '.join(of.name.split())}" for at, of in numbered),
        f"SELECT scored.*, {chance} AS pd",
        f"FROM (SELECT answered.*, {total} AS score FROM (SELECT people.*,",  # noqa: S608 - all figures
        cases,
        f"FROM {_name(table)} AS people) AS answered) AS scored",
    ]
    return "\n".join(lines)


def _case(feature: Feature) -> str:
    *bins, missing = feature.binned.bins
    column = f"people.{_name(feature.name)}"
    ordered = sorted(bins, key=lambda each: each.kind != "special")
    if feature.binned.is_text:
        branches = [
            f"WHEN CAST({column} AS text) IN ({', '.join(map(_text, each.words))}) "
            f"THEN {each.points}"
            for each in ordered
        ]
        end = f"WHEN {column} IS NULL THEN {missing.points} ELSE {_or_null(feature.unseen_points)}"
    else:
        branches = [_figure_branch(f"CAST({column} AS {FIGURE})", each) for each in ordered]
        end = f"ELSE {missing.points}"
    return "CASE " + " ".join([*branches, end]) + " END"


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


def _or_null(points: int | None) -> str:
    """A word that the card refuses has no points, and who says it no score."""
    return "NULL" if points is None else str(points)
