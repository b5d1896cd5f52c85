"""What tags and their words are called, of all versions that were ever in force."""

from collections.abc import Sequence

from admission.models import TagDefinition, TagWord
from admission.services.tag_sets import TAGS
from admission.tags.judging import GROUPS, PORTRAITS

YES_WORD = "是"
"""The word of a tag that is a yes or no."""
OWN = (PORTRAITS, GROUPS)
"""Whose words are codes of definitions, and are called by the names of these."""


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
