"""Who is asked: the list of reviewers 评议员 from which a village's panels are drawn."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random

from django.utils.translation import gettext as _

from village.errors import CampaignRefused
from village.models import Customer, ListedReviewer, ListFlag
from village.review_rules.eligibility import Candidate, unfit
from village.review_rules.panels import ListedReviewer as OnPanel

FEWEST = 12
HOUSEHOLDS_EACH = 60
"""More sheets than this nobody fills in with care."""


def wanted(households: int, panel_size: int) -> int:
    """How many reviewers a village of this size needs."""
    return max(FEWEST, -(-households * panel_size // HOUSEHOLDS_EACH))


def listed(
    village_id: int, *, chosen: Sequence[int] | None, wanted: int, on: date, seed: int
) -> list[OnPanel]:
    """The people ``chosen``, the village's approved list, or ``wanted`` heads drawn by lot.

    Of the approved list those are taken who are still fit on that day. Without a list, heads of
    households are drawn evenly over the groups: of the right age, living in the village, on no grey
    or black list. Raises CampaignRefused for a chosen person of another village.
    """
    people = Customer.objects.filter(village_id=village_id)
    if chosen is not None:
        found = list(people.filter(pk__in=chosen).select_related("household").order_by("pk"))
        if len(found) != len(set(chosen)):
            raise CampaignRefused(_("Reviewers must be registered in the village they judge."))
        return [_listed(each) for each in found]
    approved = people.filter(
        pk__in=ListedReviewer.objects.approved().filter(village=village_id).values("customer")
    )
    on_list = [
        _listed(each)
        for each in approved.select_related("household").order_by("pk")
        if not unfit(candidate(each, on=on))
    ]
    if on_list:
        return on_list
    heads = (
        people.filter(role=Customer.Role.HEAD, state=Customer.State.LIVING)
        .exclude(list_flag__in=[ListFlag.GREY, ListFlag.BLACK])
        .exclude(household__list_flag__in=[ListFlag.GREY, ListFlag.BLACK])
        .select_related("household")
        .order_by("pk")
    )
    fit = [each for each in heads if not unfit(candidate(each, on=on))]
    return [_listed(each) for each in _evenly(fit, wanted, Random(seed))]  # noqa: S311 - a lot, no secret


def candidate(person: Customer, *, on: date, village_id: int | None = None) -> Candidate:
    """What the rules ask about somebody who may become a reviewer of a village, their own if None.

    Their household comes along.
    """
    return Candidate(
        age=person.age_on(on),
        lives_here=person.state == Customer.State.LIVING,
        list_flags=(person.list_flag, person.watch_flag, person.household.list_flag),
        same_village=village_id in (None, person.household.village_id),
    )


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


def _listed(person: Customer) -> OnPanel:
    home = person.household
    return OnPanel(person=person.pk, household=home.pk, group=home.group_id or 0)
