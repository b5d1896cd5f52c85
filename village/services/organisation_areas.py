"""The county's ground 区划: towns, villages and groups, from the bank's own table."""

from decimal import Decimal

from django.db.models import Model
from django.utils.translation import gettext as _

from core import audit
from core.models import Branch, User
from village.errors import FileRefused
from village.models import Grid, Group, Town, Village
from village.roster.organisation import COUNTY, GROUP, LEVELS, TOWN, VILLAGE, Line, Lines
from village.services.organisation_results import Told, Worked, differences

AT_ONCE = 2_000


def bring(lines: Lines, *, actor: User | None) -> Worked:
    """Register towns, then villages, then groups, in whichever order they stand.

    A village joins the grid of the manager to whom the staff table gave it; one that nobody was
    given joins a grid of its town's branch that has no manager yet.
    """
    worked = Worked(lines)
    by_level: dict[str, list[Line]] = {level: [] for level in (COUNTY, TOWN, VILLAGE, GROUP)}
    for line in lines.sound:
        by_level[LEVELS[line["level"]]].append(line)
    # Counties are no records: their names stand on their towns.
    counties = {line["code"]: line["name"] for line in by_level[COUNTY]}
    worked.unchanged += len(counties)
    _bring_towns(by_level[TOWN], counties, worked, actor)
    _bring_villages(by_level[VILLAGE], worked, actor)
    _bring_groups(by_level[GROUP], worked, actor)
    return worked


def _bring_towns(
    lines: list[Line], counties: dict[str, str], worked: Worked, actor: User | None
) -> None:
    known = _known(Town, lines)
    changed = []
    new = []
    for line in lines:
        town = known.get(line["code"])
        given = {"name": line["name"]}
        if line["above"] in counties:
            given["county"] = counties[line["above"]]
        _put(town or Town(code=line["code"]), given, line, worked, new, changed, is_new=not town)
    _write(Town, new, changed, ["name", "county"], actor)


def _bring_villages(lines: list[Line], worked: Worked, actor: User | None) -> None:
    towns = {each.code: each for each in Town.objects.all()}
    grids = {
        code: pk
        for pk, codes in Grid.objects.values_list("pk", "expected_villages")
        for code in codes
    }
    unwalked = _Unwalked()
    known = _known(Village, lines, "town")
    new: list[Model] = []
    changed: list[Model] = []
    for line in lines:
        if line["above"] not in towns:
            worked.lines.refuse(line, "above", "unknown_town", line["above"])
            continue
        village = known.get(line["code"])
        given: dict[str, object] = {"name": line["name"], "town": towns[line["above"]]}
        if line["longitude"]:
            given |= {name: _degrees(line[name]) for name in ("longitude", "latitude")}
        made = village or Village(
            code=line["code"],
            grid_id=grids.get(line["code"]) or unwalked.of_town(line["above"]).pk,
        )
        _put(made, given, line, worked, new, changed, is_new=not village)
    _write(Village, new, changed, ["name", "town", "longitude", "latitude"], actor)


def _bring_groups(lines: list[Line], worked: Worked, actor: User | None) -> None:
    villages = {each.code: each for each in Village.objects.all()}
    known = _known(Group, lines, "village")
    new: list[Model] = []
    changed: list[Model] = []
    for line in lines:
        group = known.get(line["code"])
        if line["above"] not in villages:
            worked.lines.refuse(line, "above", "unknown_village", line["above"])
            continue
        if group and group.village.code != line["above"]:
            worked.lines.refuse(line, "above", "other_village", group.village.code)
            continue
        made = group or Group(code=line["code"], village=villages[line["above"]])
        _put(made, {"name": line["name"]}, line, worked, new, changed, is_new=not group)
    _write(Group, new, changed, ["name"], actor)


def _known(model: type[Model], lines: list[Line], *related: str) -> dict[str, Model]:
    rows = model.objects.select_related(*related)
    return rows.in_bulk([each["code"] for each in lines], field_name="code")


def _put(
    area: Model,
    given: dict[str, object],
    line: Line,
    worked: Worked,
    new: list[Model],
    changed: list[Model],
    *,
    is_new: bool,
) -> None:
    """Set what the table says of an area, and say whether it is new, changed or as it was."""
    found = () if is_new else differences(area, given)
    for name, value in given.items():
        setattr(area, name, value)
    if is_new:
        new.append(area)
        worked.new.append(Told(line["code"], line["name"]))
    elif found:
        changed.append(area)
        worked.changed.append(Told(line["code"], line["name"], found))
    else:
        worked.unchanged += 1


def _write(
    model: type[Model],
    new: list[Model],
    changed: list[Model],
    fields: list[str],
    actor: User | None,
) -> None:
    model.objects.bulk_create(new, batch_size=AT_ONCE)
    model.objects.bulk_update(changed, fields, batch_size=AT_ONCE)
    for action, areas in (("registered", new), ("changed", changed)):
        deed = audit.told()
        audit.record_all(
            model, f"village.area.{action}", (audit.Deed(e.pk, deed) for e in areas), actor=actor
        )


def _degrees(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.000001"))


class _Unwalked:
    """Grids for villages that no manager was given yet, one per branch, made when needed."""

    def __init__(self) -> None:
        self.made: dict[str, Grid] = {}

    def of_town(self, code: str) -> Grid:
        """The grid of the branch that serves a town; of the head office where none does."""
        if code not in self.made:
            serving = Branch.objects.filter(town_code=code).first()
            branch = serving or Branch.objects.filter(parent=None).first()
            if branch is None:
                raise FileRefused(_("Bring in the branches before the areas."))
            self.made[code], _created = Grid.objects.get_or_create(
                code=f"{branch.code}-0",
                defaults={
                    "name": _("%(name)s, nobody's yet") % {"name": branch.name},
                    "branch": branch,
                },
            )
        return self.made[code]
