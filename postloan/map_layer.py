"""What this room adds to the map of villages: warnings that still want something done."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from credit.map_layers import Layer, Measure, Unit
from credit.selectors_map import CountedVillages, as_of_today, counted
from postloan.models import Warning

OVER = [Warning.Status.RESOLVED.value, Warning.Status.FALSE_ALARM.value]
OPEN = """
SELECT warning.village_id, NULL::date, count(*),
       count(*) FILTER (WHERE warning.level = %(red)s), count(DISTINCT person.household_id)
  FROM postloan_warning warning
  JOIN village_customer person ON person.id = warning.customer_id
 WHERE warning.village_id = ANY(%(villages)s) AND warning.status <> ALL(%(over)s)
 GROUP BY warning.village_id
"""


def _open_warnings(villages: Sequence[int]) -> CountedVillages:
    """Warnings still open, the red ones among them, and the households they are about."""
    red = Warning.Level.RED.value
    return as_of_today(counted(OPEN, villages, red=red, over=OVER))


WARNINGS = Layer(
    title=_("Early warnings"),
    permission="postloan.view_warning",
    source=_("Register of early warnings"),
    measures=(
        Measure("warnings_open", _("Warnings open"), Unit.WARNINGS),
        Measure("warnings_red", _("Red warnings open"), Unit.WARNINGS),
        Measure("warned_households", _("Households with open warnings"), Unit.HOUSEHOLDS),
    ),
    count=_open_warnings,
)
