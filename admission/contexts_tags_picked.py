"""Lists of customers by tags: choosing them, and those that were saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from admission.contexts_tags import OWN, Carried, Words
from admission.models import Profile, Proposal, Segment, TagWord
from admission.services import segments, tag_names
from admission.services.segment_words import Sayer
from admission.tags.choosing import ALL, ANY, NONE, Choice, Group
from admission.tags.judging import GROUPS, PORTRAITS
from core.models import User

PER_PAGE = 50
MOST_WORDS = 60
"""Words of one tag offered to choose from; those of a tag of more are searched for."""
HOWS = (
    (ALL, _("all of them; of words of one tag, any")),
    (ANY, _("any one of them")),
    (NONE, _("none of them")),
)
"""What a group may ask for of the tags that are ticked."""


@dataclass(frozen=True)
class TagChoice:
    """One tag to choose words of; of one with ``many`` words, those searched for and chosen."""

    code: str
    name: str | Promise
    words: list[tuple[int, str, bool]]
    many: int = 0


@dataclass(frozen=True)
class GroupLine:
    """One group of a choice in words, and the addresses at which it is changed or gone."""

    says: str
    is_open: bool
    change: str
    without: str


@dataclass(frozen=True)
class PickPage:
    """Choosing customers by tags: the groups so far, whom they name, and the tags of one group."""

    families: list[tuple[str, list[TagChoice], int]]
    groups: list[GroupLine]
    said: str
    choice: Choice
    at: int
    open: Group
    proposal: Proposal | None
    count: int
    page: Page
    rows: list[Carried]
    query: str
    further: str
    joins: list[tuple[str, str | Promise, bool]]
    search: str
    is_empty: bool
    asked: bool
    hows = HOWS

    @property
    def others(self) -> list[Group]:
        """The groups that the form does not show."""
        return [each for place, each in enumerate(self.choice.groups) if place != self.at]

    @property
    def number(self) -> int:
        """Which group the form shows, counted from one; 0 while there is no other."""
        return self.at + 1 if self.others else 0

    @classmethod
    def build(
        cls,
        user: User,
        *,
        choice: Choice,
        at: int | None,
        number: object,
        search: str = "",
        proposal: Proposal | None = None,
    ) -> "PickPage":
        """Whom the choice names to this reader, a page at a time; nobody before a choice. The form
        shows the group in the place ``at``, or a new one. Raises ProposalRefused."""
        every = list(TagWord.objects.order_by("code", "pk"))
        asked = bool(choice or proposal)
        found = (
            segments.carriers(choice, user=user, proposal=proposal)
            if asked
            else Profile.objects.none()
        )
        page, rows = rows_of(found, number)
        place = len(choice.groups) if at is None else min(at, len(choice.groups))
        shown = choice.groups[place] if place < len(choice.groups) else Group(ALL, ())
        sayer = Sayer([choice])
        return cls(
            families=_families(every, shown, search),
            groups=_lines(choice, sayer, place, proposal),
            said=sayer.choice(choice, segments.condition_of(proposal)),
            choice=choice,
            at=place,
            open=shown,
            proposal=proposal,
            count=page.paginator.count,
            page=page,
            rows=rows,
            query=query_of(choice, proposal, at=place),
            further=query_of(choice, proposal, at=len(choice.groups)),
            joins=_joins(choice, proposal),
            search=search,
            is_empty=not every,
            asked=asked,
        )


def query_of(choice: Choice, proposal: Proposal | None, **more: object) -> str:
    """A choice as the end of an address."""
    pairs: list[tuple[str, object]] = [("g", each) for each in choice.groups]
    if choice.joined == ANY:
        pairs.append(("join", ANY))
    if proposal is not None:
        pairs.append(("proposal", proposal.pk))
    return urlencode([*pairs, *more.items()])


def _lines(choice: Choice, sayer: Sayer, at: int, proposal: Proposal | None) -> list[GroupLine]:
    found = []
    for place, group in enumerate(choice.groups):
        left = choice.groups[:place] + choice.groups[place + 1 :]
        found.append(
            GroupLine(
                says=sayer.group(group),
                is_open=place == at,
                change=query_of(choice, proposal, at=place),
                without=query_of(Choice(left, choice.joined), proposal, at=0),
            )
        )
    return found


def _joins(choice: Choice, proposal: Proposal | None) -> list[tuple[str, str | Promise, bool]]:
    """The two ways in which several groups can stand together, with their addresses."""
    if len(choice.groups) < 2:
        return []
    words = Segment.Joined
    return [
        (
            query_of(Choice(choice.groups, each), proposal, at=0),
            words(each).label,
            each == choice.joined,
        )
        for each in words.values
    ]


def rows_of(found: QuerySet[Profile], number: object) -> tuple[Page, list[Carried]]:
    """One page of customers with what they are called."""
    ordered = found.select_related("customer__household", "customer__village").order_by(
        "customer_id"
    )
    page = Paginator(ordered, PER_PAGE).get_page(number)
    profiles = list(page.object_list)
    words = Words(profiles)
    return page, [words.carried(each) for each in profiles]


def _families(
    every: Sequence[TagWord], group: Group, search: str
) -> list[tuple[str, list[TagChoice], int]]:
    """Tags by family, in the order of their definitions; groups and portraits first."""
    by_code: dict[str, list[TagWord]] = {}
    for each in every:
        by_code.setdefault(each.code, []).append(each)
    names, order = tag_names.definition_names(), tag_names.definition_families()
    found: dict[str, list[TagChoice]] = {}
    for code in [PORTRAITS, GROUPS, *order]:
        if code in by_code:
            family = str(_("Portraits and groups")) if code in OWN else order[code]
            offered = _offered(code, by_code[code], names, group, search)
            found.setdefault(family, []).append(offered)
    return [
        (family, choices, sum(picked for each in choices for _n, _w, picked in each.words))
        for family, choices in found.items()
    ]


def _offered(
    code: str, said: Sequence[TagWord], names: Mapping[str, str], group: Group, search: str
) -> TagChoice:
    """One tag with the words that are shown of it."""
    many = len(said) if len(said) > MOST_WORDS else 0
    if many:
        said = _searched(said, {*group.words, *group.without}, search)
    words = [
        (
            each.pk,
            names.get(each.word, each.word) if code in OWN else each.word,
            each.pk in group.words,
        )
        for each in said
    ]
    return TagChoice(code, OWN.get(code) or names[code], words, many)


def _searched(said: Sequence[TagWord], kept: set[int], search: str) -> list[TagWord]:
    """Of a tag with many words those already chosen, then those that hold all of the search."""
    parts = search.lower().split()
    mine = [each for each in said if each.pk in kept]
    fits = [
        each
        for each in said
        if parts and each.pk not in kept and all(part in each.word.lower() for part in parts)
    ]
    return [*mine, *fits[:MOST_WORDS]]


@dataclass(frozen=True)
class SegmentPage:
    """One saved list: what it asks for, whom it names to this reader today."""

    segment: Segment
    said: str
    page: Page
    rows: list[Carried]
    count: int
    can_export: bool
    again: str

    @classmethod
    def build(cls, segment: Segment, user: User, *, number: object) -> "SegmentPage":
        """The list as it stands today."""
        page, rows = rows_of(segments.named_by(segment, user=user), number)
        query = query_of(segment.choice, segment.proposal, at=0)
        return cls(
            segment=segment,
            said=segments.in_words(segment),
            page=page,
            rows=rows,
            count=page.paginator.count,
            can_export=user.has_perm("admission.export_segment"),
            again=f"{reverse('admin:admission_segment_add')}?{query}",
        )
