"""The files of data that core system and offices deliver, through the importer the bank uses."""

from django.db.models import Sum

from admission.models import Delivery
from admission.services import deliveries
from core.roles import Role
from sandbox.county.deliveries import FOLDER, MADE, write_answers_about, write_deliveries
from sandbox.county.deliveries_answers import ANSWERS
from sandbox.demo.setting import Setting, Tell
from village.models import Customer, Village

ASKED_BY_LIST = 200
"""So many people at most stand on the list that the bank sent to the offices."""


def take_in(setting: Setting, tell: Tell) -> dict[str, int]:
    """Every class of data but deposits, which came with the roster."""
    clerk = setting.one(Role.ADMINISTRATOR)
    write_deliveries(setting.county)
    answers = write_answers_about(setting.county, _listed())
    files = [setting.county / FOLDER / f"{name}.csv" for name in MADE]
    files += [answers / f"{name}.csv" for name in ANSWERS]
    for done, file in enumerate(files, start=1):
        deliveries.import_file(file, actor=clerk, at=setting.clock.at)
        tell(done, len(files))
    sums = Delivery.objects.aggregate(rows=Sum("rows"), matched=Sum("matched"))
    return {"deliveries": Delivery.objects.count(), **sums}


def _listed() -> list[str]:
    """Heads and spouses of the county's last village: of them the offices answer by file, of
    everybody else when they are asked."""
    last = Village.objects.order_by("code").last()
    couples = [Customer.Role.HEAD, Customer.Role.SPOUSE]
    people = Customer.objects.filter(household__village=last, role__in=couples)
    ordered = people.order_by("household__number", "id")[:ASKED_BY_LIST]
    return [each.id_number for each in ordered]
