"""The Chinese catalogue: what must be in it, what is missing, and compiling it without gettext."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from core.expressions.errors import KIND_WORDS, MESSAGES, PHRASES

ROOMS = ["config", "postloan", "credit", "admission", "visits", "village", "core", "sandbox"]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TEXT = r"u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
CALL = re.compile(rf"(?:\b(?:n|p|np)?gettext|_)\(\s*{TEXT}(?:\s*,\s*(?:{TEXT}|count))*\s*\)")
OF_THE_RULE_LANGUAGE = (*MESSAGES.values(), *KIND_WORDS.values(), *PHRASES)
"""It is plain Python and knows no gettext, so its sentences are named here."""
HEADER = "# Translations of Qianmo, sorted by text; `manage.py compile_catalogues --collect` adds."
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    """A text of the sources: its singular, its plural where it has one, its context."""

    id: str
    plural: str = ""
    context: str | None = None

    @property
    def key(self) -> str | tuple[str, str]:
        """What a catalogue calls it."""
        return (self.id, self.plural) if self.plural else self.id


def in_sources(root: Path, also: Iterable[str] = ()) -> list[Message]:
    """Every translatable text of our Python and templates, and ``also`` these; each once."""
    found = {(text, None): Message(text) for text in also}
    for source in _sources(root):
        for _line, texts, _comments, context in extract("python", source, KEYWORDS):
            single, plural = texts[:2] if isinstance(texts, tuple) else (texts, "")
            if single and not (plural == "" and (single, context) in found):
                found[(single, context)] = Message(single, plural, context)
    return [found[key] for key in sorted(found, key=lambda key: (key[0], key[1] or ""))]


def missing(catalogue: Catalog, wanted: list[Message]) -> list[Message]:
    """Those of ``wanted`` that the catalogue leaves untranslated."""
    return [each for each in wanted if not _translated(catalogue, each)]


def add(catalogue: Catalog, wanted: list[Message]) -> int:
    """Put what is not yet known into the catalogue, empty; returns how many were added."""
    added = 0
    for each in wanted:
        known = catalogue.get(each.id, each.context)
        if known is None or (each.plural and not known.pluralizable):
            catalogue.delete(each.id, each.context)
            catalogue.add(each.key, ("",) if each.plural else "", context=each.context)
            added += 1
    return added


def read(path: Path) -> Catalog:
    """The catalogue at ``locale/<name>/LC_MESSAGES/django.po``, or an empty one."""
    language = path.parent.parent.name
    if not path.exists():
        return Catalog(
            locale=language,
            project="Qianmo",
            version="1",
            header_comment=HEADER,
            creation_date=BEGUN,
            revision_date=BEGUN,
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write(catalogue: Catalog, path: Path) -> None:
    """The source of the catalogue, sorted, without places, so that a change shows as a change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, no_location=True)


def compile_to(catalogue: Catalog, path: Path) -> None:
    """What Django reads. Written whole and renamed: a running server never sees half of it."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(path)


def _translated(catalogue: Catalog, message: Message) -> bool:
    found = catalogue.get(message.id, message.context)
    if found is None:
        return False
    texts = found.string if isinstance(found.string, tuple | list) else (found.string,)
    return bool(texts) and all(texts)


def _sources(root: Path) -> Iterator[io.BytesIO]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield io.BytesIO(path.read_bytes())
    for folder in (root / "templates", *(root / room / "templates" for room in ROOMS)):
        for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.txt")]):
            yield io.BytesIO(_as_python(path))


def _as_python(template: Path) -> bytes:
    """A template's calls of gettext, one a line, found by Django's own reading of templates."""
    seen = templatize(template.read_text(encoding="utf-8"), origin=str(template))
    return "\n".join(CALL.findall(seen)).encode()
