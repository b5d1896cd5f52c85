"""What customers are called: group, portrait and tags, and their part of a household's file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from admission.contexts import Figure
from admission.models import Profile, TagChange, TagDefinition, TagSet, TagWord
from admission.services import portfolio, tagging
from admission.sources.lending import bank_day
from admission.tags.book import FIGURE
from admission.tags.judging import GROUPS, PORTRAITS
from core.expressions import Kind
from core.models import User
from village.file_sections import Figure as FileFigure
from village.file_sections import Happening, Mark, Section, whose, with_people
from village.models import Customer, Household

LATELY = timedelta(days=365)
CHANGES_SHOWN = 30
OWN = {GROUPS: _("Customer group"), PORTRAITS: _("Portrait")}


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

    def standing(self, day: date | None) -> list[FileFigure]:
        """Portrait, group and figures as a file shows them, with where they come from and of which
        day they are."""
        words = [(each.tag, each.word, "") for each in (self.portrait, self.group) if each]
        figures = [(each.label, each.value, each.unit) for each in self.figures]
        return [
            FileFigure(label, value, unit, _("Tags, as last worked out"), day)
            for label, value, unit in (*words, *figures)
        ]


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
        self._amounts = _amounts()

    def said(self, profile: Profile) -> list[Said]:
        """Every word of a profile with its tag and its day."""
        return [self._said(self.words[number], profile) for number in profile.words]

    def _said(self, word: TagWord, profile: Profile) -> Said:
        since = profile.since.get(word.code)
        return Said(
            code=word.code,
            tag=OWN.get(word.code) or self.name(word.code),
            word=self.shown(word),
            since=date.fromisoformat(since) if since else profile.first_on,
        )

    def name(self, code: str) -> str:
        """What a code is called."""
        found = self.definitions.get(code)
        return found.name if found else code

    def shown(self, word: TagWord | None) -> str:
        """A word as people read it; of a group or a portrait, its name."""
        if word is None:
            return "—"
        return self.name(word.word) if word.code in OWN else word.word

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
        if code in self._amounts:
            return Figure(self.name(code), f"{Decimal(round(value)) / 100:,.2f}", _("yuan"))
        return Figure(self.name(code), f"{Decimal(str(round(value, 2))).normalize():,f}", "")


def _amounts() -> frozenset[str]:
    """The codes of the figures that are amounts, by the newest set of tags that was in force."""
    newest = (
        TagSet.objects.filter(code=tagging.TAGS, published_at__isnull=False)
        .order_by("-version")
        .first()
    )
    if newest is None:
        return frozenset()
    figures = tagging.book_of(newest.pk).of(FIGURE)
    return frozenset(each.text.code for each in figures if each.expression.kind is Kind.MONEY)


def household_section(
    household: Household, user: User, *, person: Customer | None = None
) -> Section | None:
    """Tags in a file: who is called what, since when, and the way to why."""
    if not user.has_perm("admission.view_profile"):
        return None
    rows = Profile.objects.filter(whose(household, person)).order_by("customer_id")
    found = with_people(rows, household)
    found.sort(key=lambda each: each.customer.role != Customer.Role.HEAD)
    if not found:
        return Section(_("Tags and portrait"))
    words = Words(found)
    people = [words.carried(each) for each in found]
    day = portfolio.tagged_on(household.village)
    return Section(
        _("Tags and portrait"),
        "admission/_tags_household.html",
        {"people": [(each, each.standing(day)) for each in people]},
        marks=tuple(
            Mark(each.portrait.word, "blue", each.customer.pk) for each in people if each.portrait
        ),
        happenings=tuple(_happenings([each.pk for each in found], words)),
    )


def _happenings(people: Sequence[int], words: Words) -> Iterable[Happening]:
    """Portraits and groups that changed within a year."""
    lately = bank_day(timezone.localdate()) - LATELY
    changes = TagChange.objects.filter(customer__in=people, code__in=list(OWN), on__gte=lately)
    for each in changes.select_related("before", "after", "customer")[:CHANGES_SHOWN]:
        yield Happening(
            at=each.on,
            title=OWN[each.code],
            note=f"{each.customer.name} · {words.shown(each.before)} → {words.shown(each.after)}",
            customer_id=each.customer_id,
        )
