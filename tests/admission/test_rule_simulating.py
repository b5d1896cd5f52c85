"""What a draft of the rules would have decided, before it decides anything."""

import datetime as dt

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission import services, tasks
from admission.errors import NothingToSimulate, NotSimulated
from admission.models import Decision, RuleSimulation
from admission.services import rule_publishing, rule_simulating, simulated_rows
from admission.services.rule_simulating import Scope
from admission.sources import afterwards
from core import publishing
from core.errors import MoveNotAllowed, Unsound
from core.models import Outbox, Run, Shard
from core.roles import Role
from tests import make
from tests.admission.heard import AS_OF, heard

pytestmark = pytest.mark.django_db
LAST_YEAR = Scope(since=AS_OF - dt.timedelta(days=365), day=AS_OF)


def drafted(in_force, code, **changed):
    """A draft that says what is in force says, but for one rule."""
    draft = services.revise(in_force.pk, actor=make.staff(Role.RISK_OFFICER))
    draft.rules.filter(code=code).update(**changed)
    services.refresh_fingerprint(draft)
    return draft


def simulate(draft, scope=LAST_YEAR):
    return rule_simulating.simulate(draft.pk, scope=scope, actor=None)


def outcome(found, name):
    return next(each for each in found.summary["outcomes"] if each["outcome"] == name)


@pytest.fixture
def bad_loans(monkeypatch):
    """``bad_loans(decision, ...)``: loans followed those and went bad."""
    bad = set()

    def fetch(decisions, day):
        is_bad = pl.col("decision").is_in(list(bad))
        return decisions.select("decision", borrowed=is_bad, overdue_90=is_bad, overdue_12m=is_bad)

    before = list(afterwards._known)
    afterwards.register_afterwards(fetch)
    yield lambda *decisions: bad.update(each.pk for each in decisions)
    afterwards._known[:] = before


def test_it_says_how_many_more_are_refused_and_how_many_of_them_went_bad(rules, bad_loans):
    curious = [heard(pb_q_hard_6m=11) for _ in range(3)]
    heard()
    bad_loans(curious[0])
    draft = drafted(rules, "M03", level="high")

    found = simulate(draft)

    refused = outcome(found, "refuse")
    assert (refused["was"], refused["now"]) == (0, 3)
    assert refused["more"] == {
        "customers": 3, "borrowed": 1, "overdue_90": 1, "overdue_12m": 1,
    }  # fmt: skip
    assert outcome(found, "manual")["less"]["customers"] == 3
    assert found.summary["moves"][0]["customers"] == 3
    assert found.summary["customers"] == 4
    assert Decision.objects.count() == 4


def test_a_rule_made_milder_refuses_fewer_and_is_counted_by_rule(rules):
    heard(pb_cur_od_cnt=1, pb_cur_od_amt=60_000)
    draft = drafted(rules, "H08", params={"min_amt": 1000})

    found = simulate(draft)

    assert outcome(found, "refuse")["less"]["customers"] == 1
    (rule,) = [each for each in found.summary["rules"] if each["code"] == "H08"]
    assert (rule["was"], rule["now"], rule["newly"]) == (1, 0, 0)


def test_each_customer_is_heard_once_on_the_newest_decision(rules):
    customer = make.customer()
    heard(customer, gov_dishonest=True)
    heard(customer)

    found = simulate(drafted(rules, "M03", level="high"))

    assert found.summary["customers"] == 1
    assert outcome(found, "admit")["was"] == 1


def for_purpose(decision, purpose):
    decision.purpose = purpose
    decision.save(update_fields=["purpose"])
    return decision


def test_a_decision_for_another_purpose_hides_none(rules):
    customer = make.customer()
    heard(customer, gov_dishonest=True)
    for_purpose(heard(customer), "application")

    found = simulate(drafted(rules, "M03", level="high"))

    assert (found.summary["customers"], found.summary["people"]) == (2, 1)
    assert (outcome(found, "refuse")["was"], outcome(found, "admit")["was"]) == (1, 1)


def test_who_offers_to_guarantee_is_counted_apart(rules, bad_loans):
    customer = make.customer()
    heard(customer, pb_q_hard_6m=11)
    bad_loans(offers := for_purpose(heard(customer, pb_q_hard_6m=11), "guarantee"))

    found = simulate(drafted(rules, "M03", level="high"))

    refused = outcome(found, "refuse")
    assert (refused["now"], refused["more"]["borrowed"]) == (1, 0)
    (apart,) = [each for each in found.summary["guarantees"] if each["outcome"] == "refuse"]
    assert (apart["was"], apart["now"], apart["more"]["borrowed"]) == (0, 1, 0)
    assert offers.pk in simulated_rows.rows_of(found)["decision_id"]


def test_an_earlier_decision_that_a_loan_followed_is_heard_as_well(rules, bad_loans):
    customer = make.customer()
    heard(customer)
    bad_loans(heard(customer, pb_q_hard_6m=11))
    heard(customer)

    found = simulate(drafted(rules, "M03", level="high"))

    assert found.summary["customers"] == 2
    assert outcome(found, "refuse")["more"]["overdue_90"] == 1


def test_a_decision_of_a_day_to_come_does_not_move_the_months_looked_at(rules):
    heard()
    heard(as_of=AS_OF + dt.timedelta(days=364))

    scope = rule_simulating.lately(2, today=AS_OF)

    assert scope == Scope(dt.date(2026, 5, 1), AS_OF)
    assert scope.decisions().count() == 1


def test_decisions_before_the_time_looked_at_do_not_count(rules):
    heard(as_of=AS_OF - dt.timedelta(days=400))
    draft = drafted(rules, "M03", level="high")

    with pytest.raises(NothingToSimulate):
        simulate(draft)


def test_it_says_the_same_as_replaying_each_decision_would(rules):
    decisions = [
        heard(gov_dishonest=True),
        heard(pb_q_hard_6m=11, gov_suit_def_24m=2),
        heard(phone_name_match=None),
        heard(police_id_match=None),
        heard(age=17),
        heard(hv_visit_days=None),
    ]

    rows = {
        each["decision_id"]: each for each in simulated_rows.rows_of(simulate(rules)).to_dicts()
    }

    for each in decisions:
        verdict = services.replay(each.pk)
        assert rows[each.pk]["now"] == verdict.outcome == each.outcome
        assert rows[each.pk]["now_hits"] == [hit.code for hit in verdict.hits]


def test_a_field_never_stored_is_heard_as_unknown_and_told(rules):
    heard(without=["phone_name_match"])
    draft = drafted(rules, "L04", on_unknown="manual_review")

    found = simulate(draft)

    assert found.summary["not_stored"] == {"phone_name_match": 1}
    assert outcome(found, "manual")["now"] == 1


def test_by_branch_and_village_it_says_where(rules):
    village = make.village()
    heard(make.customer(make.household(village)), pb_q_hard_6m=11)
    heard()

    found = simulate(drafted(rules, "M03", level="high"))

    first = found.summary["villages"][0]
    assert (first["key"], first["refuse_was"], first["refuse_now"]) == (village.pk, 0, 1)
    assert found.summary["branches"][0]["key"] == village.grid.branch_id


def test_only_what_was_simulated_takes_force(rules):
    heard()
    draft = publishing.submit(drafted(rules, "M03", level="high"), actor=make.staff())
    other = make.staff(Role.RISK_OFFICER)
    with pytest.raises(NotSimulated):
        rule_publishing.publish(draft, actor=other)

    simulate(draft)

    assert rule_publishing.publish(draft, actor=other).status == "published"


def test_a_draft_changed_after_its_simulation_was_never_simulated(rules):
    heard()
    draft = drafted(rules, "M03", level="high")
    simulate(draft)
    draft.rules.filter(code="M02").update(level="high")
    services.refresh_fingerprint(draft)

    with pytest.raises(NotSimulated):
        rule_simulating.must_be_simulated(draft)


def test_a_draft_changed_while_it_is_simulated_is_not_summed_up(rules):
    heard()
    draft = drafted(rules, "M03", level="high")
    simulation = rule_simulating.open_simulation(draft.pk, scope=LAST_YEAR, actor=None)
    draft.rules.filter(code="M02").update(level="high")
    services.refresh_fingerprint(draft)

    (shard,) = rule_simulating.waiting(simulation)
    with pytest.raises(MoveNotAllowed):
        rule_simulating.work_shard(shard)

    assert RuleSimulation.objects.get().summary == {}
    assert Shard.objects.get().status == Shard.Status.FAILED


def test_rules_that_cannot_be_heard_are_not_simulated(rules):
    heard()
    draft = drafted(rules, "M03", expression="agee > 3")

    with pytest.raises(Unsound, match="agee"):
        simulate(draft)


def test_before_anybody_was_decided_about_nothing_need_be_simulated(rules):
    draft = drafted(rules, "M03", level="high")

    assert rule_simulating.newest(draft) is None
    rule_simulating.must_be_simulated(draft)  # refuses nothing
    heard()
    with pytest.raises(NotSimulated):
        rule_simulating.must_be_simulated(draft)


def test_a_large_portfolio_is_left_to_the_workers_piece_by_piece(rules, monkeypatch):
    monkeypatch.setattr(rule_simulating, "PIECE", 1)
    for _ in range(3):
        heard(make.customer())

    simulation = rule_simulating.begin(
        drafted(rules, "M03", level="high").pk, scope=LAST_YEAR, actor=None
    )

    assert simulation.summary == {}
    assert Outbox.objects.filter(kind__endswith="RuleSimulationOpened").exists()
    for shard in rule_simulating.waiting(simulation):
        rule_simulating.work_shard(shard)
    simulation.refresh_from_db()
    assert simulation.summary["customers"] == 3
    assert Run.objects.get().status == Run.Status.DONE


def test_ten_more_customers_cost_no_more_queries(rules):
    draft = drafted(rules, "M03", level="high")
    heard()

    def queries(day):
        scope = Scope(since=LAST_YEAR.since, day=day)
        with CaptureQueriesContext(connection) as seen:
            simulate(draft, scope)
        return len(seen)

    few = queries(AS_OF)
    for _ in range(10):
        heard()
    assert queries(AS_OF + dt.timedelta(days=1)) == few


def test_a_simulation_whose_worker_died_before_summing_it_up_is_summed_up_by_the_beat(rules):
    heard(pb_q_hard_6m=11)
    found = simulate(drafted(rules, "M03", level="high"))
    told = found.summary
    RuleSimulation.objects.update(summary={})

    tasks.go_on_with_runs()

    found.refresh_from_db()
    assert found.summary == told
