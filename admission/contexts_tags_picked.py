"""Lists of customers by tags: choosing them, and those that were saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admission.contexts_tags import OWN, Carried, Words
from admission.models import Profile, Segment, TagWord
from admission.services import segments
from admission.tags.judging import GROUPS, PORTRAITS
from core.models import User

PER_PAGE = 50
MOST_WORDS = 60
"""Words of one tag offered to choose from; those of a tag of more are searched for."""


@dataclass(frozen=True)
class Choice:
    """One tag to choose words of; of one with ``many`` words, those searched for and chosen."""

    code: str
    name: str | Promise
    words: list[tuple[int, str, bool]]
    many: int = 0


@dataclass(frozen=True)
class PickPage:
    """Choosing customers by tags: every tag with its words, and whom the choice names."""

    families: list[tuple[str, list[Choice], int]]
    words: list[int]
    without: list[int]
    picked: list[str]
    left_out: list[str]
    count: int
    page: Page
    rows: list[Carried]
    query: str
    search: str
    is_empty: bool
    asked: bool

    @classmethod
    def build(
        cls,
        user: User,
        *,
        words: list[int],
        without: list[int],
        number: object,
        query: str,
        search: str = "",
    ) -> "PickPage":
        """Whom the choice names to this reader, a page at a time; nobody before a choice."""
        named = TagWord.objects.order_by("code", "pk")
        every = list(named)
        names = segments.definition_names()
        asked = bool(words or without)
        found = segments.carriers(words, without, user=user) if asked else Profile.objects.none()
        page, rows = rows_of(found, number)
        return cls(
            families=_families(every, names, set(words), set(without), search),
            words=words,
            without=without,
            picked=_written(every, words, names),
            left_out=_written(every, without, names),
            count=page.paginator.count,
            page=page,
            rows=rows,
            query=query,
            search=search,
            is_empty=not every,
            asked=asked,
        )


def rows_of(found: QuerySet[Profile], number: object) -> tuple[Page, list[Carried]]:
    """One page of customers with what they are called."""
    ordered = found.select_related("customer__household", "customer__village").order_by(
        "customer_id"
    )
    page = Paginator(ordered, PER_PAGE).get_page(number)
    profiles = list(page.object_list)
    words = Words(profiles)
    return page, [words.carried(each) for each in profiles]


def _written(
    every: Sequence[TagWord], numbers: Sequence[int], names: Mapping[str, str]
) -> list[str]:
    chosen = set(numbers)
    return [_in_full(each, names) for each in every if each.pk in chosen]


def _in_full(word: TagWord, names: Mapping[str, str]) -> str:
    if word.code in OWN:
        return names.get(word.word, word.word)
    tag = names.get(word.code, word.code)
    return tag if word.word == segments.YES_WORD else f"{tag}：{word.word}"


def _families(
    every: Sequence[TagWord],
    names: Mapping[str, str],
    chosen: set[int],
    left_out: set[int],
    search: str,
) -> list[tuple[str, list[Choice], int]]:
    """Tags by family, in the order of their definitions; groups and portraits first."""
    by_code: dict[str, list[TagWord]] = {}
    for each in every:
        by_code.setdefault(each.code, []).append(each)
    order = segments.definition_families()
    found: dict[str, list[Choice]] = {}
    for code in [PORTRAITS, GROUPS, *order]:
        said = by_code.get(code, [])
        if not said:
            continue
        many = len(said) if len(said) > MOST_WORDS else 0
        if many:
            said = _searched(said, chosen | left_out, search)
        family = str(_("Portraits and groups")) if code in OWN else order[code]
        words = [
            (
                each.pk,
                names.get(each.word, each.word) if code in OWN else each.word,
                each.pk in chosen,
            )
            for each in said
        ]
        name = OWN.get(code) or names[code]
        found.setdefault(family, []).append(Choice(code, name, words, many))
    return [
        (family, choices, sum(picked for each in choices for _n, _w, picked in each.words))
        for family, choices in found.items()
    ]


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
    picked: list[str]
    left_out: list[str]
    page: Page
    rows: list[Carried]
    can_export: bool
    again: str

    @classmethod
    def build(cls, segment: Segment, user: User, *, number: object) -> "SegmentPage":
        """The list as it stands today."""
        found = segments.carriers(segment.words, segment.without, user=user)
        page, rows = rows_of(found, number)
        names = segments.definition_names()
        every = list(TagWord.objects.filter(pk__in=[*segment.words, *segment.without]))
        pairs = [("word", each) for each in segment.words]
        pairs += [("without", each) for each in segment.without]
        query = "&".join(f"{name}={number}" for name, number in pairs)
        return cls(
            segment=segment,
            picked=_written(every, segment.words, names),
            left_out=_written(every, segment.without, names),
            page=page,
            rows=rows,
            can_export=user.has_perm("admission.export_segment"),
            again=f"{reverse('admin:admission_segment_add')}?{query}",
        )
