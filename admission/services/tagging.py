"""Tagging the county: one run, a village a shard, columns in and only what changed out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import NoTagsInForce
from admission.events import TaggingAsked
from admission.models import TagSet
from admission.services import tagging_sql
from admission.services.known_features import features_of, features_of_homes
from admission.services.tag_sets import TAGS
from admission.tags import TagBook, counties, judge
from core import audit, events, publishing, runs
from core.models import Run, Shard, User
from village.models import Village
from village.services import copying

KIND = "admission.tagging"
NOBODY = {"customers": 0, "written": 0, "changed": 0}
VILLAGES_AT_ONCE = 24
"""Villages read, judged and written together: what a crash costs, and what is held in memory."""


def tags_in_force() -> TagSet:
    """The set that names customers today. Raises NoTagsInForce."""
    found = publishing.in_force(TagSet, TAGS)
    if found is None:
        raise NoTagsInForce(
            _("No tags have been published yet: draft a tag set and have it put into force.")
        )
    return found


@transaction.atomic
def ask_for_tagging(actor: User) -> None:
    """Have workers tag the county now. Raises NoTagsInForce."""
    audit.record(tags_in_force(), "admission.tagging.asked", actor=actor)
    events.publish(TaggingAsked(actor.pk))


def open_tagging(
    *, business_day: date, actor: User | None, villages: Iterable[str] | None = None
) -> Run:
    """A run with one shard per village; one that was cut off is gone on with, its county figures
    as they were."""
    tag_set = tags_in_force()
    wanted = Village.objects.order_by("code")
    if villages is not None:
        wanted = wanted.filter(code__in=list(villages))
    keys = list(wanted.values_list("code", flat=True))
    return runs.open_run(
        KIND,
        business_day=business_day,
        keys=keys,
        actor=actor,
        tag_set=tag_set.pk,
        county=county_of(KIND, business_day, tag_set=tag_set.pk),
    )


def county_of(kind: str, day: date, **settings: Any) -> dict[str, float | int | None]:
    """The county's own figures for a run; those of one that was cut off stand."""
    same_work = {f"settings__{name}": value for name, value in settings.items()}
    cut_off = Run.objects.filter(
        kind=kind, business_day=day, status=Run.Status.RUNNING, **same_work
    ).first()
    if cut_off is not None:
        return cut_off.settings["county"]
    return county_figures(tags_in_force(), day)


def county_figures(tag_set: TagSet, day: date) -> dict[str, float | int | None]:
    """What the county's own figures are on a day, always of the whole county; amounts in fen."""
    book, frames = book_of(tag_set.pk), []
    codes = list(Village.objects.order_by("code").values_list("code", flat=True))
    for at in range(0, len(codes), VILLAGES_AT_ONCE):
        people = _living(codes[at : at + VILLAGES_AT_ONCE])["customer_id"]
        if people.len():
            frames.append(features_of(people, book.behind_counties(), as_of=day))
    return counties(book, pl.concat(frames)) if frames else {}


def work_through(shard_ids: Sequence[int], *, workers: int = 1) -> Iterator[int]:
    """Tag these villages of a run, some in one transaction; yields how many had their turn."""
    return runs.work_through(shard_ids, _tag, at_once=VILLAGES_AT_ONCE, workers=workers)


def groups(shard_ids: Sequence[int]) -> list[list[int]]:
    """Shards as workers take them up: villages that lie together, worked together."""
    return [
        list(shard_ids[at : at + VILLAGES_AT_ONCE])
        for at in range(0, len(shard_ids), VILLAGES_AT_ONCE)
    ]


def work_shard(shard_id: int) -> None:
    """Tag one village of a run. Raises core.runs.AlreadyWorked when another has it."""
    with runs.claimed(shard_id) as shard:
        _tag([shard])


def _tag(shards: Sequence[Shard]) -> None:
    """Tag the villages of these shards together."""
    run = shards[0].run
    book = book_of(run.settings["tag_set"])
    people = _living([each.key for each in shards])
    figures = defaultdict(lambda: dict(NOBODY))
    if people.height:
        features = features_of_homes(people["customer_id"], book.features, as_of=run.business_day)
        figures |= _counted(people, tag(features, book, run=run))
    gone = tagging_sql.forget_the_dead([each.key for each in shards])
    for shard in shards:
        shard.figures = figures[shard.key] | {"gone": gone.get(shard.key, 0)}


def tag(features: pl.DataFrame, book: TagBook, *, run: Run) -> pl.DataFrame:
    """Judge and store; ``customer_id`` and ``changed`` tags of every profile that was written."""
    judged = judge(book, features, run.settings["county"])
    return tagging_sql.write(judged, book, day=run.business_day, run_id=run.pk)


def _counted(people: pl.DataFrame, moved: pl.DataFrame) -> dict[str, dict[str, int]]:
    """By village: how many customers, how many profiles written, how many tags changed."""
    sums = (
        people.join(moved, on="customer_id", how="left")
        .group_by("village")
        .agg(
            pl.len().alias("customers"),
            pl.col("changed").is_not_null().sum().alias("written"),
            pl.col("changed").sum(),
        )
    )
    return {row.pop("village"): row for row in sums.to_dicts()}


_LIVING = """
SELECT c.id, v.code
  FROM village_village v JOIN village_customer c ON c.village_id = v.id
 WHERE v.code = ANY(%s) AND c.state <> 'died' ORDER BY c.id
"""
_PLACED = {"customer_id": pl.Int64(), "village": pl.String()}


def _living(villages: list[str]) -> pl.DataFrame:
    """Whom to tag, with the village: everybody registered there who has not died."""
    return copying.in_bulk(_LIVING, _PLACED, (villages,))


@lru_cache(maxsize=8)
def _read(tag_set_id: int, written: str) -> TagBook:
    return TagSet.objects.get(pk=tag_set_id).book()


def book_of(tag_set_id: int) -> TagBook:
    """The definitions of a version, read once for as long as they stay as they are."""
    said = TagSet.objects.get(pk=tag_set_id).definitions.order_by("place", "id")
    texts = said.values_list("code", "kind", "name", "expression", "params", "choices", "link",
                             "quantile", "among")  # fmt: skip
    return _read(tag_set_id, repr(list(texts)))
