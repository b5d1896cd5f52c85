"""The bank's people 人员 and the grids they walk, from its own table."""

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from core import audit
from core.models import Branch, User
from core.roles import Role
from village.models import Grid, Village
from village.roster.organisation import Line, Lines, role_of
from village.services import grids
from village.services.organisation_results import Told, Worked, differences

GIVEN = ["full_name", "role", "branch"]
AT_ONCE = 500


def bring(lines: Lines, *, actor: User | None, password: str = "") -> Worked:
    """Register staff and give managers their villages; those to come wait on the grid.

    New ones cannot sign in until a password is set, unless ``password`` names a demo's. Nobody
    gives themselves another role or branch.
    """
    branches = {each.code: each for each in Branch.objects.all()}
    known = User.objects.select_related("branch").in_bulk(
        [line["username"] for line in lines.sound], field_name="username"
    )
    _refuse_what_leads_nowhere(lines, branches, known, actor)
    worked = Worked(lines)
    seal = _sealing(password)
    made: dict[str, User] = {}
    kept: list[User] = []
    told: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for line in lines.sound:
        given = _given(line, branches)
        person = known.get(line["username"])
        if person is None:
            made[line["username"]] = User(
                username=line["username"], is_staff=True, password=seal(), **given
            )
            continue
        told[line["username"]] = differences(person, given)
        if told[line["username"]]:
            for name, value in given.items():
                setattr(person, name, value)
            kept.append(person)
    worked.staff = User.objects.bulk_create(list(made.values()), batch_size=AT_ONCE)
    User.objects.bulk_update(kept, GIVEN, batch_size=AT_ONCE)
    _write_down("core.staff.registered", worked.staff, actor)
    _write_down("core.staff.changed", kept, actor)
    _tell(worked, {**known, **made}, told, actor)
    return worked


def _refuse_what_leads_nowhere(
    lines: Lines, branches: dict[str, Branch], known: dict[str, User], actor: User | None
) -> None:
    first: dict[str, int] = {}
    for line in list(lines.sound):
        taken = next((each for each in line.villages if each in first), None)
        person = known.get(line["username"])
        if line["branch"] not in branches:
            lines.refuse(line, "branch", "unknown_branch", line["branch"])
        elif taken is not None:
            lines.refuse(line, "villages", "given_twice", str(first[taken]))
        elif len(set(line.villages)) < len(line.villages):
            lines.refuse(line, "villages", "given_twice", str(line.number))
        elif person is not None and person == actor and _moves(person, line):
            lines.refuse(line, "role", "own_role")
        else:
            first |= dict.fromkeys(line.villages, line.number)


def _moves(person: User, line: Line) -> bool:
    standing = person.branch.code if person.branch else ""
    return person.role != role_of(line["role"]) or standing != line["branch"]


def _given(line: Line, branches: dict[str, Branch]) -> dict[str, object]:
    return {
        "full_name": line["full_name"],
        "role": role_of(line["role"]),
        "branch": branches[line["branch"]],
    }


def _sealing(password: str) -> Callable[[], str]:
    """How a new password is kept: each its own that opens nothing, or the demo's for everybody."""
    if not password:
        return lambda: make_password(None)
    sealed = make_password(password)  # once: a slow hash for each would take minutes
    return lambda: sealed


def _write_down(action: str, people: list[User], actor: User | None) -> None:
    audit.record_all(
        User,
        action,
        (audit.Deed(each.pk, {"role": each.role, "branch": each.branch.code}) for each in people),
        actor=actor,
    )


def _tell(
    worked: Worked,
    people: dict[str, User],
    told: dict[str, tuple[tuple[str, str, str], ...]],
    actor: User | None,
) -> None:
    """Give every manager their villages, and say of each person what became of them."""
    rows = Grid.objects.select_related("branch", "manager").filter(code__in=people)
    walking = {each.code: each for each in rows}
    standing = dict(Village.objects.values_list("code", "grid__code"))
    for line in worked.lines.sound:
        person = people[line["username"]]
        walked = ()
        if person.role == Role.CUSTOMER_MANAGER:
            grid = walking.get(person.username)
            walked = _give_grid(person, line.villages, grid, standing, actor)
        changed = (*told.get(person.username, ()), *walked)
        if person.username not in told:
            worked.new.append(Told(person.username, person.full_name))
        elif changed:
            worked.changed.append(Told(person.username, person.full_name, changed))
        else:
            worked.unchanged += 1


def _give_grid(
    manager: User,
    codes: list[str],
    grid: Grid | None,
    standing: dict[str, str],
    actor: User | None,
) -> tuple[tuple[str, str, str], ...]:
    """Give the manager a grid with the villages named; those to come are remembered."""
    was_anothers = grid is not None and grid.manager_id != manager.pk
    elsewhere = [each for each in codes if standing.get(each, manager.username) != manager.username]
    given = {"branch": manager.branch, "manager": manager, "expected_villages": codes}
    changed = differences(grid, given) if grid else ()
    if grid is None or changed:
        name = _("%(name)s's grid") % {"name": manager.full_name}
        grid, _created = Grid.objects.update_or_create(
            code=manager.username, defaults=given, create_defaults=given | {"name": name}
        )
    if elsewhere:
        Village.objects.filter(code__in=elsewhere).update(grid=grid)
        moved = ((_("villages taken over"), "", "、".join(elsewhere)),)
        changed = (*changed, *moved)
    if was_anothers or elsewhere:
        grids.handed_over(grid, actor=actor)
    return changed
