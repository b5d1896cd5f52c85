"""Who is asked: the list of reviewers 评议员 from which a village's panels are drawn."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random

from django.utils.translation import gettext as _

from village.errors import CampaignRefused
from village.models import Customer, ListFlag
from village.review_rules.panels import ListedReviewer

YOUNGEST, OLDEST = 25, 70
FEWEST = 12
HOUSEHOLDS_EACH = 60
"""More sheets than this nobody fills in with care."""


def wanted(households: int, panel_size: int) -> int:
    """How many reviewers a village of this size needs."""
    return max(FEWEST, -(-households * panel_size // HOUSEHOLDS_EACH))


def listed(
    village_id: int, *, chosen: Sequence[int] | None, wanted: int, on: date, seed: int
) -> list[ListedReviewer]:
    """The people ``chosen``, or up to ``wanted`` heads of households drawn evenly over the groups.

    Drawn are heads aged 25 to 70 who live in the village and stand, like their household, on no
    grey or black list. Raises CampaignRefused for a chosen person of another village.
    """
    people = Customer.objects.filter(household__village_id=village_id)
    if chosen is not None:
        found = list(people.filter(pk__in=chosen).select_related("household").order_by("pk"))
        if len(found) != len(set(chosen)):
            raise CampaignRefused(_("Reviewers must be registered in the village they judge."))
        return [_listed(each) for each in found]
    heads = (
        people.filter(role=Customer.Role.HEAD, state=Customer.State.LIVING)
        .exclude(list_flag__in=[ListFlag.GREY, ListFlag.BLACK])
        .exclude(household__list_flag__in=[ListFlag.GREY, ListFlag.BLACK])
        .select_related("household")
        .order_by("pk")
    )
    fit = [each for each in heads if YOUNGEST <= each.age_on(on) <= OLDEST]
    return [_listed(each) for each in _evenly(fit, wanted, Random(seed))]  # noqa: S311 - a lot, no secret


def _evenly(heads: list[Customer], wanted: int, chance: Random) -> list[Customer]:
    """One head of every group, then a second, until there are enough; chance decides who."""
    groups: dict[int | None, list[Customer]] = defaultdict(list)
    for head in heads:
        groups[head.household.group_id].append(head)
    for members in groups.values():
        chance.shuffle(members)
    turns = list(groups.values())
    drawn: list[Customer] = []
    while len(drawn) < wanted and turns:
        chance.shuffle(turns)
        drawn += [members.pop() for members in turns][: wanted - len(drawn)]
        turns = [members for members in turns if members]
    return drawn


def _listed(person: Customer) -> ListedReviewer:
    home = person.household
    return ListedReviewer(person=person.pk, household=home.pk, group=home.group_id or 0)
