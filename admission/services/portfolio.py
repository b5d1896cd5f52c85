"""The whole county heard at once: rules, features, tags and score of every customer, in one run.

The rules, tags and cards in force are heard as columns on what is on file: nobody outside is
asked, and nothing is decided. Features are read once for all. Villages are worked some together;
only what differs from what is stored is written, so that the same run again writes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import polars as pl
from django.db import transaction
from django.db.models import Q

from admission.events import PortfolioAsked
from admission.features import FEATURES, SPOUSE_FIELDS
from admission.judgement import OUTCOMES, RuleBook, answer_columns
from admission.judgement.verdict import OUTCOME, any_high
from admission.models import Authorisation, RuleSet
from admission.selectors import book_of, rules_in_force
from admission.services import (
    features_sql,
    portfolio_scores,
    portfolio_sql,
    scoring,
    tagging,
    tagging_sql,
)
from admission.services.inputs import MARRIED
from admission.services.known_features import features_of
from core import audit, events, runs
from core.models import Run, Shard, User
from village.models import Customer, Village
from village.services import copying

KIND = "admission.portfolio"
RUNS = (tagging.KIND, KIND)
"""The runs that say what customers are called."""
PURPOSE = Authorisation.Purpose.GRANTING
"""The rules are heard as if everybody were looked at for a line; nothing is asked for."""
HIT = "hit "
"""Before a rule's code, in the figures of a shard: of how many customers it holds."""
MOVE = " > "
"""Between two outcomes, in the figures of a shard: how many went from one to the other."""


@transaction.atomic
def ask_for_portfolio(actor: User) -> None:
    """Have workers hear the county now. Raises NoRulesInForce, RulesChanged, NoTagsInForce."""
    rule_set, _book = rules_in_force()
    tagging.tags_in_force()
    audit.record(rule_set, "admission.portfolio.asked", actor=actor)
    events.publish(PortfolioAsked(actor.pk))


def open_portfolio(
    *, business_day: date, actor: User | None, villages: Iterable[str] | None = None
) -> Run:
    """A run with one shard per village; one that was cut off is gone on with.

    Raises NoRulesInForce, RulesChanged, NoTagsInForce, ScorecardChanged.
    """
    rule_set, book = rules_in_force()
    tag_set = tagging.tags_in_force()
    wanted = Village.objects.order_by("code")
    if villages is not None:
        wanted = wanted.filter(code__in=list(villages))
    settings = {
        "tag_set": tag_set.pk,
        "rule_set": rule_set.pk,
        "rules": book.fingerprint,
        "scored_by": portfolio_scores.identity(scoring.in_force()),
    }
    return runs.open_run(
        KIND,
        business_day=business_day,
        keys=list(wanted.values_list("code", flat=True)),
        actor=actor,
        **settings,
        whole=villages is None,
        county=tagging.county_of(KIND, business_day, **settings),
    )


def work_through(shard_ids: Sequence[int], *, workers: int = 1) -> Iterator[int]:
    """Hear these villages of a run, some in one transaction; yields how many had their turn."""
    return runs.work_through(shard_ids, _hear, at_once=tagging.VILLAGES_AT_ONCE, workers=workers)


def work_shard(shard_id: int) -> None:
    """Hear one village of a run. Raises core.runs.AlreadyWorked when another has it."""
    with runs.claimed(shard_id) as shard:
        _hear([shard])


def _hear(shards: Sequence[Shard]) -> None:
    """Hear the villages of these shards together. Raises RulesChanged, ScorecardChanged."""
    run, villages = shards[0].run, [each.key for each in shards]
    people = copying.in_bulk(_OF_VILLAGES, _PERSON, (villages,))
    figures = _hear_people(people, villages, run) if people.height else {}
    gone = tagging_sql.forget_the_dead(villages)
    portfolio_sql.forget_the_dead(villages)
    for shard in shards:
        shard.figures = figures.get(shard.key, {"customers": 0}) | {"gone": gone.get(shard.key, 0)}


def _hear_people(people: pl.DataFrame, villages: list[str], run: Run) -> dict[str, dict[str, int]]:
    """Features once, which are kept; tags and rules on them; what each village reports."""
    day = run.business_day
    rules = book_of(RuleSet.objects.get(pk=run.settings["rule_set"]))
    tags = tagging.book_of(run.settings["tag_set"])
    used = portfolio_scores.same_as(run.settings["scored_by"])
    asked = rules.fields | tags.features | (used.needs if used else frozenset())
    wanted = _without_spouses(asked) | FEATURES.keys()
    features = features_of(people["customer_id"], wanted, as_of=day)
    known = features_sql.write(features.select("customer_id", *FEATURES), day=day)
    tagged = tagging.tag(features, tags, run=run)
    living_there = Q(village__code__in=villages)
    rows = _with_spouses(people, features, rules, _allowed(living_there, day))
    heard = pl.concat(
        [
            people.select("customer_id"),
            answer_columns(rules, rows),
            portfolio_scores.scored(used, rows),
        ],
        how="horizontal",
    )
    moved = portfolio_sql.write(heard, rules, day=day, run_id=run.pk)
    return _counted(people, known, tagged, heard, moved, rules)


def _without_spouses(fields: frozenset[str]) -> frozenset[str]:
    """What is read of the sources; what a spouse's file says of somebody is filled in later."""
    return fields - {each.name for each in SPOUSE_FIELDS}


_PEOPLE = """
SELECT c.id, v.code, c.household_id, c.role, c.marital
  FROM village_village v JOIN village_customer c ON c.village_id = v.id
 WHERE {whom} = ANY(%s) AND c.state <> 'died' ORDER BY c.id
"""
_OF_VILLAGES, _OF_HOUSEHOLD = (_PEOPLE.format(whom=each) for each in ("v.code", "c.household_id"))
_PERSON = {
    "customer_id": pl.Int64(),
    "village": pl.String(),
    "household_id": pl.Int64(),
    "role": pl.String(),
    "marital": pl.String(),
}


def row_of(customer: Customer, rules: RuleBook, *, day: date) -> dict[str, object]:
    """What the rules read of one customer from what is on file, as the county's run reads it."""
    people = copying.in_bulk(_OF_HOUSEHOLD, _PERSON, ([customer.household_id],))
    wanted = _without_spouses(rules.fields)
    features = features_of(people["customer_id"], wanted, as_of=day)
    allowed = _allowed(Q(customer__household=customer.household_id), day)
    rows = _with_spouses(people, features, rules, allowed)
    return rows.filter(pl.col("customer_id") == customer.pk).row(0, named=True)


def _with_spouses(
    people: pl.DataFrame, features: pl.DataFrame, rules: RuleBook, allowed: pl.Series
) -> pl.DataFrame:
    """What is known, and of whoever is married whether the spouse has allowed questions and a high
    rule holds for them: as for one applicant, without leave it is not known."""
    unknown = features.with_columns(
        pl.lit(None, pl.Boolean).alias("spouse_authorised"),
        pl.lit(None, pl.Boolean).alias("spouse_high_hit"),
    )
    partner = {
        Customer.Role.HEAD.value: Customer.Role.SPOUSE.value,
        Customer.Role.SPOUSE.value: Customer.Role.HEAD.value,
    }
    spouses = (
        people.with_columns(pl.Series("high", any_high(rules, unknown), pl.Boolean))
        .filter(pl.col("role").is_in(list(partner)), pl.col("customer_id").is_in(allowed.implode()))
        .sort("customer_id")
        .unique(["household_id", "role"], keep="last", maintain_order=True)
        .select("household_id", pl.col("role").replace_strict(partner), "high", has_leave=True)
    )
    alone = ~pl.col("marital").is_in([MARRIED, ""])
    about = people.join(
        spouses, on=["household_id", "role"], how="left", maintain_order="left"
    ).select(
        pl.col("has_leave").fill_null(value=False).alias("spouse_authorised"),
        pl.when(pl.col("has_leave"))
        .then(pl.col("high"))
        .when(alone)
        .then(pl.lit(value=False))
        .alias("spouse_high_hit"),
    )
    return features.with_columns(about.get_columns())


def _allowed(whom: Q, day: date) -> pl.Series:
    """Who has allowed questions for a line that may still be asked."""
    live = Authorisation.objects.live(purpose=PURPOSE, on=day).filter(whom)
    told = copying.columns(live.order_by().values_list("customer_id"), {"id": pl.Int64()})
    return told["id"].unique()


def _counted(
    people: pl.DataFrame,
    known: pl.DataFrame,
    tagged: pl.DataFrame,
    heard: pl.DataFrame,
    moved: pl.DataFrame,
    rules: RuleBook,
) -> dict[str, dict[str, int]]:
    """What each village reports: customers, rows written, by outcome, rule and move."""
    codes = [each.text.code for each in rules.rules]
    changed = moved.filter(pl.col("before").is_not_null() & (pl.col("before") != pl.col("after")))
    steps = changed.select("customer_id", (pl.col("before") + MOVE + pl.col("after")).alias("step"))
    table = (
        people.select("customer_id", "village")
        .with_columns(heard.select(OUTCOME, *codes).get_columns())
        .join(known.with_columns(known=True), on="customer_id", how="left")
        .join(tagged.rename({"changed": "tags"}), on="customer_id", how="left")
        .join(moved.select("customer_id", stood=True), on="customer_id", how="left")
        .join(steps, on="customer_id", how="left")
    )
    possible = steps["step"].unique().to_list()
    sums = table.group_by("village").agg(
        pl.len().alias("customers"),
        pl.col("known").sum().alias("features_written"),
        pl.col("tags").is_not_null().sum().alias("profiles_written"),
        pl.col("tags").sum().alias("tags_changed"),
        pl.col("stood").sum().alias("standings_written"),
        *((pl.col(OUTCOME) == each).sum().alias(each) for each in OUTCOMES),
        *((pl.col("step") == each).sum().alias(each) for each in possible),
        *(pl.col(code).sum().alias(HIT + code) for code in codes),
    )
    return {
        row.pop("village"): {name: count for name, count in row.items() if count}
        for row in sums.to_dicts()
    }
