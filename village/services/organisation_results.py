"""What became of the lines of one of the bank's own tables."""

from dataclasses import dataclass, field

from django.db.models import Field, Model
from django.utils.translation import gettext as _

from core.models import User
from village.roster.organisation import Lines


@dataclass(frozen=True, slots=True)
class Told:
    """One record that is new or changed: its code and name, and per changed field old and new."""

    code: str
    name: str
    changed: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Worked:
    """A table worked to its end: what was new and changed, how much was known, what is refused."""

    lines: Lines
    new: list[Told] = field(default_factory=list)
    changed: list[Told] = field(default_factory=list)
    unchanged: int = 0
    staff: list[User] = field(default_factory=list)
    """New members of staff; each of them has to choose a password yet."""

    def report(self) -> list[list[str]]:
        """The table of what is new and what changed, headings first."""
        headings = [
            _("what becomes of it"),
            _("code"),
            _("name"),
            _("field"),
            _("before"),
            _("after"),
        ]
        return [
            headings,
            *(
                [_("changed"), each.code, each.name, *change]
                for each in self.changed
                for change in each.changed
            ),
            *([_("new"), each.code, each.name, "", "", ""] for each in self.new),
        ]


def differences(record: Model, given: dict[str, object]) -> tuple[tuple[str, str, str], ...]:
    """Which fields of a record a table would change: their names in words, old and new."""
    found: list[tuple[str, str, str]] = []
    for name, new in given.items():
        old = getattr(record, name)
        if old != new:
            about = record._meta.get_field(name)
            found.append((str(about.verbose_name), _said(about, old), _said(about, new)))
    return tuple(found)


def _said(about: Field, value: object) -> str:
    """A value of a field in words."""
    if isinstance(value, list):
        return "、".join(map(str, value))
    words = dict(about.flatchoices)
    return "" if value is None else str(words.get(value, value))
