"""Tagging the county: one run, a village a shard, columns in and only what changed out."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from admission.errors import NoTagsInForce
from admission.events import TaggingAsked
from admission.models import TagSet
from admission.services import tagging_sql
from admission.services.known_features import features_of
from admission.services.tag_sets import TAGS
from admission.tags import TagBook, counties, judge
from core import audit, events, publishing, runs
from core.models import Run, Shard, User
from village.models import Customer, Village

KIND = "admission.tagging"
VILLAGES_AT_ONCE = 40
"""Villages of which features are read together for the county's own figures."""


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
    same_work = {"kind": KIND, "business_day": business_day, "settings__tag_set": tag_set.pk}
    cut_off = Run.objects.filter(**same_work, status=Run.Status.RUNNING).first()
    county = cut_off.settings["county"] if cut_off else county_figures(tag_set, business_day)
    return runs.open_run(
        KIND,
        business_day=business_day,
        keys=keys,
        actor=actor,
        tag_set=tag_set.pk,
        county=county,
    )


def county_figures(tag_set: TagSet, day: date) -> dict[str, float | int | None]:
    """What the county's own figures are on a day, always of the whole county; amounts in fen."""
    book, frames = book_of(tag_set.pk), []
    codes = list(Village.objects.order_by("code").values_list("code", flat=True))
    for at in range(0, len(codes), VILLAGES_AT_ONCE):
        people = _living(codes[at : at + VILLAGES_AT_ONCE])
        frames.append(features_of(people, book.behind_counties(), as_of=day))
    return counties(book, pl.concat(frames)) if frames else {}


def work_shard(shard_id: int) -> None:
    """Tag one village of a run. Raises core.runs.AlreadyWorked when another has it."""
    with runs.claimed(shard_id) as shard:
        shard.figures = _tag_village(shard)


def _tag_village(shard: Shard) -> dict[str, int]:
    run = shard.run
    book = book_of(run.settings["tag_set"])
    people = _living([shard.key])
    gone = tagging_sql.forget_the_dead(shard.key)
    if not people:
        return {"customers": 0, "written": 0, "changed": 0, "gone": gone}
    judged = judge_people(book, people, county=run.settings["county"], day=run.business_day)
    written, changed = tagging_sql.write(judged, book, day=run.business_day, run_id=run.pk)
    return {"customers": len(people), "written": written, "changed": changed, "gone": gone}


def judge_people(
    book: TagBook, people: list[int], *, county: Mapping[str, float | int | None], day: date
) -> pl.DataFrame:
    """What some customers are called on a day; one by the same columns as a county."""
    return judge(book, features_of(people, book.features, as_of=day), county)


def _living(villages: list[str]) -> list[int]:
    """Whom to tag: everybody registered who has not died."""
    people = Customer.objects.filter(household__village__code__in=villages)
    people = people.exclude(state=Customer.State.DIED).order_by("id")
    return list(people.values_list("id", flat=True))


@lru_cache(maxsize=8)
def _read(tag_set_id: int, written: str) -> TagBook:
    return TagSet.objects.get(pk=tag_set_id).book()


def book_of(tag_set_id: int) -> TagBook:
    """The definitions of a version, read once for as long as they stay as they are."""
    said = TagSet.objects.get(pk=tag_set_id).definitions.order_by("place", "id")
    texts = said.values_list("code", "kind", "name", "expression", "params", "choices", "link",
                             "quantile", "among")  # fmt: skip
    return _read(tag_set_id, repr(list(texts)))
