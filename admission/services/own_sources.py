"""What the bank itself knows of its customers: household files, lists, deposits."""

from collections.abc import Sequence

import polars as pl

from admission.features.columns import OWN
from admission.features.person import BLACK, GREY, MARITAL, UNLISTED, WHITE
from admission.models import Figures
from admission.selectors import deposits_frame
from admission.services import delivered_sources
from admission.sources.own import register_own_source
from village.models import Customer, ListFlag
from visits.models import Survey
from visits.selectors import newest_surveys

_WORDS = {
    ListFlag.NONE: UNLISTED,
    ListFlag.WHITE: WHITE,
    ListFlag.GREY: GREY,
    ListFlag.BLACK: BLACK,
}
_FLAGS = {word: flag for flag, word in _WORDS.items()}
_STRICTEST = (ListFlag.BLACK, ListFlag.GREY, ListFlag.WHITE, ListFlag.NONE)


def register() -> None:
    """Say that this room knows household files, lists and deposits."""
    register_own_source("household", household_files)
    register_own_source("lists", lists)
    register_own_source("deposits", deposits_frame)
    delivered_sources.register()


def household_files(customer_ids: Sequence[int]) -> pl.DataFrame:
    """Who the person is, and what their household declared and the newest visit found."""
    people = list(Customer.objects.filter(pk__in=customer_ids).select_related("household"))
    surveys = {
        each.task.household_id: each
        for each in newest_surveys({person.household_id for person in people})
    }
    rows = [_file(person, surveys.get(person.household_id)) for person in people]
    schema = {"customer_id": pl.Int64(), **OWN["household"]}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _file(person: Customer, survey: Survey | None) -> dict[str, object]:
    household = person.household
    earned, cost = household.income_year, household.operating_cost_year
    return {
        "customer_id": person.pk,
        "born_on": person.born_on,
        "marital": person.marital if person.marital in MARITAL else None,
        "lives_here": person.state == Customer.State.LIVING,
        "registered_here": person.state != Customer.State.MOVED,
        "net_worth": survey.assets - survey.debts if survey else household.net_worth,
        "surveyed_net_income": survey.income_year - survey.operating_cost_year if survey else None,
        "declared_net_income": None if earned is None else earned - (cost or 0),
        "visited_on": survey.seen_on if survey else None,
    }


def lists(customer_ids: Sequence[int]) -> pl.DataFrame:
    """The strictest of the person's and the household's list and the lists delivered."""
    handed_down = delivered_lists(customer_ids)
    found = Customer.objects.filter(pk__in=customer_ids).values_list(
        "pk", "list_flag", "household__list_flag"
    )
    rows = [
        (pk, _WORDS[min([own, shared, *handed_down.get(pk, [])], key=_strictness)])
        for pk, own, shared in found
    ]
    return pl.DataFrame(rows, schema={"customer_id": pl.Int64(), **OWN["lists"]}, orient="row")


def _strictness(flag: str) -> int:
    return _STRICTEST.index(ListFlag(flag))


def delivered_lists(customer_ids: Sequence[int]) -> dict[int, list[str]]:
    """The lists on which others' files have people, until a newer file no longer does."""
    listed: dict[int, list[str]] = {}
    found = Figures.objects.filter(customer__in=customer_ids, kind="watch_lists")
    for pk, flag in found.values_list("customer_id", "values__flag"):
        listed.setdefault(pk, []).append(_FLAGS[flag])
    return listed
