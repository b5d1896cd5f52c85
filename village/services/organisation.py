"""Bringing in the bank's branches and people and the county's ground, from tables.

In this order: branches, staff, areas. Each may be brought in again: what is known is updated, and
nothing is doubled. A manager's villages that are not registered yet wait on the manager's grid.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.models import Branch, User
from core.roles import Role
from village.errors import FileRefused
from village.models import Grid, Group, Town, Village

BETWEEN_CODES = ";"
COUNTY, TOWN, VILLAGE, GROUP = "县", "镇", "村", "组"
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Brought:
    """How many rows were new and how many were known before."""

    new: int
    known: int


@transaction.atomic
def import_branches(path: Path | str, *, actor: User | None = None) -> Brought:
    """Register the tree of branches: 网点代码, 名称, 上级代码, 镇代码; parents stand above."""
    new = known = 0
    for line, row in _rows(path, "网点代码", "名称", "上级代码", "镇代码"):
        above = Branch.objects.filter(code=row["上级代码"]).first() if row["上级代码"] else None
        if row["上级代码"] and above is None:
            raise _refused(path, line, _("Branch “%(code)s” is not known."), code=row["上级代码"])
        branch, created = Branch.objects.update_or_create(
            code=row["网点代码"],
            defaults={"name": row["名称"], "parent": above, "town_code": row["镇代码"]},
        )
        if created:
            audit.record(branch, "core.branch.registered", actor=actor)
        new, known = new + created, known + (not created)
    return Brought(new, known)


@transaction.atomic
def import_staff(path: Path | str, *, password: str, actor: User | None = None) -> Brought:
    """Register staff: 工号, 姓名, 角色, 网点代码, 管户村代码. New ones get ``password``."""
    sealed = make_password(password)  # once: a slow hash for each would take minutes
    branches = {each.code: each for each in Branch.objects.all()}
    new = known = 0
    for line, row in _rows(path, "工号", "姓名", "角色", "网点代码", "管户村代码"):
        if row["角色"] not in Role.values:
            raise _refused(path, line, _("Role “%(code)s” is not known."), code=row["角色"])
        if row["网点代码"] not in branches:
            raise _refused(path, line, _("Branch “%(code)s” is not known."), code=row["网点代码"])
        person, created = User.objects.update_or_create(
            username=row["工号"],
            defaults={
                "full_name": row["姓名"],
                "role": row["角色"],
                "branch": branches[row["网点代码"]],
                "is_staff": True,
            },
            create_defaults={
                "full_name": row["姓名"],
                "role": row["角色"],
                "branch": branches[row["网点代码"]],
                "is_staff": True,
                "password": sealed,
            },
        )
        if created:
            audit.record(person, "core.staff.registered", actor=actor, role=person.role)
        if person.role == Role.CUSTOMER_MANAGER:
            _give_grid(person, [code for code in row["管户村代码"].split(BETWEEN_CODES) if code])
        new, known = new + created, known + (not created)
    return Brought(new, known)


@transaction.atomic
def import_areas(path: Path | str, *, actor: User | None = None) -> Brought:
    """Register towns, villages and groups: 区划代码, 名称, 级别, 上级代码, 经度, 纬度.

    A village joins the grid of the manager to whom the staff table gave it; one that nobody was
    given joins a grid of its town's branch that has no manager yet.
    """
    before = Town.objects.count() + Village.objects.count() + Group.objects.count()
    rows = list(_rows(path, "区划代码", "名称", "级别", "上级代码", "经度", "纬度"))
    county = {row["区划代码"]: row["名称"] for _line, row in rows if row["级别"] == COUNTY}
    _bring_towns([row for _line, row in rows if row["级别"] == TOWN], county)
    _bring_villages(path, [(line, row) for line, row in rows if row["级别"] == VILLAGE])
    _bring_groups(path, [(line, row) for line, row in rows if row["级别"] == GROUP])
    new = Town.objects.count() + Village.objects.count() + Group.objects.count() - before
    for town in Town.objects.all()[:1]:
        audit.record(town, "village.areas.imported", actor=actor, new=new, rows=len(rows))
    return Brought(new, len(rows) - len(county) - new)


def _give_grid(manager: User, codes: list[str]) -> None:
    """Give the manager a grid with the villages named; those to come are remembered."""
    grid, _created = Grid.objects.update_or_create(
        code=manager.username,
        defaults={
            "name": _("%(name)s's grid") % {"name": manager.full_name},
            "branch": manager.branch,
            "manager": manager,
            "expected_villages": codes,
        },
    )
    Village.objects.filter(code__in=codes).update(grid=grid)


def _bring_towns(rows: list[dict[str, str]], county: dict[str, str]) -> None:
    Town.objects.bulk_create(
        [
            Town(code=row["区划代码"], name=row["名称"], county=county.get(row["上级代码"], ""))
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "county"],
        batch_size=AT_ONCE,
    )


def _bring_villages(path: Path | str, rows: list[tuple[int, dict[str, str]]]) -> None:
    towns = dict(Town.objects.values_list("code", "pk"))
    grids = {
        code: pk
        for pk, codes in Grid.objects.values_list("pk", "expected_villages")
        for code in codes
    }
    unwalked = _Unwalked()
    made = []
    for line, row in rows:
        if row["上级代码"] not in towns:
            raise _refused(path, line, _("Town “%(code)s” is not known."), code=row["上级代码"])
        made.append(
            Village(
                code=row["区划代码"],
                name=row["名称"],
                town_id=towns[row["上级代码"]],
                grid_id=grids.get(row["区划代码"]) or unwalked.of_town(row["上级代码"]).pk,
                longitude=row["经度"] or None,
                latitude=row["纬度"] or None,
            )
        )
    Village.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "town", "longitude", "latitude"],
        batch_size=AT_ONCE,
    )


def _bring_groups(path: Path | str, rows: list[tuple[int, dict[str, str]]]) -> None:
    villages = dict(Village.objects.values_list("code", "pk"))
    for line, row in rows:
        if row["上级代码"] not in villages:
            raise _refused(path, line, _("Village “%(code)s” is not known."), code=row["上级代码"])
    Group.objects.bulk_create(
        [
            Group(code=row["区划代码"], name=row["名称"], village_id=villages[row["上级代码"]])
            for _line, row in rows
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
        batch_size=AT_ONCE,
    )


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


def _rows(path: Path | str, *columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a small table with their numbers; comments above the headings are passed."""
    text = Path(path).read_text(encoding="utf-8-sig")
    lines = text.splitlines(keepends=True)
    above = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.DictReader(io.StringIO("".join(lines[above:])))
    missing = [each for each in columns if each not in (reader.fieldnames or [])]
    if missing:
        raise FileRefused(
            _("%(file)s has no column %(columns)s.")
            % {"file": Path(path).name, "columns": "、".join(missing)}
        )
    for row in reader:
        yield above + reader.line_num, {each: (row[each] or "").strip() for each in columns}


def _refused(path: Path | str, line: int, reason: str, **words: str) -> FileRefused:
    return FileRefused(
        _("%(file)s, line %(line)s: %(reason)s")
        % {"file": Path(path).name, "line": line, "reason": reason % words}
    )
