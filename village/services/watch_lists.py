"""What the lists of others 黑灰名单 mean here: whom they bar from judging, what they make void."""

import polars as pl
from django.db import transaction
from django.utils import timezone

from core import audit
from core.audit import Deed
from core.models import User
from village.models import Customer
from village.services import copying, stages
from village.services.roster_facts import flag_households, homes_of


@transaction.atomic
def take_over(listed: pl.DataFrame, *, actor: User | None) -> int:
    """Let ``listed`` (customer_id, flag: grey or black) be everybody on others' lists from now on.

    Households of the black are black and their open outcomes void; who is no longer listed stands
    as the bank's own list and the last review say. Returns how many people's standing moved.
    """
    copying.stage("watched", {"customer_id": "bigint", "flag": "text"}, listed)
    moved = copying.frame(
        "UPDATE village_customer c SET watch_flag = COALESCE(w.flag, '') "
        "FROM (SELECT customer_id, flag FROM watched UNION ALL "
        "SELECT id, NULL FROM village_customer WHERE watch_flag <> '' "
        "AND id NOT IN (SELECT customer_id FROM watched)) w "
        "WHERE c.id = w.customer_id AND c.watch_flag <> COALESCE(w.flag, '') "
        "RETURNING c.id, c.watch_flag",
        {"customer_id": pl.Int64, "flag": pl.String},
    )
    audit.record_all(
        Customer,
        "village.customer.listed_by_others",
        (Deed(pk, {"list": flag}) for pk, flag in moved.iter_rows()),
        actor=actor,
    )
    copying.stage("moved", {"customer_id": "bigint"}, moved)
    flag_households(homes_of("SELECT customer_id FROM moved"), at=timezone.now())
    stages.void_black(actor=actor)
    return moved.height
