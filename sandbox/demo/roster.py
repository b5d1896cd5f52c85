"""Stage two: the roster files, through the importer that the bank uses."""

from admission.services import import_deposits
from core.roles import Role
from sandbox.demo.setting import Setting, Tell
from village.models import Customer, Household
from village.services.rosters import import_file
from village.services.shapes import import_positions_file

FILES = ["roster.csv", "households.csv", "relations.csv", "lists.csv"]


def bring_in(setting: Setting, tell: Tell) -> dict[str, int]:
    """Everybody in the county, what they declared, who is kin to whom, the bank's own lists."""
    clerk = setting.one(Role.ADMINISTRATOR)
    refused = 0
    for done, name in enumerate(FILES, start=1):
        brought = import_file(setting.county / name, actor=clerk, as_of=setting.clock.today)
        refused += brought.refused
        tell(done, len(FILES) + 2)
    import_deposits(setting.county / "deposits.csv", actor=clerk, at=setting.clock.at)
    tell(len(FILES) + 1, len(FILES) + 2)
    import_positions_file(setting.county / "positions.csv", actor=clerk)
    tell(len(FILES) + 2, len(FILES) + 2)
    return {
        "households": Household.objects.count(),
        "customers": Customer.objects.count(),
        "refused_rows": refused,
    }
