"""The back office: rules are refused where the mistake is, decisions explain themselves."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admission import services
from admission.models import Authorisation, Decision, Rule, RuleSet, SourceRecord, TagSet
from admission.services import authorisations, rule_publishing, rule_simulating, tag_sets
from admission.sources import lending
from admission.sources.lending import Lending
from core import documents, publishing
from core.errors import SameHands
from core.models import AuditEntry, PublishingState, Reading
from core.roles import Role
from tests import make
from tests.admission.conftest import AS_OF, allow, published
from tests.admission.heard import heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make.staff(Role.RISK_OFFICER)
    client.force_login(user)
    return user


def form_of(client, rule_set):
    """The change form's own values, as a browser would send them back."""
    page = client.get(reverse("admin:admission_ruleset_change", args=[rule_set.pk]))
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name, "") for name in form.fields}
    formset = page.context["inline_admin_formsets"][0].formset
    sent |= {f"rules-{name}": value for name, value in formset.management_form.initial.items()}
    for each in formset.initial_forms:
        for field in each:
            sent[field.html_name] = field.value() if field.value() is not None else ""
            if field.field.show_hidden_initial:
                sent[field.html_initial_name] = sent[field.html_name]
    return sent, {each.instance.code: each.prefix for each in formset.initial_forms}


def act(client, action, *records):
    address = reverse(f"admin:admission_{records[0]._meta.model_name}_changelist")
    chosen = {"action": action, "_selected_action": [each.pk for each in records]}
    return client.post(address, chosen, follow=True)


def state(rule_set):
    return RuleSet.objects.get(pk=rule_set.pk).status


class TestFourEyes:
    """B changes A's draft and submits it: B puts it into force by no door, C does."""

    @pytest.fixture
    def edited(self, client, officer, rules):
        draft = services.revise(rules.pk, actor=make.staff(Role.RISK_OFFICER))
        sent, prefix = form_of(client, draft)
        sent[f"{prefix['M02']}-params"] = '{"n": 3}'
        client.post(reverse("admin:admission_ruleset_change", args=[draft.pk]), sent)
        act(client, "submit", draft)
        assert state(draft) == PublishingState.IN_REVIEW
        heard()
        scope = rule_simulating.lately(60, today=timezone.localdate())
        rule_simulating.begin(draft.pk, scope=scope, actor=officer)
        return RuleSet.objects.get(pk=draft.pk)

    def test_the_change_is_on_record(self, edited, officer):
        entry = AuditEntry.objects.get(action="admission.rule_set.edited")

        assert (entry.actor, entry.object_id) == (officer, edited.pk)
        assert entry.detail["rules"] == ["M02"]
        assert entry.detail["hash"] == edited.fingerprint

    def test_saving_without_a_change_makes_nobody_an_editor(self, client, officer, rules):
        draft = services.revise(rules.pk, actor=make.staff(Role.RISK_OFFICER))
        sent, _prefix = form_of(client, draft)

        client.post(reverse("admin:admission_ruleset_change", args=[draft.pk]), sent)

        assert not publishing.has_written(officer, draft)

    def test_who_changed_it_neither_publishes_nor_schedules_it(self, client, officer, edited):
        page = client.get(reverse("admin:admission_ruleset_change", args=[edited.pk]))
        act(client, "publish", edited)

        offered = {each.deed.name for each in page.context["deeds"]}
        assert offered.isdisjoint({"publish", "schedule"})
        assert state(edited) == PublishingState.IN_REVIEW
        now = timezone.now()
        with pytest.raises(SameHands):
            rule_publishing.schedule(edited.pk, actor=officer, at=now + timedelta(days=1), now=now)

    def test_a_third_person_publishes_it(self, client, edited):
        client.force_login(make.staff(Role.RISK_OFFICER))

        act(client, "publish", edited)

        assert state(edited) == PublishingState.PUBLISHED

    def test_the_same_holds_for_tags(self, client, officer):
        draft = tag_sets.draft_tag_set(make.staff(Role.RISK_OFFICER))
        one = draft.definitions.first()
        address = reverse("admin:admission_tagdefinition_change", args=[one.pk])
        form = client.get(address).context["adminform"].form
        sent = {name: form[name].value() or "" for name in form.fields}
        assert client.post(address, sent | {"note": "改过"}).status_code == 302
        act(client, "submit", draft)

        act(client, "publish", draft)
        assert TagSet.objects.get().status == PublishingState.IN_REVIEW
        client.force_login(make.staff(Role.RISK_OFFICER))
        act(client, "publish", draft)

        assert TagSet.objects.get().status == PublishingState.PUBLISHED


class TestRules:
    def test_a_threshold_can_be_changed_and_the_fingerprint_follows(self, client, officer):
        draft = services.draft_rule_set(officer)
        sent, prefix = form_of(client, draft)
        sent[f"{prefix['M02']}-params"] = '{"n": 3}'

        page = client.post(reverse("admin:admission_ruleset_change", args=[draft.pk]), sent)

        assert page.status_code == 302
        changed = RuleSet.objects.get(pk=draft.pk)
        assert changed.rules.get(code="M02").params == {"n": 3}
        assert changed.fingerprint == changed.book().fingerprint != draft.fingerprint

    @pytest.mark.parametrize(
        ("part", "value", "field", "named"),
        [
            ("expression", "gov_dishonest and agee > 3", "expression", "agee"),
            ("expression", "age > ", "expression", "6"),
            ("params", "[1]", "params", "{"),
            ("says", "{age}", "says", "age"),
            ("says_to_customer", "{gov_dishonest}", "says_to_customer", "gov_dishonest"),
        ],
    )
    def test_a_mistake_is_shown_under_the_part_it_was_made_in(
        self, client, officer, part, value, field, named
    ):
        draft = services.draft_rule_set(officer)
        sent, prefix = form_of(client, draft)
        sent[f"{prefix['H05']}-{part}"] = value

        page = client.post(reverse("admin:admission_ruleset_change", args=[draft.pk]), sent)

        assert page.status_code == 200
        formset = page.context["inline_admin_formsets"][0].formset
        (wrong,) = [each for each in formset.forms if each.errors]
        assert list(wrong.errors) == [field]
        assert named in str(wrong.errors[field])
        assert draft.rules.get(code="H05").expression == "gov_dishonest"

    def test_who_saves_second_writes_nothing_over_that_somebody_else_has_saved(
        self, client, officer
    ):
        draft = services.draft_rule_set(officer)
        address = reverse("admin:admission_ruleset_change", args=[draft.pk])
        assert f'name="read_as" value="{draft.fingerprint}"' in client.get(address).content.decode()
        (first, prefix), (second, _same) = form_of(client, draft), form_of(client, draft)
        first[f"{prefix['M03']}-params"] = '{"n6": 8, "n3": 6}'
        second[f"{prefix['L04']}-params"] = '{"m": 3}'
        assert client.post(address, first).status_code == 302

        page = client.post(address, second)

        assert page.context["adminform"].form.non_field_errors()
        kept = dict(draft.rules.values_list("code", "params"))
        assert (kept["M03"]["n6"], kept["L04"]) == (8, {"m": 6})
        again, _same = form_of(client, draft)
        again[f"{prefix['L04']}-params"] = '{"m": 3}'
        assert client.post(address, again).status_code == 302
        kept = dict(draft.rules.values_list("code", "params"))
        assert (kept["M03"]["n6"], kept["L04"]) == (8, {"m": 3})

    def test_an_outcome_that_admits_whom_it_must_not_is_refused(self, client, officer):
        draft = services.draft_rule_set(officer)
        sent, _prefix = form_of(client, draft)
        sent["outcome"] = "'admit'"

        page = client.post(reverse("admin:admission_ruleset_change", args=[draft.pk]), sent)

        assert "outcome" in page.context["adminform"].form.errors

    def test_the_author_is_refused_and_a_second_person_puts_it_into_force(self, client, officer):
        draft = services.draft_rule_set(officer)

        act(client, "submit", draft)
        assert state(draft) == PublishingState.IN_REVIEW
        refused = act(client, "publish", draft)
        assert state(draft) == PublishingState.IN_REVIEW
        assert refused.context["messages"]

        client.force_login(make.staff(Role.RISK_OFFICER))
        act(client, "publish", draft)
        assert state(draft) == PublishingState.PUBLISHED

    def test_a_version_under_review_can_be_sent_back(self, client, officer):
        draft = services.draft_rule_set(officer)
        act(client, "submit", draft)

        act(client, "send_back", draft)

        assert state(draft) == PublishingState.DRAFT

    def test_a_version_in_force_is_read_only_and_begins_the_next(self, client, officer):
        before = published(services.draft_rule_set(officer))
        address = reverse("admin:admission_ruleset_change", args=[before.pk])

        page = client.get(address)
        assert not page.context["has_change_permission"]
        assert client.post(address, {"name": "x"}).status_code == 403

        act(client, "revise", before)
        assert RuleSet.objects.get(version=2).rules.count() == 38

    def test_adding_a_version_copies_the_rules(self, client, officer):
        page = client.post(reverse("admin:admission_ruleset_add"), {"note": "第一版"})

        assert page.status_code == 302
        made = RuleSet.objects.get()
        assert (made.version, made.rules.count(), made.author) == (1, 38, officer)

    def test_whoever_may_only_look_changes_nothing(self, client):
        client.force_login(make.staff(Role.AUDITOR))
        draft = services.draft_rule_set(make.staff(Role.RISK_OFFICER))

        act(client, "submit", draft)

        assert state(draft) == PublishingState.DRAFT


@pytest.fixture
def decision(world, rules):
    customer = world.customer("sued and hungry")
    allow(customer)
    world.faults.set("phone", "500", None)
    return services.decide(customer.pk, purpose="granting", as_of=AS_OF, actor=None)


class TestDecisions:
    def test_a_page_says_rule_value_threshold_and_treatment(self, client, officer, decision):
        page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))

        text = page.content.decode()
        for said in ("M03", "近6月硬查询过多", "12", "L04", "人行征信", "0.70"):
            assert said in text
        assert "近6月硬查询次数 ≥ 10 次" in text
        assert not page.context["has_change_permission"]

    def test_who_looked_at_one_is_kept(self, client, officer, decision):
        client.get(reverse("admin:admission_decision_changelist"))
        assert not Reading.objects.exists()

        client.get(reverse("admin:admission_decision_change", args=[decision.pk]))
        client.get(reverse("admin:admission_decision_replay", args=[decision.pk]))

        kept = Reading.objects.order_by("id").values_list("reader", "object_type", "object_id")
        assert list(kept) == [(officer.pk, "admission.decision", decision.pk)] * 2

    def test_ten_more_decisions_cost_no_more_queries(self, client, officer, decision):
        address = reverse("admin:admission_decision_changelist")

        def queries():
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            return len(seen)

        few = queries()
        for _ in range(10):
            Decision.objects.create(
                customer=make.customer(), purpose="granting", as_of=AS_OF, outcome="admit",
                rule_set=decision.rule_set, inputs={},
            )  # fmt: skip
        assert queries() == few

    def test_a_decision_is_found_by_the_exact_id_number(self, client, officer, decision):
        address = reverse("admin:admission_decision_changelist")
        number = decision.customer.id_number

        found = client.get(address, {"q": number}).context["cl"].result_list
        other = client.get(address, {"q": make.id_number()}).context["cl"].result_list
        part = client.get(address, {"q": number[:10]}).context["cl"].result_list

        assert (list(found), list(other), list(part)) == ([decision], [], [])

    def test_a_manager_sees_decisions_of_their_own_grid_alone(self, client, decision):
        client.force_login(make.staff(Role.CUSTOMER_MANAGER))
        address = reverse("admin:admission_decision_change", args=[decision.pk])
        assert client.get(address).status_code == 404

        client.force_login(decision.customer.household.village.grid.manager)
        assert client.get(address).status_code == 200


class TestSources:
    def test_no_page_shows_what_was_received(self, client, officer, decision):
        record = SourceRecord.objects.get(source="pboc")

        page = client.get(reverse("admin:admission_sourcerecord_change", args=[record.pk]))

        assert page.status_code == 200
        assert "PA01BI01" not in page.content.decode()
        assert decision.customer.id_number not in page.content.decode()

    @pytest.mark.parametrize("register", ["sourcerecord", "authorisation", "deposit", "ruleset"])
    def test_every_register_opens(self, client, officer, decision, register):
        assert client.get(reverse(f"admin:admission_{register}_changelist")).status_code == 200

    def test_a_manager_writes_down_what_their_own_customer_allowed(self, client):
        customer, stranger = make.customer(), make.customer()
        client.force_login(customer.household.village.grid.manager)
        address = reverse("admin:admission_authorisation_add")
        sent = {"purpose": "granting", "valid_until": str(timezone.localdate())}

        assert client.post(address, sent | scan(customer)).status_code == 302
        assert client.post(address, sent | scan(stranger)).status_code == 200
        made = Authorisation.objects.get()
        assert (made.customer, made.purpose) == (customer, "granting")
        assert made.text_hash
        assert documents.content(made.document) == b"%PDF-1.7"

    @pytest.mark.parametrize(
        ("changed", "wrong"),
        [
            ({"paper": ""}, "paper"),
            ({"valid_until": "2099-01-01"}, "valid_until"),
            ({"valid_until": "2020-01-01"}, "valid_until"),
        ],
    )
    def test_consent_without_a_scan_or_without_an_end_is_not_written_down(
        self, client, changed, wrong
    ):
        customer = make.customer()
        client.force_login(customer.household.village.grid.manager)
        sent = {"purpose": "application", "valid_until": str(timezone.localdate())}

        page = client.post(
            reverse("admin:admission_authorisation_add"), sent | scan(customer) | changed
        )

        assert list(page.context["adminform"].form.errors) == [wrong]
        assert not Authorisation.objects.exists()

    @pytest.mark.parametrize(
        "unable", [{"state": "died"}, {"state": "moved"}, {"born_on": timezone.localdate()}]
    )
    def test_whoever_is_dead_gone_or_a_child_has_signed_nothing(self, client, unable):
        customer = make.customer(**unable)
        client.force_login(customer.household.village.grid.manager)
        sent = {"purpose": "granting", "valid_until": str(timezone.localdate())}

        page = client.post(reverse("admin:admission_authorisation_add"), sent | scan(customer))

        assert list(page.context["adminform"].form.errors) == ["customer"]
        assert not Authorisation.objects.exists()

    def test_a_form_on_paper_counts_from_the_banks_day_where_the_calendar_is_ahead(
        self, client, monkeypatch
    ):
        worked = timezone.localdate() - timedelta(days=40)
        monkeypatch.setattr(
            lending, "_known", [Lending(lambda _: worked, lambda _: (), lambda rows, _: rows)]
        )
        customer = make.customer()
        client.force_login(customer.household.village.grid.manager)
        address = reverse("admin:admission_authorisation_add")

        for until in (worked - timedelta(days=1), worked + timedelta(days=10)):
            sent = {"purpose": "application", "valid_until": str(until)}
            client.post(address, sent | scan(customer))

        made = Authorisation.objects.get()
        assert timezone.localdate(made.granted_at) == worked
        assert made.valid_until == worked + timedelta(days=10)
        assert authorisations.usable(purpose="application", on=worked).get() == made


class TestWithdrawing:
    @pytest.fixture
    def leave(self):
        return allow(make.customer())

    def test_it_is_done_on_its_own_page_that_names_the_consequence(self, client, leave):
        client.force_login(leave.customer.household.village.grid.manager)
        page = reverse("admin:admission_authorisation_change", args=[leave.pk])
        (offered,) = client.get(page).context["deeds"]
        assert offered.address in client.get(page).content.decode()

        client.post(offered.address)

        leave.refresh_from_db()
        assert leave.withdrawn_at
        assert client.get(page).context["deeds"] == []

    def test_a_tick_in_the_list_ends_nothing(self, client, leave):
        client.force_login(leave.customer.household.village.grid.manager)
        chosen = {"action": "withdraw", "_selected_action": [leave.pk]}

        client.post(reverse("admin:admission_authorisation_changelist"), chosen)

        leave.refresh_from_db()
        assert leave.withdrawn_at is None

    def test_whoever_only_reads_ends_nothing(self, client, leave):
        client.force_login(make.staff(Role.AUDITOR))
        page = reverse("admin:admission_authorisation_change", args=[leave.pk])

        assert client.get(page).context["deeds"] == []
        assert client.post(f"{page.removesuffix('change/')}deed/withdraw/").status_code == 403


def scan(customer):
    """Who signed, and the scan of it."""
    paper = SimpleUploadedFile("授权书.pdf", b"%PDF-1.7", "application/pdf")
    return {"customer": customer.pk, "paper": paper}


def test_rules_of_a_set_are_its_own(officer):
    draft = services.draft_rule_set(officer)

    assert Rule.objects.filter(rule_set=draft).count() == 38
