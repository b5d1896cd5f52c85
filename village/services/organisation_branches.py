"""The tree of the bank's branches 网点, from its own table."""

from core import audit
from core.models import Branch, User
from village.roster.organisation import Line, Lines
from village.services.organisation_results import Told, Worked, differences

LONGEST_PATH = Branch._meta.get_field("path").max_length


def bring(lines: Lines, *, actor: User | None) -> Worked:
    """Register branches, whichever line stands first. A branch keeps its place in the tree: the
    scope of its staff and grids hangs on it."""
    known = {each.code: each for each in Branch.objects.select_related("parent")}
    worked = Worked(lines)
    waiting = list(lines.sound)
    while ready := [each for each in waiting if not each["above"] or each["above"] in known]:
        for line in ready:
            waiting.remove(line)
            _settle(line, known, worked, actor)
    for line in waiting:
        lines.refuse(line, "above", "unknown_branch", line["above"])
    return worked


def _settle(line: Line, known: dict[str, Branch], worked: Worked, actor: User | None) -> None:
    above = known.get(line["above"])
    branch = known.get(line["code"])
    if branch is None:
        if len(f"{above.path if above else ''}{line['code']}/") > LONGEST_PATH:
            worked.lines.refuse(line, "above", "too_deep")
            return
        known[line["code"]] = _registered(line, above, actor)
        worked.new.append(Told(line["code"], line["name"]))
        return
    if branch.parent != above:
        standing = branch.parent.code if branch.parent else ""
        worked.lines.refuse(line, "above", "keeps_its_place", standing)
        return
    given = {"name": line["name"], "town_code": line["town_code"] or branch.town_code}
    changed = differences(branch, given)
    if not changed:
        worked.unchanged += 1
        return
    branch.name, branch.town_code = given["name"], given["town_code"]
    branch.save()
    audit.record(branch, "core.branch.changed", actor=actor, **given)
    worked.changed.append(Told(line["code"], line["name"], changed))


def _registered(line: Line, above: Branch | None, actor: User | None) -> Branch:
    branch = Branch.objects.create(
        code=line["code"], name=line["name"], parent=above, town_code=line["town_code"]
    )
    audit.record(branch, "core.branch.registered", actor=actor)
    return branch
