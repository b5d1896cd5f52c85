"""Rules taken into force now, later by themselves, or back again; a challenger beside them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from admission import services
from admission.errors import AnotherIsScheduled, NotSimulated, NotToBeScheduled
from admission.models import CHALLENGER, RuleSet, ShadowVerdict
from admission.services import rule_publishing, rule_simulating, shadowing
from core import publishing
from core.errors import SameHands
from core.models import AuditEntry, Notice
from core.roles import Role
from tests import make
from tests.admission.conftest import allow, decided
from tests.admission.heard import heard
from tests.admission.test_rule_simulating import LAST_YEAR, drafted

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def officer():
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def waiting(rules):
    """A version in review, simulated."""
    heard()
    draft = drafted(rules, "M03", level="high")
    rule_simulating.simulate(draft.pk, scope=LAST_YEAR, actor=None)
    return publishing.submit(draft, actor=draft.author)


def schedule(rule_set, actor, at=TOMORROW):
    return rule_publishing.schedule(rule_set.pk, actor=actor, at=at, now=NOW)


class TestLater:
    def test_it_takes_force_when_its_moment_has_come_and_not_before(self, rules, waiting, officer):
        schedule(waiting, officer)

        assert rule_publishing.take_force(TOMORROW - dt.timedelta(seconds=1)) == []
        (taken,) = rule_publishing.take_force(TOMORROW)

        assert (taken.status, taken.publisher) == ("published", officer)
        assert RuleSet.objects.get(pk=rules.pk).status == "retired"

    def test_its_author_cannot_approve_it_for_later(self, waiting):
        with pytest.raises(SameHands):
            schedule(waiting, waiting.author)
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleSet.objects.filter(pk=waiting.pk).update(
                scheduled_for=TOMORROW, scheduled_by=waiting.author
            )

    def test_the_database_lets_no_draft_wait_to_take_force(self, waiting, officer):
        schedule(waiting, officer)

        with pytest.raises(IntegrityError), transaction.atomic():
            RuleSet.objects.filter(pk=waiting.pk).update(status="draft")

    def test_a_moment_that_has_passed_and_a_draft_are_refused(self, rules, waiting, officer):
        with pytest.raises(NotToBeScheduled):
            schedule(waiting, officer, at=NOW)
        with pytest.raises(NotToBeScheduled):
            schedule(drafted(rules, "M02", level="high"), officer)

    def test_sent_back_it_no_longer_takes_force(self, waiting, officer):
        schedule(waiting, officer)

        rule_publishing.send_back(
            RuleSet.objects.get(pk=waiting.pk), actor=officer, reason="再想想"
        )

        publishing.submit(waiting, actor=waiting.author)
        assert rule_publishing.take_force(TOMORROW) == []
        assert AuditEntry.objects.filter(action="admission.rule_set.unscheduled").exists()

    def test_one_that_can_no_longer_take_force_is_told_to_the_officers(self, waiting, officer):
        schedule(waiting, officer)
        waiting.rules.filter(code="M02").update(expression="agee > 3")

        assert rule_publishing.take_force(TOMORROW) == []

        assert RuleSet.objects.get(pk=waiting.pk).scheduled_for is None
        assert Notice.objects.filter(role=Role.RISK_OFFICER).exists()


class TestOneAtATime:
    @pytest.fixture
    def urgent(self, rules, waiting):
        """A fix of another rule, begun from the same version and simulated against it."""
        draft = drafted(rules, "M02", level="high")
        rule_simulating.simulate(draft.pk, scope=LAST_YEAR, actor=None)
        return publishing.submit(draft, actor=draft.author)

    def test_while_one_waits_to_take_force_no_other_is_published_and_it_is_named(
        self, waiting, urgent, officer
    ):
        schedule(waiting, officer)

        with pytest.raises(AnotherIsScheduled, match=f"v{waiting.version}.*2026-07-02 09:00"):
            rule_publishing.publish(urgent, actor=officer)
        with pytest.raises(AnotherIsScheduled):
            schedule(urgent, officer, at=TOMORROW + dt.timedelta(days=4))

    def test_once_that_is_taken_back_the_fix_takes_force_and_stays(self, waiting, urgent, officer):
        schedule(waiting, officer)
        rule_publishing.unschedule(waiting.pk, actor=officer)

        rule_publishing.publish(urgent, actor=officer)

        assert rule_publishing.take_force(TOMORROW) == []
        assert publishing.in_force(RuleSet, urgent.code) == urgent

    def test_what_was_simulated_before_the_fix_is_simulated_again_beside_it(
        self, waiting, urgent, officer
    ):
        rule_publishing.publish(urgent, actor=officer)

        with pytest.raises(NotSimulated, match=f"v{urgent.version}"):
            schedule(waiting, officer)
        with pytest.raises(NotSimulated):
            rule_publishing.publish(waiting, actor=officer)
        rule_simulating.simulate(waiting.pk, scope=LAST_YEAR, actor=None)

        schedule(waiting, officer)
        (taken,) = rule_publishing.take_force(TOMORROW)
        assert taken == waiting

    def test_one_whose_ground_changed_all_the_same_does_not_take_force_and_tells_its_people(
        self, waiting, urgent, officer
    ):
        schedule(waiting, officer)
        publishing.publish(urgent, actor=officer)  # by a way that asks for no simulation

        assert rule_publishing.take_force(TOMORROW) == []

        assert publishing.in_force(RuleSet, urgent.code) == urgent
        assert {each.user for each in Notice.objects.all()} == {None, waiting.author, officer}

    def test_going_back_by_appointment_keeps_others_from_taking_force_too(
        self, rules, waiting, officer
    ):
        rule_publishing.publish(waiting, actor=officer)
        back = rule_publishing.roll_back(rules.pk, actor=officer, reason="拒得太多")
        schedule(back, make.staff(Role.RISK_OFFICER))
        fix = drafted(waiting, "M02", level="high")
        rule_simulating.simulate(fix.pk, scope=LAST_YEAR, actor=None)
        publishing.submit(fix, actor=fix.author)

        with pytest.raises(AnotherIsScheduled):
            rule_publishing.publish(fix, actor=officer)

    def test_a_challenger_by_appointment_keeps_no_rules_that_decide_back(
        self, rules, waiting, officer
    ):
        challenger = services.revise(rules.pk, actor=waiting.author, code=CHALLENGER)
        schedule(publishing.submit(challenger, actor=waiting.author), officer)

        assert rule_publishing.publish(waiting, actor=officer).status == "published"

    def test_who_approved_and_who_wrote_are_told_when_it_is_taken_back(self, waiting, officer):
        schedule(waiting, officer)

        rule_publishing.unschedule(waiting.pk, actor=make.staff(Role.RISK_OFFICER))

        assert {each.user for each in Notice.objects.all()} == {waiting.author, officer}


class TestBack:
    def test_the_old_text_comes_back_as_a_new_version_by_a_second_person(
        self, rules, waiting, officer
    ):
        rule_publishing.publish(waiting, actor=officer)

        made = rule_publishing.roll_back(rules.pk, actor=officer, reason="拒得太多")

        assert (made.status, made.version, made.author) == ("in_review", 3, officer)
        assert made.fingerprint == rules.fingerprint
        assert "拒得太多" in made.note
        with pytest.raises(SameHands):
            rule_publishing.publish(made, actor=officer)
        back = rule_publishing.publish(made, actor=make.staff(Role.RISK_OFFICER))
        assert back.status == "published"

    def test_only_to_what_was_in_force_before(self, rules, waiting, officer):
        for never in (rules, waiting):
            with pytest.raises(NotToBeScheduled):
                rule_publishing.roll_back(never.pk, actor=officer, reason="试试")


class TestChallenger:
    @pytest.fixture
    def challenger(self, rules, officer):
        made = services.revise(rules.pk, actor=officer, code=CHALLENGER)
        made.rules.filter(code="M02").update(level="high")
        services.refresh_fingerprint(made)
        publishing.submit(made, actor=officer)
        return rule_publishing.publish(made, actor=make.staff(Role.RISK_OFFICER))

    def test_it_is_heard_beside_each_decision_and_never_acts(self, world, rules, challenger):
        customer = world.customer("sued")
        allow(customer)

        decision = decided(customer)

        assert (decision.outcome, decision.rule_set) == ("manual", rules)
        shadow = ShadowVerdict.objects.get()
        assert (shadow.decision, shadow.outcome) == (decision, "refuse")
        assert shadow.hits == [each["code"] for each in decision.hits]

    def test_both_are_in_force_at_once_under_their_own_codes(self, rules, challenger):
        in_force = RuleSet.objects.filter(status="published")

        assert set(in_force) == {rules, challenger}

    def test_one_that_was_changed_is_not_heard_and_keeps_nobody_from_deciding(
        self, world, rules, challenger
    ):
        challenger.rules.filter(code="M02").update(expression="agee > 3")
        customer = world.customer("sued")
        allow(customer)

        assert decided(customer).outcome == "manual"
        assert not ShadowVerdict.objects.exists()

    def test_without_a_challenger_nothing_is_heard(self, rules, db):
        assert shadowing.hear(None) == []
