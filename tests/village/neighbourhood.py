"""A small village for tests: households with heads and spouses in groups, and answered sheets."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from core.models import User
from tests import make
from village.models import Campaign, Customer, Seat, Village
from village.review_rules import sheets as rules
from village.review_rules.form import STANDARD_FORM
from village.services import campaigns, conclusions, sheets

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def settled(households: int = 30, groups: int = 3, manager: User | None = None) -> Village:
    """A village whose households each have a head and a spouse."""
    village = make.village(manager)
    places = [make.group(village, f"{number}组") for number in range(1, groups + 1)]
    for at in range(households):
        home = make.household(village, group=places[at % groups], number=f"{village.code}{at:04d}")
        make.customer(home, name=f"户主{at:02d}", born_on=date(1970 + at % 20, 5, 17))
        make.customer(
            home,
            name=f"配偶{at:02d}",
            role=Customer.Role.SPOUSE,
            sex=Customer.Sex.FEMALE,
            born_on=date(1972 + at % 20, 5, 17),
        )
    return village


def opened(households: int = 30, **given) -> Campaign:
    """A campaign under review in a settled village."""
    village = given.pop("village", None) or settled(households)
    return campaigns.open_campaign(
        village.pk, **{"business_day": make.DAY, "seed": 7, "actor": None} | given
    )


def answers(seat: Seat, *, level: float = 1.0, amount: int = 50_000, **given) -> rules.Sheet:
    """A sheet filled in with the answer at ``level`` (0 worst, 1 best) of every question."""
    chosen = {
        item.name: item.options[round(level * (len(item.options) - 1))]
        for item in STANDARD_FORM.items
    }
    made = {
        "reviewer": seat.reviewer_id,
        "household": seat.household_id,
        "knows_household": True,
        "answers": chosen,
        "suggested_fen": amount * 100,
    }
    return rules.Sheet(**made | given)


def submit(seat: Seat, **given):
    """Submit one sheet for a seat."""
    at = given.pop("at", AT)
    return sheets.submit_sheet(
        seat.pk, reviewer_id=seat.reviewer_id, answers=answers(seat, **given), at=at
    )


def answered(campaign: Campaign) -> None:
    """Every reviewer answers; households with a higher number stand a little better."""
    taken = seats(campaign)
    homes = sorted({seat.household_id for seat in taken})
    place = {home: at for at, home in enumerate(homes)}
    hand_in(
        (seat, {"level": at / max(len(homes) - 1, 1), "amount": 20_000 + 1_000 * at})
        for seat, at in ((seat, place[seat.household_id]) for seat in taken)
    )


def hand_in(filled: Iterable[tuple[Seat, dict]]) -> None:
    """Many sheets at once: seats and how each is answered."""
    sheets.submit_sheets(
        [
            sheets.Handed(seat.pk, seat.reviewer_id, answers(seat, **given), AT)
            for seat, given in filled
        ]
    )


def seal(campaign: Campaign) -> Campaign:
    """Seal a campaign for which one sheet came in, the last that could."""
    submit(seats(campaign)[-1])
    return campaigns.seal(campaign.pk, actor=None)


def concluded(households: int = 15, **given) -> Campaign:
    """A campaign whose neighbours answered, sealed and concluded."""
    campaign = opened(households, **given)
    answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    return conclusions.conclude(campaign.pk, actor=None)


def seats(campaign: Campaign) -> list[Seat]:
    """All seats of a campaign."""
    found = Seat.objects.filter(reviewer__campaign=campaign)
    return list(found.select_related("reviewer__customer").order_by("pk"))
