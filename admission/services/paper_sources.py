"""What photographed papers tell where an office has not answered, in the words of its source.

A paper counts once a member of staff has compared it, for the person whom it names, and only where
neither the office nor a delivered file has spoken of them. It makes no silent office less silent.
Statements are a source of their own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models.expressions import RawSQL
from django.utils import timezone

from admission.features import frame
from admission.models import PhotographedPaper
from admission.readings import telling
from admission.readings.telling import Told
from village.services import copying

STATEMENTS = "statements"
KINDS = {
    "real_estate": telling.HOME,
    "business_registry": telling.BUSINESS,
    STATEMENTS: telling.STATEMENT,
}
"""By source: the kind of paper that can speak in its place."""
GOOD_FOR = {
    telling.HOME: timedelta(days=365),
    telling.BUSINESS: timedelta(days=365),
    telling.STATEMENT: timedelta(days=90),
}
"""For how long a paper counts: from the day it was photographed, a statement from its last day."""


@dataclass(frozen=True)
class Sheet:
    """One paper that something rests on, and the day of which it is true."""

    paper: int
    as_of: date


@dataclass(frozen=True)
class Papers:
    """By source the frame of what papers tell; ``behind`` by source and customer which ones."""

    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    behind: Mapping[str, Mapping[int, list[Sheet]]] = field(default_factory=dict)


def read(names: Collection[str], customer_ids: Sequence[int], as_of: date) -> Papers:
    """What papers tell of the customers, by source; one query, however many customers."""
    wanted = {KINDS[name]: name for name in names if name in KINDS}
    if not wanted:
        return Papers()
    told: dict[str, dict[int, dict[str, tuple[Sheet, Told]]]] = {
        name: {} for name in wanted.values()
    }
    for paper in _compared(wanted, customer_ids):
        said = _told(paper, as_of)
        if said is not None:
            things = told[wanted[paper.kind]].setdefault(paper.customer_id, {})
            things.setdefault(said[1].thing, said)
    return Papers(
        frames={
            name: frame(name, {pk: _columns(name, things.values()) for pk, things in of.items()})
            for name, of in told.items()
        },
        behind={
            name: {pk: [sheet for sheet, _said in things.values()] for pk, things in of.items()}
            for name, of in told.items()
        },
    )


def _compared(kinds: Collection[str], customer_ids: Sequence[int]) -> Iterable[PhotographedPaper]:
    """Papers that staff have compared, the newest first."""
    asked = RawSQL("SELECT unnest(%s::bigint[])", [copying.ids(customer_ids)])  # noqa: S611
    return (
        PhotographedPaper.objects.filter(
            customer__in=asked,
            kind__in=kinds,
            status=PhotographedPaper.Status.ACCEPTED,
            closed_by__isnull=False,
        )
        .select_related("customer")
        .order_by("-id")
        .iterator()
    )


def _told(paper: PhotographedPaper, as_of: date) -> tuple[Sheet, Told] | None:
    """What a paper tells, while it counts on the day."""
    values = telling.trusted(paper.fields_found, paper.values)
    said = telling.told(paper.kind, values, name=paper.customer.name)
    if said is None:
        return None
    day = said.until or timezone.localdate(paper.taken_at)
    if not day <= as_of < day + GOOD_FOR[paper.kind]:
        return None
    return Sheet(paper.pk, day), said


def _columns(name: str, things: Iterable[tuple[Sheet, Told]]) -> dict[str, Any]:
    """The columns of a source, out of what its papers tell."""
    said = [dict(each.columns) for _sheet, each in things]
    if name == "real_estate":
        return {"homes": said}
    if name == "business_registry":
        return {"role": said[0].pop("role"), "businesses": [_plain(each) for each in said]}
    return {"statements": said}


def _plain(business: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in business.items() if name != "role"}
