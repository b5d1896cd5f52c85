"""Admission for whole villages: who is asked about, who is passed by, what a second run does."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission.errors import NoRulesInForce, NotAuthorised, NothingMissing
from admission.models import Authorisation, Decision, SourceRecord
from admission.services import admitting, deciding
from admission.sources import borrowers as known
from core import runs
from core.models import AuditEntry, Outbox, Run, Shard
from core.roles import Role
from tests import make
from tests.admission.brought import JUNE, bring, paid
from tests.admission.conftest import AS_OF, allow, decided, visited
from village.models import Campaign, Customer, Outcome

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lenders():
    """Granting would lend to these, by village; a test adds to it."""
    found: dict[str, list[int]] = {}
    before = list(known._known)
    known.register_borrowers(
        lambda codes, day: [pk for code in codes for pk in found.get(code, [])]
    )
    yield found
    known._known[:] = before


def reviewed(customer, stage=Outcome.Stage.DECIDED, status=Campaign.Status.CONCLUDED):
    """The household's review, in a round of its village; its village."""
    home = customer.household
    campaign = Campaign.objects.create(
        village=home.village, seed=1, business_day=AS_OF, status=status, seal="0" * 64
    )
    void = {"voided_because": "black_list", "voided_at": timezone.now(), "reviewed_limit": 0}
    said = void if stage == Outcome.Stage.VOIDED else {"reviewed_limit": 5_000_000}
    Outcome.objects.create(
        campaign=campaign, household=home, sheets=7, valid_sheets=7, stage=stage,
        decided_at=timezone.now(), **said,
    )  # fmt: skip
    return home.village


def ready(world, lenders, nickname="sound", **given):
    """Somebody in a village of their own whose household the branch has decided."""
    customer = visited(world.customer(nickname, **given))
    lenders[reviewed(customer).code] = [customer.pk]
    return customer


def worked(**given):
    made = {"business_day": AS_OF, "actor": make.staff(Role.RISK_OFFICER)}
    run = admitting.open_admitting(**made | given)
    for _done in admitting.work_through(runs.waiting(run)):
        pass
    run.refresh_from_db()
    return run


def test_a_borrower_who_authorised_it_is_decided_about(world, rules, lenders):
    customer = ready(world, lenders)
    allow(customer)

    run = worked()

    decision = Decision.objects.get(customer=customer)
    assert (decision.purpose, decision.as_of) == ("granting", AS_OF)
    assert decision.asked_by == run.started_by
    assert run.status == Run.Status.DONE
    assert run.result["decided"] == 1
    assert run.result[decision.outcome] == 1


def test_who_has_not_authorised_it_is_counted_and_not_asked_about(world, rules, lenders):
    ready(world, lenders)

    run = worked()

    assert run.result["not_authorised"] == 1
    assert run.result["decided"] == 0
    assert not SourceRecord.objects.exists()


def test_who_was_decided_about_lately_is_passed_by(world, rules, lenders):
    allow(ready(world, lenders))
    worked()

    again = worked()

    assert again.result["standing"] == 1
    assert Decision.objects.count() == 1


def test_other_rules_decide_again(world, rules, lenders):
    allow(ready(world, lenders))
    worked()
    Decision.objects.update(rule_set_hash="of other rules")

    again = worked()

    assert again.result["decided"] == 1


def test_an_authorisation_that_the_bureau_used_up_long_ago_must_be_signed_anew(
    world, rules, lenders
):
    customer = ready(world, lenders)
    allow(customer)
    Authorisation.objects.update(bureau_asked_at=timezone.now())

    run = worked()

    assert run.result["used_up"] == 1
    assert not Decision.objects.exists()


def test_who_waits_is_decided_again_and_only_the_silent_source_is_asked(world, rules, lenders):
    allow(ready(world, lenders))
    world.faults.set("police", "500", None)
    assert worked().result["wait"] == 1
    world.faults.clear()
    before = SourceRecord.objects.count()

    again = worked()

    assert again.result["decided"] == 1
    assert list(SourceRecord.objects.order_by("id")[before:].values_list("source", flat=True)) == [
        "police"
    ]


def test_where_the_head_is_refused_the_next_of_the_household_is_decided_about(
    world, rules, lenders
):
    head = ready(world, lenders, "dishonest")
    spouse = world.customer("sound", household=head.household, role=Customer.Role.SPOUSE)
    for each in (head, spouse):
        allow(each)
    code = head.household.village.code

    def lend_to(codes, day):
        refused = Decision.objects.filter(customer=head, outcome="refuse").exists()
        return [spouse.pk if refused else head.pk] if code in codes else []

    known.register_borrowers(lend_to)

    run = worked()

    assert run.result["borrowers"] == run.result["decided"] == 2
    assert Decision.objects.filter(customer=spouse).exists()


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Outcome.Stage.INITIAL, Campaign.Status.CONCLUDED),
        (Outcome.Stage.VOIDED, Campaign.Status.CONCLUDED),
        (Outcome.Stage.DECIDED, Campaign.Status.CLOSED),
    ],
)
def test_a_village_with_nothing_to_grant_is_no_shard(world, rules, lenders, stage, status):
    reviewed(world.customer("sound"), stage, status)

    assert not admitting.open_admitting(business_day=AS_OF, actor=None).shards.exists()


def test_a_village_that_fails_is_written_down_and_keeps_no_other_waiting(world, rules, lenders):
    bad, good = ready(world, lenders), ready(world, lenders, "white")
    allow(good)
    lenders[bad.household.village.code] = ["nobody"]

    run = worked()

    assert run.status == Run.Status.FAILED
    assert "nobody" in run.shards.get(status=Shard.Status.FAILED).error
    assert Decision.objects.get().customer == good


def test_without_rules_nothing_is_begun(lenders):
    with pytest.raises(NoRulesInForce):
        admitting.open_admitting(business_day=AS_OF, actor=None)


def test_a_shard_that_is_done_is_left_alone(world, rules, lenders):
    allow(ready(world, lenders))
    shard = worked().shards.get()

    with pytest.raises(runs.AlreadyWorked):
        admitting.work_shard(shard.pk)


def test_asking_is_on_record_and_handed_to_the_workers(world, rules, lenders):
    village = ready(world, lenders).household.village
    officer = make.staff(Role.RISK_OFFICER)

    run = admitting.ask_for_admission(actor=officer, business_day=AS_OF, villages=[village.code])

    entry = AuditEntry.objects.get(action="admission.granting.asked")
    assert (entry.object_id, entry.actor, entry.detail) == (run.pk, officer, {"villages": 1})
    assert Outbox.objects.get(kind="admission.AdmissionAsked").body == {"run_id": run.pk}


# ---- the command ----


def test_the_command_tells_what_came_of_it(world, rules, lenders, capsys):
    allow(ready(world, lenders))
    unsigned = ready(world, lenders, "white")

    call_command("admit", "--all", "--day", str(AS_OF), "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["villages"], told["borrowers"], told["decided"]) == (2, 2, 1)
    assert told["not_authorised"] == 1

    call_command("admit", "--village", unsigned.household.village.code, "--day", str(AS_OF))

    assert "1 villages, 1 borrowers: 0 decided" in capsys.readouterr().out


def test_the_command_refuses_an_unknown_user(world, rules, lenders):
    with pytest.raises(CommandError, match="nobody-here"):
        call_command("admit", "--all", "--by", "nobody-here")


def test_the_command_refuses_a_day_that_is_still_to_come(world, rules, lenders):
    allow(ready(world, lenders))
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(CommandError, match=f"{tomorrow} 尚未到来"):
        call_command("admit", "--all", "--day", str(tomorrow))

    assert not Run.objects.exists()


def test_the_command_refuses_a_day_before_all_data(world, rules, lenders):
    allow(ready(world, lenders))
    bring(paid(make.customer()))
    before = JUNE - timedelta(days=1)

    with pytest.raises(CommandError, match=f"最早交付的数据日期为 {JUNE}"):
        call_command("admit", "--all", "--day", str(before))
    call_command("admit", "--all", "--day", str(JUNE))

    assert Run.objects.get(kind=admitting.KIND).business_day == JUNE


# ---- the page ----


def test_a_manager_asks_for_a_village_of_theirs_and_no_other(world, rules, lenders, client):
    mine, other = ready(world, lenders), ready(world, lenders, "white")
    client.force_login(mine.household.village.grid.manager)
    page = reverse("admin:admission_decision_villages")
    ask = reverse("admin:admission_decision_ask")

    shown = client.get(page).content.decode()
    client.post(ask, {"village": other.household.village.code})
    assert not Run.objects.exists()
    client.post(ask, {"village": "all"})

    assert mine.household.village.name in shown
    assert other.household.village.name not in shown
    assert [each.key for each in Run.objects.get().shards.all()] == [mine.household.village.code]


def test_an_auditor_sees_the_page_and_may_not_ask(world, rules, lenders, client):
    customer = ready(world, lenders)
    client.force_login(make.staff(Role.AUDITOR))

    shown = client.get(reverse("admin:admission_decision_villages"))
    asked = client.post(reverse("admin:admission_decision_ask"), {"village": "all"})

    assert customer.household.village.name in shown.content.decode()
    assert asked.status_code == 403


def test_ten_more_villages_cost_no_more_queries(world, rules, lenders, client):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("admin:admission_decision_villages"))
        return len(seen)

    ready(world, lenders)
    client.force_login(make.staff(Role.RISK_OFFICER))
    queries()
    few = queries()
    for _ in range(10):
        reviewed(make.customer())

    assert queries() <= few


# ---- deciding again ----


def test_a_decision_that_waits_is_decided_again_at_its_own_page(world, rules, client):
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set("police", "500", None)
    waiting = decided(customer)
    world.faults.clear()

    made = deciding.decide_again(waiting.pk, actor=make.staff(), as_of=AS_OF)

    assert waiting.outcome == "wait"
    assert made.outcome != "wait"
    with pytest.raises(NothingMissing):
        deciding.decide_again(waiting.pk, actor=make.staff(), as_of=AS_OF)


def test_an_authorisation_used_up_is_named_before_anybody_is_asked(world, rules):
    customer = visited(world.customer("sound"))
    allow(customer)
    world.faults.set("police", "500", None)
    waiting = decided(customer)
    SourceRecord.objects.filter(source="pboc").update(status="failed", error="lost")
    before = SourceRecord.objects.count()

    with pytest.raises(NotAuthorised, match="new one|重新"):
        deciding.decide_again(waiting.pk, actor=make.staff(), as_of=AS_OF)

    assert SourceRecord.objects.count() == before


def test_the_deed_leads_to_the_new_decision(world, rules, client):
    customer = visited(world.customer("sound"))
    allow(customer, at=timezone.now(), valid_until=timezone.localdate().replace(year=2099))
    world.faults.set("police", "500", None)
    waiting = decided(customer, as_of=timezone.localdate())
    world.faults.clear()
    client.force_login(make.staff(Role.RISK_OFFICER))

    page = client.get(reverse("admin:admission_decision_change", args=[waiting.pk]))
    answer = client.post(reverse("admin:admission_decision_deed", args=[waiting.pk, "again"]))

    address = reverse("admin:admission_decision_deed", args=[waiting.pk, "again"])
    assert address in page.content.decode()
    made = Decision.objects.latest("pk")
    assert made.pk != waiting.pk
    assert answer.url == reverse("admin:admission_decision_change", args=[made.pk])
