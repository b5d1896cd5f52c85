"""Planning visits, bringing home what was found, having it accepted."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import polars as pl
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from core import audit, events, fsm, notices
from core.models import Document, User
from village.events import CampaignConcluded, GridHandedOver, SpotCheckDisagreed
from village.models import Campaign, SpotCheck
from village.services import copying
from village.services.campaigns import begin_visits
from village.services.stages import note_visit
from visits import selectors
from visits.errors import FindingsIncomplete, NotYourVisit, OwnVisit, ReceivedBefore, StillWanted
from visits.events import VisitAccepted, VisitCalledOff
from visits.findings import Findings, surveyed_limit
from visits.models import Survey, VisitTask

DAYS_TO_VISIT, DAYS_TO_LOOK_AGAIN = 30, 14
PLANNED = """
INSERT INTO visits_visittask
    (household_id, campaign_id, reason, manager_id, due_on, status, returned_because)
SELECT o.household_id, o.campaign_id,
       CASE WHEN o.visit_needed THEN 'disagreement' ELSE 'granting' END,
       %(manager)s::bigint, %(due_on)s::date, %(status)s, ''
  FROM village_outcome o
 WHERE o.campaign_id = %(campaign)s AND o.stage <> 'voided'
   AND NOT EXISTS (SELECT FROM visits_visittask t
                    WHERE t.household_id = o.household_id AND t.campaign_id = o.campaign_id)
 ORDER BY o.id
    ON CONFLICT DO NOTHING
"""
TO_GRIDS = """
UPDATE visits_visittask t SET status = 'assigned', manager_id = g.manager_id
  FROM village_household h JOIN village_village v ON v.id = h.village_id
  JOIN village_grid g ON g.id = v.grid_id
  JOIN core_user u ON u.id = g.manager_id AND u.is_active
 WHERE t.id = ANY(%(tasks)s::bigint[]) AND h.id = t.household_id
   AND t.status IN ('planned', 'assigned', 'started', 'returned')
RETURNING t.id, t.manager_id
"""


def plan_after_review(event: CampaignConcluded) -> None:
    """Once neighbours have spoken, somebody goes and looks."""
    campaign = Campaign.objects.get(pk=event.campaign_id)
    due_on = campaign.business_day + timedelta(days=DAYS_TO_VISIT)
    plan_visits(campaign.pk, actor=None, due_on=due_on)


def follow_the_grid(event: GridHandedOver) -> None:
    """Whoever walks a grid from now on makes the visits that are open there."""
    astray = VisitTask.objects.filter(household__village__grid=event.grid_id).astray()
    assign_to_grids(
        astray.order_by().values_list("pk", flat=True),
        because=_("The grid is walked by somebody else now."),
        actor=None,
    )


def tell_the_review(event: VisitAccepted) -> None:
    """A sound visit is the second look at a household on which the neighbours disagreed.

    One made before a spot check found the review wrong is no answer to that.
    """
    task = VisitTask.objects.get(pk=event.task_id)
    if task.campaign_id and task.manager_id and not selectors.is_older_than_doubt(task):
        note_visit(
            task.household_id,
            campaign_id=task.campaign_id,
            found_by=task.manager,
            at=task.accepted_at,
        )


@transaction.atomic
def look_again(event: SpotCheckDisagreed) -> None:
    """A second look at a household whose review a spot check found wrong: a visit of its own.

    One of this round that nobody has made yet becomes it.
    """
    checks = SpotCheck.objects.select_related("outcome__household__village__grid__manager")
    check = checks.get(pk=event.check_id)
    household = check.outcome.household
    of_round = {"household": household, "campaign_id": check.outcome.campaign_id}
    still_open = VisitTask.objects.select_for_update(of=("self",)).filter(**of_round).open()
    due_on = timezone.localdate(check.done_at) + timedelta(days=DAYS_TO_LOOK_AGAIN)
    task = still_open.order_by("pk").first() or VisitTask(**of_round, due_on=due_on)
    task.reason = VisitTask.Reason.SPOT_CHECK
    manager = household.village.grid.manager
    if manager and manager.is_active and manager != task.manager:
        task.assign(manager=manager)
    task.save()
    audit.record(task, "visits.visit.planned", actor=None, check=check.pk)
    if task.manager:
        notices.send(
            gettext_lazy(
                "A spot check found the review of a household in %(village)s wrong: go there again."
            ),
            {"village": household.village},
            user=task.manager,
            level="yellow",
            url=_address(task),
        )


@transaction.atomic
def plan_visits(campaign_id: int, *, actor: User | None, due_on: date) -> int:
    """One visit for every reviewed household, given to the manager of its grid where there is one.

    Nobody goes where the outcome is void: nothing is granted there, whatever is found. Households
    about which the neighbours disagree say so. Planning again adds what is missing and changes
    nothing else. Returns how many visits were added.
    """
    campaign = Campaign.objects.select_related("village__grid").get(pk=campaign_id)
    manager = campaign.village.grid.manager
    added = copying.run(
        PLANNED,
        {
            "campaign": campaign.pk,
            "manager": manager.pk if manager else None,
            "due_on": due_on,
            "status": VisitTask.Status.ASSIGNED if manager else VisitTask.Status.PLANNED,
        },
    )
    if campaign.status == Campaign.Status.CONCLUDED:
        begin_visits(campaign.pk, actor=actor)
    if added:
        audit.record(campaign, "visits.planned", actor=actor, visits=added, due_on=str(due_on))
        if manager:
            notices.send(
                gettext_lazy("%(count)d households in %(village)s are to be visited by %(day)s."),
                {"count": added, "village": campaign.village, "day": due_on},
                user=manager,
                url="/m/",
            )
    return added


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many visits were given to managers, and how many wait for a grid to get one."""

    given: int
    without_manager: int


@transaction.atomic
def assign_to_grids(task_ids: Iterable[int], *, because: str, actor: User | None) -> Assigned:
    """Give open visits to the managers of their grids, who alone see those households.

    One statement however many they are; each manager is told once. Visits that the right manager
    has are left alone, and findings that were submitted stay with who made the visit. Raises
    FindingsIncomplete without a reason.
    """
    if not because.strip():
        raise FindingsIncomplete(_("Say why they are assigned now."))
    chosen = VisitTask.objects.select_for_update(of=("self",)).filter(pk__in=list(task_ids))
    had = dict(chosen.astray().order_by("pk").values_list("pk", "manager"))
    given = copying.frame(
        TO_GRIDS, {"task": pl.Int64, "manager": pl.Int64}, {"tasks": copying.ids(had)}
    )
    audit.record_all(
        VisitTask,
        "visits.visit.assigned",
        (
            audit.Deed(task, {"manager": manager, "before": had[task], "because": because})
            for task, manager in given.rows()
        ),
        actor=actor,
    )
    for manager in User.objects.filter(pk__in=given["manager"].unique().to_list()).order_by("pk"):
        count = given.filter(pl.col("manager") == manager.pk).height
        notices.send(
            ngettext_lazy(
                "%(n)s visit was assigned to you.", "%(n)s visits were assigned to you.", count
            ),
            {"n": count},
            user=manager,
            url="/m/",
        )
    return Assigned(given.height, len(had) - given.height)


@transaction.atomic
def assign(task_id: int, *, manager: User, actor: User) -> VisitTask:
    """Give an open visit to a customer manager, and tell them."""
    task = _locked(task_id)
    with fsm.refusing(task):
        task.assign(manager=manager)
    task.save(update_fields=["status", "manager"])
    audit.record(task, "visits.visit.assigned", actor=actor, manager=manager.pk)
    notices.send(gettext_lazy("A visit was assigned to you."), user=manager, url=_address(task))
    return task


@transaction.atomic
def start(task_id: int, *, actor: User) -> VisitTask:
    """The manager is there. Raises NotYourVisit."""
    task = _locked(task_id)
    _must_be_theirs(task, actor)
    with fsm.refusing(task):
        task.start()
    task.save(update_fields=["status"])
    audit.record(task, "visits.visit.started", actor=actor)
    return task


@transaction.atomic
def submit_survey(
    task_id: int,
    *,
    client_uuid: UUID,
    findings: Findings,
    actor: User,
    at: datetime,
    photo: Document | None = None,
) -> Survey:
    """Bring in what was found, as a new revision. The same sheet under the same ``client_uuid``
    again changes nothing.

    Raises NotYourVisit, FindingsIncomplete, ReceivedBefore.
    """
    task = _locked(task_id)
    _must_be_theirs(task, actor)
    known = Survey.objects.filter(client_uuid=client_uuid).first()
    if known:
        _must_be_the_same(known, task, findings, photo)
        return known
    _must_be_possible(findings, as_of=timezone.localdate(at))
    with fsm.refusing(task):
        task.submit(at=at)
    task.save(update_fields=["status", "submitted_at", "returned_because"])
    limit = surveyed_limit(findings)
    survey = Survey.objects.create(
        task=task,
        revision=task.surveys.count() + 1,
        client_uuid=client_uuid,
        surveyed_limit=limit.amount,
        photo=photo,
        by=actor,
        **asdict(findings),
    )
    audit.record(
        survey,
        "visits.survey.submitted",
        actor=actor,
        task=task.pk,
        revision=survey.revision,
        surveyed_limit=limit.amount,
        bound_by=limit.bound_by,
    )
    return survey


@transaction.atomic
def accept(task_id: int, *, actor: User) -> VisitTask:
    """Find the findings sound; the bank may now count on them. Raises OwnVisit."""
    task = _locked(task_id)
    if actor == task.manager:
        raise OwnVisit(_("You made this visit yourself; somebody else has to accept it."))
    with fsm.refusing(task):
        task.accept(by=actor, at=timezone.now())
    task.save(update_fields=["status", "accepted_by", "accepted_at"])
    audit.record(task, "visits.visit.accepted", actor=actor)
    events.publish(VisitAccepted(task_id=task.pk))
    return task


@transaction.atomic
def send_back(task_id: int, *, actor: User, reason: str) -> VisitTask:
    """Ask for another look, saying at what: of the manager, or of whoever walks the grid by now."""
    task = _locked(task_id)
    if not reason.strip():
        raise FindingsIncomplete(_("Say what is missing, so that the manager knows what to do."))
    with fsm.refusing(task):
        task.send_back(reason=reason)
    task.save(update_fields=["status", "returned_because"])
    audit.record(task, "visits.visit.sent_back", actor=actor, reason=reason)
    if assign_to_grids([task.pk], because=reason, actor=actor).given:
        return _locked(task.pk)
    notices.send(
        gettext_lazy("A visit was sent back: %(reason)s"),
        {"reason": reason},
        user=task.manager,
        level="yellow",
        url=_address(task),
    )
    return task


@transaction.atomic
def call_off(task_id: int, *, actor: User, reason: str) -> VisitTask:
    """Nobody has to go any more: the request was withdrawn, or nobody lives there now.

    A visit that answers a spot check is made. Raises FindingsIncomplete, StillWanted.
    """
    task = _locked(task_id)
    if not reason.strip():
        raise FindingsIncomplete(_("Say why nobody has to go any more."))
    if task.reason == VisitTask.Reason.SPOT_CHECK:
        raise StillWanted(_("A spot check found the review wrong; this visit has to be made."))
    with fsm.refusing(task):
        task.expire()
    task.save(update_fields=["status"])
    audit.record(task, "visits.visit.called_off", actor=actor, reason=reason)
    events.publish(VisitCalledOff(task_id=task.pk))
    if task.manager:
        notices.send(
            gettext_lazy("A visit was called off: %(reason)s"),
            {"reason": reason},
            user=task.manager,
            url=_address(task),
        )
    return task


def _locked(task_id: int) -> VisitTask:
    return VisitTask.objects.select_for_update(of=("self",)).get(pk=task_id)


def _must_be_theirs(task: VisitTask, actor: User) -> None:
    if actor.pk != task.manager_id:
        raise NotYourVisit(_("This visit belongs to another customer manager."))


def _must_be_the_same(
    known: Survey, task: VisitTask, findings: Findings, photo: Document | None
) -> None:
    """A page that was left open sends what it holds under the number it was given: only the very
    sheet that was received, and is not to be made anew, has been received."""
    was = (known.task_id, known.findings, known.photo_id)
    is_wanted_anew = task.status == VisitTask.Status.RETURNED
    if is_wanted_anew or was != (task.pk, findings, photo.pk if photo else None):
        raise ReceivedBefore(
            _(
                "An earlier sheet was received from this page. Nothing of this one is written yet: "
                "look at it, choose the photo again, and submit once more."
            )
        )


def _must_be_possible(found: Findings, *, as_of: date) -> None:
    """Refuse figures that cannot be. Which are merely unlikely is for the accepting person."""
    if found.seen_on > as_of:
        raise FindingsIncomplete(_("The day of the visit lies in the future."))
    amounts = (
        found.income_year,
        found.operating_cost_year,
        found.living_cost_year,
        found.debt_service_year,
        found.assets,
        found.debts,
        found.need,
    )
    if min(amounts) < 0:
        raise FindingsIncomplete(_("Amounts cannot be negative."))
    if found.term_months < 1:
        raise FindingsIncomplete(_("Say for how many months the loan is needed."))


def _address(task: VisitTask) -> str:
    return f"/m/tasks/{task.pk}/"
