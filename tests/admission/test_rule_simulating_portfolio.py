"""What a draft of the rules would say of every customer of the county, beside the one in force."""

import datetime as dt

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission import handlers, services, tasks
from admission.errors import NoRulesInForce, NothingToSimulate, NotSimulated
from admission.events import RuleSimulationOpened
from admission.features import FEATURES
from admission.judgement import plain
from admission.models import Decision, KnownFeatures, RuleSimulation, Standing
from admission.selectors import rules_in_force
from admission.services import (
    portfolio,
    rule_publishing,
    rule_simulating,
    rule_simulating_portfolio,
    simulated_rows,
)
from admission.services.rule_simulating_figures import added_up, summed_up
from admission.sources import afterwards
from core import publishing, runs
from core.errors import MoveNotAllowed, Unsound
from core.models import AuditEntry, Outbox, Run, Shard
from core.roles import Role
from tests import make
from tests.admission.conftest import allow, visited
from tests.admission.heard import AS_OF, heard, sound
from tests.admission.test_rule_simulating import drafted, outcome
from village.models import Customer

pytestmark = pytest.mark.django_db


def kept(customer=None, without=(), **known):
    """A customer with nothing wrong but what is ``known``, as the county's run kept it."""
    _rule_set, book = rules_in_force()
    values = {name: each for name, each in sound(book.fields).items() if name in FEATURES} | known
    customer = customer or make.customer(marital="未婚")
    KnownFeatures.objects.create(
        customer=customer,
        values={name: plain(each) for name, each in values.items() if name not in without},
        seal=1,
        since=AS_OF,
    )
    return customer


def simulate(draft, day=AS_OF):
    made = rule_simulating_portfolio.begin(draft.pk, day=day, actor=None)
    for shard in runs.waiting(made.run):
        rule_simulating_portfolio.work_shard(shard)
    made.refresh_from_db()
    return made


def rule(found, code):
    return next(each for each in found.summary["rules"] if each["code"] == code)


@pytest.fixture
def went_bad():
    """``went_bad(customer, ...)``: those have borrowed and are 90 days past due."""
    bad, asked = set(), []

    def fetch(customers, day):
        asked.append(customers["as_of"].max())
        is_bad = pl.col("customer_id").is_in(list(bad))
        return customers.select("decision", borrowed=is_bad, overdue_90=is_bad, overdue_12m=is_bad)

    before = list(afterwards._known)
    afterwards.register_afterwards(fetch)
    yield lambda *people: bad.update(each.pk for each in people) or asked
    afterwards._known[:] = before


def test_it_says_whom_it_would_newly_refuse_and_how_many_of_them_went_bad(rules, went_bad):
    village = make.village()
    curious = [kept(make.customer(make.household(village)), pb_q_hard_6m=11) for _ in range(3)]
    kept()
    asked = went_bad(curious[0])

    found = simulate(drafted(rules, "M03", level="high"))

    refused = outcome(found, "refuse")
    assert refused["more"] == {
        "customers": 3, "borrowed": 1, "overdue_90": 1, "overdue_12m": 1,
    }  # fmt: skip
    assert outcome(found, "manual")["less"]["customers"] == 3
    assert rule(found, "M03")["now"] == 3
    first = found.summary["branches"][0]
    assert (first["key"], first["refuse_now"], first["bad"]) == (village.grid.branch_id, 3, 1)
    assert found.summary["customers"] == 4
    assert asked[-1] == rule_simulating_portfolio.EVER
    assert not Decision.objects.exists()


def test_a_milder_rule_refuses_fewer_and_newly_sends_to_a_person(rules, went_bad):
    went_bad(kept(gov_dishonest=True), kept())
    code = next(
        each.text.code
        for each in rules.book().rules
        if each.text.level == "high" and each.expression.fields == {"gov_dishonest"}
    )

    found = simulate(drafted(rules, code, level="medium"))

    assert outcome(found, "refuse")["less"]["customers"] == 1
    assert outcome(found, "manual")["more"]["customers"] == 1


def test_the_version_in_force_says_what_the_county_s_run_said(world, rules, tag_set):
    for nickname in ("sound", "dishonest", "sued", "overdue"):
        allow(visited(world.customer(nickname)))
    home = make.household(make.village())
    for nickname, role in (("wife", Customer.Role.HEAD), ("dishonest 2", Customer.Role.SPOUSE)):
        allow(visited(world.customer(nickname.removesuffix(" 2"), household=home, role=role)))
    opened = portfolio.open_portfolio(business_day=AS_OF, actor=None)
    for _done in portfolio.work_through(runs.waiting(opened)):
        pass

    found = simulate(drafted(rules, "M03", level="high", expression="age > 0", says=""))

    assert found.run.settings["kept_on"] == AS_OF.isoformat()
    rows = simulated_rows.rows_of(found)
    said = dict(rows.select("customer_id", "was").iter_rows())
    hits = dict(rows.select("customer_id", "was_hits").iter_rows())
    standings = Standing.objects.filter(customer__in=said)
    assert len(said) == standings.count() > 0
    for word in ("refuse", "manual", "notice", "admit", "wait"):
        assert outcome(found, word)["was"] == Standing.objects.filter(outcome=word).count()
    for each in standings:
        assert (said[each.pk], hits[each.pk]) == (each.outcome, each.hits)


def test_a_rule_grown_stricter_reaches_spouses_too(rules):
    home = make.household(make.village())
    wife = make.customer(home, role=Customer.Role.HEAD)
    husband = make.customer(home, role=Customer.Role.SPOUSE)
    Customer.objects.filter(household=home).update(marital="已婚")
    for each in (wife, husband):
        allow(each)
    kept(wife)
    kept(husband, pb_q_hard_6m=11)

    found = simulate(drafted(rules, "M03", level="high"))

    rows = {each["customer_id"]: each for each in simulated_rows.rows_of(found).to_dicts()}
    assert "M11" in set(rows[wife.pk]["now_hits"]) - set(rows[wife.pk]["was_hits"])


def test_what_nobody_keeps_is_said_to_be_unknown_of_so_many_and_not_passed(rules):
    kept(without=["phone_online_months"])
    kept()
    stranger = make.customer()
    asked = {"expression": "phone_online_months < 3", "says": "", "treatment": {}}
    draft = drafted(rules, "L04", on_unknown="manual_review", **asked)

    found = simulate(draft)

    assert found.summary["unknown"]["phone_online_months"] == 2
    assert found.summary["not_kept"] == 1
    assert rule(found, "L04")["now_unknown"] == 2
    assert "L04" in found.summary["reads"]["phone_online_months"]["rules"]
    assert outcome(found, "manual")["more"]["customers"] == 1
    assert KnownFeatures.objects.filter(customer=stranger).count() == 0


def test_the_dead_are_not_heard(rules):
    kept()
    kept(make.customer(state="died"))

    assert simulate(drafted(rules, "M03", level="high")).summary["customers"] == 1


def test_it_does_not_stand_in_for_the_simulation_on_past_decisions(rules):
    heard(kept())
    draft = publishing.submit(drafted(rules, "M03", level="high"), actor=make.staff())

    simulate(draft)

    assert rule_simulating.newest(draft) is None
    with pytest.raises(NotSimulated):
        rule_publishing.publish(draft, actor=make.staff(Role.RISK_OFFICER))


def test_workers_take_it_piece_by_piece_and_only_those_treated_differently_are_kept(
    rules, monkeypatch
):
    monkeypatch.setattr(rule_simulating_portfolio, "PIECE", 2)
    people = [kept(pb_q_hard_6m=11 * (place % 2)) for place in range(5)]
    draft = drafted(rules, "M03", level="high")

    made = rule_simulating_portfolio.begin(draft.pk, day=AS_OF, actor=None)
    assert (made.summary, made.run.kind) == ({}, rule_simulating_portfolio.KIND)
    assert Outbox.objects.filter(kind__endswith="RuleSimulationOpened").exists()
    for shard in runs.waiting(made.run):
        tasks.simulate_rules_on_portfolio(shard)
        tasks.simulate_rules_on_portfolio(shard)  # a message that came twice

    made.refresh_from_db()
    assert made.pieces.count() > 1
    assert made.summary["customers"] == 5
    assert Run.objects.get().status == Run.Status.DONE
    rows = simulated_rows.rows_of(made)
    assert rows["customer_id"].to_list() == [people[1].pk, people[3].pk]


def test_the_parts_add_up_to_what_all_of_them_give(rules, went_bad, monkeypatch):
    went_bad(*(kept(pb_q_hard_6m=11) for _ in range(2)))
    for known in ({"gov_dishonest": True}, {}, {"pb_q_hard_6m": 20}):
        kept(**known)
    draft = drafted(rules, "M03", level="high")
    whole = simulate(draft).summary
    monkeypatch.setattr(rule_simulating_portfolio, "PIECE", 1)

    apart = simulate(draft, day=AS_OF + dt.timedelta(days=1)).summary

    assert apart == whole


def test_places_that_changed_most_come_first_however_they_were_cut():
    row = {
        "customer_id": 1, "village_id": 7, "branch_id": 3, "was": "admit", "now": "refuse",
        "was_hits": [], "now_hits": ["M03"], "was_unknown": [], "now_unknown": [],
        "borrowed": True, "overdue_90": True, "overdue_12m": True,
    }  # fmt: skip
    words = {name: pl.List(pl.String) for name in row if name.endswith(("hits", "unknown"))}
    rows = pl.DataFrame(
        [
            row,
            row | {"customer_id": 2, "village_id": 8, "now": "admit", "now_hits": []},
            row | {"customer_id": 3},
        ],
        schema_overrides=words,
    )

    total = added_up(summed_up(rows[place : place + 1]) for place in (1, 0, 2))

    assert total == summed_up(rows)
    assert [each["key"] for each in total["villages"]] == [7, 8]


def test_the_handler_hands_each_piece_to_the_work_it_is_for(rules, monkeypatch):
    kept()
    handed = []
    monkeypatch.setattr(handlers, "hand_over", lambda task, shard: handed.append(task.name))
    made = rule_simulating_portfolio.begin(
        drafted(rules, "M03", level="high").pk, day=AS_OF, actor=None
    )

    handlers.simulate(RuleSimulationOpened(simulation_id=made.pk))

    assert handed == [tasks.simulate_rules_on_portfolio.name]


def test_a_draft_changed_while_it_is_simulated_is_not_summed_up(rules):
    kept()
    draft = drafted(rules, "M03", level="high")
    made = rule_simulating_portfolio.begin(draft.pk, day=AS_OF, actor=None)
    draft.rules.filter(code="M02").update(level="high")
    services.refresh_fingerprint(draft)

    (shard,) = runs.waiting(made.run)
    with pytest.raises(MoveNotAllowed):
        rule_simulating_portfolio.work_shard(shard)

    assert RuleSimulation.objects.get().summary == {}
    assert Shard.objects.get().status == Shard.Status.FAILED


def test_there_is_something_to_hear_and_to_compare_with_or_it_is_said(rules):
    draft = drafted(rules, "M03", level="high")
    with pytest.raises(NothingToSimulate):
        simulate(draft)

    kept()
    with pytest.raises(Unsound, match="agee"):
        simulate(drafted(rules, "M03", expression="agee > 3"))

    publishing.retire(rules, actor=make.staff(Role.RISK_OFFICER))
    with pytest.raises(NoRulesInForce):
        simulate(draft)


def test_ten_more_customers_cost_no_more_queries(rules):
    draft = drafted(rules, "M03", level="high")
    kept()

    def queries(day):
        with CaptureQueriesContext(connection) as seen:
            simulate(draft, day)
        return len(seen)

    few = queries(AS_OF)
    for _ in range(10):
        kept()
    assert queries(AS_OF + dt.timedelta(days=1)) == few


class TestPages:
    @pytest.fixture
    def officer(self, client):
        made = make.staff(Role.RISK_OFFICER)
        client.force_login(made)
        return made

    def test_the_deed_begins_it_and_the_page_shows_how_far_it_is(self, client, officer, rules):
        kept()
        draft = drafted(rules, "M03", level="high")

        answer = client.post(
            reverse("admin:admission_ruleset_deed", args=[draft.pk, "simulate_on_portfolio"]),
            follow=True,
        )

        made = draft.simulations.get()
        assert (made.business_day, made.made_by) == (timezone.localdate(), officer)
        assert f'<run-progress run="{made.run_id}"' in answer.content.decode()
        assert AuditEntry.objects.filter(
            action="admission.rule_set.simulated_on_portfolio", actor=officer
        ).exists()

    def test_it_simulates_the_bank_s_day_as_the_simulation_on_decisions_does(
        self, client, officer, rules, behind
    ):
        kept()
        draft = drafted(rules, "M03", level="high")

        client.post(
            reverse("admin:admission_ruleset_deed", args=[draft.pk, "simulate_on_portfolio"])
        )

        assert draft.simulations.get().business_day == behind

    def test_the_page_says_it_and_leads_to_each_customer(self, client, officer, rules, went_bad):
        curious = kept(pb_q_hard_6m=11)
        kept(without=["phone_online_months"])
        made = simulate(drafted(rules, "M03", level="high"))
        at = [made.rule_set_id, made.pk]

        whole = client.get(reverse("admin:admission_ruleset_simulation", args=at))
        listed = client.get(
            reverse("admin:admission_ruleset_changed", args=at), {"was": "manual", "now": "refuse"}
        )

        page = whole.context["page"]
        assert page.headline[0] in whole.content.decode()
        (told,) = [each for each in page.unknown if "phone_online_months" in each.field]
        assert (told.customers, told.is_of_all, told.is_asked) == (1, False, False)
        (line,) = listed.context["page"].lines
        file = reverse("admin:village_household_file", args=[curious.household_id])
        assert line.whom.url == file
        assert file in listed.content.decode()
        version = client.get(reverse("admin:admission_ruleset_change", args=[made.rule_set_id]))
        assert reverse("admin:admission_ruleset_simulation", args=at) in version.content.decode()

    def test_what_the_draft_newly_reads_and_nobody_knows_is_told_first(
        self, client, officer, rules
    ):
        kept()
        kept()
        asked = {"expression": "ch_login_30d > 90", "says": "", "treatment": {}}
        made = simulate(drafted(rules, "M03", **asked))

        page = client.get(
            reverse("admin:admission_ruleset_simulation", args=[made.rule_set_id, made.pk])
        ).context["page"]

        first = page.unknown[0]
        assert "ch_login_30d" in first.field
        assert (first.customers, first.rules) == (2, "M03")
        assert first.is_of_all
        assert first.is_newly_read
        assert not any(each.is_newly_read for each in page.unknown[1:])

    def test_ten_more_changed_customers_cost_no_more_queries(self, client, officer, rules):
        draft = drafted(rules, "M03", level="high")

        def queries(day):
            made = simulate(draft, day)
            at = [draft.pk, made.pk]
            with CaptureQueriesContext(connection) as seen:
                page = client.get(reverse("admin:admission_ruleset_changed", args=at))
                assert page.status_code == 200
            return len(seen)

        kept(pb_q_hard_6m=11)
        few = queries(AS_OF)
        for _ in range(10):
            kept(pb_q_hard_6m=11)
        assert queries(AS_OF + dt.timedelta(days=1)) == few

    def test_a_branch_is_not_offered_it(self, client, rules):
        kept()
        client.force_login(make.staff(Role.BRANCH_PRESIDENT))

        answer = client.post(
            reverse("admin:admission_ruleset_deed", args=[rules.pk, "simulate_on_portfolio"])
        )

        assert answer.status_code in (403, 404)
        assert not RuleSimulation.objects.exists()


def test_a_simulation_whose_worker_died_before_summing_it_up_is_summed_up_by_the_beat(rules):
    kept(pb_q_hard_6m=11)
    found = simulate(drafted(rules, "M03", level="high"))
    told = found.summary
    RuleSimulation.objects.update(summary={})

    tasks.go_on_with_runs()

    found.refresh_from_db()
    assert found.summary == told
