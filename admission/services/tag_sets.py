"""Writing and revising the bank's tags."""

from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import NoTagsInForce
from admission.models import TagDefinition, TagSet
from admission.reference.tag_texts import first_tags
from core import audit, publishing
from core.models import User

TAGS = "tags"
"""The code under which the bank's tags are versioned."""


@transaction.atomic
def draft_tag_set(author: User) -> TagSet:
    """A new draft with the tags, groups, portraits and figures of the published catalogue."""
    made = _next_version(author, name=_("Tags and portraits"), note=_("The published catalogue."))
    TagDefinition.objects.bulk_create(
        TagDefinition(tag_set=made, place=place, **asdict(each))
        for place, each in enumerate(first_tags(), start=1)
    )
    audit.record(made, "admission.tag_set.drafted", actor=author)
    return made


@transaction.atomic
def revise_tag_set(tag_set_id: int, *, actor: User, note: str = "") -> TagSet:
    """A new draft that begins as a copy of a version; the version itself stays as it is."""
    before = TagSet.objects.filter(pk=tag_set_id).first()
    if before is None:
        raise NoTagsInForce(_("There is no such set of tags."))
    made = _next_version(actor, name=before.name, note=note)
    copies = list(before.definitions.order_by("place", "id"))
    for each in copies:
        each.pk, each.tag_set = None, made
    TagDefinition.objects.bulk_create(copies)
    audit.record(made, "admission.tag_set.revised", actor=actor, revises=before.pk)
    return made


def _next_version(author: User, *, name: str, note: str) -> TagSet:
    version = publishing.next_version(TagSet, code=TAGS)
    return TagSet.objects.create(code=TAGS, name=name, version=version, author=author, note=note)
