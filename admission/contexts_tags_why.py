"""Why a customer is called so: each rule as written, and every value it read."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.functional import Promise

from admission.contexts import Figure, figure
from admission.contexts_tag_sets import county_of_newest_run, plain
from admission.contexts_tags import CHANGES_SHOWN, OWN, Carried, Said, Words
from admission.errors import NoTagsInForce
from admission.features import DESCRIBED
from admission.models import Profile, TagChange
from admission.services import tagging
from admission.services.known_features import features_of
from admission.tags import judge
from admission.tags.book import COUNTY

YES_KINDS = {"customer", "group", "portrait"}


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
                    words.shown(each.before),
                    words.shown(each.after),
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
        return Figure(names[name], plain(value, tag.expression.kind.value), "")

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
