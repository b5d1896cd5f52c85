"""Stage three: neighbours judge, sealed and back to back; later the branch decides."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import polars as pl
from PIL import Image, ImageDraw

from core import documents
from core.models import User
from core.roles import Role
from sandbox.county.truth import SHEET, neighbour_opinions
from sandbox.demo.setting import Setting, Tell
from village.errors import CampaignRefused
from village.models import (
    Campaign,
    Customer,
    Outcome,
    Seat,
    Sheet,
    SpotCheck,
    Village,
)
from village.review_rules import sheets as rules
from village.services import campaigns, reviewer_lists, spot_checks, stages
from village.services.conclusions import conclude
from village.services.second_rounds import open_second_round
from village.services.sheets import Handed, submit_sheets

ANSWERED = 0.96
"""Share of seats whose neighbour finds the time to answer."""
CHECKED_PERCENT = 5
CHECKED_WITHIN = timedelta(days=14)
FAVOUR = 2.0
"""What two colluding neighbours add to what they see of each other's household."""
SEATS = {
    "pk": "seat",
    "reviewer_id": "reviewer",
    "reviewer__customer_id": "customer",
    "household_id": "household",
    "household__number": "household_no",
}


def let_neighbours_judge(setting: Setting, tell: Tell) -> dict[str, int]:
    """In every village a list of reviewers, a sealed campaign, a second round on the doubted."""
    judge_villages(setting, tell)
    return what_they_judged()


def judge_villages(setting: Setting, tell: Tell, *, worker: int = 0, workers: int = 1) -> None:
    """The review of all villages, or of every so-manieth where several workers share them."""
    clerk = setting.one(Role.ADMINISTRATOR)
    listed = _possible_reviewers(setting)
    villages = list(Village.objects.select_related("grid__manager").order_by("code"))
    mine = villages[worker::workers]
    for done, village in enumerate(mine, start=1):
        _judge(setting, village, listed.filter(pl.col("village") == village.code), clerk)
        tell(done, len(mine))


def what_they_judged() -> dict[str, int]:
    """The county's review in figures."""
    return {
        "villages": Campaign.objects.first_rounds().count(),
        "sheets": Sheet.objects.count(),
        "reviewed": Outcome.objects.count(),
        "second_rounds": Campaign.objects.exclude(follows=None).count(),
    }


def let_branches_decide(setting: Setting, tell: Tell) -> dict[str, int]:
    """Spot checks, then the branch's word on all that was looked at again where it had to be."""
    rounds = list(Campaign.objects.first_rounds().select_related("village__grid").order_by("pk"))
    presidents = {user.branch_id: user for user in setting.staff(Role.BRANCH_PRESIDENT)}
    decided = 0
    for done, campaign in enumerate(rounds, start=1):
        president = presidents[campaign.village.grid.branch_id]
        _check_some(setting, campaign, president)
        decided += stages.decide_ready(campaign.pk, actor=president)
        tell(done, len(rounds))
    return {
        "decided": decided,
        "voided": Outcome.objects.filter(stage=Outcome.Stage.VOIDED).count(),
        "waiting": Outcome.objects.doubted().count(),
        "checks": SpotCheck.objects.count(),
    }


def _check_some(setting: Setting, campaign: Campaign, president: User) -> None:
    """A lot of one in twenty; half of the checks are made, nearly all agree."""
    draw = spot_checks.draw_checks(
        campaign.pk,
        percent=CHECKED_PERCENT,
        seed=setting.seed,
        due_on=setting.clock.today + CHECKED_WITHIN,
        actor=president,
    )
    checks = draw.checks.select_related("assigned_to", "outcome__household").order_by("pk")
    for number, check in enumerate(checks):
        if number % 2:
            continue
        agrees = number % 10 != 8
        spot_checks.finish_check(
            check.pk,
            finding=SpotCheck.Finding.AGREE if agrees else SpotCheck.Finding.DISAGREE,
            note="" if agrees else "实际经营规模小于评议所述",
            photo=_written_on_a_wall(check, "JPEG"),
            signature=documents.store(
                _written_on_a_wall(check, "PNG"), name="签名.png", content_type="image/png", by=None
            ),
            actor=check.assigned_to,
            at=setting.clock.at,
        )


def _written_on_a_wall(check: SpotCheck, kind: str) -> bytes:
    """A white wall with the household's number on it, in the place of a photo and a signature."""
    drawn = BytesIO()
    wall = Image.new("RGB", (160, 120), "white")
    ImageDraw.Draw(wall).text((4, 50), check.outcome.household.number, fill="black")
    wall.save(drawn, kind)
    return drawn.getvalue()


def _judge(setting: Setting, village: Village, listed: pl.DataFrame, clerk: User) -> None:
    _list_reviewers(setting, village, listed)
    campaign = campaigns.open_campaign(
        village.pk, business_day=setting.clock.today, seed=setting.seed, actor=clerk
    )
    _hear(setting, campaign, listed, clerk)
    try:
        second = open_second_round(
            campaign.pk, business_day=setting.clock.today, seed=setting.seed + 1, actor=clerk
        )
    except CampaignRefused:
        return
    _hear(setting, second, listed, clerk)


def _list_reviewers(setting: Setting, village: Village, listed: pl.DataFrame) -> None:
    """The manager proposes who is willing, the president of the branch approves who is fit."""
    grid = village.grid
    presidents = {user.branch_id: user for user in setting.staff(Role.BRANCH_PRESIDENT)}
    reviewer_lists.propose(
        village.pk, listed["customer"].to_list(), actor=grid.manager, on=setting.clock.today
    )
    reviewer_lists.approve_proposed(
        village.pk, actor=presidents[grid.branch_id], on=setting.clock.today
    )


def _hear(setting: Setting, campaign: Campaign, listed: pl.DataFrame, clerk: User) -> None:
    """Sheets come in over an hour or two; then the seal, and what they say together."""
    setting.clock.go_on(minutes=30)
    handed = []
    for seat, answers in _sheets(setting, campaign, listed):
        handed.append(Handed(seat, answers.reviewer, answers, setting.clock.at))
        setting.clock.go_on(seconds=2)
    submit_sheets(handed)
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
) -> list[tuple[int, rules.Sheet]]:
    """What each neighbour on a panel will answer, by the seat they have."""
    again = " again" if campaign.follows_id else ""
    rng = setting.chance(f"review {campaign.village.code}{again}")
    seats = pl.DataFrame(
        list(
            Seat.objects.filter(reviewer__campaign=campaign)
            .order_by("household__number", "reviewer__customer__household__number")
            .values_list(*SEATS)
        ),
        schema=list(SEATS.values()),
        orient="row",
    )
    judges = seats.select("customer").join(
        listed, on="customer", how="left", maintain_order="left", validate="m:1"
    )
    facts = seats.select("household_no").join(
        setting.households, on="household_no", how="left", maintain_order="left"
    )
    judged = facts.select("household_no").join(
        listed.select("household_no", "clique"),
        on="household_no",
        how="left",
        maintain_order="left",
    )
    friends = (judges["clique"] == judged["clique"]).fill_null(value=False).to_numpy()
    opinions = neighbour_opinions(rng, facts, judges["insight"].to_numpy(), favour=FAVOUR * friends)
    answered = rng.random(seats.height) < ANSWERED
    said = pl.concat([seats.drop("household_no"), opinions], how="horizontal").filter(answered)
    return [(each["seat"], _sheet(each)) for each in said.iter_rows(named=True)]


def _sheet(opinion: dict[str, Any]) -> rules.Sheet:
    knows = opinion["knows"]
    return rules.Sheet(
        reviewer=opinion["reviewer"],
        household=opinion["household"],
        knows_household=knows,
        answers={item: opinion[item] for item in SHEET} if knows else {},
        negatives=frozenset(opinion["negatives"]) if knows else frozenset(),
        suggested_fen=opinion["suggested_amount"] * 100 if knows else None,
    )
