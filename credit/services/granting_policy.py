"""The published limit policy, read into the two things granting needs."""

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import polars as pl
from django.utils.translation import gettext as _

from core import publishing
from credit.errors import NotPublished
from credit.loan_rules.limit_policy import LimitPolicy as Engine
from credit.loan_rules.limits import combine
from credit.models import LimitPolicy
from credit.reference.limits import POLICY_CODE

NOBODY_HERE = "nobody_here"
"""Why a household gets nothing in which nobody who may borrow is left."""


@dataclass(frozen=True)
class Granting:
    """Who may be the main borrower, for how long a line runs, and its caps in fen."""

    product_cap: int
    household_cap: int
    line_months_at_most: int
    line_months_at_least: int
    youngest: int
    risk_band: str

    @classmethod
    def of(cls, engine: Engine) -> "Granting":
        """These figures of a policy."""
        return cls(
            product_cap=engine.fen("product_cap"),
            household_cap=engine.fen("household_cap"),
            line_months_at_most=engine.whole("line_months_at_most"),
            line_months_at_least=engine.whole("line_months_at_least"),
            youngest=engine.whole("youngest"),
            risk_band=engine.text.risk_band,
        )


@dataclass(frozen=True)
class Policy:
    """A version of the policy and what it says."""

    record: LimitPolicy
    engine: Engine
    granting: Granting


def in_force() -> Policy:
    """The policy that decides today. Raises NotPublished."""
    record = publishing.in_force(LimitPolicy, POLICY_CODE)
    if record is None:
        raise NotPublished(_("No limit policy is published yet."))
    return read(record)


def read(record: LimitPolicy) -> Policy:
    """What one version of the policy says. Raises PolicyRefused for what is no policy."""
    engine = _ready(json.dumps(record.settings, sort_keys=True))
    return Policy(record, engine, Granting.of(engine))


def judged(table: pl.DataFrame, engine: Engine) -> pl.DataFrame:
    """Every household's limit with all that led to it, lowered by the factor of admission and to
    what its rules allow at most. Nobody lends to who has died or moved away, by whatever policy."""
    combined = combine(table, engine)
    factor = (pl.col("limit_factor").fill_null(Decimal(1)) * 100).cast(pl.Int64)
    step = engine.rounds_down_to
    lowered = pl.col("limit") * factor // 100 // step * step
    at_most = pl.col("admission_at_most") // step * step
    gone = ~pl.col("is_here")
    return combined.with_columns(
        pl.when(gone).then(0).otherwise(pl.min_horizontal(lowered, at_most)).alias("limit"),
        pl.when(at_most < lowered)
        .then(pl.lit("admission"))
        .otherwise("capped_by")
        .alias("capped_by"),
        pl.when(gone)
        .then(pl.concat_list(pl.lit(NOBODY_HERE), "zero_reasons"))
        .otherwise("zero_reasons")
        .alias("zero_reasons"),
    ).with_columns(
        pl.when(gone | (pl.col("limit") == 0) & pl.col("outcome").is_in(["grant", "pre_grant"]))
        .then(pl.lit("none"))
        .otherwise("outcome")
        .alias("outcome")
    )


@lru_cache(maxsize=32)
def _ready(settings: str) -> Engine:
    """The engine of a policy's settings; a county asks for the same one in every village."""
    return Engine.from_settings(json.loads(settings))
