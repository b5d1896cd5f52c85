"""Delivered black and grey lists, told to the review as soon as they are taken in."""

import polars as pl

from admission.features.person import BLACK
from admission.models import Delivery
from village.models import ListFlag
from village.services import copying
from village.services import watch_lists as review

_LISTED = """
SELECT customer_id, bool_or(values->>'flag' = %s)
  FROM admission_figures WHERE kind = 'watch_lists' GROUP BY customer_id
"""


def tell_the_review(made: Delivery) -> int:
    """Hand over everybody who stands on any delivered list by now, black where one of them says so;
    returns how many people's standing moved."""
    listed = copying.frame(_LISTED, {"customer_id": pl.Int64, "black": pl.Boolean}, [BLACK])
    flags = listed.select(
        "customer_id",
        pl.when("black")
        .then(pl.lit(ListFlag.BLACK.value))
        .otherwise(pl.lit(ListFlag.GREY.value))
        .alias("flag"),
    )
    return review.take_over(flags, actor=made.withdrawn_by or made.settled_by or made.received_by)
