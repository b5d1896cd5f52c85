"""An override stands in the place of the refusal it sets aside, and of nothing else."""

import datetime as dt
import re
import threading
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from admission import review_words
from admission.contexts_wall import WallPage
from admission.errors import NotToBeAnswered, OverrideNotAllowed
from admission.models import Decision, Override
from admission.selectors import newest_decisions
from admission.services import (
    answering,
    appeals,
    deciding,
    override_ending,
    overriding,
    replaying,
    risk_wall,
)
from admission.sources import lending
from admission.sources.lending import Lending
from config.queues.admission import QUEUES
from core.errors import DomainError
from core.models import AuditEntry, Notice, Outbox, Parameter
from core.roles import Role
from tests import make
from tests.admission.conftest import allow, codes, decided
from tests.admission.heard import heard, overrides_run_for
from tests.admission.test_admin_rules import deed
from tests.waiting import until_others_wait

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DECISIONS = reverse("admin:admission_decision_changelist")
LAST_DAY = dt.date(2036, 12, 31)


@pytest.fixture(autouse=True)
def _long_overrides(db):
    """Overrides of these tests must hold on whichever day they run."""
    overrides_run_for("5000")


def officer():
    return make.staff(Role.RISK_OFFICER)


def officer_of_a_branch():
    return make.staff(Role.RISK_OFFICER, branch=make.branch(parent=make.branch()))


def proposed(decision, by=None, **given):
    said = {
        "reason": "失信已履行完毕，法院尚未撤下", "limit_factor": Decimal("0.70"),
        "valid_until": LAST_DAY, "at": AT,
    }  # fmt: skip
    return overriding.propose(decision.pk, actor=by or officer(), **said | given)


def overridden(decision, at=AT):
    """What stands in the place of a refusal once two people have agreed."""
    return overriding.approve(proposed(decision, at=at).pk, actor=officer(), at=at)


def newest(customer):
    return newest_decisions([customer.pk], "granting").get()


class TestWhatIsNewerCounts:
    def test_a_refusal_is_not_proposed_once_something_newer_was_decided(self, rules):
        refused = heard(gov_dishonest=True)
        heard(refused.customer, gov_dishonest=True, gov_fraud_card=True)

        with pytest.raises(OverrideNotAllowed):
            proposed(refused)

        assert not Override.objects.exists()

    def test_a_worse_refusal_made_meanwhile_is_not_buried_by_approving(self, rules):
        refused = heard(gov_dishonest=True)
        made = proposed(refused)
        worse = heard(refused.customer, gov_dishonest=True, gov_fraud_card=True)

        with pytest.raises(OverrideNotAllowed):
            overriding.approve(made.pk, actor=officer(), at=AT)

        made.refresh_from_db()
        assert (made.status, made.settled_by) == ("proposed", None)
        assert newest(refused.customer) == worse
        overriding.decline(made.pk, actor=officer(), at=AT, comment="另有新决定")
        assert proposed(worse).decision == worse

    def test_what_was_decided_for_another_purpose_or_person_does_not_count(self, rules):
        refused = heard(gov_dishonest=True)
        made = proposed(refused)
        heard(gov_dishonest=True)
        other = heard(refused.customer, gov_dishonest=True)
        type(other).objects.filter(pk=other.pk).update(purpose="application")

        assert overriding.approve(made.pk, actor=officer(), at=AT).outcome == "manual"

    def test_nobody_agrees_after_the_last_day(self, rules):
        made = proposed(heard(gov_dishonest=True))
        on_it = AT.replace(year=LAST_DAY.year, month=12, day=31, hour=23)

        with pytest.raises(OverrideNotAllowed):
            overriding.approve(made.pk, actor=officer(), at=on_it + dt.timedelta(hours=1))

        assert overriding.approve(made.pk, actor=officer(), at=on_it).override == made

    def test_days_are_those_of_the_bank_s_clock(self, rules):
        early = AT.replace(hour=1).astimezone(dt.UTC)
        assert early.date() == AT.date() - dt.timedelta(days=1)

        with pytest.raises(OverrideNotAllowed):
            proposed(heard(gov_dishonest=True), valid_until=early.date(), at=early)

    def test_a_page_offers_an_override_of_the_newest_decision_alone(self, client, rules):
        client.force_login(officer())
        refused = heard(gov_dishonest=True)
        page = reverse("admin:admission_decision_change", args=[refused.pk])
        propose = reverse("admin:admission_decision_deed", args=[refused.pk, "override"])
        assert propose in client.get(page).content.decode()

        heard(refused.customer, gov_dishonest=True)

        assert propose not in client.get(page).content.decode()


class TestHowLong:
    def test_a_year_where_the_bank_has_set_no_figure(self, rules):
        Parameter.objects.all().delete()
        refused, year = heard(gov_dishonest=True), AT.date() + dt.timedelta(days=365)

        with pytest.raises(OverrideNotAllowed, match=str(year)):
            proposed(refused, valid_until=year + dt.timedelta(days=1))

        assert proposed(refused, valid_until=year).valid_until == year

    def test_as_long_as_the_bank_says(self, rules):
        overrides_run_for("90")
        latest = AT.date() + dt.timedelta(days=90)

        with pytest.raises(OverrideNotAllowed):
            proposed(heard(gov_dishonest=True), valid_until=latest + dt.timedelta(days=1))

        assert proposed(heard(gov_dishonest=True), valid_until=latest)


class TestEndedEarly:
    """Head office takes back what it allowed; whoever proposed it what nobody agreed to yet."""

    def revoked(self, override, by=None):
        return override_ending.revoke(override.pk, actor=by or officer(), at=AT, why="新被执行")

    def test_the_rules_count_again_at_once(self, world, rules):
        customer = world.customer("dishonest")
        allow(customer)
        refused = decided(customer)
        again = overridden(refused)

        now = self.revoked(again.override)

        assert newest(customer) == now
        assert (now.outcome, now.rules_outcome, now.override) == (
            "refuse",
            "refuse",
            again.override,
        )
        assert (now.limit_factor, now.customer_text) == (
            refused.limit_factor, refused.customer_text,
        )  # fmt: skip
        assert replaying.compare(now).is_same
        assert decided(customer).outcome == "refuse"

    def test_who_ended_it_and_why_is_kept(self, rules):
        by, override = officer(), overridden(heard(gov_dishonest=True)).override

        self.revoked(override, by)

        override.refresh_from_db()
        assert (override.status, override.ended_by, override.ended_because) == (
            "revoked", by, "新被执行",
        )  # fmt: skip
        assert AuditEntry.objects.filter(action="admission.override.revoked", actor=by).exists()
        with pytest.raises(DomainError):
            self.revoked(override)

    def test_a_decision_made_since_that_does_not_rest_on_it_stays_the_newest(self, rules):
        again = overridden(heard(gov_dishonest=True))
        since = heard(again.customer, gov_dishonest=True, gov_fraud_card=True)

        assert self.revoked(again.override) is None
        assert newest(again.customer) == since

    def test_a_branch_cannot(self, rules):
        override = overridden(heard(gov_dishonest=True)).override

        with pytest.raises(OverrideNotAllowed):
            self.revoked(override, officer_of_a_branch())

        override.refresh_from_db()
        assert override.status == "approved"

    def test_it_counts_as_agreed_to_and_its_end_as_no_request(self, client, rules):
        again = overridden(heard(as_of=timezone.localdate(), gov_dishonest=True), timezone.now())
        self.revoked(again.override)
        cache.clear()
        client.force_login(officer())

        page = client.get(reverse("admin:admission_override_changelist")).context["page"]
        wall = WallPage.build(risk_wall.figures(timezone.localdate(), at=timezone.now()))

        assert (page.refused, page.approved, page.revoked) == (1, 1, 1)
        assert Decision.objects.requests().count() == 1
        assert [wall.cards[0].value, wall.cards[5].value] == ["1", "1"]

    def test_on_its_page_with_a_reason(self, client, rules):
        override = overridden(heard(gov_dishonest=True)).override
        page = reverse("admin:admission_override_change", args=[override.pk])
        deed = reverse("admin:admission_override_deed", args=[override.pk, "revoke"])
        client.force_login(officer())
        assert deed in client.get(page).content.decode()

        client.post(deed, {"revoke-reason": ""})
        override.refresh_from_db()
        assert override.status == "approved"

        client.post(deed, {"revoke-reason": "新被执行"})
        override.refresh_from_db()
        assert override.status == "revoked"
        shown = client.get(page).content.decode()
        assert "新被执行" in shown
        assert review_words.after_override(override) in shown
        assert deed not in shown

    def test_whoever_proposed_it_takes_it_back_and_nobody_else(self, client, rules):
        by, refused = officer(), heard(gov_dishonest=True)
        made = proposed(refused, by)
        with pytest.raises(OverrideNotAllowed):
            override_ending.take_back(made.pk, actor=officer(), at=AT, why="材料不全")
        client.force_login(by)

        deed = reverse("admin:admission_override_deed", args=[made.pk, "take-back"])
        client.post(deed, {"take-back-reason": "材料不全"})

        made.refresh_from_db()
        assert (made.status, made.settled_by, made.ended_by) == ("withdrawn", None, by)
        assert newest(refused.customer) == refused
        assert proposed(refused, by).status == "proposed"

    def test_the_database_wants_to_know_who_ended_it_and_why(self, rules):
        override = overridden(heard(gov_dishonest=True)).override

        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.filter(pk=override.pk).update(status="revoked")


@pytest.mark.django_db(transaction=True)
class TestEndedWhileDeciding:
    """A decision is under way while head office ends the override: the end wins."""

    def ended_by_another(self, override):
        try:
            override_ending.revoke(override.pk, actor=officer(), at=AT, why="新被执行")
        finally:
            connection.close()

    def test_ended_while_sources_are_asked_it_counts_no_more(self, world, rules, monkeypatch):
        customer = world.customer("dishonest")
        allow(customer)
        override = overridden(decided(customer)).override
        judged = deciding.judge_all

        def meanwhile(*about):
            ending = threading.Thread(target=self.ended_by_another, args=[override])
            ending.start()
            ending.join()
            return judged(*about)

        monkeypatch.setattr(deciding, "judge_all", meanwhile)

        made = decided(customer)

        assert (made.outcome, made.override) == ("refuse", None)
        assert newest(customer) == made

    def test_ended_while_it_is_written_down_it_is_refused_again(self, world, rules, monkeypatch):
        customer = world.customer("dishonest")
        allow(customer)
        override = overridden(decided(customer)).override
        heeded = overriding.apply
        ending = threading.Thread(target=self.ended_by_another, args=[override])

        def meanwhile(*about):
            ending.start()
            until_others_wait(1)
            heeded(*about)

        monkeypatch.setattr(overriding, "apply", meanwhile)

        made = decided(customer)
        ending.join()

        assert (made.outcome, made.override) == ("manual", override)
        assert newest(customer) != made
        assert newest(customer).outcome == "refuse"


class TestWhatIsStillAsked:
    """A refusal for a high rule, under which a medium rule and a check item hold as well."""

    def refused(self):
        return heard(gov_dishonest=True, gov_suit_def_24m=1, phone_name_match=False)

    def answered(self, decision, *asked):
        for code in asked:
            answering.answer(decision.pk, code, actor=make.staff(), text="已核实")

    def test_what_stands_in_its_place_asks_for_evidence_until_all_is_given(self, rules):
        refused = self.refused()
        again = overridden(refused)
        assert list(Decision.objects.asking()) == [again]
        assert codes(answering.open_rules(again)) == ["M02", "L04"]

        self.answered(again, "M02", "L04")

        assert not Decision.objects.asking().exists()
        answering.must_be_answered(again)

    def test_what_was_found_while_it_was_a_refusal_is_found(self, rules):
        refused = self.refused()
        self.answered(refused, "M02")
        again = overridden(refused)

        assert codes(answering.open_rules(again)) == ["L04"]
        assert list(Decision.objects.asking()) == [again]
        answering.must_be_answered(again)
        with pytest.raises(NotToBeAnswered):
            self.answered(again, "M02")

        self.answered(refused, "L04")
        assert answering.open_rules(again) == []
        assert not Decision.objects.asking().exists()

    def test_a_later_decision_that_heeds_the_override_asks_for_itself(self, rules):
        refused = self.refused()
        self.answered(refused, "M02", "L04")
        override = overridden(refused).override
        later = heard(refused.customer, gov_dishonest=True, gov_suit_def_24m=1)
        overriding.apply([later], {later.customer_id: override})
        later.save()

        assert codes(answering.open_rules(later)) == ["M02"]
        assert list(Decision.objects.asking()) == [later]

    def test_what_high_rules_alone_refused_asks_for_no_evidence(self, rules):
        overridden(heard(gov_dishonest=True))

        assert not Decision.objects.asking().exists()

    def test_whoever_walks_the_village_finds_it_waiting_and_what_was_found(self, client, rules):
        today = timezone.localdate()
        refused = heard(as_of=today, gov_dishonest=True, gov_suit_def_24m=1, phone_name_match=False)
        self.answered(refused, "M02")
        again = overridden(refused)
        (evidence,) = [each for each in QUEUES if "outcome__exact=manual" in each.address]
        manager = refused.customer.household.village.grid.manager

        assert list(evidence.rows(manager, today)) == [again]
        client.force_login(manager)
        listed = client.get(f"{DECISIONS}?{evidence.address}").context["cl"]
        page = client.get(reverse("admin:admission_decision_change", args=[again.pk]))

        assert list(listed.queryset) == [again]
        assert [each.code for each in page.context["review"].answers] == ["M02"]


class TestWhatIsCounted:
    """A refusal of the last day of June, overridden on the first of July."""

    @pytest.fixture(autouse=True)
    def _nothing_counted_before(self):
        cache.clear()
        yield
        cache.clear()

    def wall(self, day):
        cache.clear()
        return WallPage.build(risk_wall.figures(day, at=AT))

    def test_an_override_counts_once_on_the_day_it_was_agreed_to_and_is_no_request(
        self, client, rules
    ):
        refused = heard(gov_dishonest=True)
        refused_on, agreed_on = refused.as_of, AT.date()
        assert refused_on < agreed_on
        before = self.wall(refused_on)
        again = overridden(refused)

        then, now = self.wall(refused_on), self.wall(agreed_on)

        def told(wall):
            return [each.value for each in wall.cards]

        assert told(then) == told(before) == ["1", "0", "0", "0", "1", "0"]
        assert told(now) == ["0", "0", "0", "0", "0", "1"]
        assert again.as_of == refused_on
        for wall in (then, now):
            (trend,) = [each for each in wall.charts if each.key == "trend"]
            assert {bar.total for bar in trend.bars if bar.total} == {1}
        (rule_bars,) = [each.bars for each in then.charts if each.key == "rules"]
        assert [bar.total for bar in rule_bars] == [1]
        client.force_login(officer())
        for card in then.cards[:5]:
            assert client.get(card.url).context["cl"].result_count == int(card.value)
        assert list(client.get(now.cards[5].url).context["cl"].queryset) == [again.override]

    def test_a_later_request_under_an_override_is_a_request_and_no_second_override(self, rules):
        refused = heard(gov_dishonest=True)
        override = overridden(refused).override
        later = heard(refused.customer, as_of=AT.date(), gov_dishonest=True)
        overriding.apply([later], {later.customer_id: override})
        later.save()

        wall = self.wall(AT.date())

        assert [each.value for each in wall.cards] == ["1", "0", "1", "0", "0", "1"]

    def test_the_register_counts_a_refusal_once(self, client, rules):
        today = timezone.localdate()
        overridden(heard(as_of=today, gov_dishonest=True), at=timezone.now())
        client.force_login(officer())

        page = client.get(reverse("admin:admission_override_changelist")).context["page"]

        assert (page.refused, page.approved, page.share) == (1, 1, 100)

    def test_the_wall_is_told(self, rules):
        again = overridden(heard(gov_dishonest=True))

        told = Outbox.objects.get(kind="admission.CustomerDecided")
        assert told.body == {"decision_id": again.pk}

    def test_agreed_to_on_the_page_it_counts_on_the_bank_s_day(self, client, rules, monkeypatch):
        worked = dt.date(2026, 6, 30)
        monkeypatch.setattr(
            lending, "_known", [Lending(lambda _: worked, lambda _: (), lambda rows, _: rows)]
        )
        refused = heard(as_of=worked, gov_dishonest=True)
        made = proposed(refused)
        client.force_login(officer())

        page = reverse("admin:admission_override_deed", args=[made.pk, "approve"])
        client.post(page, {"approve-comment": "同意"})

        assert self.wall(worked).cards[5].value == "1"


class TestWhatFollows:
    """An application turned down by the rules stays so; the customer is told to apply again."""

    def refused(self, purpose="application", **given):
        made = heard(gov_dishonest=True, **given)
        made.purpose = purpose
        made.customer_text = "您的申请暂时不能通过。"
        made.save(update_fields=["purpose", "customer_text"])
        return made

    def test_the_customer_reads_that_they_may_apply_again_and_until_when(self, rules):
        again = overridden(self.refused())

        assert again.customer_text == review_words.may_apply_until(LAST_DAY)
        assert str(LAST_DAY) in again.customer_text

    def test_in_chinese_whoever_agrees_and_so_are_the_notices(self, rules, in_english):
        texts = [
            overridden(self.refused(each)).customer_text for each in ("application", "granting")
        ]
        texts += Notice.objects.values_list("title", flat=True)

        assert len(texts) == 4
        assert not any(re.search("[A-Za-z]", each) for each in texts)

    def test_who_offered_to_guarantee_or_asked_for_a_line_is_told_of_no_application_anew(
        self, rules
    ):
        for purpose in ("granting", "guarantee"):
            again = overridden(self.refused(purpose))

            assert again.customer_text != review_words.may_apply_until(LAST_DAY)

    def test_the_page_tells_staff_what_the_customer_has_to_do(self, client, rules):
        client.force_login(officer())
        told = {}
        for purpose in ("granting", "application", "guarantee", "post_loan"):
            made = proposed(self.refused(purpose))
            page = reverse("admin:admission_override_change", args=[made.pk])
            assert review_words.after_override(made) == ""

            client.post(f"{page.removesuffix('change/')}deed/approve/", {"approve-comment": "同意"})

            made.refresh_from_db()
            assert made.status == "approved"
            told[purpose] = review_words.after_override(made)
            assert told[purpose] in client.get(page).content.decode().replace("&#x27;", "'")
        assert len(set(told.values())) == 4

    def test_the_new_application_is_looked_at_by_a_person(self, world, rules):
        customer = world.customer("dishonest")
        allow(customer, purpose="application")
        overridden(decided(customer, purpose="application"))

        anew = decided(customer, purpose="application")

        assert (anew.outcome, answering.asks_head_office(anew)) == ("manual", True)
        assert anew.customer_text != review_words.may_apply_until(LAST_DAY)

    @pytest.mark.parametrize(
        ("outcome", "before", "after"),
        [
            ("manual", "工作人员会审核。\n原因：查询较多", "原因：查询较多"),
            ("notice", "", ""),
            ("admit", "评分理由：存款", "评分理由：存款"),
        ],
    )
    def test_what_is_said_once_decided_again_takes_the_place_of_the_opening(
        self, outcome, before, after
    ):
        again = Decision(outcome=outcome, customer_text=before)

        opening, _, rest = review_words.may_apply_again(again).partition("\n")

        assert rest == after
        assert opening not in before


def test_an_appeal_is_corrected_as_of_the_banks_day_whatever_a_form_says(client, world, rules):
    customer = world.customer("sued")
    allow(customer)
    appeal = appeals.open_appeal(
        decided(customer).pk, customer_id=customer.pk, statement="已撤诉", at=AT
    )
    allow(customer)
    client.force_login(officer())

    deed(client, appeal, "correct", answer="已更正", as_of="2026-06-30")

    appeal.refresh_from_db()
    assert appeal.decided_again.as_of == timezone.localdate()
