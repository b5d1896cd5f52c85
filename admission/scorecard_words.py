"""Saying in the reader's language what scorecards, which know no gettext, say in English."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from admission.scorecards import Remark, Unusable

NEVER_WORKED = _(
    "No worker could do it, and nothing came of it. Try it again; if it fails again, tell those "
    "who look after the system."
)
SENTENCES = (
    _("There is no file %(file)s."),
    _("%(file)s cannot be read: %(why)s."),
    _("%(file)s is empty."),
    _("%(file)s is no table of rows: %(why)s"),
    _("%(file)s is a damaged gzip file."),
    _("%(file)s is neither UTF-8 nor GB18030."),
    _("There is no column %(target)s to learn from; the file has %(columns)s."),
    _("%(target)s must be 0 for good and 1 for bad; it says %(values)s."),
    _("%(target)s has one class only: %(bads)s bad of %(rows)s rows."),
    _("%(target)s has fewer than two people of one class."),
    _("The settings name %(name)s, which is no column."),
    _(
        "No column says enough about the target: among %(bads)s bad and %(goods)s good people "
        "chance alone would give as much."
    ),
    _("Risk runs %(trends)s; “%(value)s” is none of them."),
    _("%(name)s is a whole number; it is %(value)s."),
    _("A group is a list of words; %(value)s is none."),
    _("%(column)s: edges are drawn through figures, groups among words."),
    _("%(file)s: %(column)s is no name for a column."),
    _("No column is left: %(column)s, the last, counts only by chance."),
    _(
        "The columns %(columns)s together tell good from bad without fail; "
        "leave out what is known only afterwards."
    ),
    _("%(column)s: “%(word)s” is in two groups."),
    _("The file lacks %(columns)s, which the card asks."),
    _("The test file lacks %(columns)s; the card cannot be examined on it."),
    _("The file answers none of the card's questions: %(columns)s."),
    _("%(columns)s: the card asks figures, the file holds none."),
    _("%(column)s says “%(word)s”, which the card has never seen and refuses."),
    _("The card was changed after it was fitted: its hash does not agree."),
    _("The card lacks a part: %(part)s."),
    _("The file is no scorecard of the schema %(schema)s."),
    _("The file has no rows."),
    _("There are %(people)s people; groups are looked for among %(least)s and more."),
    _("No feature is known of half of the people."),
    _(
        "Of %(people)s people whose end is known %(bads)s went bad; at least %(least)s of "
        "either kind are needed."
    ),
    _("The file has no rows whose %(target)s is known."),
    _("%(file)s names %(columns)s more than once; every column needs a name of its own."),
    _("%(column)s says “%(value)s”, which is no day; write 2026-03-31 or 2026-03."),
    _("The card is no JSON file."),
    _("%(file)s is no Parquet file."),
    _("%(column)s has one value only; there are no groups."),
    _("%(column)s has one day only; there is no earlier and later."),
    _("There is no column %(column)s to split by."),
    _("The card asks %(columns)s, which no decision knows or may judge by."),
    _("A card that judges must say what words count for that it never saw."),
    _("People are looked at for 1 to %(most)s months."),
    _("Bad begins at or above the days from which nobody is good any more."),
    _("%(column)s has more than %(most)s different values."),
    _("%(column)s: %(value)s is no figure."),
    _("%(name)s lies between %(low)s and %(high)s; it is %(value)s."),
    _("Unseen words count as %(unseen)s, absent columns as %(absent)s."),
    _("Points to double the odds must be above zero."),
    _("A scale goes to %(score)s points, of which %(pdo)s may double the odds."),
)

REMARKS = (
    _("%(column)s: no such column; everybody counts as missing."),
    _("%(column)s: holds no figure; everybody counts as missing."),
    _("%(column)s: %(rows)s rows say what training never saw."),
    _("%(column)s: %(rows)s rows are no figures and count as missing."),
)

LEFT_OUT = {
    "excluded": _("left out on request"),
    "empty": _("nothing in it"),
    "constant": _("always the same: %(value)s"),
    "a_day": _("a date; make an age or a duration of it"),
    "not_one_value": _("not one value in a cell"),
    "like_an_id": _("like a number or a name: %(different)s different values"),
    "says_too_little": _("says too little: IV %(iv)s, of which %(chance)s by chance"),
    "gives_the_target_away": _("gives the target away: IV %(iv)s; known only afterwards?"),
    "says_the_same": _("says the same as %(with)s: correlation %(correlation)s"),
    "explained_by_others": _("explained by the others: inflation %(inflation)s"),
    "wrong_sign": _("pulls the wrong way beside the others: coefficient %(coefficient)s"),
    "by_chance": _("could be chance beside the others: p %(p)s"),
}


def in_words(refused: Unusable) -> str:
    """A refusal in the reader's language."""
    return fault_in_words(refused.template, refused.params)


def fault_in_words(template: str, params: Mapping[str, object]) -> str:
    """A kept refusal in the reader's language."""
    return gettext(template) % params


def kept_remark(made: Unusable | Remark) -> dict[str, Any]:
    """A sentence as it is kept: figures stay figures, anything else becomes text."""
    params = {
        name: value if isinstance(value, int | float) else str(value)
        for name, value in made.params.items()
    }
    return {"template": made.template, "params": params}


def why_left_out(kept: Mapping[str, object]) -> str:
    """Why a column is not in a card."""
    return gettext(LEFT_OUT[str(kept["reason"])]) % kept
