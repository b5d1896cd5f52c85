"""Why a later round raised a signed line or kept it, in words for staff."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import wan
from credit.loan_rules import movements

Told = Mapping[str, Any]


def in_words(explanation: Told) -> list[str]:
    """A sentence for each reason; nothing where no signed line was held against the limit."""
    told = explanation.get("moved") or {}
    said = [KEPT[code](told) for code in told.get("kept_because", ()) if code in KEPT]
    if told.get("raise_to"):
        said += _raised(told)
    return said


def _raised(told: Told) -> list[str]:
    """What spoke for it, and where one round does not give the whole limit, how much it gives."""
    late = told["late"] or 0
    said = [
        ngettext(
            "raised because the new limit is higher: risk band %(band)s, use %(use)s,"
            " %(n)d instalment late within 12 months",
            "raised because the new limit is higher: risk band %(band)s, use %(use)s,"
            " %(n)d instalments late within 12 months",
            late,
        )
        % {"band": told["risk_band"] or _("unknown"), "use": _per_cent(told["use"]), "n": late}
    ]
    if told["is_capped"]:
        said.append(
            _("one round raises a signed line to %(amount)s (10,000 yuan) at most")
            % {"amount": f"{wan(told['raise_to']):,.2f}"}
        )
    return said


def _late(told: Told) -> str:
    if told["days_past_due"]:
        return ngettext(
            "kept because a loan is %(n)d day past due",
            "kept because a loan is %(n)d days past due",
            told["days_past_due"],
        ) % {"n": told["days_past_due"]}
    return ngettext(
        "kept because %(n)d instalment was late within 12 months",
        "kept because %(n)d instalments were late within 12 months",
        told["late"],
    ) % {"n": told["late"]}


def _per_cent(share: float | None) -> str:
    return f"{(share or 0) * 100:.0f} %"


KEPT: dict[str, Callable[[Told], str]] = {
    movements.WITHIN: lambda told: _("kept because the new limit differs by little"),
    movements.BORROWER: lambda told: _(
        "kept because the new limit is for another of the household than who signed the line"
    ),
    movements.BAND: lambda told: (
        _("kept because the risk band is %(band)s") % {"band": told["risk_band"] or _("unknown")}
    ),
    movements.USE: lambda told: _("kept because use was %(use)s") % {"use": _per_cent(told["use"])},
    movements.LATE: _late,
    movements.LATE_UNKNOWN: lambda told: _(
        "kept because it is unknown whether anything is overdue"
    ),
    movements.TOO_SMALL: lambda told: _(
        "kept because the most that one round may raise is less than a step"
    ),
}
