"""The whole county heard at once: rules, features, tags and score of every customer, in one run.

The rules, tags and cards in force are heard as columns on what is on file: nobody outside is
asked, and nothing is decided. Features are read once for all. Villages are worked some together;
only what differs from what is stored is written, so that the same run again writes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import polars as pl
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Subquery

from admission.events import PortfolioAsked
from admission.features import FEATURES
from admission.judgement import OUTCOMES, RuleBook, answer_columns
from admission.judgement.verdict import OUTCOME
from admission.models import RuleSet
from admission.selectors import book_of, rules_in_force
from admission.services import (
    features_sql,
    portfolio_scores,
    portfolio_sql,
    scoring,
    tagging,
    tagging_sql,
)
from admission.services.known_features import features_of, features_of_homes
from admission.services.portfolio_spouses import with_spouses, without_spouses
from core import audit, events, runs
from core.models import Run, Shard, User
from village.models import Customer, Village
from village.services import copying

KIND = "admission.portfolio"
RUNS = (tagging.KIND, KIND)
"""The runs that say what customers are called."""
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


def tagged_on(village: Village) -> date | None:
    """The business day for which the village's people were last called what they are called: by
    the run of the whole portfolio, as every night, or by one of the tags alone."""
    done = Run.objects.filter(
        kind__in=RUNS, shards__key=village.code, shards__status=Shard.Status.DONE
    )
    return done.aggregate(newest=Max("business_day"))["newest"]


_NEWER = Shard.objects.filter(run__kind__in=RUNS, run__gt=OuterRef("run"), key=OuterRef("key"))


def not_overtaken(shard_ids: Sequence[int]) -> list[int]:
    """Those shards whose village no newer run has taken on: by an older day, or by older rules,
    nobody is told anything any more."""
    left = Shard.objects.filter(~Exists(_NEWER), pk__in=shard_ids)
    return list(left.order_by("id").values_list("pk", flat=True))


def end_overtaken(now: datetime) -> None:
    """End the runs that would go on for ever: nobody has tried what is left of them, and newer runs
    have taken on all of it."""
    for run in runs.standing_still(RUNS, now):
        left = run.shards.filter(status=Shard.Status.WAITING)
        by = left.annotate(by=Subquery(_NEWER.order_by("-run").values("run")[:1]))
        newer = list(by.values_list("by", flat=True))
        if newer and None not in newer:
            runs.overtake(run.pk, by=max(newer))


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
    wanted = without_spouses(asked) | FEATURES.keys()
    features = features_of_homes(people["customer_id"], wanted, as_of=day)
    known = features_sql.write(features.select("customer_id", *FEATURES), day=day)
    tagged = tagging.tag(features, tags, run=run)
    living_there = Q(village__code__in=villages)
    rows = with_spouses(people, features, rules, whom=living_there, day=day)
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
    wanted = without_spouses(rules.fields)
    features = features_of(people["customer_id"], wanted, as_of=day)
    of_home = Q(customer__household=customer.household_id)
    rows = with_spouses(people, features, rules, whom=of_home, day=day)
    return rows.filter(pl.col("customer_id") == customer.pk).row(0, named=True)


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
