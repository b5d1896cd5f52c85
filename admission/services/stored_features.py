"""Features of many customers as the county's last run kept them, read as rules read them.

Nothing is worked out anew and nobody is asked. What no run has kept of somebody is unknown; so is
what only an application tells, but for what holds of everybody who is looked at for a line.
"""

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from admission.features import CATALOGUE, FEATURES, Asked
from admission.features.table import DTYPES
from admission.services.stored_inputs import columns_of
from village.services import copying

_KEPT = """
SELECT customer_id, values::text AS kept FROM admission_knownfeatures
 WHERE customer_id = ANY(%s::bigint[])
"""
_SCHEMA = {"customer_id": pl.Int64(), "kept": pl.String()}
KEPT = "kept"
"""Of every row, whether a run has kept anything of the customer."""


def stored_features(
    customer_ids: Sequence[int], names: Collection[str], *, as_of: date
) -> pl.DataFrame:
    """One row a customer, in their order, with the fields asked for and :data:`KEPT`."""
    ids = pl.Series("customer_id", list(customer_ids), pl.Int64())
    kept = copying.in_bulk(_KEPT, _SCHEMA, (copying.ids(ids),))
    rows = ids.to_frame().join(kept, on="customer_id", how="left", maintain_order="left")
    told = {"as_of": as_of, **Asked().row()}
    others = [
        pl.lit(told.get(name), DTYPES[CATALOGUE.fields[name].kind]).alias(name)
        for name in sorted(set(names) - FEATURES.keys())
    ]
    stored = columns_of(rows["kept"], set(names) & FEATURES.keys())
    return pl.concat(
        [
            rows.select("customer_id", pl.col("kept").is_not_null().alias(KEPT)),
            stored.drop("nothing", strict=False),
        ],
        how="horizontal",
    ).with_columns(others)
