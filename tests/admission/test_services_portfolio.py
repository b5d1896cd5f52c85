"""The county heard at once: what the rules say of everybody, and that nothing is written twice."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from admission import tasks
from admission.contexts_portfolio import PortfolioPage
from admission.errors import NoRulesInForce, NoTagsInForce
from admission.features import FEATURES
from admission.models import (
    AuthorisationRequest,
    Decision,
    KnownFeatures,
    Profile,
    SourceRecord,
    Standing,
    StandingChange,
)
from admission.services import portfolio, tagging
from admission.services.authorisations import withdraw
from admission.services.gathering import Person, gather
from admission.services.score_policies import draft_score_policy
from config.celery import app
from core import runs
from core.models import Run, Shard
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow, codes, decided, published, visited
from tests.admission.test_services_scoring import card_in
from village.models import Customer, ListFlag
from village.services import relations

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=1)


def run(day=AS_OF, **given):
    opened = portfolio.open_portfolio(business_day=day, actor=None, **given)
    for _done in portfolio.work_through(runs.waiting(opened)):
        pass
    return Run.objects.get(pk=opened.pk)


@pytest.mark.parametrize(
    "nickname", ["sound", "dishonest", "sued", "sued and hungry", "four troubles", "overdue"]
)
def test_the_county_is_told_what_one_applicant_was_told(world, rules, tag_set, nickname):
    customer = visited(world.customer(nickname))
    allow(customer)
    decision = decided(customer)

    run()

    standing = Standing.objects.get(customer=customer)
    assert (standing.outcome, standing.limit_factor, standing.hits) == (
        decision.outcome,
        decision.limit_factor,
        codes(decision.hits),
    )


def test_a_spouse_who_allowed_it_and_is_refused_counts_as_in_a_decision(world, rules, tag_set):
    home = make.household(make.village())
    wife = visited(world.customer("wife", household=home))
    husband = world.customer("dishonest", household=home, role=Customer.Role.SPOUSE)
    for each in (wife, husband):
        allow(each)
    decision = decided(wife)

    run()

    standing = Standing.objects.get(customer=wife)
    assert decision.inputs["spouse_high_hit"] is True
    assert (standing.outcome, standing.hits) == (decision.outcome, codes(decision.hits))


@pytest.mark.parametrize("capacity", [None, "guarantor"])
@pytest.mark.parametrize("purpose", ["guarantee", "post_loan", "application"])
def test_what_was_asked_about_a_guarantor_is_not_read_for_anything_else(
    world, rules, tag_set, purpose, capacity
):
    customer = visited(world.customer("dishonest"))
    leave = allow(customer, purpose=purpose)
    if capacity:
        signed_as(capacity, leave)
    gather([Person(customer, leave)], ["courts"], as_of=AS_OF, at_once=1)

    run()

    known = KnownFeatures.objects.get(customer=customer).values
    is_their_own = purpose != "guarantee" and capacity is None
    assert ("gov_dishonest" in known) is is_their_own


def signed_as(capacity, leave):
    AuthorisationRequest.objects.create(
        customer=leave.customer, applicant=make.customer(), capacity=capacity,
        purpose=leave.purpose, authorisation=leave, asked_by=make.staff(Role.CUSTOMER_MANAGER),
        asked_at=leave.granted_at, expires_at=leave.granted_at, token_hash=capacity,
    )  # fmt: skip


@pytest.mark.parametrize("elsewhere", [True, False])
@pytest.mark.parametrize("allows", [True, False])
def test_a_married_child_is_told_in_the_county_s_run_what_a_decision_says(
    world, rules, tag_set, elsewhere, allows
):
    home = make.household(make.village())
    wife = visited(world.customer("wife", household=home, role=Customer.Role.CHILD))
    where = {} if elsewhere else {"household": home, "role": Customer.Role.OTHER}
    husband = world.customer("dishonest", **where)
    relations.tie(wife.pk, husband.pk, kind="spouse", actor=None)
    for each in (wife, husband) if allows else (wife,):
        allow(each)
    decision = decided(wife)

    run(villages=[home.village.code])

    standing = Standing.objects.get(customer=wife)
    assert standing.hits == codes(decision.hits)
    assert ("M11" in standing.hits, "M10" in standing.hits) == (allows, not allows)


def test_the_county_is_scored_as_one_applicant_was(world, rules, tag_set):
    published(draft_score_policy(make.staff(Role.RISK_OFFICER)))
    card = card_in("champion")
    customer = visited(world.customer("sound"))
    allow(customer)
    decision = decided(customer)
    no_card = world.customer("overdue")

    run()

    standing = Standing.objects.get(customer=customer)
    assert decision.score is not None
    assert (standing.segment, standing.scorecard, standing.score, standing.risk_band) == (
        "farmer",
        card,
        decision.score,
        decision.risk_band,
    )
    assert Standing.objects.filter(customer=no_card).exists()


def test_a_card_that_changes_in_the_middle_of_a_run_stops_it(rules, tag_set):
    make.customer()
    published(draft_score_policy(make.staff(Role.RISK_OFFICER)))
    opened = portfolio.open_portfolio(business_day=AS_OF, actor=None)
    card_in("champion")

    for _done in portfolio.work_through(runs.waiting(opened)):
        pass

    assert Run.objects.get(pk=opened.pk).status == Run.Status.FAILED
    assert not Standing.objects.exists()


def test_nobody_outside_is_asked_and_nothing_is_decided(world, rules, tag_set):
    make.customer()

    run()

    assert Standing.objects.get().outcome == "wait"
    assert not SourceRecord.objects.exists()
    assert not Decision.objects.exists()


def test_tags_are_worked_out_in_the_same_run(rules, tag_set):
    one, dead = make.customer(), make.customer(state=Customer.State.DIED)

    done = run()

    assert Profile.objects.get().customer == one
    assert not Standing.objects.filter(customer=dead).exists()
    assert done.result["profiles_written"] == done.result["standings_written"] == 1


def test_the_same_run_again_writes_not_one_row(rules, tag_set):
    make.customer()
    make.customer(list_flag=ListFlag.BLACK)
    run()
    before = _row_versions()

    again = run()

    assert again.result["customers"] == 2
    written = {"features_written", "standings_written", "profiles_written", "tags_changed"}
    assert not written & again.result.keys()
    assert _row_versions() == before
    assert not StandingChange.objects.exists()


def _row_versions():
    """The transaction that wrote each row, and the one that locked it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, xmin::text, xmax::text FROM admission_standing UNION ALL"
            " SELECT customer_id, xmin::text, xmax::text FROM admission_profile UNION ALL"
            " SELECT customer_id, xmin::text, xmax::text FROM admission_knownfeatures"
            " ORDER BY 1, 2, 3"
        )
        return cursor.fetchall()


def test_what_is_known_is_kept_as_a_decision_would_read_it(world, rules, tag_set):
    customer = visited(world.customer("sound"))
    allow(customer)
    decision = decided(customer)

    run()

    kept = KnownFeatures.objects.get()
    read = {name: decision.inputs[name] for name in decision.inputs.keys() & FEATURES.keys()}
    assert {name: kept.values.get(name) for name in read} == read
    assert kept.values["loan_bal"] == 0
    assert None not in kept.values.values()


def test_what_an_ended_authorisation_allowed_is_kept_no_longer(world, rules, tag_set):
    customer = world.customer("sound")
    leave = allow(customer)
    decided(customer)
    run()
    assert "pb_acct_open" in KnownFeatures.objects.get().values

    withdraw(leave.pk, actor=None, at=timezone.now())
    done = run(LATER)

    kept = KnownFeatures.objects.get()
    assert "pb_acct_open" not in kept.values
    assert (kept.since, done.result["features_written"]) == (LATER, 1)


def test_a_customer_of_whom_the_rules_say_something_else_leaves_a_change(rules, tag_set):
    one, other = make.customer(), make.customer()
    run()
    Customer.objects.filter(pk=one.pk).update(list_flag=ListFlag.BLACK)

    done = run(LATER)

    standing = Standing.objects.get(customer=one)
    assert (standing.outcome, standing.since) == ("refuse", LATER)
    change = StandingChange.objects.get()
    assert (change.customer, change.before, change.after, change.run) == (
        one,
        "wait",
        "refuse",
        done,
    )
    assert set(change.hits_after) - set(change.hits_before)
    assert done.result["wait > refuse"] == 1
    assert Standing.objects.get(customer=other).since == AS_OF


def test_figures_are_told_by_village(rules, tag_set):
    quiet, listed = make.village(), make.village()
    make.customer(make.household(quiet))
    for _ in range(2):
        make.customer(make.household(listed), list_flag=ListFlag.BLACK)

    done = run()

    told = dict(Shard.objects.filter(run=done).values_list("key", "figures"))
    assert (told[quiet.code]["wait"], told[quiet.code].get("refuse")) == (1, None)
    assert (told[listed.code]["customers"], told[listed.code]["refuse"]) == (2, 2)
    (hit,) = {code for code in told[listed.code] if code.startswith(portfolio.HIT + "H")}
    assert told[listed.code][hit] == 2


def test_what_was_cut_off_goes_on_where_it_was(rules, tag_set):
    first, second = make.village(), make.village()
    for each in (first, second):
        make.customer(make.household(each))
    opened = portfolio.open_portfolio(business_day=AS_OF, actor=None)
    portfolio.work_shard(runs.waiting(opened)[0])

    resumed = portfolio.open_portfolio(business_day=AS_OF, actor=None)

    assert resumed.pk == opened.pk
    assert len(runs.waiting(resumed)) == 1
    assert run().result["customers"] == 2


def test_whoever_dies_is_no_longer_in_the_portfolio(rules, tag_set):
    one = make.customer()
    run()
    Customer.objects.filter(pk=one.pk).update(state=Customer.State.DIED)

    run(LATER)

    assert not Standing.objects.exists()
    assert not KnownFeatures.objects.exists()


def test_ten_more_customers_cost_no_more_queries(rules, tag_set, django_assert_max_num_queries):
    village = make.village()
    make.customer(make.household(village))
    run()
    for _ in range(10):
        make.customer(make.household(village))
    opened = portfolio.open_portfolio(business_day=LATER, actor=None)
    (shard,) = runs.waiting(opened)

    with django_assert_max_num_queries(80):
        portfolio.work_shard(shard)


def test_without_rules_or_tags_in_force_nothing_is_begun(rules):
    with pytest.raises(NoTagsInForce):
        portfolio.open_portfolio(business_day=AS_OF, actor=None)
    with pytest.raises(CommandError):
        call_command("work_portfolio")


def test_at_night_tags_alone_are_worked_out_while_no_rules_are_in_force(tag_set):
    make.customer()
    with pytest.raises(NoRulesInForce):
        portfolio.open_portfolio(business_day=AS_OF, actor=None)

    tasks.hear_county()

    assert Run.objects.get().kind == "admission.tagging"


@pytest.mark.parametrize(
    "work",
    [
        tasks.hear_county,
        tasks.tag_county,
        tasks.measure_county,
        lambda: call_command("work_portfolio", "--json", stdout=StringIO()),
        lambda: call_command("compute_tags", "--json", stdout=StringIO()),
        lambda: call_command("measure_features", "--json", stdout=StringIO()),
    ],
)
def test_the_county_is_worked_for_the_bank_s_day(rules, tag_set, behind, work):
    work()

    assert Run.objects.get().business_day == behind


@pytest.fixture
def by_hand():
    """Tasks are worked as they are handed over: the broker, as near as can be."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def lost_by_the_broker(day=AS_OF, **given):
    opened = portfolio.open_portfolio(business_day=day, actor=None, **given)
    Run.objects.filter(pk=opened.pk).update(started_at=timezone.now() - timedelta(hours=1))
    return opened


def test_villages_that_the_broker_lost_are_heard_when_the_beat_next_looks(rules, tag_set, by_hand):
    make.customer(make.household(make.village()))
    make.customer(make.household(make.village()))
    opened = lost_by_the_broker()

    tasks.go_on_with_runs()

    opened.refresh_from_db()
    assert (opened.status, opened.result["customers"]) == (Run.Status.DONE, 2)
    assert Standing.objects.count() == 2


def test_a_village_that_a_newer_run_has_heard_is_not_told_what_was_true_before(
    rules, tag_set, by_hand
):
    one, other = make.customer(), make.customer(make.household(make.village()))
    lost_by_the_broker()
    run(LATER, villages=[one.household.village.code])
    assert Standing.objects.get().customer_id == one.pk

    tasks.go_on_with_runs()

    since = dict(Standing.objects.values_list("customer_id", "since"))
    assert since == {one.pk: LATER, other.pk: AS_OF}


def test_a_village_is_tagged_on_the_day_of_the_newest_run_of_either_kind(rules, tag_set):
    village = make.customer().household.village
    assert portfolio.tagged_on(village) is None

    run()
    assert portfolio.tagged_on(village) == AS_OF

    tags_alone = tagging.open_tagging(business_day=LATER, actor=None)
    for shard_id in runs.waiting(tags_alone):
        tagging.work_shard(shard_id)
    assert portfolio.tagged_on(village) == LATER


def test_a_run_whose_villages_newer_ones_have_all_taken_on_ends_as_overtaken(rules, tag_set):
    one, other = make.customer(), make.customer(make.household(make.village()))
    old = lost_by_the_broker()
    run(LATER, villages=[one.household.village.code])
    portfolio.end_overtaken(timezone.now())
    old.refresh_from_db()
    assert old.status == Run.Status.RUNNING

    newest = run(LATER, villages=[other.household.village.code])
    portfolio.end_overtaken(timezone.now())

    old.refresh_from_db()
    assert (old.status, old.result) == (Run.Status.OVERTAKEN, {"overtaken_by": newest.pk})
    assert old.finished_at
    assert Run.objects.exclude(pk=old.pk).filter(status=Run.Status.DONE).count() == 2


def test_a_run_that_is_moving_or_has_a_village_of_its_own_left_is_not_overtaken(rules, tag_set):
    make.customer()
    old = portfolio.open_portfolio(business_day=AS_OF, actor=None)
    newer = lost_by_the_broker(LATER)

    tasks.go_on_with_runs()

    assert set(Run.objects.filter(pk__in=[old.pk, newer.pk]).values_list("status", flat=True)) == {
        Run.Status.RUNNING
    }


def test_a_run_long_overtaken_is_not_told_as_under_way(rules, tag_set, client):
    make.customer()
    old = lost_by_the_broker()
    Run.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=9))
    tagged = tagging.open_tagging(business_day=LATER, actor=None)
    for shard_id in runs.waiting(tagged):
        tagging.work_shard(shard_id)
    officer = make.staff(Role.RISK_OFFICER)
    assert PortfolioPage.build(officer).under_way == old

    tasks.go_on_with_runs()

    assert PortfolioPage.build(officer).under_way is None
    client.force_login(make.staff(Role.ADMINISTRATOR))
    page = client.get(reverse("admin:core_run_change", args=[old.pk])).content.decode()
    assert reverse("admin:core_run_change", args=[tagged.pk]) in page


def test_the_command_tells_what_it_did_as_one_object(rules, tag_set):
    make.customer(list_flag=ListFlag.BLACK)
    out = StringIO()
    given = ["--workers", "1", "--json", "--day", date(2026, 6, 30).isoformat()]

    call_command("work_portfolio", *given, stdout=out)

    told = json.loads(out.getvalue())
    assert (told["villages"], told["customers"], told["refuse"]) == (1, 1, 1)
    assert told["standings_written"] == told["profiles_written"] == 1
