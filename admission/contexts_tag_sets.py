"""A version of the tags: its definitions, how its newest run went, the county's own figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admission.contexts import Figure
from admission.contexts_rules import FieldLine, lines_of, thresholds_for_authors
from admission.models import TagDefinition, TagSet
from admission.services import portfolio, tagging
from admission.tags.book import COUNTY, FIELDS
from core.expressions import Kind
from core.models import PublishingState, Run, User


@dataclass(frozen=True)
class TagSetPage:
    """A version with all its definitions and their thresholds, and how its newest run went. Of a
    draft, ``faults`` keep it from being put into force: whoever renames or takes out a definition
    reads there which others named it."""

    faults: list[str]
    groups: list[tuple[str, list[tuple[TagDefinition, list[str]]]]]
    run: Run | None
    customers: int | None
    county: list[Figure]
    is_draft: bool
    can_tag: bool
    add: str

    @classmethod
    def build(cls, tag_set: TagSet, user: User) -> "TagSetPage":
        """The definitions in their order, by kind."""
        groups: dict[str, list[tuple[TagDefinition, list[str]]]] = {}
        for each in tag_set.definitions.order_by("place", "id"):
            told = thresholds_for_authors(each.expression, each.params).splitlines()
            groups.setdefault(str(each.get_kind_display()), []).append((each, told))
        run = newest_run(tag_set)
        is_draft = tag_set.status == PublishingState.DRAFT
        return cls(
            faults=tag_set.faults() if is_draft else [],
            groups=list(groups.items()),
            run=run,
            customers=run.result.get("customers") if run else None,
            county=_county(tag_set, run),
            is_draft=is_draft and user.has_perm("admission.change_tagset"),
            can_tag=tag_set.status == PublishingState.PUBLISHED
            and user.has_perm("admission.change_tagset"),
            add=f"{reverse('admin:admission_tagdefinition_add')}?tag_set={tag_set.pk}",
        )


def fields_of_a_tag(written: TagDefinition) -> list[FieldLine]:
    """What a definition may name: features, and what stands before it in its set."""
    before = TagDefinition.objects.filter(tag_set=written.tag_set_id).exclude(pk=written.pk)
    if written.pk:
        before = before.filter(place__lt=written.place)
    own = [
        FieldLine(each.text.field_name, each.name, "", each.get_kind_display(), "", "")
        for each in before.order_by("place", "id")
    ]
    return own + lines_of(FIELDS)


def _county(tag_set: TagSet, run: Run | None) -> list[Figure]:
    """The county's own figures of a run, as people read them."""
    if run is None:
        return []
    book = tagging.book_of(tag_set.pk)
    return [
        Figure(
            each.text.name,
            plain(run.settings["county"].get(each.text.field_name), each.expression.kind.value),
            _("yuan") if each.expression.kind is Kind.MONEY else "",
        )
        for each in book.of(COUNTY)
    ]


def county_of_newest_run(tag_set: TagSet) -> Mapping[str, Any]:
    """The county's own figures as the newest run of a set worked them out; none before it ran."""
    run = newest_run(tag_set)
    return run.settings["county"] if run else {}


def newest_run(tag_set: TagSet) -> Run | None:
    """The newest run under a set of tags."""
    return Run.objects.filter(kind__in=portfolio.RUNS, settings__tag_set=tag_set.pk).first()


def plain(value: object, kind: str) -> str:
    """What a tag or the county was worked out to, in its own kind."""
    if value is None:
        return "—"
    if kind == "money":
        return f"{Decimal(int(value)) / 100:,.2f}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
