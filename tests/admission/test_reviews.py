"""What people add to a decision: evidence, appeals, overrides."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from admission import review_words
from admission.errors import (
    AppealNotAllowed,
    NotToBeAnswered,
    OverrideNotAllowed,
    RulesUnanswered,
)
from admission.models import Appeal, Override, RuleAnswer, SourceRecord
from admission.services import answering, appeals, overriding, replaying
from admission.services.answering import Paper
from core.errors import SameHands
from core.models import AuditEntry, Document
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow, codes, decided
from tests.admission.heard import heard, overrides_run_for

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def officer(**given):
    return make.staff(Role.RISK_OFFICER, **given)


class TestEvidence:
    def test_every_medium_and_low_rule_that_holds_asks_and_is_asked_once(self, rules):
        decision = heard(gov_suit_def_24m=1, phone_name_match=False)
        assert codes(answering.open_rules(decision)) == ["M02", "L04"]
        with pytest.raises(RulesUnanswered, match="M02"):
            answering.must_be_answered(decision)

        by = make.staff()
        answering.answer(decision.pk, "M02", actor=by, text="判决书：已撤诉")
        answering.must_be_answered(decision)
        answering.answer(decision.pk, "L04", actor=by, text="配偶名下手机号，已核实")

        assert answering.open_rules(decision) == []
        with pytest.raises(NotToBeAnswered):
            answering.answer(decision.pk, "M02", actor=by, text="再写一次")

    def test_what_still_asks_for_something_is_found_as_a_list(self, rules):
        asking = heard(gov_suit_def_24m=1, phone_name_match=False)
        heard()
        heard(gov_dishonest=True)
        assert list(type(asking).objects.asking()) == [asking]

        for code in ("M02", "L04"):
            answering.answer(asking.pk, code, actor=make.staff(), text="已核实")

        assert not type(asking).objects.asking().exists()

    def test_a_paper_is_kept_with_the_finding(self, rules, tmp_path, settings):
        settings.DOCUMENTS_DIR = tmp_path
        decision = heard(gov_suit_def_24m=1)
        paper = Paper("撤诉裁定.pdf", "application/pdf", b"%PDF-1.7")

        made = answering.answer(decision.pk, "M02", actor=make.staff(), text="已撤诉", paper=paper)

        assert Document.objects.get() == made.document

    @pytest.mark.parametrize(("code", "text"), [("H05", "不适用"), ("M01", "没命中"), ("M02", " ")])
    def test_what_asks_for_nothing_and_what_says_nothing_is_refused(self, rules, code, text):
        decision = heard(gov_suit_def_24m=1)

        with pytest.raises(NotToBeAnswered):
            answering.answer(decision.pk, code, actor=make.staff(), text=text)

        assert not RuleAnswer.objects.exists()

    @pytest.mark.parametrize(
        ("known", "outcome", "factor", "asks"),
        [
            ({"gov_suit_def_24m": 1}, "manual", 1, False),
            ({"gov_suit_def_24m": 1, "pb_q_hard_6m": 11}, "manual", Decimal("0.7"), True),
            (
                {
                    "gov_suit_def_24m": 1,
                    "pb_q_hard_6m": 11,
                    "pb_lender_open": 6,
                    "re_seal_flag": True,
                },
                "refuse", 0, False,
            ),
            ({"gov_exec_open_amt": 50_000_00}, "manual", 1, False),
            ({"gov_exec_open_amt": 50_001_00}, "manual", 1, True),
            ({"biz_status": "吊销", "product_is_operating": True}, "refuse", 0, False),
            ({"biz_status": "吊销", "product_is_operating": False}, "admit", 1, False),
            (
                {
                    "hukou_in_area": False,
                    "residence_in_area": False,
                    "product_is_online": True,
                },
                "refuse", 0, False,
            ),
            ({"hukou_in_area": False, "residence_in_area": False}, "notice", 1, False),
            ({"phone_name_match": False}, "notice", 1, False),
            (
                {
                    "phone_name_match": False,
                    "pb_q_hard_6m": 7,
                    "ss_cont_months": 3,
                    "biz_chg_6m": 1,
                },
                "manual", 1, False,
            ),
            ({"gov_dishonest": True}, "refuse", 0, False),
        ],
    )  # fmt: skip
    def test_treatment_follows_the_levels(self, rules, known, outcome, factor, asks):
        decision = heard(**known)

        assert (decision.outcome, decision.limit_factor) == (outcome, factor)
        assert answering.asks_head_office(decision) is asks


class TestAppeals:
    def open_one(self, decision):
        return appeals.open_appeal(
            decision.pk, customer_id=decision.customer_id, statement="我没有欠款", at=AT
        )

    def test_it_is_due_in_twenty_days_and_open_once(self, rules):
        decision = heard(gov_dishonest=True)

        made = self.open_one(decision)

        assert made.due_on == dt.date(2026, 7, 21)
        with pytest.raises(AppealNotAllowed):
            self.open_one(decision)

    def test_nobody_appeals_against_being_admitted_or_for_somebody_else(self, rules):
        with pytest.raises(AppealNotAllowed):
            self.open_one(heard())
        refused = heard(gov_dishonest=True)
        with pytest.raises(refused.DoesNotExist):
            appeals.open_appeal(refused.pk, customer_id=make.customer().pk, statement="不服", at=AT)

    def test_upheld_it_says_who_and_why(self, rules):
        made, by = self.open_one(heard(gov_dishonest=True)), officer()

        answered = appeals.uphold(made.pk, actor=by, answer="法院记录仍在", at=AT)

        assert (answered.status, answered.answered_by, answered.answer) == (
            "upheld", by, "法院记录仍在",
        )  # fmt: skip
        assert AuditEntry.objects.filter(action="admission.appeal.upheld").exists()
        with pytest.raises(AppealNotAllowed):
            appeals.uphold(made.pk, actor=by, answer="再答一次", at=AT)

    def test_nobody_answers_an_appeal_against_what_they_asked_for(self, rules):
        decision, by = heard(gov_dishonest=True), officer()
        type(decision).objects.filter(pk=decision.pk).update(asked_by=by)

        with pytest.raises(AppealNotAllowed):
            appeals.uphold(self.open_one(decision).pk, actor=by, answer="维持", at=AT)

    def test_the_database_wants_an_answer_from_somebody(self, rules):
        made = self.open_one(heard(gov_dishonest=True))

        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(pk=made.pk).update(status="upheld")

    def test_corrected_its_sources_are_asked_anew_and_all_rules_heard_again(self, world, rules):
        customer = world.customer("dishonest")
        allow(customer)
        decision = decided(customer)
        assert decision.outcome == "refuse"
        asked_before = customer.source_records.filter(source="courts").count()

        answered = appeals.correct(
            self.open_one(decision).pk, actor=officer(), answer="已更正", sources=["courts"],
            as_of=AS_OF, at=AT,
        )  # fmt: skip

        assert answered.status == "corrected"
        assert answered.decided_again != decision
        assert customer.source_records.filter(source="courts").count() == asked_before + 1
        assert customer.source_records.filter(source="police").count() == 1

    def test_without_a_bureau_query_left_nobody_is_asked_and_the_appeal_stays_open(
        self, world, rules
    ):
        customer = world.customer("overdue")
        allow(customer)
        decision = decided(customer)
        made, asked = self.open_one(decision), SourceRecord.objects.count()

        with pytest.raises(AppealNotAllowed, match="授权"):
            self.correct(made, ["pboc"])

        made.refresh_from_db()
        assert (made.status, SourceRecord.objects.count()) == ("opened", asked)
        allow(customer)
        assert self.correct(made, ["pboc"]).status == "corrected"

    def test_an_appeal_is_not_closed_while_a_source_is_silent(self, world, rules):
        customer = world.customer("dishonest")
        allow(customer)
        made = self.open_one(decided(customer))
        world.faults.set("courts", "500", None)

        with pytest.raises(AppealNotAllowed):
            self.correct(made, ["courts"])

        made.refresh_from_db()
        assert (made.status, made.decided_again) == ("opened", None)

    def test_whose_application_was_turned_down_is_told_to_apply_again_and_so_is_staff(
        self, world, rules, client
    ):
        customer = world.customer("dishonest")
        allow(customer, purpose="application")
        made = self.open_one(decided(customer, purpose="application"))
        assert review_words.after_appeal(made) == ""
        kept = customer.source_records.get(source="courts")
        kept.values["dishonest"] = False
        kept.save(update_fields=["values"])

        answered = self.correct(made, [])

        again = answered.decided_again
        again.refresh_from_db()
        assert again.outcome not in ("refuse", "wait")
        opening = again.customer_text.split("\n")[0]
        assert opening == review_words.may_apply_again(again).split("\n")[0]
        client.force_login(officer())
        page = client.get(reverse("admin:admission_appeal_change", args=[made.pk]))
        assert review_words.after_appeal(answered) in page.content.decode()

    def test_whose_refusal_stands_or_who_applied_for_nothing_is_told_nothing_else(
        self, world, rules
    ):
        customer, told = world.customer("dishonest"), set()
        for purpose in ("application", "granting"):
            allow(customer, purpose=purpose)
            answered = self.correct(self.open_one(decided(customer, purpose=purpose)), [])
            told.add(answered.decided_again.customer_text)
            assert answered.decided_again.outcome == "refuse"

        assert len(told) == 1

    def correct(self, made, sources):
        return appeals.correct(
            made.pk, actor=officer(), answer="已更正", sources=sources, as_of=AS_OF, at=AT
        )


class TestOverrides:
    @pytest.fixture(autouse=True)
    def _long_ones(self, db):
        """Overrides of these tests must hold on whichever day they run."""
        overrides_run_for("5000")

    def propose(self, decision, by, **given):
        said = {
            "reason": "失信已履行完毕，法院尚未撤下", "limit_factor": Decimal("0.70"),
            "valid_until": dt.date(2036, 12, 31), "at": AT,
        }  # fmt: skip
        return overriding.propose(decision.pk, actor=by, **said | given)

    def test_two_people_of_head_office_turn_a_refusal_into_a_review(self, rules):
        refused, by, second = heard(gov_dishonest=True), officer(), make.staff(Role.APPROVER)
        made = self.propose(refused, by)
        with pytest.raises(SameHands):
            overriding.approve(made.pk, actor=by, at=AT)

        again = overriding.approve(made.pk, actor=second, at=AT)

        assert (again.outcome, again.rules_outcome) == ("manual", "refuse")
        assert (again.override, again.limit_factor) == (made, Decimal("0.70"))
        refused.refresh_from_db()
        assert refused.outcome == "refuse"
        assert replaying.compare(again).is_same
        assert answering.asks_head_office(again)

    def test_the_database_wants_a_second_person(self, rules):
        made = self.propose(heard(gov_dishonest=True), by := officer())

        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.filter(pk=made.pk).update(
                status="approved", settled_by=by, settled_at=AT
            )

    def test_a_branch_cannot_and_what_is_no_refusal_need_not(self, rules):
        branch = make.branch(parent=make.branch())
        refused = heard(gov_dishonest=True)
        for actor in (make.staff(Role.BRANCH_PRESIDENT), officer(branch=branch)):
            with pytest.raises(OverrideNotAllowed):
                self.propose(refused, actor)
        with pytest.raises(OverrideNotAllowed):
            self.propose(heard(gov_suit_def_24m=1), officer())

    def test_later_decisions_heed_it_until_its_last_day(self, world, rules):
        customer = world.customer("dishonest")
        allow(customer)
        made = self.propose(decided(customer), officer())
        overriding.approve(made.pk, actor=officer(), at=AT)

        later = decided(customer)

        assert (later.outcome, later.rules_outcome, later.override) == ("manual", "refuse", made)
        Override.objects.update(valid_until=AS_OF - dt.timedelta(days=1))
        assert decided(customer).outcome == "refuse"

    def test_one_that_has_ended_does_not_count_for_a_day_before_its_end(self, world, rules):
        customer = world.customer("dishonest")
        allow(customer)
        made = self.propose(decided(customer), officer())
        overriding.approve(made.pk, actor=officer(), at=AT)

        Override.objects.update(valid_until=AS_OF + dt.timedelta(days=5))

        assert decided(customer).outcome == "refuse"

    def test_another_rule_that_refuses_still_refuses(self, rules):
        refused = heard(gov_dishonest=True)
        made = self.propose(refused, officer())
        overriding.approve(made.pk, actor=officer(), at=AT)
        worse = heard(refused.customer, gov_dishonest=True, gov_fraud_card=True)

        overriding.apply(
            [worse], overriding.live([refused.customer_id], purpose="granting", on=AS_OF)
        )

        assert worse.outcome == "refuse"

    def test_what_must_be_known_first_still_must(self, rules):
        refused = heard(gov_dishonest=True, police_id_match=None)
        made = self.propose(refused, officer())

        assert overriding.approve(made.pk, actor=officer(), at=AT).outcome == "wait"

    def test_declined_the_refusal_stands(self, rules):
        refused = heard(gov_dishonest=True)
        made = self.propose(refused, officer())

        overriding.decline(made.pk, actor=officer(), at=AT, comment="证据不足")

        assert refused.customer.decisions.count() == 1
        assert not overriding.live([refused.customer_id], purpose="granting", on=AS_OF)


def test_a_replay_that_gives_something_else_says_in_what(rules):
    decision = heard(gov_suit_def_24m=1)
    type(decision).objects.filter(pk=decision.pk).update(outcome="admit", hits=[])
    decision.refresh_from_db()

    found = replaying.compare(decision)

    assert set(found.differing) == {"outcome", "hits"}
