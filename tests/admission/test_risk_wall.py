"""The risk wall: what it counts, where its figures lead, and that counting is shared."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from admission.contexts_wall import WallPage
from admission.models import Authorisation, Decision, SourceRecord
from admission.services import risk_wall
from core import events, notices
from core.roles import Role
from credit.models import Application
from tests import make
from tests.admission.conftest import AS_OF, allow, decided, visited
from tests.credit import lent

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 30, 4, 30, tzinfo=UTC)
WALL = reverse("admin:admission_riskwall_changelist")
HIT = {"code": "H05", "name": "失信被执行人", "level": "high"}
ASK = {"code": "M03", "name": "近6月硬查询过多", "level": "medium"}


@pytest.fixture(autouse=True)
def _nothing_counted_before(db):
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def officer(client):
    made = make.staff(Role.RISK_OFFICER)
    client.force_login(made)
    return made


def decision(rules, outcome="admit", *, hits=(), day=AS_OF, customer=None, at=AT, **given):
    made = Decision.objects.create(
        customer=customer or make.customer(), purpose="granting", as_of=day, rule_set=rules,
        rule_set_hash="x", outcome=outcome, inputs={}, hits=list(hits), **given,
    )  # fmt: skip
    Decision.objects.filter(pk=made.pk).update(decided_at=at)
    return made


def page(day=AS_OF, at=AT):
    cache.clear()
    return WallPage.build(risk_wall.figures(day, at=at))


def card(shown, place):
    return shown.cards[place].value


def chart(shown, key):
    (found,) = [each for each in shown.charts if each.key == key]
    return found


def test_requests_of_the_day_are_counted_by_outcome(rules):
    for outcome in ("admit", "notice", "manual", "refuse", "refuse"):
        decision(rules, outcome)
    decision(rules, "refuse", day=AS_OF - timedelta(days=1))

    shown = page()

    assert [each.value for each in shown.cards] == ["5", "2", "1", "0", "2", "0"]
    trend = chart(shown, "trend").bars
    assert (trend[-1].total, trend[-2].total, len(trend)) == (5, 1, 14)


def test_a_request_that_waited_is_counted_once_by_its_newest_decision(rules):
    one, other = make.customer(), make.customer()
    for outcome in ("wait", "wait", "manual"):
        decision(rules, outcome, customer=one, hits=[ASK])
    decision(rules, "wait", customer=other)

    shown = page()

    assert [each.value for each in shown.cards] == ["2", "0", "1", "1", "0", "0"]
    assert chart(shown, "trend").bars[-1].total == 2
    assert [each.total for each in chart(shown, "rules").bars] == [1]


def test_hours_are_those_of_the_bank_s_clock(rules):
    decision(rules, at=datetime(2026, 6, 30, 4, 30, tzinfo=UTC))

    bars = {bar.name: bar.total for bar in chart(page(), "hours").bars}

    assert bars["12:00"] == 1
    assert sum(bars.values()) == 1


def test_rules_are_told_with_how_many_they_refused(rules):
    decision(rules, "refuse", hits=[HIT, ASK])
    decision(rules, "manual", hits=[ASK])

    shown = page()

    assert [(bar.name[:3], bar.total) for bar in chart(shown, "rules").bars] == [
        ("M03", 2),
        ("H05", 1),
    ]
    assert [(bar.name[:3], bar.total) for bar in chart(shown, "reasons").bars] == [("H05", 1)]


def test_without_a_high_rule_the_medium_ones_are_what_refused(client, officer, rules):
    medium = [ASK, {**ASK, "code": "M04"}]
    raised = {**ASK, "code": "M05", "level": "high", "raised_from": "medium"}
    low = {**ASK, "code": "L01", "level": "low"}
    decision(rules, "refuse", hits=[*medium, low])
    decision(rules, "refuse", hits=[*medium, raised, low])

    reasons = chart(page(), "reasons").bars

    assert [(bar.name[:3], bar.total) for bar in reasons] == [("M03", 1), ("M04", 1), ("M05", 1)]
    for bar in reasons:
        assert client.get(bar.url).context["cl"].result_count == bar.total, bar.url


def test_every_figure_leads_to_the_decisions_it_counts(client, officer, rules):
    decision(rules, "wait", customer=(twice := make.customer()), hits=[HIT])
    decision(rules, "refuse", customer=twice, hits=[HIT])
    decision(rules, "admit")
    decision(rules, "notice")
    decision(rules, "admit", day=AS_OF - timedelta(days=1))

    shown = page()

    ways = [(each.url, int(each.value)) for each in shown.cards[:5]]
    ways += [(bar.url, bar.total) for each in shown.charts for bar in each.bars
             if each.key != "hours"]  # fmt: skip
    for url, count in ways:
        assert client.get(url).context["cl"].result_count == count, url
    for each in shown.sources:
        assert client.get(each.url).status_code == 200


def test_products_are_told_by_whoever_lends_and_not_counted_twice(client, officer, rules):
    application = lent.application()
    made = decision(rules, "refuse", customer=application.customer)
    Decision.objects.filter(pk=made.pk).update(purpose="application")
    Application.objects.filter(pk=application.pk).update(admission=made)

    (bar,) = chart(page(), "products").bars

    assert (bar.name, bar.total) == (application.product.name, 1)
    assert client.get(bar.url).context["cl"].result_count == 1


def source_record(customer, status="answered", took=100, at=AT, source="courts"):
    return SourceRecord.objects.create(
        customer=customer, source=source, as_of=AS_OF, status=status, asked_at=at, took_ms=took,
        error="" if status == "answered" else "timeout",
    )  # fmt: skip


def line(shown, name="司法"):
    (found,) = [each for each in shown.sources if each.name == name]
    return found


def test_a_source_is_told_by_what_its_last_answers_were(rules):
    customer = make.customer()
    for took in (100, 200, 300):
        source_record(customer, took=took, at=AT - timedelta(hours=1))
    assert (line(page()).level, line(page()).p50) == ("green", "200")
    assert line(page(), "公安").level == "grey"

    for _ in range(5):
        source_record(customer, "failed", at=AT - timedelta(seconds=5))
    resting = line(page())
    tried_again = line(page(at=AT + timedelta(minutes=5)))

    assert (resting.level, resting.failed) == ("red", "5 · 62.5%")
    assert resting.word != tried_again.word
    assert line(page(at=AT + timedelta(days=2))).asked == 0


def test_figures_are_counted_once_for_all_who_look(rules, django_assert_num_queries):
    decision(rules)
    risk_wall.figures(AS_OF, at=AT)

    with django_assert_num_queries(0):
        for _ in range(20):
            assert len(risk_wall.figures(AS_OF, at=AT).requests) == 1


def test_while_somebody_counts_others_take_what_was_counted(rules, monkeypatch):
    decision(rules)
    risk_wall.figures(AS_OF, at=AT)
    monkeypatch.setattr(risk_wall, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(risk_wall, "TIMES_AS_LONG", 0)
    decision(rules)

    cache.add(f"riskwall:{AS_OF}:counting", 1, 20)
    old = risk_wall.figures(AS_OF, at=AT)
    cache.delete(f"riskwall:{AS_OF}:counting")
    new = risk_wall.figures(AS_OF, at=AT)

    assert sum(each.count for each in old.requests) == 1
    assert sum(each.count for each in new.requests) == 2


def test_ten_more_decisions_cost_no_more_queries(rules, django_assert_max_num_queries):
    for _ in range(11):
        decision(rules, "refuse", hits=[HIT])
    cache.clear()

    with django_assert_max_num_queries(8):
        WallPage.build(risk_wall.figures(AS_OF, at=AT))


def test_a_decision_stirs_the_wall_once_for_all_of_a_moment(
    world, rules, monkeypatch, django_capture_on_commit_callbacks
):
    told = []
    monkeypatch.setattr(notices, "nudge", lambda group, **what: told.append(what))
    customer = visited(world.customer("sound"))
    allow(customer)
    for _ in range(3):
        decided(customer)

    with django_capture_on_commit_callbacks(execute=True):
        events.drain()

    assert told.count({"wall": 1}) == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.RISK_OFFICER, 200),
        (Role.APPROVER, 200),
        (Role.AUDITOR, 200),
        (Role.BRANCH_PRESIDENT, 403),
        (Role.CUSTOMER_MANAGER, 403),
        (Role.PRODUCT_MANAGER, 403),
    ],
)
def test_only_whoever_sees_the_whole_bank_sees_the_wall(client, rules, role, status):
    client.force_login(make.staff(role))

    assert client.get(WALL).status_code == status
    assert client.get(reverse("admin:admission_riskwall_figures")).status_code == status
    menu = client.get(reverse("admin:index")).content.decode()
    assert (WALL in menu) is (status == 200)


def test_an_odd_day_is_today_and_no_day_lies_ahead(client, officer, rules):
    today = timezone.localdate()
    ahead = (today + timedelta(days=9)).isoformat()

    for asked in ("x", ahead, "", "0001-01-01", "0001-01-13"):
        assert client.get(WALL, {"day": asked}).context["page"].day == today
    assert client.get(WALL, {"day": "2026-06-30"}).context["page"].day == date(2026, 6, 30)


def test_a_wall_that_hangs_overnight_goes_over_to_the_banks_new_day(
    client, officer, rules, monkeypatch
):
    shown = client.get(WALL, {"look": "dark"}).content.decode()
    (asks,) = re.findall(r'<risk-wall src="([^"]+)"', shown)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("admission.admin.risk_wall.bank_day", lambda _calendar: tomorrow)

    fresh = client.get(asks)

    assert fresh.context["page"].day == tomorrow
    assert 'data-part="day"' in shown
    assert f"<time>{tomorrow}</time>" in fresh.content.decode()


def test_a_day_that_is_over_stays_the_day_that_was_asked_for(client, officer, rules):
    shown = client.get(WALL, {"day": "2026-06-30"}).content.decode()

    assert "<risk-wall>" in shown


def test_a_day_without_requests_says_what_will_stand_there(client, officer, rules):
    shown = client.get(WALL).content.decode()

    assert "wall-quiet" in shown
    assert Authorisation.objects.count() == 0


def test_an_empty_day_leads_to_the_last_one_with_requests(client, officer, rules):
    earlier = AS_OF - timedelta(days=9)
    decision(rules, day=earlier)
    decision(rules, day=earlier - timedelta(days=1))

    empty = client.get(WALL, {"day": AS_OF.isoformat()})
    busy = client.get(WALL, {"day": earlier.isoformat()})

    assert f'href="?day={earlier.isoformat()}"' in empty.content.decode()
    assert (empty.context["last_busy"], busy.context["last_busy"]) == (earlier, None)
