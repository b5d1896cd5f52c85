"""Real estate, business registry, Baihang: their words."""

from collections.abc import Sequence

from admission.features.property import STANDINGS
from admission.sources.reading import Reader, Values

_MORTGAGE = ("holder", "registered_on", "amount")


def real_estate(replies: Sequence[Reader]) -> Values:
    """Homes with their seals and mortgages; no list entry is an answer, not a silence."""
    (reply,) = replies
    homes = reply.parts("homes", once_by=["unit_no"])
    return {
        "homes": [
            {
                "registered_on": home.day("registered_on"),
                "mortgaged_on": [
                    mortgage.day("registered_on")
                    for mortgage in home.parts("mortgages", once_by=_MORTGAGE)
                ],
                "sealed": home.flag("sealed"),
                "dispute": home.flag("dispute"),
            }
            for home in homes
        ]
    }


def business_registry(replies: Sequence[Reader]) -> Values:
    """What the person runs, and in what standing each business is."""
    (reply,) = replies
    return {
        "role": reply.word("role"),
        "businesses": [
            {
                "status": business.word("status", STANDINGS),
                "established_on": business.day("established_on"),
                "abnormal": business.flag("abnormal"),
                "punishments_12m": business.whole("punishments_12m"),
                "changes_6m": business.whole("changes_6m"),
            }
            for business in reply.parts("businesses", once_by=["registration_no"])
        ],
    }


def baihang(replies: Sequence[Reader]) -> Values:
    """Applications at non-banks; whoever Baihang has never heard of has made none."""
    (reply,) = replies
    if not reply.flag("found"):
        return {"apply_orgs_3m": 0, "open_balance": 0, "overdue_12m": False}
    return {
        "apply_orgs_3m": reply.whole("apply_orgs_3m"),
        "open_balance": reply.fen("open_balance"),
        "overdue_12m": reply.flag("overdue_12m"),
    }
