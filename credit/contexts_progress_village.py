"""What the page of one village's progress shows: its stages, and the households behind each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext_lazy

from core.models import User
from credit import selectors_progress as selectors
from credit.contexts_progress import (
    STAGE_WORDS,
    Door,
    Row,
    Tab,
    counted,
    counted_since,
    row_of,
)
from credit.selectors_progress import Stage
from village.models import Household, Village


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage that a household has or has not come to."""

    word: str
    yes: bool


@dataclass(frozen=True)
class HouseholdRow:
    """One household of a village's list."""

    household: Household
    stages: list[Reached]

    @property
    def url(self) -> str:
        """Its file."""
        return reverse("village:household", args=[self.household.pk])


@dataclass(frozen=True)
class VillageProgressPage:
    """One village: its stages, and the households that have or have not come so far."""

    door: Door
    village: Village
    row: Row
    counted_at: datetime | None
    tabs: list[Tab]
    title: str
    rows: list[HouseholdRow]
    pages: Page | None
    may_see_households: bool
    has_ground: bool

    @classmethod
    def build(
        cls, village: Village, user: User, *, door: Door, query: Any
    ) -> "VillageProgressPage":
        """The page of one village, as ``user`` may see it."""
        stage = _stage(query.get("stage"))
        reached = query.get("list") != "next"
        may = user.has_perm("village.view_household")
        figures = counted(Village.objects.filter(pk=village.pk))
        pages = None
        if may:
            here = Household.objects.visible_to(user).filter(village=village)
            found = selectors.in_list(here, stage, reached=reached)
            rows = Paginator(selectors.for_a_list(found), door.per_page)
            pages = rows.get_page(query.get("page"))
        return cls(
            door=door,
            village=village,
            row=row_of(figures[0], ""),
            counted_at=counted_since(figures),
            tabs=_list_tabs(stage, reached=reached) if may else [],
            title=_list_title(stage, reached=reached),
            rows=[_household_row(each) for each in pages] if pages else [],
            pages=pages,
            may_see_households=may,
            has_ground=getattr(village, "shape", None) is not None
            or (may and selectors.placed_in(village.pk).exists()),
        )


def _stage(text: str | None) -> Stage:
    return Stage(text) if text in list(Stage) else Stage.GRANTED


def _list_title(stage: Stage, *, reached: bool) -> str:
    return str(STAGE_WORDS[stage] if reached else NEXT_WORDS[stage])


NEXT_WORDS = {
    Stage.REVIEWED: gettext_lazy("Not reviewed yet"),
    Stage.VISITED: gettext_lazy("Reviewed, still to be visited"),
    Stage.GRANTED: gettext_lazy("Visited, no line"),
    Stage.SIGNED: gettext_lazy("Granted, still to sign"),
    Stage.DRAWN: gettext_lazy("Signed, nothing drawn"),
}


def _list_tabs(here: Stage, *, reached: bool) -> list[Tab]:
    return [
        Tab(
            _list_title(stage, reached=yes),
            f"?stage={stage}" + ("" if yes else "&list=next"),
            is_here=(stage, yes) == (here, reached),
            note=stage.value,
        )
        for yes in (True, False)
        for stage in Stage
    ]


def _household_row(household: Household) -> HouseholdRow:
    return HouseholdRow(
        household,
        [Reached(str(STAGE_WORDS[stage]), getattr(household, f"is_{stage}")) for stage in Stage],
    )
