"""Spot checks 抽查: a share of outcomes drawn by lot, looked at on the spot by another manager."""

from collections.abc import Collection
from datetime import date, datetime
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

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
    checkers = checkers_of(campaign)
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
            gettext_lazy("Spot checks in %(village)s are yours until %(day)s."),
            {"village": campaign.village, "day": due_on},
            user=checker,
            url="/m/checks/",
        )
    return made


def checkers_of(campaign: Campaign) -> list[User]:
    """Who may check in this village: the branch's managers but its own, unless it has no other.

    Raises CheckRefused where there is nobody.
    """
    grid = campaign.village.grid
    managers = User.objects.filter(
        role=Role.CUSTOMER_MANAGER, branch=grid.branch_id, is_active=True
    ).order_by("pk")
    others = [each for each in managers if each.pk != grid.manager_id]
    if not (others or managers):
        raise CheckRefused(_("The branch has no customer manager who could check."))
    return others or list(managers)


@transaction.atomic
def hand_over(check_ids: Collection[int], *, to: User, because: str, actor: User) -> int:
    """Give checks that nobody has made yet to somebody else, who is told once; returns how many.

    Checks that were made, or that ``to`` has already, are left alone. Raises CheckRefused without a
    reason, and where ``to`` would not have been drawn for one of the villages.
    """
    if not because.strip():
        raise CheckRefused(_("Say why the checks are given to somebody else."), code="no_reason")
    checks = (
        SpotCheck.objects.waiting()
        .select_for_update(of=("self",))
        .filter(pk__in=check_ids)
        .exclude(assigned_to=to)
    )
    had = dict(checks.order_by("pk").values_list("pk", "assigned_to"))
    campaigns = Campaign.objects.filter(check_draws__checks__in=list(had)).distinct()
    for campaign in campaigns.select_related("village__grid"):
        if to not in checkers_of(campaign):
            raise CheckRefused(
                _("%(person)s may not check in %(village)s.")
                % {"person": to, "village": campaign.village},
                code="may_not_check",
            )
    SpotCheck.objects.filter(pk__in=had).update(assigned_to=to)
    audit.record_all(
        SpotCheck,
        "village.check.handed_over",
        (
            audit.Deed(pk, {"before": before, "to": to.pk, "because": because})
            for pk, before in had.items()
        ),
        actor=actor,
    )
    if had:
        notices.send(
            ngettext_lazy(
                "%(n)s spot check is yours now.", "%(n)s spot checks are yours now.", len(had)
            ),
            {"n": len(had)},
            user=to,
            url="/m/checks/",
        )
    return len(had)


@transaction.atomic
def call_off(check_ids: Collection[int], *, because: str, actor: User) -> int:
    """Nobody has to make these checks any more: the household has gone, or cannot be met. Returns
    how many; whoever had them is told why.

    Checks that were made are left alone. Raises CheckRefused without a reason.
    """
    because = because.strip()
    if not because:
        raise CheckRefused(_("Say why nobody has to check any more."), code="no_reason")
    checks = SpotCheck.objects.waiting().select_for_update(of=("self",)).filter(pk__in=check_ids)
    ended = list(checks.select_related("assigned_to").order_by("pk"))
    for check in ended:
        check.call_off(because=because)
        check.save(update_fields=["status", "note"])
        audit.record(check, "village.check.called_off", actor=actor, because=because)
    for checker in sorted({each.assigned_to for each in ended}, key=lambda it: it.pk):
        notices.send(
            gettext_lazy("Spot checks were called off: %(reason)s"),
            {"reason": because},
            user=checker,
            url="/m/checks/",
        )
    return len(ended)


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
    Raises CheckRefused for another's check, a contradiction without a word why, or a photo or
    signature that stands for another household already; PhotoRefused.
    """
    drawn = photos.drawn_anew(photo, longest=photos.LONGEST_SIDE_OF_EVIDENCE)
    check = SpotCheck.objects.select_for_update(of=("self",)).get(pk=check_id)
    if check.assigned_to_id != actor.pk:
        raise CheckRefused(_("This check was given to somebody else."), code="not_yours")
    if finding == SpotCheck.Finding.DISAGREE and not note.strip():
        raise CheckRefused(_("Say what is wrong with the review."), code="no_note")
    kept = documents.store(drawn, name=f"check-{check.pk}.jpg", content_type="image/jpeg", by=actor)
    _must_be_its_own(check, photo=kept, signature=signature)
    with fsm.refusing(check):
        check.finish(finding=finding, note=note.strip(), photo=kept, signature=signature, at=at)
    check.save()
    audit.record(check, "village.check.done", actor=actor, finding=finding)
    if finding == SpotCheck.Finding.DISAGREE:
        _contradict(check, actor=actor)
    return check


def _must_be_its_own(check: SpotCheck, *, photo: Document, signature: Document) -> None:
    """Refuse what was brought in for another household: the same bytes are the same document."""
    # Held, so that two checks brought in at the same moment see each other.
    list(
        Document.objects.select_for_update().filter(pk__in=[photo.pk, signature.pk]).order_by("pk")
    )
    others = SpotCheck.objects.exclude(pk=check.pk)
    if others.filter(photo=photo).exists():
        raise CheckRefused(
            _("This photo stands for another spot check already. Take one at this household."),
            code="photo_again",
        )
    if others.filter(signature=signature).exists():
        raise CheckRefused(
            _("This signature stands for another spot check already. Let this household sign."),
            code="signature_again",
        )


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
