"""The files of data that core system and offices deliver, through the importer the bank uses."""

from django.db.models import Sum

from admission.models import Delivery
from admission.services import deliveries
from core.roles import Role
from sandbox.county.deliveries import FOLDER, MADE, write_deliveries
from sandbox.demo.setting import Setting, Tell


def take_in(setting: Setting, tell: Tell) -> dict[str, int]:
    """Every class of data but deposits, which came with the roster."""
    clerk = setting.one(Role.ADMINISTRATOR)
    write_deliveries(setting.county)
    for done, name in enumerate(MADE, start=1):
        deliveries.import_file(
            setting.county / FOLDER / f"{name}.csv", actor=clerk, at=setting.clock.at
        )
        tell(done, len(MADE))
    sums = Delivery.objects.aggregate(rows=Sum("rows"), matched=Sum("matched"))
    return {"deliveries": Delivery.objects.count(), **sums}
