"""Stage four: managers go from door to door."""

from collections.abc import Sequence
from uuid import UUID

from core.models import User
from core.roles import Role
from sandbox.demo.setting import VISITS_AFTER, Setting, Tell
from village.models import Household
from visits import services
from visits.findings import Findings
from visits.models import VisitTask

AT_HOME = 0.92
"""Share of households that a manager meets before lines are granted."""
NEED = 75
"""Thousands of yuan that a household of ordinary income asks for in the middle: more business,
more need, though not in proportion."""
ORDINARY_INCOME = 80_000
DECLARED = (
    "house_value",
    "vehicle_value",
    "expense_year",
    "operating_cost_year",
    "debt",
    "private_debt",
)


def go_from_door_to_door(setting: Setting, tell: Tell) -> dict[str, int]:
    """Findings for nearly every household, each accepted by the president of the branch."""
    setting.clock.go_on(days=VISITS_AFTER.days)
    rng = setting.chance("visits")
    presidents = {user.branch_id: user for user in setting.staff(Role.BRANCH_PRESIDENT)}
    tasks = list(
        VisitTask.objects.filter(status=VisitTask.Status.ASSIGNED)
        .select_related("household__village__grid", "manager")
        .order_by("household__number")
    )
    met = 0
    for done, task in enumerate(tasks, start=1):
        chance = rng.random(6)
        if chance[0] < AT_HOME:
            _visit(setting, task, chance, presidents)
            met += 1
        tell(done, len(tasks))
    return {"visits": len(tasks), "met": met}


def _visit(
    setting: Setting, task: VisitTask, chance: Sequence[float], presidents: dict[int, User]
) -> None:
    setting.clock.go_on(seconds=40)
    services.start(task.pk, actor=task.manager)
    services.submit_survey(
        task.pk,
        client_uuid=UUID(bytes=f"{setting.seed:04d}{task.household_id:012d}".encode()),
        findings=findings_of(setting, task.household, chance),
        actor=task.manager,
        at=setting.clock.at,
    )
    services.accept(task.pk, actor=presidents[task.household.village.grid.branch_id])


def findings_of(setting: Setting, household: Household, chance: Sequence[float]) -> Findings:
    """What a careful manager finds: income nearer to the truth than what was declared."""
    declared = {name: getattr(household, name) or 0 for name in DECLARED}
    debts = declared["debt"] + declared["private_debt"]
    income = setting.true_incomes[household.number]
    return Findings(
        met="户主本人",
        seen_on=setting.clock.today,
        income_year=round(income * (0.9 + 0.2 * chance[1])) * 100,
        operating_cost_year=declared["operating_cost_year"],
        living_cost_year=declared["expense_year"],
        debt_service_year=debts // 4,
        assets=declared["house_value"] + declared["vehicle_value"],
        debts=debts,
        need=round(NEED * (income / ORDINARY_INCOME) ** 0.5 * (0.6 + 0.8 * chance[2])) * 100_000,
        term_months=(24, 36, 36)[int(chance[3] * 3)],
    )
