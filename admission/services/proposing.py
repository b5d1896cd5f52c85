"""Looking for groups of customers, and what people make of one: models propose, people decide."""

import logging
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from admission import scoring_words, tag_words
from admission.errors import NoTagsInForce, ProposalRefused
from admission.events import ExplorationAsked
from admission.features import FEATURES
from admission.models import (
    Exploration,
    Proposal,
    ScorePolicy,
    Segment,
    TagDefinition,
    TagSet,
)
from admission.models.score_policies import segment_name
from admission.scorecard_words import NEVER_WORKED
from admission.scorecards import Unusable
from admission.scoring import SCORABLE, SEGMENTS, faults_of
from admission.scoring.history import TARGET, Performing
from admission.services import score_policies, scorecards_training, segments, tag_sets
from admission.services.known_features import features_of
from admission.tags.book import CUSTOMER, TagText, check
from admission.tags.choosing import Choice
from core import audit, events, failures, publishing
from core.errors import DomainError
from core.models import PublishingState, User
from core.steps import Tell

if TYPE_CHECKING:
    from admission.proposing import Found

log = logging.getLogger("qianmo.scorecards")

NOTHING_CAME = {"template": NEVER_WORKED, "params": {}}
PATIENCE, GIVE_UP = timedelta(minutes=15), timedelta(days=1)
MOST_PEOPLE = 20_000
"""Looked at: groups that so many do not show are not worth a tag; a worker is done in a minute."""
FAMILY = "模型提议"
INSTEAD, BESIDES, NARROWED = "instead", "besides", "narrowed"
"""How a proposed condition stands to the one that a segment of the scoring policy has."""


@transaction.atomic
def ask(kind: str, *, as_of: date, actor: User) -> Exploration:
    """Have a worker look for groups."""
    made = Exploration.objects.create(
        kind=kind, as_of=as_of, asked_by=actor, asked_at=timezone.now()
    )
    audit.record(made, "admission.exploration.asked", actor=actor, kind=kind)
    events.publish(ExplorationAsked(exploration_id=made.pk))
    return made


def explore(exploration_id: int, *, at: datetime, tell: Tell = lambda _step: None) -> None:
    """Look, and keep what was found, or why nothing was. Twice is once."""
    asked = Exploration.objects.get(pk=exploration_id)
    if asked.done_at is not None:
        return
    try:
        found, fault = _found(asked, tell), None
    except Unusable as exc:
        found, fault = None, {"template": exc.template, "params": exc.params}
    except DomainError as exc:
        found, fault = None, {"template": "%(why)s", "params": {"why": str(exc)}}
    except failures.UNFORESEEN as exc:
        log.error("The look for groups %s broke: %s", exploration_id, failures.told(exc))
        found, fault = None, NOTHING_CAME
    _keep(exploration_id, found, fault, at)


def left_waiting(now: datetime) -> list[int]:
    """Looks that should long be done: the broker lost them, or their worker died."""
    left = Exploration.objects.filter(done_at=None, asked_at__range=(now - GIVE_UP, now - PATIENCE))
    return list(left.order_by("pk").values_list("pk", flat=True))


def give_up(now: datetime) -> None:
    """Say of looks at which workers died for a day that nothing came of them."""
    left = Exploration.objects.filter(done_at=None, asked_at__lt=now - GIVE_UP)
    for exploration_id in left.values_list("pk", flat=True):
        _keep(exploration_id, None, NOTHING_CAME, now)


def _found(asked: Exploration, tell: Tell) -> "Found":
    # Scikit-learn takes a second and 60 MB to load: only the worker that looks pays for it.
    from admission.proposing import propose_by_risk, propose_clusters

    if asked.kind == Exploration.Kind.CLUSTERS:
        tell("look_at")
        people = features_of(_some_customers(), SCORABLE, as_of=asked.as_of)
        tell("group")
        return propose_clusters(people.select(name for name in people.columns if name in FEATURES))
    tell("count")
    known = scorecards_training.history(Performing(), day=asked.as_of)
    people = newest(pl.concat([known.of(each) for each in SEGMENTS]))
    tell("group")
    asked_of = people.select(name for name in people.columns if name in SCORABLE)
    return propose_by_risk(asked_of, people[TARGET])


def newest(people: pl.DataFrame, most: int = MOST_PEOPLE) -> pl.DataFrame:
    """The decisions made last: what made loans go bad years ago need not make them go bad today."""
    return people.sort("as_of", "decision").tail(most)


def _some_customers() -> list[int]:
    """So many living customers, the same ones for the same county, from all over it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM village_customer WHERE state <> 'died'"
            " ORDER BY md5(id::text), id LIMIT %s",
            (MOST_PEOPLE,),
        )
        return sorted(pk for (pk,) in cursor)


@transaction.atomic
def _keep(
    exploration_id: int, found: "Found | None", fault: dict[str, object] | None, at: datetime
) -> None:
    locked = Exploration.objects.select_for_update().get(pk=exploration_id)
    if locked.done_at is not None:
        return
    locked.done_at, locked.fault = at, fault
    if found is not None:
        locked.people, locked.figures = found.people, found.figures
        Proposal.objects.bulk_create(
            Proposal(exploration=locked, place=place, **each.as_json())
            for place, each in enumerate(found.proposals, start=1)
        )
    locked.save(update_fields=["done_at", "fault", "people", "figures"])
    audit.record(
        locked,
        "admission.exploration.done",
        actor=None,
        proposals=len(found.proposals) if found else 0,
    )


@transaction.atomic
def draft_tag(proposal_id: int, *, code: str, name: str, actor: User) -> TagDefinition:
    """Make a customer tag of a proposal, in a draft of this person's; another publishes it.

    Raises ProposalRefused, NoTagsInForce.
    """
    proposal = _open(proposal_id)
    draft = _own_draft(actor)
    text = TagText(
        code=code.strip(), kind=CUSTOMER, name=name.strip(), expression=proposal.condition
    )
    before = [each.text for each in draft.definitions.order_by("place", "id")]
    if any(each.code.lower() == text.code.lower() for each in before):
        raise ProposalRefused(_("The draft has a tag %(code)s already.") % {"code": text.code})
    if found := check(text, before):
        raise ProposalRefused("\n".join(tag_words.in_words(each) for each in found))
    last = draft.definitions.aggregate(last=Max("place"))["last"] or 0
    made = TagDefinition.objects.create(
        tag_set=draft,
        place=last + 1,
        code=text.code,
        kind=CUSTOMER,
        family=FAMILY,
        name=text.name,
        expression=text.expression,
        note=_("Proposed by a model: %(proposal)s.") % {"proposal": proposal.exploration},
    )
    _settle(proposal, Proposal.Status.DRAFTED, actor, definition=made)
    audit.record(
        draft, "admission.tag_set.edited", actor=actor, tag=made.code, proposal=proposal.pk
    )
    return made


@transaction.atomic
def keep_list(proposal_id: int, *, name: str, note: str, actor: User) -> Segment:
    """Keep the people of a proposed group as a list of this person's, to look at and to visit.

    Nothing is settled by it: others may keep lists of it too, and it may still become a tag. Raises
    ProposalRefused.
    """
    proposal = Proposal.objects.select_related("exploration").get(pk=proposal_id)
    if proposal.status == Proposal.Status.DISMISSED:
        raise ProposalRefused(_("Somebody has set this proposal aside."))
    return segments.save(
        name=name.strip(), choice=Choice(), note=note.strip(), actor=actor, proposal=proposal
    )


@transaction.atomic
def place_segment(proposal_id: int, *, segment: str, how: str, actor: User) -> ScorePolicy:
    """Make a proposal the condition of a segment of customers, in a draft of the scoring policy of
    this person's; nobody is scored by it before another has published it.

    Raises ProposalRefused, NoScorePolicy.
    """
    proposal = _open(proposal_id)
    draft = score_policies.own_draft(actor, note=_("With a proposed group."))
    text = draft.text()
    condition = put_together(text.conditions.get(segment, "").strip(), proposal.condition, how)
    written = replace(text, conditions={**text.conditions, segment: condition})
    if found := faults_of(written):
        raise ProposalRefused(
            "\n".join(scoring_words.in_words(each, segment_name(each.place)) for each in found)
        )
    draft.say(written)
    draft.save(update_fields=["settings", "fingerprint"])
    _settle(proposal, Proposal.Status.PLACED, actor, policy=draft)
    audit.record(
        draft,
        "admission.score_policy.edited",
        actor=actor,
        fields=[f"conditions_{segment}"],
        proposal=proposal.pk,
    )
    return draft


def put_together(before: str, condition: str, how: str) -> str:
    """A segment's condition with a proposed one instead of it, besides it, or on top of it."""
    if how == INSTEAD or (how == BESIDES and not before):
        return condition
    if not before:
        raise ProposalRefused(_("This segment has no condition yet that could be narrowed."))
    return f"({before}) {'or' if how == BESIDES else 'and'} ({condition})"


@transaction.atomic
def dismiss(proposal_id: int, *, reason: str, actor: User) -> Proposal:
    """Set a proposal aside, saying why."""
    return _settle(_open(proposal_id), Proposal.Status.DISMISSED, actor, reason=reason.strip())


def _own_draft(actor: User) -> TagSet:
    """The newest draft of tags that this person is writing, or a new one like that in force."""
    mine = TagSet.objects.filter(
        code=tag_sets.TAGS, author=actor, status=PublishingState.DRAFT
    ).order_by("-version")
    if (found := mine.first()) is not None:
        return found
    before = publishing.in_force(TagSet, tag_sets.TAGS)
    if before is None:
        raise NoTagsInForce(_("No set of tags has been published yet."))
    return tag_sets.revise_tag_set(before.pk, actor=actor, note=_("With a proposed group."))


def _open(proposal_id: int) -> Proposal:
    found = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("exploration")
        .get(pk=proposal_id)
    )
    if found.status != Proposal.Status.OPEN:
        raise ProposalRefused(_("Somebody has settled this proposal already."))
    return found


def _settle(
    proposal: Proposal,
    status: str,
    actor: User,
    *,
    reason: str = "",
    definition: TagDefinition | None = None,
    policy: ScorePolicy | None = None,
) -> Proposal:
    proposal.status, proposal.settled_by, proposal.settled_at = status, actor, timezone.now()
    proposal.reason, proposal.definition, proposal.policy = reason, definition, policy
    proposal.save(
        update_fields=["status", "settled_by", "settled_at", "reason", "definition", "policy"]
    )
    audit.record(proposal, f"admission.proposal.{status}", actor=actor, reason=reason)
    return proposal
