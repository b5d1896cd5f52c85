"""Two versions of the tags side by side."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from admission.contexts_rules import (
    CHANGE_COLOURS,
    CHANGE_WORDS,
    ChangeLine,
    PartLine,
    thresholds_for_authors,
)
from admission.judgement.differing import ADDED, CHANGED, REMOVED, changed_parts
from admission.models import TagDefinition, TagSet

PARTS: dict[str, str | Promise] = {
    name: TagDefinition._meta.get_field(name).verbose_name
    for name in (
        "place", "kind", "family", "name", "expression", "params", "choices", "link", "quantile",
        "among", "products", "note",
    )
}  # fmt: skip
LABELS = {"kind": TagDefinition.Kind, "link": TagDefinition.Link}
CODE = {"expression", "among"}


@dataclass(frozen=True)
class TagDiffPage:
    """An older and a newer version, definition by definition; only what differs."""

    before: TagSet
    after: TagSet
    changes: list[ChangeLine]
    others: list[TagSet]

    @classmethod
    def build(cls, before: TagSet, after: TagSet) -> "TagDiffPage":
        """In the order of the newer version; definitions it no longer has come last."""
        old, new = (
            {each.code: each for each in version.definitions.order_by("place", "id")}
            for version in (before, after)
        )
        pairs = [(old.get(code), each) for code, each in new.items()]
        pairs += [(each, None) for code, each in old.items() if code not in new]
        changes = [change for pair in pairs if (change := _change(*pair)).parts]
        others = TagSet.objects.exclude(pk=after.pk).order_by("code", "-version")
        return cls(before, after, changes, list(others[:50]))


def _change(before: TagDefinition | None, after: TagDefinition | None) -> ChangeLine:
    kind = ADDED if before is None else REMOVED if after is None else CHANGED
    told = after or before
    lines = [
        PartLine(
            PARTS[each.part],
            _written(before, each.part, each.before),
            _written(after, each.part, each.after),
            each.part in CODE,
        )
        for each in changed_parts(before, after, PARTS)
    ]
    return ChangeLine(
        code=told.code,
        name=told.name,
        word=CHANGE_WORDS[kind],
        level=CHANGE_COLOURS[kind],
        parts=[each for each in lines if each.before != each.after],
    )


def _written(definition: TagDefinition | None, part: str, value: Any) -> str:
    if definition is None or value is None or value in ("", [], {}):
        return "—"
    if part == "params":
        return thresholds_for_authors(definition.expression, value)
    if part in LABELS:
        return str(LABELS[part](value).label)
    return "、".join(value) if isinstance(value, list) else str(value)
