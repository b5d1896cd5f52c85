"""Writing what is known of a county in features: only what differs, with one statement."""

from datetime import date

import polars as pl

from village.services import copying

_SEALED = {"customer_id": "bigint", "seal": "bigint"}
_DIFFERING = """
SELECT t.customer_id FROM sealed t LEFT JOIN admission_knownfeatures k USING (customer_id)
 WHERE k.seal IS DISTINCT FROM t.seal
"""
_KNOWN = _SEALED | {"values": "jsonb"}
_WRITE = """
INSERT INTO admission_knownfeatures AS k (customer_id, values, seal, since)
SELECT customer_id, jsonb_strip_nulls(values), seal, %s FROM known ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE
   SET values = excluded.values, seal = excluded.seal, since = excluded.since
"""


def write(features: pl.DataFrame, *, day: date) -> pl.DataFrame:
    """Store the features of whoever's have changed; returns their ``customer_id``.

    ``features`` has a row a customer: ``customer_id`` and a column each, None for what is unknown.
    """
    told = pl.struct(pl.exclude("customer_id")).struct.json_encode()
    known = features.select("customer_id", told.alias("values")).with_columns(
        pl.col("values").hash().reinterpret(signed=True).alias("seal")
    )
    copying.stage("sealed", _SEALED, known)
    differing = copying.in_bulk(_DIFFERING, {"customer_id": pl.Int64()})
    if differing.height:
        copying.stage("known", _KNOWN, known.join(differing, on="customer_id"), analyse=False)
        copying.run(_WRITE, (day,))
    return differing
