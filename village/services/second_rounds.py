"""The second round 复评: fresh panels for the households on which the first disagreed."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from core import fsm
from core.models import User
from village import selectors
from village.errors import CampaignRefused
from village.models import Campaign, Household, Seat
from village.review_rules.panels import Draw, JudgedHousehold, PanelRules, draw_panels
from village.review_rules.scoring import VisitReason
from village.services import reviewers
from village.services.campaigns import no_round_under_way, seat_and_open
from village.services.judging import NO_LIMIT

FOR_A_PANEL = frozenset({*map(str, VisitReason), NO_LIMIT})
"""Doubts that more neighbours can settle. Who was warned of is visited."""
SECOND = (Campaign.Status.CONCLUDED, Campaign.Status.VISITING, Campaign.Status.GRANTED)


@transaction.atomic
def open_second_round(
    campaign_id: int, *, business_day: date, seed: int, actor: User | None
) -> Campaign:
    """Draw fresh panels for the doubted households of a concluded campaign and let them answer.

    Nobody judges a household again, and whom the first panel was drawn from may sit with others.
    Raises CampaignRefused where nothing is in doubt, a second round was held, or too few can judge.
    """
    first = Campaign.objects.select_for_update().get(pk=campaign_id)
    if first.follows_id or first.status not in SECOND:
        raise CampaignRefused(_("A second round follows a first one that was concluded."))
    if first.second_rounds.exists():
        raise CampaignRefused(_("This campaign had its second round; what is left is visited."))
    no_round_under_way(first.village_id)
    doubted = [
        each.household_id
        for each in first.outcomes.doubted()
        if FOR_A_PANEL.issuperset(each.visit_reasons)
    ]
    if not doubted:
        raise CampaignRefused(_("There is no household on which a fresh panel could say more."))
    draw = _draw(first, doubted, business_day=business_day, seed=seed)
    return seat_and_open(
        _begin(first, business_day=business_day, seed=seed),
        draw,
        households=len(doubted),
        actor=actor,
    )


def _begin(first: Campaign, *, business_day: date, seed: int) -> Campaign:
    campaign = Campaign.objects.create(
        village_id=first.village_id,
        round=first.round,
        follows=first,
        seed=seed,
        panel_size=first.panel_size,
        business_day=business_day,
    )
    with fsm.refusing(campaign):
        campaign.roster()
    campaign.save(update_fields=["status"])
    return campaign


def _draw(first: Campaign, doubted: list[int], *, business_day: date, seed: int) -> Draw:
    """Panels without anybody who judged the household before, or lives with somebody who did."""
    rules = PanelRules(size=first.panel_size, minimum=min(3, first.panel_size))
    sat = Seat.objects.filter(reviewer__campaign=first)
    everybody = sat.values("reviewer").distinct().count()
    listed = reviewers.listed(
        first.village_id,
        chosen=None,
        wanted=everybody + first.panel_size,
        on=business_day,
        seed=seed,
    )
    judged_before = sat.filter(household__in=doubted).values_list(
        "reviewer__customer__household_id", "household_id"
    )
    households = Household.objects.filter(pk__in=doubted).order_by("pk")
    draw = draw_panels(
        [JudgedHousehold(pk, group or 0) for pk, group in households.values_list("pk", "group_id")],
        listed,
        [*selectors.conflicts(first.village_id), *judged_before],
        seed=seed,
        rules=rules,
    )
    if not any(len(panel.reviewers) >= rules.minimum for panel in draw.panels):
        raise CampaignRefused(
            _("Too few neighbours are left who have not judged these households; visit them.")
        )
    return draw
