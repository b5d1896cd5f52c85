"""A spot check found the review of a household wrong on which a limit may stand already."""

from django.db import transaction
from django.utils.translation import gettext_lazy

from core import notices
from core.roles import Role
from credit.models import LimitDecision
from village.events import SpotCheckDisagreed
from village.models import Campaign, Outcome, SpotCheck
from village.services import stages


@transaction.atomic
def hear_spot_check(event: SpotCheckDisagreed) -> None:
    """What the branch decided goes back to a second look where nothing was granted on it yet;
    of a limit that stands, the branch president is told.

    Judged by household: in a village that was granted, some households were not.
    """
    check = SpotCheck.objects.select_related("assigned_to").get(pk=event.check_id)
    # Whoever grants the village holds its campaign, and reads what is decided.
    holding = Campaign.objects.select_for_update(of=("self",))
    campaign = holding.get(outcomes=check.outcome_id)
    outcomes = Outcome.objects.select_related("household__village__grid__branch")
    outcome = outcomes.get(pk=check.outcome_id)
    if outcome.stage != Outcome.Stage.DECIDED or outcome.decided_at > check.done_at:
        return
    limits = LimitDecision.objects.filter(campaign=campaign, household=outcome.household_id)
    if limits.exists():
        _tell_the_branch(outcome)
    elif campaign.status != Campaign.Status.CLOSED:
        stages.doubt(outcome.pk, because=stages.SPOT_CHECK, actor=check.assigned_to)


def _tell_the_branch(outcome: Outcome) -> None:
    notices.send(
        gettext_lazy(
            "A spot check found the review of household %(household)s wrong, and a limit stands on "
            "it already. Somebody goes there again; see what was found."
        ),
        {"household": outcome.household},
        role=Role.BRANCH_PRESIDENT,
        branch=outcome.household.village.grid.branch,
        level="orange",
        url=f"/admin/village/outcome/{outcome.pk}/change/",
    )
