"""What spouses' files say of whoever is married, for many at once: as for one applicant, without
the spouse's leave it is not known."""

from collections.abc import Callable
from datetime import date

import polars as pl
from django.db.models import Q

from admission.features import OF_AN_APPLICATION, SPOUSE_FIELDS
from admission.judgement import RuleBook
from admission.judgement.verdict import any_high
from admission.models import Authorisation
from admission.services.inputs import MARRIED
from admission.services.known_features import features_of
from village.models import Customer
from village.services import copying

PURPOSE = Authorisation.Purpose.GRANTING
"""The rules are heard as if everybody were looked at for a line; nothing is asked for."""
_PARTNER = {
    Customer.Role.HEAD.value: Customer.Role.SPOUSE.value,
    Customer.Role.SPOUSE.value: Customer.Role.HEAD.value,
}
_WRITTEN = """
SELECT r.one_id, r.other_id FROM village_relation r
  JOIN village_customer one ON one.id = r.one_id AND one.state <> 'died'
  JOIN village_customer other ON other.id = r.other_id AND other.state <> 'died'
 WHERE r.kind = 'spouse' AND r.ended_on IS NULL
   AND (r.one_id = ANY(%s) OR r.other_id = ANY(%s))
"""
_PAIR = {"customer_id": pl.Int64(), "spouse_id": pl.Int64()}


def without_spouses(fields: frozenset[str]) -> frozenset[str]:
    """What is read of the sources; what a spouse's file says of somebody is filled in later."""
    return fields - {each.name for each in SPOUSE_FIELDS}


Reading = Callable[..., pl.DataFrame]
"""Ids, names of fields and ``as_of``; out, a row for each with those fields."""


def with_spouses(
    people: pl.DataFrame,
    features: pl.DataFrame,
    rules: RuleBook,
    *,
    whom: Q,
    day: date,
    read: Reading = features_of,
) -> pl.DataFrame:
    """``features`` with, of whoever is married, whether the spouse has allowed questions and a
    high rule holds for them. ``whom`` finds the authorisations of ``people``; ``read`` gives the
    features of spouses who are not among them."""
    pairs = _pairs(people)
    strangers = pairs.join(people, left_on="spouse_id", right_on="customer_id", how="anti")
    away = strangers["spouse_id"].unique().sort()
    allowed = _allowed(whom | Q(customer__in=away.to_list()), day)
    high = pl.concat(
        [
            _high(people["customer_id"], features, rules),
            _high(away, _features(away, rules, day, read), rules),
        ]
    )
    spouses = (
        pairs.filter(pl.col("spouse_id").is_in(allowed.implode()))
        .join(high, on="spouse_id", how="left")
        .sort("customer_id", "spouse_id")
        .unique("customer_id", keep="last", maintain_order=True)
        .select("customer_id", "high", has_leave=True)
    )
    about = people.join(spouses, on="customer_id", how="left", maintain_order="left").select(
        pl.col("has_leave").fill_null(value=False).alias("spouse_authorised"),
        pl.when(pl.col("has_leave"))
        .then(pl.col("high"))
        .when(~pl.col("marital").is_in([MARRIED, ""]))
        .then(pl.lit(value=False))
        .alias("spouse_high_hit"),
    )
    return features.with_columns(about.get_columns())


def _pairs(people: pl.DataFrame) -> pl.DataFrame:
    """Who is married to whom: as it was written down, otherwise as head and spouse of a home."""
    ids = people["customer_id"].to_list()
    one_way = copying.in_bulk(_WRITTEN, _PAIR, (ids, ids))
    back = one_way.select(customer_id="spouse_id", spouse_id="customer_id")
    written = pl.concat([one_way, back]).join(people, on="customer_id", how="semi")
    couples = people.filter(pl.col("role").is_in(list(_PARTNER)))
    by_role = couples.select("household_id", "customer_id", role=pl.col("role").replace(_PARTNER))
    partners = couples.select("household_id", "role", spouse_id="customer_id")
    by_role = by_role.join(partners, on=["household_id", "role"]).select(list(_PAIR))
    return pl.concat([written, by_role.join(written, on="customer_id", how="anti")])


def _features(ids: pl.Series, rules: RuleBook, day: date, read: Reading) -> pl.DataFrame:
    """What is known of spouses who live elsewhere; nobody is read where there are none."""
    if not len(ids):
        return ids.to_frame()
    return read(ids, without_spouses(rules.fields), as_of=day)


def _high(ids: pl.Series, features: pl.DataFrame, rules: RuleBook) -> pl.DataFrame:
    """By person: whether some high rule holds for them as a spouse, who applies for nothing, as far
    as it is known without their own spouse."""
    if not len(ids):
        return pl.DataFrame(schema={"spouse_id": pl.Int64(), "high": pl.Boolean()})
    unknown = features.with_columns(
        pl.lit(None, pl.Boolean).alias(each.name) for each in SPOUSE_FIELDS
    )
    heard = any_high(rules, unknown, without=OF_AN_APPLICATION)
    high = pl.Series("high", heard, pl.Boolean)
    return pl.DataFrame([ids.alias("spouse_id").cast(pl.Int64), high])


def _allowed(whom: Q, day: date) -> pl.Series:
    """Who has allowed questions for a line that may still be asked."""
    live = Authorisation.objects.live(purpose=PURPOSE, on=day).filter(whom)
    told = copying.columns(live.order_by().values_list("customer_id"), {"id": pl.Int64()})
    return told["id"].unique()
