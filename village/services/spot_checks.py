"""Spot checks 抽查: a share of outcomes drawn by lot, looked at on the spot by another manager."""

from datetime import date, datetime
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, documents, events, fsm, notices
from core.models import Document, User
from core.roles import Role
from village.errors import CheckRefused
from village.events import SpotCheckDisagreed
from village.models import Campaign, CheckDraw, Outcome, SpotCheck
from village.services import photos, stages

TO_BE_CHECKED = (
    Campaign.Status.CONCLUDED,
    Campaign.Status.VISITING,
    Campaign.Status.GRANTED,
)


@transaction.atomic
def draw_checks(
    campaign_id: int, *, percent: int, seed: int, due_on: date, actor: User | None
) -> CheckDraw:
    """Draw ``percent`` of a campaign's unchecked outcomes and share them out among the branch.

    The same outcomes and ``seed`` give the same lots. Whoever walks the village's grid is asked
    only where the branch has nobody else. Raises CheckRefused.
    """
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("village__grid")
        .get(pk=campaign_id)
    )
    if campaign.follows_id or campaign.status not in TO_BE_CHECKED:
        raise CheckRefused(_("Spot checks are drawn once the review is concluded."))
    if not 1 <= percent <= 100:
        raise CheckRefused(_("The share lies between 1 and 100 per cent."))
    unchecked = campaign.outcomes.filter(checks=None).exclude(stage=Outcome.Stage.VOIDED)
    ids = list(unchecked.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise CheckRefused(_("Every outcome of this campaign was drawn already."))
    checkers = _checkers(campaign)
    chance = Random(seed)  # noqa: S311 - a lot that can be drawn again, not a secret
    drawn = chance.sample(ids, -(-len(ids) * percent // 100))
    made = CheckDraw.objects.create(
        campaign=campaign,
        percent=percent,
        seed=seed,
        drawn_from=len(ids),
        drawn_by=actor,
        drawn_at=timezone.now(),
    )
    SpotCheck.objects.bulk_create(
        [
            SpotCheck(
                draw=made,
                outcome_id=pk,
                assigned_to=checkers[at % len(checkers)],
                due_on=due_on,
            )
            for at, pk in enumerate(drawn)
        ]
    )
    audit.record(
        made, "village.checks.drawn", actor=actor, percent=percent, seed=seed, checks=len(drawn)
    )
    for checker in checkers[: len(drawn)]:
        notices.send(
            _("Spot checks in %(village)s are yours until %(day)s.")
            % {"village": campaign.village, "day": due_on},
            user=checker,
            url="/m/checks/",
        )
    return made


def _checkers(campaign: Campaign) -> list[User]:
    grid = campaign.village.grid
    managers = User.objects.filter(
        role=Role.CUSTOMER_MANAGER, branch=grid.branch_id, is_active=True
    ).order_by("pk")
    others = [each for each in managers if each.pk != grid.manager_id]
    if not (others or managers):
        raise CheckRefused(_("The branch has no customer manager who could check."))
    return others or list(managers)


@transaction.atomic
def finish_check(
    check_id: int,
    *,
    finding: str,
    note: str,
    photo: bytes,
    signature: Document,
    actor: User,
    at: datetime,
) -> SpotCheck:
    """Bring in what was found, with a photo and the household's signature.

    The photo is drawn anew: ``at`` says when the check was made, and where the telephone was is
    not kept. After a finding against the review somebody looks at the household again.
    Raises CheckRefused for another's check or a contradiction without a word why, PhotoRefused.
    """
    drawn = photos.drawn_anew(photo, longest=photos.LONGEST_SIDE_OF_EVIDENCE)
    check = SpotCheck.objects.select_for_update(of=("self",)).get(pk=check_id)
    if check.assigned_to_id != actor.pk:
        raise CheckRefused(_("This check was given to somebody else."), code="not_yours")
    if finding == SpotCheck.Finding.DISAGREE and not note.strip():
        raise CheckRefused(_("Say what is wrong with the review."), code="no_note")
    kept = documents.store(drawn, name=f"check-{check.pk}.jpg", content_type="image/jpeg", by=actor)
    with fsm.refusing(check):
        check.finish(finding=finding, note=note.strip(), photo=kept, signature=signature, at=at)
    check.save()
    audit.record(check, "village.check.done", actor=actor, finding=finding)
    if finding == SpotCheck.Finding.DISAGREE:
        _contradict(check, actor=actor)
    return check


def _contradict(check: SpotCheck, *, actor: User) -> None:
    """Send the outcome to a second look, and let those know who go there or have granted on it.

    Where lines of the round were granted, only who granted knows whether this household has one. In
    a closed round nobody decides any more, so that nothing is left to doubt.
    """
    # Whoever grants the village holds its campaign, and reads what is decided.
    holding = Campaign.objects.select_for_update(of=("self",))
    campaign = holding.get(outcomes=check.outcome_id)
    outcome = Outcome.objects.get(pk=check.outcome_id)
    is_decided = outcome.stage == Outcome.Stage.DECIDED
    is_past = campaign.status == Campaign.Status.CLOSED and not is_decided
    if is_past or outcome.stage == Outcome.Stage.VOIDED:
        return
    if not (is_decided and campaign.status in stages.GRANTED):
        stages.doubt(outcome.pk, because=stages.SPOT_CHECK, actor=actor)
    events.publish(SpotCheckDisagreed(check_id=check.pk))
