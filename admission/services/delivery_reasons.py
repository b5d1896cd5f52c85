"""What is wrong with a delivered row, and what is odd about a delivery, as sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from village.services.roster_reasons import SENTENCES as OF_ROSTERS

SENTENCES = OF_ROSTERS | {
    "day_to_come": _("%(detail)s is still to come"),
    "too_exact": _("“%(detail)s” is finer than the unit allows"),
}

FINDINGS = {
    "many_refused": _("%(share)s of the rows were refused"),
    "old": _("The data were %(days)s days old when they arrived"),
    "nobody_known": _("The register knows none of the people named"),
    "rows_fell": _("%(now)s rows, after %(before)s the last time"),
    "rows_rose": _("%(now)s rows, after %(before)s the last time"),
    "people_missing": _(
        "%(gone)s of the %(held)s people of whom figures are held are not in this file, which "
        "should name everybody. Is it only a part?"
    ),
    "matched_fell": _("%(now)s of the rows are of people registered, after %(before)s"),
    "less_filled": _("Filled in %(now)s of the rows, after %(before)s"),
    "moved": _("The middle went from %(before)s to %(now)s; is the unit right?"),
    "far_out": _("%(count)s figures lie far above the last delivery's; first on line %(lines)s"),
    "unread": _(
        "Left out, since their unit is neither yuan nor 10,000 yuan: %(headings)s. Convert them."
    ),
    "overtaken": _("Figures of %(day)s are already held; newer figures were left alone"),
    "stopped": _(
        "It was to be taken in, and %(times)s times no worker came to its end; nothing of it was "
        "written. Have it taken in once more; if it fails again, tell those who look after the "
        "system."
    ),
    "not_withdrawn": _(
        "It was to be withdrawn, and %(times)s times no worker came to its end; all of its figures "
        "still stand. Ask for it once more; if it fails again, tell those who look after the "
        "system."
    ),
    "withdrawn": _("This very file was withdrawn before: %(why)s"),
    "kept": _("Too few rows to conclude that the people missing have none; their figures stay"),
}


def sentence(code: str, detail: str) -> str:
    """Why a row was refused, in the reader's language."""
    return str(SENTENCES[code]) % {"detail": detail}


def finding(code: str, detail: Mapping[str, Any]) -> str:
    """What is odd about a delivery; ``detail`` is already written out."""
    return str(FINDINGS[code]) % detail
