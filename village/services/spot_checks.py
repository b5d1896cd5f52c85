"""Spot checks 抽查: a share of outcomes drawn by lot, looked at on the spot by another manager."""

from datetime import date, datetime
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, documents, fsm, notices
from core.models import Document, User
from core.roles import Role
from village.errors import CheckRefused
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
    not kept. A finding against the review sends an outcome that nothing was granted on to a second
    look.
    Raises CheckRefused for another's check or a contradiction without a word why, PhotoRefused.
    """
    drawn = photos.drawn_anew(photo, longest=photos.LONGEST_SIDE_OF_EVIDENCE)
    check = (
        SpotCheck.objects.select_for_update(of=("self",))
        .select_related("outcome__campaign")
        .get(pk=check_id)
    )
    if check.assigned_to_id != actor.pk:
        raise CheckRefused(_("This check was given to somebody else."), code="not_yours")
    if finding == SpotCheck.Finding.DISAGREE and not note.strip():
        raise CheckRefused(_("Say what is wrong with the review."), code="no_note")
    kept = documents.store(drawn, name=f"check-{check.pk}.jpg", content_type="image/jpeg", by=actor)
    with fsm.refusing(check):
        check.finish(finding=finding, note=note.strip(), photo=kept, signature=signature, at=at)
    check.save()
    audit.record(check, "village.check.done", actor=actor, finding=finding)
    outcome = check.outcome
    if finding == SpotCheck.Finding.DISAGREE and outcome.stage != Outcome.Stage.VOIDED:
        is_granted = outcome.campaign.status in stages.GRANTED
        if not (is_granted and outcome.stage == Outcome.Stage.DECIDED):
            stages.doubt(outcome.pk, because=stages.SPOT_CHECK, actor=actor)
    return check
