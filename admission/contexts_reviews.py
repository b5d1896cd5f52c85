"""What people added to decisions: answers to rules, appeals, overrides and how many there are."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from admission.contexts import Figure, figure
from admission.models import Appeal, Decision, Override, RuleAnswer
from admission.services.answering import answers_of, asks_head_office, open_rules
from admission.services.replaying import Replay
from core.models import User

A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class ReviewPart:
    """What has been found about the rules of a decision, and what is still asked."""

    answers: list[RuleAnswer]
    open: list[str]
    asks_head_office: bool
    overrides: list[Override]
    appeals: list[Appeal]
    may_see_papers: bool

    @classmethod
    def build(cls, decision: Decision, user: User) -> "ReviewPart":
        """The part of a decision's page that people add to."""
        return cls(
            answers=list(answers_of(decision).select_related("by", "document")),
            open=[f"{each['code']} {each['name']}" for each in open_rules(decision)],
            asks_head_office=asks_head_office(decision),
            overrides=list(decision.overrides.select_related("proposed_by", "settled_by")),
            appeals=list(decision.appeals.select_related("answered_by")),
            may_see_papers=user.has_perm("core.view_document"),
        )


@dataclass(frozen=True)
class ReplayPage:
    """A decision worked again, beside what was stored."""

    decision: Decision
    replay: Replay
    outcome: str | Promise
    hits: list[str]
    unknowns: list[str]
    inputs: list[Figure]

    @classmethod
    def build(cls, decision: Decision, replay: Replay) -> "ReplayPage":
        """The verdict of today."""
        return cls(
            decision=decision,
            replay=replay,
            outcome=Decision.Outcome(replay.verdict.outcome).label,
            hits=[f"{each.code} {each.name}" for each in replay.verdict.hits],
            unknowns=[f"{each.code} {each.name}" for each in replay.verdict.unknowns],
            inputs=[figure(name, value) for name, value in sorted(decision.inputs.items())],
        )


@dataclass(frozen=True)
class Counted:
    """Something and how often."""

    word: str
    number: int


@dataclass(frozen=True)
class OverridesPage:
    """How often head office set the rules aside in the last year, which, and at whose word."""

    since: date
    refused: int
    proposed: int
    approved: int
    declined: int
    revoked: int
    withdrawn: int
    waiting: int
    rules: list[Counted]
    people: list[Counted]

    @property
    def share(self) -> float:
        """Approved overrides for each hundred refusals."""
        return 100 * self.approved / self.refused if self.refused else 0

    @classmethod
    def build(cls, overrides: QuerySet[Override], user: User, today: date) -> "OverridesPage":
        """Three queries, however many there are."""
        since = today - A_YEAR
        lately = overrides.filter(proposed_at__date__gte=since)
        by_status = dict(lately.order_by().values_list("status").annotate(n=Count("id")))
        approved = lately.filter(status__in=Override.AGREED)
        rules: Counter[str] = Counter()
        people: Counter[str] = Counter()
        for codes, name, username in approved.values_list(
            "codes", "proposed_by__full_name", "proposed_by__username"
        ):
            rules.update(codes)
            people[name or username] += 1
        refused = (
            Decision.objects.requests()
            .visible_to(user)
            .filter(
                Q(outcome=Decision.Outcome.REFUSE) | Q(rules_outcome=Decision.Outcome.REFUSE),
                as_of__gte=since,
            )
        )
        statuses = Override.Status
        return cls(
            since=since,
            refused=refused.count(),
            proposed=sum(by_status.values()),
            approved=sum(by_status.get(each, 0) for each in Override.AGREED),
            declined=by_status.get(statuses.DECLINED, 0),
            revoked=by_status.get(statuses.REVOKED, 0),
            withdrawn=by_status.get(statuses.WITHDRAWN, 0),
            waiting=by_status.get(statuses.PROPOSED, 0),
            rules=[Counted(*each) for each in rules.most_common()],
            people=[Counted(*each) for each in people.most_common()],
        )
