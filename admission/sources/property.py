"""Real estate, valuers, business registry, Baihang: their words."""

from collections.abc import Iterable, Sequence

from admission.features.property import ROLES, STANDINGS, ZONES
from admission.sources.errors import Unreadable
from admission.sources.reading import Reader, Values, total

_MORTGAGE = ("holder", "registered_on", "amount")


def real_estate(replies: Sequence[Reader]) -> Values:
    """Homes in the registers of city and county, each once, with their seals and mortgages.

    A home of which several lines tell is sealed, disputed or mortgaged if one of them says so. No
    home in either register is an answer, not a silence. A register that does not yet say in which
    zone its homes stand leaves that unknown.
    """
    homes: dict[tuple[str | None, ...], list[Reader]] = {}
    for reply in replies:
        for unit, told in reply.named_parts("homes", by=["unit_no"]).items():
            homes.setdefault(unit, []).extend(told)
    return {"homes": [_home(told) for told in homes.values()]}


def _home(told: Sequence[Reader]) -> Values:
    home, found = told[0], {}
    for each in told:
        found = each.named_parts("mortgages", by=_MORTGAGE) | found
    mortgages = [first for first, *_ in found.values()]
    return {
        "registered_on": home.day("registered_on"),
        "mortgaged_on": [each.day("registered_on") for each in mortgages],
        "sealed": _any(each.flag("sealed") for each in told),
        "dispute": _any(each.flag("dispute") for each in told),
        "usage": home.word("usage"),
        "area_m2": home.ratio("area_m2"),
        "value": home.fen("value"),
        "mortgage": total(
            (each.fen("amount") for each in mortgages), "reply.data.homes.mortgages.amount"
        ),
        "share": home.ratio("share"),
        "zone": home.word("zone", ZONES) if home.has("zone") else None,
    }


def _any(flags: Iterable[bool | None]) -> bool | None:
    """Whether one is surely so; None where none is and one may be."""
    known = set(flags)
    return True if True in known else None if None in known else False


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
