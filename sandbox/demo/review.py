"""Stage three: neighbours judge, sealed and back to back."""

import numpy as np
import polars as pl

from core.roles import Role
from sandbox.county.truth import SHEET, neighbour_opinions
from sandbox.demo.setting import Setting, Tell
from village.models import Campaign, Customer, Seat, Sheet, Village
from village.review_rules import sheets as rules
from village.services import campaigns
from village.services.conclusions import conclude
from village.services.sheets import submit_sheet

ANSWERED = 0.96
"""Share of seats whose neighbour finds the time to answer."""
FAVOUR = 2.0
"""What two colluding neighbours add to what they see of each other's household."""


def let_neighbours_judge(setting: Setting, tell: Tell) -> dict[str, int]:
    """A campaign in every village: panels drawn, sheets handed in, sealed, concluded."""
    clerk = setting.one(Role.ADMINISTRATOR)
    listed = _possible_reviewers(setting)
    villages = list(Village.objects.order_by("code"))
    for done, village in enumerate(villages, start=1):
        _judge(setting, village, listed.filter(pl.col("village") == village.code), clerk)
        tell(done, len(villages))
    return {
        "villages": len(villages),
        "sheets": Sheet.objects.count(),
        "reviewed": sum(campaign.outcomes.count() for campaign in Campaign.objects.all()),
    }


def _judge(setting: Setting, village: Village, listed: pl.DataFrame, clerk: object) -> None:
    campaign = campaigns.open_campaign(
        village.pk,
        business_day=setting.clock.today,
        seed=setting.seed,
        actor=clerk,
        reviewers=listed["customer"].to_list(),
    )
    if campaign.status != Campaign.Status.REVIEWING:
        return
    setting.clock.go_on(minutes=30)
    for seat, answers in _sheets(setting, campaign, listed):
        submit_sheet(seat.pk, reviewer_id=seat.reviewer_id, answers=answers, at=setting.clock.at)
        setting.clock.go_on(seconds=2)
    campaigns.seal(campaign.pk, actor=clerk)
    conclude(campaign.pk, actor=clerk)


def _possible_reviewers(setting: Setting) -> pl.DataFrame:
    """Neighbours willing to judge: village, customer (our id), insight, clique, household_no."""
    told = pl.read_csv(setting.county / "neighbours.csv", comment_prefix="#", infer_schema=False)
    by_number = {
        customer.id_number: customer.pk
        for customer in Customer.objects.filter(
            household__number__in=told["户号"].to_list(), role=Customer.Role.HEAD
        )
    }
    return told.select(
        pl.col("村代码").alias("village"),
        pl.col("户号").alias("household_no"),
        pl.col("证件号码").replace_strict(by_number, default=None).alias("customer"),
        pl.col("insight").cast(pl.Float64),
        "clique",
    ).drop_nulls("customer")


def _sheets(
    setting: Setting, campaign: Campaign, listed: pl.DataFrame
) -> list[tuple[Seat, rules.Sheet]]:
    """What each neighbour on a panel will answer."""
    rng = setting.chance(f"review {campaign.village.code}")
    seats = list(
        Seat.objects.filter(reviewer__campaign=campaign)
        .select_related("reviewer", "household")
        .order_by("household__number", "reviewer__customer__household__number")
    )
    numbers = pl.DataFrame({"household_no": [seat.household.number for seat in seats]})
    facts = numbers.join(setting.households, on="household_no", how="left", maintain_order="left")
    about = {row["customer"]: row for row in listed.iter_rows(named=True)}
    judges = [about[seat.reviewer.customer_id] for seat in seats]
    cliques = dict(listed.select("household_no", "clique").iter_rows())
    favour = [
        FAVOUR * (judge["clique"] is not None and cliques.get(number) == judge["clique"])
        for judge, number in zip(judges, numbers["household_no"], strict=True)
    ]
    insight = np.array([judge["insight"] for judge in judges])
    opinions = neighbour_opinions(rng, facts, insight, favour=favour)
    answered = rng.random(len(seats)) < ANSWERED
    return [
        (seat, _sheet(seat, opinion))
        for seat, opinion, comes in zip(
            seats, opinions.iter_rows(named=True), answered, strict=True
        )
        if comes
    ]


def _sheet(seat: Seat, opinion: dict[str, object]) -> rules.Sheet:
    knows = bool(opinion["knows"])
    return rules.Sheet(
        reviewer=seat.reviewer_id,
        household=seat.household_id,
        knows_household=knows,
        answers={item: opinion[item] for item in SHEET} if knows else {},
        negatives=frozenset(opinion["negatives"]) if knows else frozenset(),
        suggested_fen=opinion["suggested_amount"] * 100 if knows else None,
    )
