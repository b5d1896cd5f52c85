"""Real estate, valuers, business registry, Baihang: their words."""

from collections.abc import Sequence

from admission.features.property import ROLES, STANDINGS, ZONES
from admission.sources.errors import Unreadable
from admission.sources.reading import Reader, Values, total

_MORTGAGE = ("holder", "registered_on", "amount")


def real_estate(replies: Sequence[Reader]) -> Values:
    """Homes in the registers of city and county, each once, with their seals and mortgages.

    No home in either register is an answer, not a silence. A register that does not yet say in
    which zone its homes stand leaves that unknown.
    """
    homes: dict[str | None, Reader] = {}
    for reply in replies:
        for each in reply.parts("homes", once_by=["unit_no"]):
            homes.setdefault(each.word("unit_no"), each)
    return {"homes": [_home(each) for each in homes.values()]}


def _home(home: Reader) -> Values:
    mortgages = home.parts("mortgages", once_by=_MORTGAGE)
    return {
        "registered_on": home.day("registered_on"),
        "mortgaged_on": [each.day("registered_on") for each in mortgages],
        "sealed": home.flag("sealed"),
        "dispute": home.flag("dispute"),
        "usage": home.word("usage"),
        "area_m2": home.ratio("area_m2"),
        "value": home.fen("value"),
        "mortgage": total(
            (each.fen("amount") for each in mortgages), "reply.data.homes.mortgages.amount"
        ),
        "share": home.ratio("share"),
        "zone": home.word("zone", ZONES) if home.has("zone") else None,
    }


CENTRES, FIRMS = ("city", "county"), ("first", "second")
"""Whose registers and whose estimates are asked for, side by side."""


def valuers(replies: Sequence[Reader]) -> Values:
    """What a person's homes are worth: of each home the lower of the firms' estimates.

    ``spread`` is how far the firms are apart on the home they disagree about most, as a share of
    the higher estimate. A home that only one firm has assessed is not trusted.
    """
    found: dict[str | None, list[tuple[int, str | None]]] = {}
    for reply in replies:
        for each in reply.parts("assessments", once_by=["unit_no"]):
            worth = each.fen("value")
            if worth is None:
                raise Unreadable("reply.data.assessments.value is missing.")
            found.setdefault(each.word("unit_no"), []).append((worth, each.day("assessed_on")))
    if any(len(estimates) < len(replies) for estimates in found.values()):
        raise Unreadable("A home was not assessed by every firm.")
    worths = [[worth for worth, _ in estimates] for estimates in found.values()]
    days = [day for estimates in found.values() for _, day in estimates if day is not None]
    return {
        "homes": len(found),
        "value": total((min(each) for each in worths), "reply.data.assessments.value"),
        "spread": max((1 - min(each) / max(each) for each in worths if max(each)), default=None),
        "assessed_on": min(days, default=None),
    }


def business_registry(replies: Sequence[Reader]) -> Values:
    """What the person runs, and in what standing each business is."""
    (reply,) = replies
    return {
        "role": reply.word("role", ROLES),
        "businesses": [
            {
                "status": business.word("status", STANDINGS),
                "established_on": business.day("established_on"),
                "abnormal": business.flag("abnormal"),
                "punishments_12m": business.whole("punishments_12m"),
                "changes_6m": business.whole("changes_6m"),
                "paid_in_capital": business.fen("paid_in_capital"),
                "share": business.ratio("share"),
                "industry": business.word("industry"),
            }
            for business in reply.parts("businesses", once_by=["registration_no"])
        ],
    }


def baihang(replies: Sequence[Reader]) -> Values:
    """Applications at non-banks; whoever Baihang has never heard of has made none.

    An answer that does not say whether Baihang knows the person is none.
    """
    (reply,) = replies
    found = reply.flag("found")
    if found is None:
        raise Unreadable("reply.data.found is empty.")
    if not found:
        return {
            "apply_orgs_3m": 0,
            "apply_count_3m": 0,
            "open_balance": 0,
            "overdue_12m": False,
            "special_list": False,
        }
    return {
        "apply_orgs_3m": reply.whole("apply_orgs_3m"),
        "apply_count_3m": reply.whole("apply_count_3m"),
        "open_balance": reply.fen("open_balance"),
        "overdue_12m": reply.flag("overdue_12m"),
        "special_list": reply.flag("special_list"),
    }
