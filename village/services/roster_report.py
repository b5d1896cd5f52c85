"""What a roster file changes, person by person: new ones, and old beside new, numbers masked."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import sheets
from village.models import Customer, Group, Household, Relation, RosterChange, Village
from village.roster import means

MOST_TOLD = 20_000
"""Of a whole county's new people, and of what it changed, so many stand in the report."""
_NUMBERS = {"mobile_index": "mobile", "household": "household_id"}
_PLACE = ("village_id", "group_id", "address")
_DECLARED = (*means.AMOUNTS, *means.LANDS, *means.WORDS)
Line = Sequence[str]


def made(number: int) -> bytes:
    """The report of one file as CSV, while what it did still stands in the register."""
    headings = [
        _("kind"), _("village"), _("household number"), _("person's name"), _("column"),
        _("before"), pgettext("change", "after"),
    ]  # fmt: skip
    table = [headings, *_lines(number)]
    return sheets.made(table, sheets.CSV, name="changes", customers=len(table) - 1).content


def _lines(number: int) -> Iterator[Line]:
    yield from _changed_people(number)
    yield from _changed_households(number)
    yield from _new_people(number)
    yield from _new_ties(number)


def _changed_people(number: int) -> Iterator[Line]:
    rows = list(
        RosterChange.objects.filter(roster_import=number, customer__isnull=False)
        .select_related("customer__household__village")
        .defer("customer__id_number")
        .order_by("id")[: MOST_TOLD + 1]
    )
    if len(rows) > MOST_TOLD:
        rows.pop()
        yield _more()
    homes = Household.objects.only("number").in_bulk({each.before["household_id"] for each in rows})
    for change in rows:
        person = change.customer
        who = (person.household.village.name, person.household.number, person.name)
        for column in change.columns.split():
            if column == "household":
                old = homes.get(change.before["household_id"])
                was, now = (old.number if old else ""), person.household.number
            elif column == "mobile_index":
                was, now = Customer(mobile=change.mobile).masked_mobile, person.masked_mobile
            else:
                was = _shown(Customer, column, change.before.get(column))
                now = _shown(Customer, column, getattr(person, column))
            yield [change.get_kind_display(), *who, word(column), was, now]


def _changed_households(number: int) -> Iterator[Line]:
    rows = list(
        RosterChange.objects.filter(roster_import=number, household__isnull=False)
        .select_related("household__village", "household__group")
        .order_by("id")[: MOST_TOLD + 1]
    )
    if len(rows) > MOST_TOLD:
        rows.pop()
        yield _more()
    villages = Village.objects.in_bulk({each.before["village_id"] for each in rows})
    groups = Group.objects.in_bulk(
        {each.before["group_id"] for each in rows if each.before["group_id"]}
    )
    for change in rows:
        home, was = change.household, dict(change.before)
        was["village_id"] = villages[was["village_id"]].name if was["village_id"] else ""
        was["group_id"] = groups[was["group_id"]].name if was["group_id"] in groups else ""
        now = {"village_id": home.village.name, "group_id": home.group.name if home.group else ""}
        for column in _columns(change.columns):
            before = was.get(column)
            after = now.get(column, getattr(home, column))
            told = _shown(Household, column, before), _shown(Household, column, after)
            if told[0] != told[1]:
                yield [
                    change.get_kind_display(),
                    home.village.name,
                    home.number,
                    "",
                    word(column, Household),
                    *told,
                ]


def _new_people(number: int) -> Iterator[Line]:
    rows = (
        Customer.objects.filter(brought_by=number)
        .order_by("pk")
        .values_list("household__village__name", "household__number", "name", "role")
    )
    roles = {value: str(label) for value, label in Customer.Role.choices}
    new, column = _("new"), word("role")
    for at, (village, home, name, role) in enumerate(rows[: MOST_TOLD + 1]):
        if at == MOST_TOLD:
            yield _more()
            return
        yield [new, village, home, name, column, "", roles[role]]


def _new_ties(number: int) -> Iterator[Line]:
    rows = Relation.objects.filter(brought_by=number).select_related(
        "one__household__village", "other"
    )
    for tie in rows.order_by("pk")[:MOST_TOLD]:
        home = tie.one.household
        yield [
            _("new"), home.village.name, home.number, tie.one.name, tie.get_kind_display(), "",
            tie.other.name,
        ]  # fmt: skip


def _more() -> Line:
    return [_("More than are listed here"), *[""] * 6]


def _columns(said: str) -> Iterable[str]:
    """The columns of a household behind the words of its changes."""
    wide = {"address": _PLACE, "declared": _DECLARED}
    return [column for each in said.split() for column in wide.get(each, (each,))]


def _shown(model: type[Model], column: str, value: Any) -> str:
    """A value as people read it; amounts come in fen."""
    if value is None or value == "":
        return ""
    if column in means.AMOUNTS:
        return f"{Decimal(value) / 100:,.2f}"
    if column in means.LANDS:
        return f"{Decimal(str(value)):.2f}"
    field = model._meta.get_field(column)
    return str(dict(field.flatchoices).get(value, value))


def word(column: str, model: type[Model] = Customer) -> str:
    """What a column is called."""
    if model is Customer and column in {"declared", "address"}:
        return {"declared": _("declared means"), "address": _("village, group or address")}[column]
    field = model._meta.get_field(_NUMBERS.get(column, column))
    return str(field.verbose_name)
