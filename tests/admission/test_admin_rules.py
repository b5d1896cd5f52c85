"""The workbench in the back office: compare, try, simulate, look at the shadow, review."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission import services
from admission.models import CHALLENGER, Appeal, Decision, Override, RuleSet, ShadowVerdict
from admission.services import appeals, overriding, rule_publishing, rule_simulating
from admission.sources.lending import bank_day
from core import publishing
from core.models import AuditEntry, Reading
from core.roles import Role
from tests import make
from tests.admission.heard import heard
from tests.admission.test_reviews import AT
from tests.admission.test_rule_simulating import LAST_YEAR, drafted

pytestmark = pytest.mark.django_db
UNREADABLE = ["[" * 3_000, '{"n": ' + "[" * 90 + "]" * 90 + "}", '{"n": "\\u0000"}', '{"n": NaN}']


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def page(client, name, *args, **query):
    return client.get(reverse(f"admin:admission_{name}", args=args), query)


def deed(client, record, name, **said):
    address = reverse(f"admin:admission_{record._meta.model_name}_deed", args=[record.pk, name])
    return client.post(address, {f"{name}-{field}": value for field, value in said.items()})


class TestComparing:
    def test_old_and_new_stand_side_by_side_rule_by_rule(self, client, officer, rules):
        draft = drafted(rules, "M02", params={"n": 3}, level="high")
        draft.rules.filter(code="L11").delete()

        whole = page(client, "ruleset_diff", draft.pk).context["page"]

        changes = {each.code: each for each in whole.changes}
        assert (whole.before, whole.after) == (rules, draft)
        parts = {each.before: each.after for each in changes["M02"].parts}
        told = "n: 近24月借贷纠纷被告 ≥ {} 件"
        assert parts == {"中": "高", told.format(1): told.format(3)}
        assert changes["L11"].word == "删除"
        assert len(changes) == 2

    def test_any_other_version_can_be_named(self, client, officer, rules):
        draft = drafted(rules, "M02", level="high")

        same = page(client, "ruleset_diff", draft.pk, **{"with": str(draft.pk)}).context["page"]

        assert same.changes == []


class TestTrying:
    def test_that_somebody_was_looked_up_is_kept(self, client, officer, rules):
        decision = heard(pb_q_hard_6m=11)
        address = reverse("admin:admission_ruleset_try", args=[rules.pk])

        client.post(address, {"who": make.id_number()})
        assert not Reading.objects.exists()

        client.post(address, {"who": decision.customer.id_number})
        kept = Reading.objects.get()
        assert (kept.reader, kept.object_id) == (officer, decision.pk)

    def test_every_rule_is_shown_with_value_and_threshold(self, client, officer, rules):
        decision = heard(pb_q_hard_6m=11)
        draft = drafted(rules, "M03", level="high")

        found = client.post(
            reverse("admin:admission_ruleset_try", args=[draft.pk]), {"decision": decision.pk}
        ).context["page"]

        first = found.lines[0]
        assert (found.state, len(found.lines)) == ("refuse", 38)
        assert (first.code, first.state) == ("M03", "refuse")
        assert "11" in [each.value for each in first.figures]
        assert "10" in [each.value for each in first.thresholds]

    def test_by_name_only_whom_one_may_see_is_found(self, client, rules):
        decision = heard(gov_dishonest=True)
        address = reverse("admin:admission_ruleset_try", args=[rules.pk])
        stranger = make.staff(Role.BRANCH_PRESIDENT)
        own = make.staff(
            Role.BRANCH_PRESIDENT, branch=decision.customer.household.village.grid.branch
        )

        seen = []
        for user in (stranger, own):
            client.force_login(user)
            answer = client.post(address, {"who": decision.customer.name})
            seen.append(answer.context["page"])

        assert seen[0] is None
        assert seen[1].decision == decision

    def test_values_typed_by_hand_are_heard_and_nothing_is_kept(self, client, officer, rules):
        address = reverse("admin:admission_ruleset_try", args=[rules.pk])
        sent = {"by_hand": "1", "v-gov_dishonest": "true", "v-pb_cur_od_cnt": "1"}

        found = client.post(address, sent | {"v-pb_cur_od_amt": "600.00"}).context["page"]

        holding = {line.code for line in found.lines if line.state == "refuse"}
        assert {"H05", "H08"} <= holding
        assert not Decision.objects.exists()

    def test_a_version_of_before_that_may_divide_by_zero_is_still_tried(
        self, client, officer, rules
    ):
        divides = {"expression": "gov_suit_def_24m / hv_visit_days > n", "says": "{n}"}
        rules.rules.filter(code="M02").update(**divides)
        address = reverse("admin:admission_ruleset_try", args=[rules.pk])
        sent = {"by_hand": "1", "v-gov_suit_def_24m": "3", "v-hv_visit_days": "2"}

        found = client.post(address, sent).context["page"]

        (line,) = [each for each in found.lines if each.code == "M02"]
        assert {each.value for each in line.figures} == {"3", "2"}

    def test_a_mistyped_value_is_refused_under_its_field(self, client, officer, rules):
        address = reverse("admin:admission_ruleset_try", args=[rules.pk])

        answer = client.post(address, {"by_hand": "1", "v-age": "四十六"})

        assert answer.context["page"] is None
        assert "age" in answer.context["values"].errors


class TestWriting:
    def check(self, client, **said):
        return client.post(reverse("admin:admission_ruleset_check"), said)

    def test_what_is_wrong_is_said_with_its_place_in_chinese(self, client, officer, rules):
        said = self.check(client, code="H05", level="high", expression="gov_dishonest and agee > 3")

        (reason,) = said.json()["faults"]["expression"]
        assert "第 1 行" in reason
        assert "agee" in reason
        assert said.json()["example"] == {}

    def test_what_is_sound_is_worked_out_on_an_example(self, client, officer, rules):
        decision = heard(pb_q_hard_6m=11)

        said = self.check(
            client, expression="pb_q_hard_6m >= n", params='{"n": 10}', says="{pb_q_hard_6m} 次"
        ).json()

        assert said["faults"] == {}
        assert said["example"]["answer"] == "命中"
        assert any("11" in each for each in said["example"]["values"])
        (read,) = Reading.objects.all()
        assert (read.object_id, read.reader) == (decision.pk, officer)

    @pytest.mark.parametrize(
        "expression", ["as_of >= '2026-01-01'", "days_between('2026-01-01', as_of) > 0"]
    )
    def test_an_example_knows_its_days(self, client, officer, rules, expression):
        heard()

        said = self.check(client, expression=expression).json()

        assert said["example"]["answer"] == "命中"

    def test_thresholds_that_are_no_list_of_names_are_refused(self, client, officer, rules):
        assert "params" in self.check(client, expression="age < 18", params="[1").json()["faults"]

    @pytest.mark.parametrize("part", ["params", "treatment"])
    @pytest.mark.parametrize("text", UNREADABLE)
    def test_what_cannot_be_read_is_a_fault_of_its_part(self, client, officer, rules, part, text):
        assert part in self.check(client, expression="age < 18", **{part: text}).json()["faults"]

    @pytest.mark.parametrize("part", ["params", "treatment"])
    @pytest.mark.parametrize("text", UNREADABLE)
    def test_what_cannot_be_read_is_not_saved(self, client, officer, rules, part, text):
        draft = services.revise(rules.pk, actor=officer)
        address = reverse("admin:admission_ruleset_change", args=[draft.pk])
        (formset,) = client.get(address).context["inline_admin_formsets"]
        forms = [formset.formset.management_form, *formset.formset.initial_forms]
        said = {each.html_name: each.value() for form in forms for each in form}
        said = {name: "" if value is None else value for name, value in said.items()}

        answer = client.post(address, said | {f"rules-0-{part}": text})

        (refused, *sound) = answer.context["inline_admin_formsets"][0].formset.errors
        assert list(refused) == [part]
        assert not any(sound)

    def test_who_may_only_look_checks_nothing(self, client, rules):
        client.force_login(make.staff(Role.AUDITOR))

        assert self.check(client, expression="age < 18").status_code == 403

    def test_fields_are_listed_only_where_they_can_be_used(self, client, officer, rules):
        draft = drafted(rules, "M02", level="high")

        writing = page(client, "ruleset_change", draft.pk).context["rule_fields"]
        reading = page(client, "ruleset_change", rules.pk).context["rule_fields"]

        assert {"age", "pb_q_hard_6m"} <= {each.name for each in writing}
        assert reading == []


class TestSimulating:
    @pytest.fixture
    def simulation(self, rules):
        heard(pb_q_hard_6m=11)
        heard()
        draft = drafted(rules, "M03", level="high")
        return rule_simulating.simulate(draft.pk, scope=LAST_YEAR, actor=None)

    def test_the_page_says_it_in_one_sentence_and_leads_to_each_decision(
        self, client, officer, simulation
    ):
        at = [simulation.rule_set_id, simulation.pk]

        whole = page(client, "ruleset_simulation", *at)
        listed = page(client, "ruleset_changed", *at, was="manual", now="refuse")

        assert "将多拒绝 1 位" in whole.content.decode()
        (line,) = listed.context["page"].lines
        curious = Decision.objects.get(inputs__pb_q_hard_6m=11)
        assert (line.was, line.now, line.new) == ("manual", "refuse", [])
        assert line.whom.url == reverse("admin:admission_decision_change", args=[curious.pk])
        assert line.whom.url in listed.content.decode()

    def test_a_branch_does_not_see_the_whole_banks_figures(self, client, simulation):
        client.force_login(make.staff(Role.BRANCH_PRESIDENT))
        at = [simulation.rule_set_id, simulation.pk]

        assert page(client, "ruleset_simulation", *at).status_code == 403
        assert page(client, "ruleset_changed", *at).status_code == 403

    def test_ten_more_changed_decisions_cost_no_more_queries(self, client, officer, rules):
        draft = drafted(rules, "M03", level="high")

        def queries():
            made = rule_simulating.simulate(draft.pk, scope=LAST_YEAR, actor=None)
            with CaptureQueriesContext(connection) as seen:
                assert page(client, "ruleset_changed", draft.pk, made.pk).status_code == 200
            return len(seen)

        heard(pb_q_hard_6m=11)
        few = queries()
        for _ in range(10):
            heard(pb_q_hard_6m=11)
        assert queries() == few

    def test_the_deed_simulates_and_opens_what_came_of_it(self, client, officer, rules):
        heard()
        draft = drafted(rules, "M03", level="high")

        answer = deed(client, draft, "simulate", months=60)

        made = draft.simulations.get()
        assert answer.url == reverse("admin:admission_ruleset_simulation", args=[draft.pk, made.pk])


class TestDeeds:
    def test_an_author_is_offered_no_publishing_and_a_second_person_is(
        self, client, officer, rules
    ):
        draft = publishing.submit(drafted(rules, "M03", level="high"), actor=officer)
        RuleSet.objects.filter(pk=draft.pk).update(author=officer)

        own = {each.deed.name for each in page(client, "ruleset_change", draft.pk).context["deeds"]}
        client.force_login(make.staff(Role.RISK_OFFICER))
        other = {
            each.deed.name for each in page(client, "ruleset_change", draft.pk).context["deeds"]
        }

        assert "publish" not in own
        assert {"publish", "schedule", "send_back"} <= other

    def test_going_back_takes_one_press_and_a_reason(self, client, officer, rules):
        draft = publishing.submit(drafted(rules, "M03", level="high"), actor=make.staff())
        rule_publishing.publish(draft, actor=officer)

        deed(client, rules, "roll_back", reason="拒得太多")

        made = RuleSet.objects.get(version=3)
        assert (made.status, made.fingerprint) == ("in_review", rules.fingerprint)

    def test_the_shadow_page_counts_where_the_two_differ(self, client, officer, rules):
        challenger = services.revise(rules.pk, actor=officer, code=CHALLENGER)
        for outcome in ("refuse", "manual", "manual"):
            decision = heard(gov_suit_def_24m=1)
            ShadowVerdict.objects.create(
                decision=decision, rule_set=challenger, outcome=outcome, limit_factor=1
            )
        publishing.submit(challenger, actor=officer)
        publishing.publish(challenger, actor=make.staff(Role.RISK_OFFICER))

        shown = page(client, "ruleset_shadow").context["page"]

        assert (shown.decisions, shown.differing, len(shown.newest)) == (3, 1, 1)


class TestDecisions:
    def test_evidence_is_written_on_the_page_and_kept(self, client, rules):
        decision = heard(gov_suit_def_24m=1)
        manager = decision.customer.household.village.grid.manager
        client.force_login(manager)

        deed(client, decision, "answer-M02", text="已撤诉，见裁定书")

        (made,) = decision.answers.all()
        assert (made.code, made.by) == ("M02", manager)
        assert "已撤诉" in page(client, "decision_change", decision.pk).content.decode()

    def test_a_check_item_wants_its_tick(self, client, rules):
        decision = heard(phone_name_match=False)
        client.force_login(decision.customer.household.village.grid.manager)

        deed(client, decision, "answer-L04", text="已核实")
        assert not decision.answers.exists()
        deed(client, decision, "answer-L04", text="已核实", looked_at="on")
        assert decision.answers.exists()

    def test_a_manager_takes_down_the_appeal_of_a_customer_and_follows_it(self, client, rules):
        decision = heard(gov_dishonest=True)
        manager = decision.customer.household.village.grid.manager
        client.force_login(manager)

        deed(client, decision, "appeal", statement="钱已经还清，法院没有更新")

        made = Appeal.objects.get()
        assert (made.decision, made.statement) == (decision, "钱已经还清，法院没有更新")
        assert AuditEntry.objects.get(action="admission.appeal.opened").actor == manager
        shown = page(client, "decision_change", decision.pk)
        assert "appeal" not in {each.deed.name for each in shown.context["deeds"]}
        assert reverse("admin:admission_appeal_change", args=[made.pk]) in shown.content.decode()
        assert page(client, "appeal_change", made.pk).status_code == 200

    def test_an_appeal_without_words_is_none(self, client, rules):
        decision = heard(gov_dishonest=True)
        client.force_login(decision.customer.household.village.grid.manager)

        deed(client, decision, "appeal", statement="  ")

        assert not Appeal.objects.exists()

    def test_who_was_admitted_has_nothing_to_appeal_against(self, client, rules):
        decision = heard()
        client.force_login(decision.customer.household.village.grid.manager)

        assert deed(client, decision, "appeal", statement="想要更多").status_code == 403

    def test_who_may_only_look_takes_no_appeal_down(self, client, rules):
        client.force_login(make.staff(Role.AUDITOR))

        assert (
            deed(client, heard(gov_dishonest=True), "appeal", statement="不服").status_code == 403
        )

    def test_the_household_file_leads_to_the_decision(self, client, rules):
        decision = heard(gov_dishonest=True)
        home = decision.customer.household
        address = reverse("admin:admission_decision_change", args=[decision.pk])
        file = reverse("village:household", args=[home.pk])

        client.force_login(home.village.grid.manager)
        assert address in client.get(file).content.decode()
        branch = home.village.grid.branch
        client.force_login(make.staff(Role.PRODUCT_MANAGER, branch=branch))
        assert address not in client.get(file).content.decode()

    def test_it_is_worked_again_to_the_same_verdict(self, client, officer, rules):
        decision = heard(gov_dishonest=True)

        shown = page(client, "decision_replay", decision.pk)

        assert shown.context["page"].replay.is_same
        assert "结论一致" in shown.content.decode()

    def test_rules_changed_behind_its_back_are_told(self, client, officer, rules):
        decision = heard(gov_dishonest=True)
        rules.rules.filter(code="M02").update(level="high")

        assert "refusal" in page(client, "decision_replay", decision.pk).context

    def test_a_stranger_replays_nothing(self, client, rules):
        client.force_login(make.staff(Role.CUSTOMER_MANAGER))

        assert page(client, "decision_replay", heard().pk).status_code == 404


class TestReviews:
    def test_an_appeal_is_answered_from_the_queue(self, client, officer, rules):
        decision = heard(gov_dishonest=True)
        made = appeals.open_appeal(
            decision.pk, customer_id=decision.customer_id, statement="已还清", at=AT
        )
        assert page(client, "appeal_changelist").status_code == 200

        deed(client, made, "uphold", answer="法院记录仍在")

        assert Appeal.objects.get().status == "upheld"

    def test_an_appeal_and_an_override_bear_the_same_day_of_the_bank(
        self, client, rules, officer, behind
    ):
        refused = heard(gov_dishonest=True)
        deed(client, refused, "appeal", statement="已还清")
        said = {"reason": "已履行", "limit_factor": "0.70", "valid_until": behind.isoformat()}
        client.force_login(make.staff(Role.APPROVER))
        deed(client, refused, "override", **said)

        appeal, override = Appeal.objects.get(), Override.objects.get()

        assert timezone.localdate(appeal.opened_at) == behind
        assert timezone.localdate(override.proposed_at) == behind
        assert appeal.due_on == behind + timedelta(days=20)

    def test_an_appeal_is_counted_down_and_answered_on_the_bank_s_day(
        self, client, rules, officer, behind
    ):
        refused = heard(gov_dishonest=True)
        deed(client, refused, "appeal", statement="已还清")
        made = Appeal.objects.get()
        client.force_login(make.staff(Role.APPROVER))

        assert "还有 20 天" in page(client, "appeal_changelist").content.decode()
        deed(client, made, "uphold", answer="法院记录仍在")

        made.refresh_from_db()
        assert timezone.localdate(made.answered_at) == behind

    def test_overrides_are_counted_above_their_register(self, client, officer, rules):
        refused = heard(gov_dishonest=True)
        client.force_login(make.staff(Role.APPROVER))
        said = {"reason": "已履行", "limit_factor": "0.70"}
        deed(client, refused, "override", **said, valid_until="2099-01-01")
        assert not Override.objects.exists()
        latest = overriding.last_day(bank_day(timezone.localdate()))
        deed(client, refused, "override", **said, valid_until=latest.isoformat())
        made = Override.objects.get()
        client.force_login(officer)
        deed(client, made, "approve", comment="同意")

        counted = page(client, "override_changelist").context["page"]

        assert (counted.proposed, counted.approved) == (1, 1)
        assert [(each.word, each.number) for each in counted.rules] == [("H05", 1)]

    def test_whoever_proposed_is_not_offered_to_agree(self, client, officer, rules):
        made = overriding.propose(
            heard(gov_dishonest=True).pk, actor=officer, reason="已履行",
            limit_factor=Decimal(1), valid_until=AT.date(), at=AT,
        )  # fmt: skip

        offered = page(client, "override_change", made.pk).context["deeds"]
        assert [each.deed.name for each in offered] == ["take-back"]
        assert deed(client, made, "approve", comment="同意").status_code == 403
