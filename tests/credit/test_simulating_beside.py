"""A simulated policy held against the version in force, and against what was granted."""

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import publishing
from credit.contexts_policies import SimulationPage
from credit.models import LimitPolicy
from credit.services import simulating
from credit.services.simulating_figures import (
    GRANTED_THEN,
    IN_FORCE,
    held_against,
    summed_up,
    with_changes,
)
from tests.credit.judged import reviewed
from tests.credit.stages import granted
from tests.credit.test_simulating import DAY, YUAN, drafted, simulate

ROW = {
    "household_id": 1, "village_id": 7, "branch_id": 3, "risk_band": "A", "line": 30_000,
    "was": 50_000, "was_outcome": "grant", "now": 40_000, "now_outcome": "grant",
    "manual_reasons": "",
}  # fmt: skip


def test_the_same_limit_is_less_than_one_version_gives_and_more_than_was_granted():
    rows = pl.DataFrame([ROW])

    (by_version,) = with_changes(held_against(rows, IN_FORCE)).to_dicts()
    (by_line,) = with_changes(held_against(rows, GRANTED_THEN)).to_dicts()

    assert (by_version["change"], by_version["difference"]) == ("less", -10_000)
    assert (by_line["change"], by_line["difference"]) == ("more", 10_000)


def test_without_a_line_nothing_was_granted_whatever_the_version_in_force_gives():
    rows = pl.DataFrame([ROW, ROW | {"household_id": 2, "line": None}])

    told = summed_up(held_against(rows, GRANTED_THEN))

    assert (told["was"]["lines"], told["was"]["total"], told["was"]["none"]) == (1, 30_000, 1)
    assert (told["changes"]["more"], told["changes"]["new"]) == (1, 1)
    (village,) = told["villages"]
    assert (village["key"], village["before"], village["difference"]) == (7, 30_000, 50_000)


@pytest.mark.parametrize(("outcome", "waiting"), [("manual", 1), ("wait", 1), ("none", 0)])
def test_who_loses_the_line_only_to_a_person_or_a_visit_is_told_apart(outcome, waiting):
    rows = pl.DataFrame([ROW | {"now_outcome": outcome}])

    told = summed_up(held_against(rows, GRANTED_THEN))

    assert (told["changes"]["lost"], told["lost_waiting"]) == (1, waiting)


@pytest.fixture
def in_force(bank):
    return publishing.in_force(LimitPolicy, "household")


@pytest.fixture
def simulation(db, bank, in_force, campaign):
    """40,000 by the version in force and 45,000 by the draft; of two, one was granted 60,000."""
    first, second = (reviewed(campaign, limit=50_000 * YUAN) for _ in range(2))
    granted(first, amount=60_000 * YUAN)
    made = simulate(drafted(bank, in_force, pre_limit_share="0.9", pre_limit_at_most="45000"))
    return made, first, second


def test_one_simulation_answers_both_questions_by_village(bank, simulation):
    made, first, second = simulation

    by_version = SimulationPage.build(made, bank.publisher)
    by_lines = SimulationPage.build(made, bank.publisher, beside=GRANTED_THEN)

    differences = {mover.household.pk: mover.difference for mover in by_version.movers}
    assert differences == {first.pk: 5_000 * YUAN, second.pk: 5_000 * YUAN}
    differences = {mover.household.pk: mover.difference for mover in by_lines.movers}
    assert differences == {first.pk: -15_000 * YUAN, second.pk: 45_000 * YUAN}
    (village,) = by_lines.villages
    assert (village.figures["more"], village.figures["less"]) == (1, 1)
    assert by_version.villages[0].figures["more"] == 2


def test_where_no_version_was_in_force_it_is_held_against_what_was_granted(bank, simulation):
    made, _first, _second = simulation
    type(made).objects.filter(pk=made.pk).update(against=None)
    made.refresh_from_db()

    assert SimulationPage.build(made, bank.publisher).is_beside_lines


def test_the_page_and_its_file_lead_from_one_to_the_other(client, bank, simulation):
    made, first, _second = simulation
    client.force_login(bank.publisher)
    at = reverse("admin:credit_limitpolicy_simulation", args=[made.policy_id, made.pk])
    file = reverse(
        "admin:credit_limitpolicy_simulation_rows", args=[made.policy_id, made.pk, "csv"]
    )

    page = client.get(at, {"beside": "lines"})
    rows = client.get(file, {"beside": "lines"}).content.decode("utf-8-sig").splitlines()
    other = client.get(at, {"beside": "nonsense"})

    assert page.context["page"].is_beside_lines
    assert not other.context["page"].is_beside_lines
    assert f"{file}?beside=lines" in page.content.decode()
    assert 'href="?beside=lines"' in other.content.decode()
    (row,) = [each.split(",") for each in rows if each.startswith(f"{first.number},")]
    assert row[6:9] == ["60000.00", "45000.00", "-15000.00"]


def test_ten_more_households_cost_no_more_queries(client, bank, in_force, campaign):
    client.force_login(bank.publisher)

    def queries(share):
        made = simulating.simulate(
            drafted(bank, in_force, pre_limit_share=share).pk, business_day=DAY, actor=None
        )
        at = reverse("admin:credit_limitpolicy_simulation", args=[made.policy_id, made.pk])
        client.get(at)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(at, {"beside": "lines"}).status_code == 200
        return len(asked)

    granted(reviewed(campaign))
    few = queries("0.9")
    for _ in range(10):
        granted(reviewed(campaign))
    assert queries("0.7") == few
