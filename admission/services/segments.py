"""Lists of customers by tags: whom they name, saved, and taken out of the house with a reason."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from admission.models import Profile, Proposal, Segment, TagWord
from admission.services.segment_words import Sayer
from admission.services.stored_conditions import people_who
from admission.services.tag_names import named_words
from admission.tags.choosing import ANY, NONE, Choice, Group
from admission.tags.judging import GROUPS, PORTRAITS
from core import audit, sheets
from core.models import User
from core.sheets import Export


def carriers(choice: Choice, *, user: User, proposal: Proposal | None = None) -> QuerySet[Profile]:
    """Whom this person may see among those whom the choice names, in one query; where a proposed
    group is named, only who meets its condition. Raises ProposalRefused."""
    found = Profile.objects.visible_to(user)
    if choice:
        codes = dict(TagWord.objects.filter(pk__in=choice.numbers).values_list("pk", "code"))
        held = (_held(each, codes) for each in choice.groups)
        found = found.filter(reduce(or_ if choice.joined == ANY else and_, held))
    if proposal is not None:
        found = found.filter(customer__in=people_who(proposal.condition).values("customer"))
    return found


def _held(group: Group, codes: dict[int, str]) -> Q:
    """Whether a profile carries what one group asks for."""
    if group.how == NONE:
        return ~_carries(group.words)
    if group.how == ANY:
        nots = [~_carries([each]) for each in group.without]
        return reduce(or_, [_carries(group.words), *nots] if group.words else nots)
    by_tag: dict[str | int, list[int]] = {}
    for number in group.words:
        by_tag.setdefault(codes.get(number, number), []).append(number)
    asked = [_carries(each) for each in by_tag.values()]
    return reduce(and_, [*asked, ~_carries(group.without)] if group.without else asked)


def _carries(words: Sequence[int]) -> Q:
    return Q(words__overlap=list(words))


@transaction.atomic
def save(
    *, name: str, choice: Choice, note: str, actor: User, proposal: Proposal | None = None
) -> Segment:
    """Keep a list under a name, with how many it names to whoever saves it.

    Raises ProposalRefused.
    """
    made = Segment.objects.create(
        name=name,
        owner=actor,
        groups=choice.as_kept(),
        joined=choice.joined,
        proposal=proposal,
        note=note,
        counted=carriers(choice, user=actor, proposal=proposal).count(),
    )
    audit.record(made, "admission.segment.saved", actor=actor, counted=made.counted, **made.recipe)
    return made


def named_by(segment: Segment, *, user: User) -> QuerySet[Profile]:
    """Whom a saved list names today to this person."""
    return carriers(segment.choice, user=user, proposal=segment.proposal)


def in_words(segment: Segment) -> str:
    """What a saved list asks for, as people would say it."""
    return Sayer([segment.choice]).choice(segment.choice, condition_of(segment.proposal))


def condition_of(proposal: Proposal | None) -> str:
    """What the group that a list was made of asks for; nothing where it was made of none."""
    return proposal.condition if proposal else ""


@transaction.atomic
def delete(segment: Segment, *, actor: User) -> None:
    """Throw a list away; what was exported from it stays on record."""
    audit.record(segment, "admission.segment.deleted", actor=actor, **segment.recipe)
    segment.delete()


@transaction.atomic
def export(segment: Segment, *, form: str, reason: str, actor: User) -> Export:
    """The customers of a list as a file, in the scope of whoever takes it, with a row that says
    who, when and why. Raises ReasonMissing, TooManyRows."""
    reason = sheets.must_have_reason(reason)
    found = named_by(segment, user=actor)
    count = found.count()
    sheets.must_be_walkable(count, _("narrow it by further tags"))
    audit.record(
        segment,
        "admission.segment.exported",
        actor=actor,
        reason=reason,
        customers=count,
        form=form,
        **segment.recipe,
    )
    audit.read(segment, reader=actor, what="customers of a segment", reason=reason)
    table = _table(segment, found, reason=reason, actor=actor, count=count)
    return sheets.made(table, form, name=f"segment-{segment.pk}", customers=count)


def _table(
    segment: Segment, found: QuerySet[Profile], *, reason: str, actor: User, count: int
) -> Iterable[Sequence[str]]:
    """A watermark, what the list is, headings, and a row for each customer; no ID number, no
    mobile."""
    yield [sheets.watermark(actor=actor, reason=reason, count=count)]
    yield [f"{segment.name}: {in_words(segment)}"]
    yield [
        _("village"), _("household number"), _("address"), _("person's name"), _("role"),
        _("portrait"), _("customer group"), _("customer manager"),
    ]  # fmt: skip
    named = named_words([GROUPS, PORTRAITS])
    rows = found.select_related("customer__village__grid__manager", "customer__household").order_by(
        "customer__village__code", "customer__household__number", "customer_id"
    )
    for profile in rows.iterator(chunk_size=2_000):
        person, home = profile.customer, profile.customer.household
        own = {named[number][0]: named[number][1] for number in profile.words if number in named}
        yield [
            person.village.name,
            home.number,
            home.address,
            person.name,
            person.get_role_display(),
            own.get(PORTRAITS, ""),
            own.get(GROUPS, ""),
            str(person.village.grid.manager or ""),
        ]
