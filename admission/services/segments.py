"""Lists of customers by tags: whom they name, saved, and taken out of the house with a reason."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from admission.models import Profile, Segment, TagDefinition, TagWord
from admission.models.tags import ProfileQuerySet
from admission.services.tag_sets import TAGS
from admission.tags.judging import GROUPS, PORTRAITS
from core import audit, sheets
from core.models import User
from core.sheets import Export

YES_WORD = "是"
"""The word of a tag that is a yes or no."""


def carriers(words: Sequence[int], without: Sequence[int], *, user: User) -> ProfileQuerySet:
    """Whom this person may see among those who carry a word of each tag named."""
    by_tag: dict[str, list[int]] = {}
    for number, code in TagWord.objects.filter(pk__in=words).values_list("pk", "code"):
        by_tag.setdefault(code, []).append(number)
    found = Profile.objects.visible_to(user)
    return found.carrying(by_tag.values(), without=without)


@transaction.atomic
def save(
    *, name: str, words: Sequence[int], without: Sequence[int], note: str, actor: User
) -> Segment:
    """Keep a list under a name, with how many it names to whoever saves it."""
    made = Segment.objects.create(
        name=name,
        owner=actor,
        words=sorted(words),
        without=sorted(without),
        note=note,
        counted=carriers(words, without, user=actor).count(),
    )
    audit.record(made, "admission.segment.saved", actor=actor, counted=made.counted, **made.recipe)
    return made


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
    found = carriers(segment.words, segment.without, user=actor)
    count = found.count()
    sheets.must_be_walkable(count, _("narrow it by further tags"))
    audit.record(
        segment,
        "admission.segment.exported",
        actor=actor,
        reason=reason,
        customers=count,
        form=form,
    )
    audit.read(segment, reader=actor, what="customers of a segment", reason=reason)
    table = _table(segment, found, reason=reason, actor=actor, count=count)
    return sheets.made(table, form, name=f"segment-{segment.pk}", customers=count)


def _table(
    segment: Segment, found: ProfileQuerySet, *, reason: str, actor: User, count: int
) -> Iterable[Sequence[str]]:
    """A watermark, headings, and a row for each customer; no ID number, no mobile."""
    yield [sheets.watermark(actor=actor, reason=reason, count=count)]
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


def named_words(codes: Sequence[str]) -> dict[int, tuple[str, str]]:
    """By number: the tag and the word as people say it; groups and portraits by their names."""
    rows = TagWord.objects.filter(code__in=codes).values_list("pk", "code", "word")
    names = definition_names()
    return {pk: (code, names.get(word, word)) for pk, code, word in rows}


def definition_names() -> dict[str, str]:
    """Names by code, of all published versions, the newest last: what was saved stays readable."""
    rows = (
        TagDefinition.objects.filter(tag_set__code=TAGS, tag_set__published_at__isnull=False)
        .order_by("tag_set__version")
        .values_list("code", "name")
    )
    return dict(rows)


def definition_families() -> dict[str, str]:
    """The family of every tag that gives words, by code, in the order of the definitions."""
    rows = (
        TagDefinition.objects.filter(
            tag_set__code=TAGS, tag_set__published_at__isnull=False, kind__in=["tag", "customer"]
        )
        .order_by("tag_set__version", "place", "id")
        .values_list("code", "family")
    )
    return dict(rows)
