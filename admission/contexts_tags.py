"""What pages show of tags: a household's members, why somebody is called so, lists by tags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admission.contexts import Figure, figure
from admission.errors import NoTagsInForce
from admission.features import DESCRIBED
from admission.models import Profile, Segment, TagChange, TagDefinition, TagSet, TagWord
from admission.services import portfolio, segments, tagging
from admission.services.known_features import features_of
from admission.tags import judge
from admission.tags.book import COUNTY
from admission.tags.judging import GROUPS, PORTRAITS
from core.expressions import Kind
from core.models import PublishingState, Run, User
from village.file_sections import Happening, Mark, Section
from village.models import Customer, Household

PER_PAGE = 50
LATELY = timedelta(days=365)
CHANGES_SHOWN = 30
MOST_WORDS = 60
"""Words of one tag offered to choose from; those of a tag of more are searched for."""
OWN = {GROUPS: _("Customer group"), PORTRAITS: _("Portrait")}
CHURN, PROBABILITY = "churn_prob", "logistic"


@dataclass(frozen=True)
class Said:
    """One word of a customer: of which tag, since when."""

    code: str
    tag: str | Promise
    word: str
    since: date


@dataclass(frozen=True)
class Carried:
    """What one customer is called: group and portrait first, customer tags, then all others by
    family."""

    customer: Customer
    portrait: Said | None
    group: Said | None
    short: list[Said]
    families: list[tuple[str, list[Said]]]
    figures: list[Figure]
    why: str


class Words:
    """The definitions by code, and the words that some profiles carry, read once for all."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        numbers = {number for each in profiles for number in each.words}
        self.words = {each.pk: each for each in TagWord.objects.filter(pk__in=numbers)}
        definitions = (
            TagDefinition.objects.filter(
                tag_set__code=tagging.TAGS, tag_set__published_at__isnull=False
            )
            .order_by("tag_set__version", "place", "id")
            .only("code", "name", "family", "kind", "link", "place")
        )
        self.definitions = {each.code: each for each in definitions}

    def said(self, profile: Profile) -> list[Said]:
        """Every word of a profile with its tag and its day."""
        return [self._said(self.words[number], profile) for number in profile.words]

    def _said(self, word: TagWord, profile: Profile) -> Said:
        since = profile.since.get(word.code)
        return Said(
            code=word.code,
            tag=OWN.get(word.code) or self.name(word.code),
            word=self.name(word.word) if word.code in OWN else word.word,
            since=date.fromisoformat(since) if since else profile.first_on,
        )

    def name(self, code: str) -> str:
        """What a code is called."""
        found = self.definitions.get(code)
        return found.name if found else code

    def carried(self, profile: Profile) -> Carried:
        """A profile set out for people."""
        said = self.said(profile)
        own = {each.code: each for each in said if each.code in OWN}
        families: dict[str, list[Said]] = {}
        short = []
        for each in said:
            of = self.definitions.get(each.code)
            if each.code in OWN:
                continue
            if of is not None and of.kind == TagDefinition.Kind.CUSTOMER:
                short.append(each)
            else:
                families.setdefault(of.family if of else "", []).append(each)
        return Carried(
            customer=profile.customer,
            portrait=own.get(PORTRAITS),
            group=own.get(GROUPS),
            short=short,
            families=list(families.items()),
            figures=[self._figure(code, value) for code, value in profile.figures.items()],
            why=reverse("admin:admission_profile_change", args=[profile.pk]),
        )

    def _figure(self, code: str, value: float) -> Figure:
        of = self.definitions.get(code)
        if of is not None and of.link:
            return Figure(of.name, f"{value:.1%}", "")
        if code in MONEY_FIGURES:
            return Figure(self.name(code), f"{Decimal(round(value)) / 100:,.2f}", _("yuan"))
        return Figure(self.name(code), f"{Decimal(str(round(value, 2))).normalize():,f}", "")


MONEY_FIGURES = {"personal_income", "household_income", "net_contribution"}


def household_section(household: Household, user: User) -> Section | None:
    """Tags in the household file: who is called what, since when, and the way to why."""
    if not user.has_perm("admission.view_profile"):
        return None
    found = list(
        Profile.objects.visible_to(user)
        .filter(customer__household=household)
        .select_related("customer")
        .order_by("customer_id")
    )
    found.sort(key=lambda each: each.customer.role != Customer.Role.HEAD)
    if not found:
        return Section(_("Tags and portrait"))
    words = Words(found)
    people = [words.carried(each) for each in found]
    return Section(
        _("Tags and portrait"),
        "admission/_tags_household.html",
        {"people": people},
        marks=tuple(
            Mark(each.portrait.word, "blue", each.customer.pk) for each in people if each.portrait
        ),
        happenings=tuple(_happenings([each.pk for each in found], words)),
    )


def _happenings(people: Sequence[int], words: Words) -> Iterable[Happening]:
    """Portraits and groups that changed within a year."""
    lately = timezone.localdate() - LATELY
    changes = TagChange.objects.filter(customer__in=people, code__in=list(OWN), on__gte=lately)
    for each in changes.select_related("before", "after", "customer")[:CHANGES_SHOWN]:
        yield Happening(
            at=each.on,
            title=OWN[each.code],
            note=f"{each.customer.name} · {_of(each.before, words)} → {_of(each.after, words)}",
            customer_id=each.customer_id,
        )


def _of(word: TagWord | None, words: Words) -> str:
    if word is None:
        return "—"
    return words.name(word.word) if word.code in OWN else word.word


@dataclass(frozen=True)
class Why:
    """One word and what leads to it today: the rule as written, and every value it read."""

    said: Said
    rule: str
    note: str
    values: list[Figure]
    today: str
    still: bool


@dataclass(frozen=True)
class WhyPage:
    """Why a customer is called so, worked out on what is known today by the tags in force."""

    carried: Carried
    reasons: list[tuple[str, list[Why]]]
    changes: list[tuple[TagChange, str | Promise, str, str]]
    as_of: date
    household: str
    unreadable: str

    @classmethod
    def build(cls, profile: Profile, *, as_of: date) -> "WhyPage":
        """The page of one customer."""
        words = Words([profile])
        reasons, unreadable = _reasons(profile, words, as_of)
        changes = TagChange.objects.filter(customer=profile.pk).select_related("before", "after")
        return cls(
            carried=words.carried(profile),
            reasons=reasons,
            changes=[
                (
                    each,
                    OWN.get(each.code) or words.name(each.code),
                    _of(each.before, words),
                    _of(each.after, words),
                )
                for each in changes[:CHANGES_SHOWN]
            ],
            as_of=as_of,
            household=reverse("admin:village_household_file", args=[profile.customer.household_id]),
            unreadable=unreadable,
        )


def _reasons(
    profile: Profile, words: Words, as_of: date
) -> tuple[list[tuple[str, list[Why]]], str]:
    """By family: every word with its reason; or a sentence where nothing can be worked out."""
    try:
        tag_set = tagging.tags_in_force()
    except NoTagsInForce as exc:
        return [], str(exc)
    book = tagging.book_of(tag_set.pk)
    county = county_of_newest_run(tag_set)
    features = features_of([profile.pk], book.features, as_of=as_of)
    known = features.row(0, named=True)
    judged = judge(book, features, county).row(0, named=True)
    by_code = {each.text.code: each for each in book.tags}
    by_field = {each.text.field_name: each for each in book.tags}
    notes = dict(tag_set.definitions.values_list("code", "note"))
    names = {each.text.field_name: each.text.name for each in book.tags}

    def value_of(name: str) -> Figure:
        tag = by_field.get(name)
        if tag is None:
            return figure_of(name, known.get(name))
        value = county.get(name) if tag.text.kind == COUNTY else judged.get(tag.text.code)
        return Figure(names[name], _plain(value, tag.expression.kind.value), "")

    found: dict[str, list[Why]] = {}
    for said in words.said(profile):
        code = _definition_of(said.code, profile, words)
        tag = by_code.get(code)
        if tag is None:
            continue
        today = judged.get(said.code)
        is_word = said.code not in OWN and tag.text.kind not in YES_KINDS
        shown = str(today) if is_word and today is not None else words.name(str(today or "—"))
        still = _same(said, today, words)
        why = Why(
            said=said,
            rule=tag.text.expression,
            note=notes.get(code, ""),
            values=[value_of(name) for name in sorted(tag.expression.fields)],
            today=shown,
            still=still,
        )
        of = words.definitions.get(code)
        found.setdefault(of.family if of else "", []).append(why)
    return list(found.items()), ""


YES_KINDS = {"customer", "group", "portrait"}


def _same(said: Said, today: object, words: Words) -> bool:
    if said.code in OWN:
        return words.name(str(today)) == said.word
    return today is True or str(today) == said.word


def _definition_of(code: str, profile: Profile, words: Words) -> str:
    """The definition behind a word: of a group or a portrait, the one it names."""
    if code not in OWN:
        return code
    carried = (words.words[number] for number in profile.words)
    return next(each.word for each in carried if each.code == code)


def figure_of(name: str, value: object) -> Figure:
    """One feature with its label; those that no rule may read are known here as well."""
    made = figure(name, value)
    field = DESCRIBED.fields.get(name)
    return Figure(field.label, made.value, made.unit) if field else made


def _plain(value: object, kind: str) -> str:
    if value is None:
        return "—"
    if kind == "money":
        return f"{Decimal(int(value)) / 100:,.2f}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def county_of_newest_run(tag_set: TagSet) -> Mapping[str, Any]:
    """The county's own figures as the newest run of a set worked them out; none before it ran."""
    run = newest_run(tag_set)
    return run.settings["county"] if run else {}


def newest_run(tag_set: TagSet) -> Run | None:
    """The newest run under a set of tags."""
    return Run.objects.filter(kind__in=portfolio.RUNS, settings__tag_set=tag_set.pk).first()


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


@dataclass(frozen=True)
class TagSetPage:
    """A version with all its definitions, and how its newest run went."""

    groups: list[tuple[str, list[TagDefinition]]]
    run: Run | None
    customers: int | None
    county: list[Figure]
    is_draft: bool
    can_tag: bool
    add: str

    @classmethod
    def build(cls, tag_set: TagSet, user: User) -> "TagSetPage":
        """The definitions in their order, by kind."""
        groups: dict[str, list[TagDefinition]] = {}
        for each in tag_set.definitions.order_by("place", "id"):
            groups.setdefault(str(each.get_kind_display()), []).append(each)
        run = newest_run(tag_set)
        is_draft = tag_set.status == PublishingState.DRAFT
        return cls(
            groups=list(groups.items()),
            run=run,
            customers=run.result.get("customers") if run else None,
            county=_county(tag_set, run),
            is_draft=is_draft and user.has_perm("admission.change_tagset"),
            can_tag=tag_set.status == PublishingState.PUBLISHED
            and user.has_perm("admission.change_tagset"),
            add=f"{reverse('admin:admission_tagdefinition_add')}?tag_set={tag_set.pk}",
        )


def _county(tag_set: TagSet, run: Run | None) -> list[Figure]:
    """The county's own figures of a run, as people read them."""
    if run is None:
        return []
    book = tagging.book_of(tag_set.pk)
    return [
        Figure(
            each.text.name,
            _plain(run.settings["county"].get(each.text.field_name), each.expression.kind.value),
            _("yuan") if each.expression.kind is Kind.MONEY else "",
        )
        for each in book.of(COUNTY)
    ]
