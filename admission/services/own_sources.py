"""What the bank itself knows of its customers: household files, reviews, lists, deposits, payroll,
electronic channels."""

from collections.abc import Callable, Sequence

import polars as pl

from admission.features.person import (
    BLACK,
    GREY,
    MARITAL,
    ROLES,
    STATES,
    UNLISTED,
    WHITE,
)
from admission.features.registry import HOME
from admission.selectors import deposits_frame
from admission.services import delivered_sources
from admission.sources.own import register_own_source
from village.models import Customer, ListFlag
from village.services import copying

_WORDS = {
    ListFlag.NONE.value: UNLISTED,
    ListFlag.WHITE.value: WHITE,
    ListFlag.GREY.value: GREY,
    ListFlag.BLACK.value: BLACK,
}
_STRICTEST = (BLACK, GREY, WHITE, UNLISTED)


def register() -> None:
    """Say that this room knows household files, lists and deposits."""
    register_own_source("household", household_files)
    register_own_source("lists", lists)
    register_own_source("reviews", reviews)
    register_own_source("deposits", deposits_frame)
    for kind in ("payroll", "products", "grid", "farmer_credit"):
        register_own_source(kind, _as_delivered(kind))
    register_own_source("channels", channels)
    delivered_sources.register()


_FILES = """
WITH asked AS (SELECT * FROM village_customer WHERE id = ANY(%(asked)s::bigint[])),
homes AS (SELECT DISTINCT household_id FROM asked),
people AS (
    SELECT household_id, count(*) AS members,
           array_agg(to_char(born_on, 'YYYYMMDD')::int) FILTER (WHERE occupation <> '学生') AS able
      FROM village_customer
     WHERE household_id IN (SELECT household_id FROM homes) AND state IN ('living', 'away')
     GROUP BY household_id
),
surveys AS (
    SELECT DISTINCT ON (t.household_id) t.household_id, s.*
      FROM visits_survey s JOIN visits_visittask t ON t.id = s.task_id
     WHERE t.household_id IN (SELECT household_id FROM homes)
       AND t.status IN ('accepted', 'closed')
     ORDER BY t.household_id, s.seen_on DESC, s.revision DESC, s.id DESC
)
SELECT c.id, c.born_on, nullif(c.marital, ''), c.state, c.sex, c.role, nullif(c.education, ''),
       nullif(c.occupation, ''),
       coalesce(nullif(c.main_business, ''), nullif(h.main_business, '')),
       nullif(h.income_kind, ''), coalesce(people.members, 0), coalesce(people.able, '{}'),
       CASE WHEN s.id IS NOT NULL THEN s.assets - s.debts
            WHEN h.house_value IS NOT NULL OR h.vehicle_value IS NOT NULL
            THEN coalesce(h.house_value, 0) + coalesce(h.vehicle_value, 0)
                 - coalesce(h.debt + h.private_debt, h.debt, h.private_debt) END,
       s.income_year - s.operating_cost_year, s.living_cost_year,
       h.income_year - h.operating_cost_year, s.seen_on,
       h.private_debt, h.house_value, h.vehicle_value,
       h.land_mu::float8, h.rented_land_mu::float8,
       (SELECT string_agg(area, '、' ORDER BY area)
          FROM (SELECT DISTINCT left(code, 6) FROM village_village) AS served (area)),
       c.household_id, grid.name,
       concat_ws(' · ', branch.name, coalesce(nullif(manager.full_name, ''), manager.username))
  FROM asked c JOIN village_household h ON h.id = c.household_id
  JOIN village_village village ON village.id = h.village_id
  JOIN village_grid grid ON grid.id = village.grid_id
  JOIN core_branch branch ON branch.id = grid.branch_id
  LEFT JOIN core_user manager ON manager.id = grid.manager_id
  LEFT JOIN people ON people.household_id = c.household_id
  LEFT JOIN surveys s ON s.household_id = c.household_id
"""
_FILE = {
    "customer_id": pl.Int64(),
    "born_on": pl.Date(),
    "marital": pl.String(),
    "state": pl.String(),
    "sex": pl.String(),
    "role": pl.String(),
    "education": pl.String(),
    "occupation": pl.String(),
    "main_business": pl.String(),
    "income_kind": pl.String(),
    "members": pl.Int64(),
    "born_able": pl.List(pl.Int64()),
    "net_worth": pl.Int64(),
    "surveyed_net_income": pl.Int64(),
    "surveyed_living_cost": pl.Int64(),
    "declared_net_income": pl.Int64(),
    "visited_on": pl.Date(),
    "private_debt": pl.Int64(),
    "house_value": pl.Int64(),
    "vehicle_value": pl.Int64(),
    "land_mu": pl.Float64(),
    "rented_land_mu": pl.Float64(),
    "service_area": pl.String(),
    HOME: pl.Int64(),
    "grid": pl.String(),
    "served_by": pl.String(),
}
_SEXES = dict(zip(Customer.Sex.values, ("男", "女"), strict=True))
_ROLES = dict(zip(Customer.Role.values, ROLES, strict=True))
_STATES = dict(zip(Customer.State.values, STATES, strict=True))


def household_files(customer_ids: Sequence[int]) -> pl.DataFrame:
    """Who the person is, and what their household declared and the newest visit found.

    What was declared of owning or owing counts as far as it was told. Where nothing was told of
    debts, or of costs, what is left after them is unknown, not higher.
    """
    state = pl.col("state")
    told = copying.in_bulk(_FILES, _FILE, {"asked": copying.ids(customer_ids)})
    return told.with_columns(
        pl.when(pl.col("marital").is_in(MARITAL)).then("marital").alias("marital"),
        (state == Customer.State.LIVING.value).alias("lives_here"),
        pl.col("sex").replace_strict(_SEXES, default=None),
        pl.col("role").replace_strict(_ROLES, default=None),
        state.replace_strict(_STATES, default=None),
    )


_REVIEWS = """
WITH newest AS (
    SELECT DISTINCT ON (o.household_id) o.*
      FROM village_outcome o
     WHERE o.household_id IN (
         SELECT household_id FROM village_customer WHERE id = ANY(%(asked)s::bigint[]))
     ORDER BY o.household_id, o.campaign_id DESC
)
SELECT c.id, o.valid_sheets, o.points::float8,
       (SELECT coalesce(sum((each->>1)::int), 0)
          FROM jsonb_array_elements(o.explanation->'negatives') each),
       (o.explanation->>'dispersion')::float8
  FROM newest o JOIN village_customer c ON c.household_id = o.household_id
 WHERE c.id = ANY(%(asked)s::bigint[])
"""
_REVIEW = {
    "customer_id": pl.Int64(),
    "valid_sheets": pl.Int64(),
    "points": pl.Float64(),
    "negatives": pl.Int64(),
    "dispersion": pl.Float64(),
}


def reviews(customer_ids: Sequence[int]) -> pl.DataFrame:
    """What came of the newest sealed review of the person's household."""
    return copying.in_bulk(_REVIEWS, _REVIEW, {"asked": copying.ids(customer_ids)})


def channels(customer_ids: Sequence[int]) -> pl.DataFrame:
    """Mobile bank and acquiring, as the newest file has them."""
    told = delivered_sources.newest("e_banking", customer_ids)
    return told.rename({"transfers_3m": "transactions_3m"})


def _as_delivered(kind: str) -> Callable[[Sequence[int]], pl.DataFrame]:
    """A source whose columns are those of a class of the bank's own systems."""
    return lambda customer_ids: delivered_sources.newest(kind, customer_ids)


_LISTS = """
SELECT c.id, c.list_flag, h.list_flag
  FROM village_customer c JOIN village_household h ON h.id = c.household_id
 WHERE c.id = ANY(%s::bigint[])
"""
_LISTED = {"customer_id": pl.Int64(), "own": pl.String(), "shared": pl.String()}
_HANDED_DOWN = """
SELECT customer_id, values->>'flag'
  FROM admission_figures WHERE customer_id = ANY(%s::bigint[]) AND kind = 'watch_lists'
"""
_SAID = {"customer_id": pl.Int64(), "word": pl.String()}


def lists(customer_ids: Sequence[int]) -> pl.DataFrame:
    """The strictest of the person's and the household's list and the lists delivered.

    On which of others' files somebody stands counts until a newer file no longer has them.
    """
    asked = copying.ids(customer_ids)
    kept = copying.in_bulk(_LISTS, _LISTED, (asked,))
    handed_down = copying.in_bulk(_HANDED_DOWN, _SAID, (asked,))
    said = pl.concat(
        [
            kept.select("customer_id", pl.col(side).replace_strict(_WORDS).alias("word"))
            for side in ("own", "shared")
        ]
        + [handed_down]
    )
    place = pl.col("word").replace_strict({word: at for at, word in enumerate(_STRICTEST)})
    strictest = place.min().replace_strict(dict(enumerate(_STRICTEST)), return_dtype=pl.String)
    return said.group_by("customer_id", maintain_order=True).agg(strictest.alias("flag"))
