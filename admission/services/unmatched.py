"""Rows of a delivery about people whom the register does not know, as it stands today."""

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from admission.deliveries.classes import ID
from admission.models import Delivery
from admission.services import deliveries
from admission.services.delivered_figures import indexes
from admission.services.deliveries import Checked
from admission.services.delivery_reasons import sentence
from core import audit
from core.models import User
from village.roster import refusals
from village.roster.refusals import Check
from village.services import copying


def lines(checked: Checked) -> list[int]:
    """The lines of good rows about nobody registered."""
    known = _registered(checked)
    return checked.good.join(known, on=ID, how="anti", maintain_order="left")["line"].to_list()


def file(delivery: Delivery, *, reader: User) -> bytes:
    """Those rows as they came, to be completed in the register; that they were read is logged."""
    checked = deliveries.again(delivery)
    strangers = checked.good.join(_registered(checked), on=ID, how="anti", maintain_order="left")
    unknown = refusals.found(strangers, [Check(ID, "unknown_person", pl.lit(value=True))])
    audit.read(delivery, reader=reader, what="rows of nobody registered")
    return refusals.correction_file(
        checked.read,
        unknown,
        comment=_("Nobody with these ID numbers is registered. Bring the roster in first."),
        reason=sentence,
    )


@transaction.atomic
def _registered(checked: Checked) -> pl.DataFrame:
    """The ID numbers of the file that belong to somebody registered."""
    named = indexes(checked.good[ID])
    copying.stage("named", {"id_number": "text", "id_index": "text"}, named)
    return copying.frame(
        "SELECT n.id_number FROM named n JOIN village_customer c USING (id_index)",
        {ID: pl.String},
    )
