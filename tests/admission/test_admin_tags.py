"""The pages of tags: sets, comparing them, reasons, the household file."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from admission.models import Profile, TagDefinition, TagSet
from admission.services import tag_sets, tagging
from core import publishing
from core.models import AuditEntry, Outbox, Reading
from core.roles import Role
from tests import make
from tests.admission.tagging import deposit, run

pytestmark = pytest.mark.django_db


def test_an_amount_that_the_bank_itself_works_out_is_shown_in_yuan(client, officer, tags):
    draft = tag_sets.revise_tag_set(tags.pk, actor=officer)
    TagDefinition.objects.create(
        tag_set=draft, place=900, code="room_to_lend", kind="figure", name="可用空间",
        expression="dep_avg_3m * 2",
    )  # fmt: skip
    publishing.publish(publishing.submit(draft, actor=officer), actor=make.staff(Role.RISK_OFFICER))
    one = make.customer()
    deposit(one, average_3m=6_172_839_50)
    run()
    client.force_login(make.staff(Role.AUDITOR))

    page = client.get(reverse("admin:admission_profile_change", args=[one.pk])).content.decode()

    assert "12,345,679.00" in page
    assert "1234567900" not in page.replace(",", "")


class TestTagSets:
    def test_a_first_set_is_drafted_from_the_catalogue(self, client, officer):
        client.force_login(officer)

        client.post(reverse("admin:admission_tagset_add"), {"note": "第一版"})

        made = TagSet.objects.get()
        assert made.author == officer
        page = client.get(reverse("admin:admission_tagset_change", args=[made.pk]))
        assert "T01-02" in page.content.decode()

    def test_a_mistake_is_shown_under_the_text_it_was_made_in(self, client, officer):
        made = tag_sets.draft_tag_set(officer)
        one = made.definitions.get(code="T01-02")
        client.force_login(officer)
        given = {
            "place": one.place, "code": one.code, "kind": one.kind, "family": one.family,
            "name": one.name, "expression": "'老' if agee > 60 else '少'", "params": "{}",
            "choices": "[]", "products": "[]",
        }  # fmt: skip

        answer = client.post(reverse("admin:admission_tagdefinition_change", args=[one.pk]), given)

        assert "age" in str(answer.context["adminform"].form.errors["expression"])
        one.refresh_from_db()
        assert "agee" not in one.expression

    def written(self, client, definition, **changes):
        """What the page of a definition would send back, with some texts said otherwise."""
        page = client.get(reverse("admin:admission_tagdefinition_change", args=[definition.pk]))
        form = page.context["adminform"].form
        said = {name: form[name].value() for name in form.fields}
        kept = {name: "" if value is None else value for name, value in said.items()}
        return page, kept | changes

    def test_who_saves_second_writes_nothing_over_that_somebody_else_has_saved(
        self, client, officer
    ):
        made = tag_sets.draft_tag_set(officer)
        one, other = made.definitions.get(code="CT18"), made.definitions.get(code="T01-02")
        address = reverse("admin:admission_tagdefinition_change", args=[one.pk])
        client.force_login(officer)
        page, first = self.written(client, one, expression="dep_avg_3m >= 300000")
        _page, second = self.written(client, one, note="高净值")
        _page, apart = self.written(client, other, note="另一条")
        assert f'name="read_as" value="{one.fingerprint}"' in page.content.decode()
        assert client.post(address, first).status_code == 302

        answer = client.post(address, second)

        assert answer.context["adminform"].form.non_field_errors()
        one.refresh_from_db()
        assert (one.expression, one.note) != ("dep_avg_3m >= 200000", "高净值")
        assert one.expression == "dep_avg_3m >= 300000"
        beside = reverse("admin:admission_tagdefinition_change", args=[other.pk])
        assert client.post(beside, apart).status_code == 302
        _page, again = self.written(client, one, note="高净值")
        assert client.post(address, again).status_code == 302
        one.refresh_from_db()
        assert (one.expression, one.note) == ("dep_avg_3m >= 300000", "高净值")
        edits = AuditEntry.objects.filter(action="admission.tag_set.edited").order_by("id")
        assert len(edits) == 3
        assert not any("read_as" in each.detail["fields"] for each in edits)

    def test_a_draft_says_which_definitions_name_what_was_renamed(self, client, officer, tags):
        draft = tag_sets.revise_tag_set(tags.pk, actor=officer)
        client.force_login(officer)
        sound = client.get(reverse("admin:admission_tagset_change", args=[draft.pk]))
        renamed = draft.definitions.get(code="land_mu")
        address = reverse("admin:admission_tagdefinition_change", args=[renamed.pk])
        _page, written = self.written(client, renamed, code="land_mu2")

        saved = client.post(address, written, follow=True)

        assert sound.context["page"].faults == []
        faults = saved.context["page"].faults
        assert "T04-04" in {each.split(" · ")[0] for each in faults}
        assert all(escape(each) in saved.content.decode() for each in faults)
        assert faults == draft.faults()

    def test_a_published_set_is_not_written_on(self, client, officer, tags):
        one = tags.definitions.first()
        client.force_login(officer)

        page = client.get(reverse("admin:admission_tagdefinition_change", args=[one.pk]))
        answer = client.post(
            reverse("admin:admission_tagdefinition_change", args=[one.pk]), {"name": "别的"}
        )

        assert page.status_code == 200
        assert answer.status_code == 403

    def test_a_definition_is_added_to_a_draft_alone(self, client, officer, tags):
        client.force_login(officer)
        add = reverse("admin:admission_tagdefinition_add")
        draft = tag_sets.revise_tag_set(tags.pk, actor=officer)
        given = {
            "place": 500, "code": "CT25", "kind": "customer", "family": "客户标签",
            "name": "高龄", "expression": "age >= 80", "params": "{}", "choices": "[]",
            "products": "[]",
        }  # fmt: skip

        for no_draft in (tags.pk, "abc", "", "9" * 30):
            assert client.get(f"{add}?tag_set={no_draft}").status_code == 404
        assert client.post(f"{add}?tag_set={draft.pk}", given).status_code == 302
        assert TagDefinition.objects.get(code="CT25").tag_set == draft

    def test_tagging_now_is_handed_to_workers_and_on_record(self, client, officer, tags):
        client.force_login(officer)

        client.post(reverse("admin:admission_tagset_tag"))

        assert Outbox.objects.filter(kind__contains="TaggingAsked").exists()
        assert AuditEntry.objects.filter(action="admission.tagging.asked", actor=officer).exists()


class TestComparing:
    @pytest.fixture
    def draft(self, officer, tags):
        return tag_sets.revise_tag_set(tags.pk, actor=officer)

    def compared(self, client, tag_set, **query):
        return client.get(reverse("admin:admission_tagset_diff", args=[tag_set.pk]), query)

    def test_a_copy_says_the_same(self, client, officer, tags, draft):
        client.force_login(officer)

        page = self.compared(client, draft).context["page"]

        assert (page.before, page.after, page.changes) == (tags, draft, [])

    def test_old_and_new_stand_side_by_side_definition_by_definition(
        self, client, officer, tags, draft
    ):
        client.force_login(officer)
        draft.definitions.filter(code="CT18").update(
            expression="dep_avg_3m >= 300000", products=["存款"]
        )
        draft.definitions.filter(code="T01-02").delete()
        TagDefinition.objects.create(
            tag_set=draft, place=900, code="CT25", kind="customer", name="高龄",
            expression="age >= 80",
        )  # fmt: skip

        answer = self.compared(client, draft)

        changes = {each.code: each for each in answer.context["page"].changes}
        assert set(changes) == {"CT18", "T01-02", "CT25"}
        assert {each.level for each in changes.values()} == {"blue", "red", "green"}
        parts = {each.after: each.before for each in changes["CT18"].parts}
        assert parts["dep_avg_3m >= 300000"] == "dep_avg_3m >= 200000"
        assert "存款" in parts
        assert all(each.after == "—" for each in changes["T01-02"].parts)
        assert "age &gt;= 80" in answer.content.decode()
        there = client.get(reverse("admin:admission_tagset_change", args=[draft.pk]))
        assert answer.request["PATH_INFO"] in there.content.decode()

    def test_any_other_version_can_be_named_and_a_first_one_has_none(
        self, client, officer, tags, draft
    ):
        client.force_login(officer)

        assert self.compared(client, draft, **{"with": draft.pk}).context["page"].changes == []
        assert self.compared(client, draft, **{"with": "x"}).context["page"] is None
        assert self.compared(client, tags).context["page"] is None
        client.force_login(make.staff(Role.CUSTOMER_MANAGER))
        assert self.compared(client, draft).status_code in (302, 403)


class TestWhy:
    def test_every_word_shows_its_rule_and_the_values_it_read(self, client, officer, tagged):
        client.force_login(officer)

        page = client.get(reverse("admin:admission_profile_change", args=[tagged.pk]))

        reasons = dict(page.context["page"].reasons)
        why = next(each for each in reasons["客户标签"] if each.said.code == "CT18")
        assert why.rule == "dep_avg_3m >= 200000"
        (value,) = why.values
        assert value.label == "近3月日均存款"
        assert value.value.replace(",", "").startswith("300000")
        assert why.still
        assert Reading.objects.filter(object_id=tagged.pk).exists()

    def test_what_no_longer_holds_says_so_before_the_next_run(self, client, officer, tagged):
        tagged.deposits.update(average_3m=1)
        client.force_login(officer)

        page = client.get(reverse("admin:admission_profile_change", args=[tagged.pk]))

        reasons = dict(page.context["page"].reasons)
        why = next(each for each in reasons["客户标签"] if each.said.code == "CT18")
        assert not why.still

    def test_the_values_are_those_of_the_bank_s_day(self, client, officer, tagged, behind):
        client.force_login(officer)

        page = client.get(reverse("admin:admission_profile_change", args=[tagged.pk]))

        assert page.context["page"].as_of == behind

    def test_the_customer_of_another_grid_is_not_there(self, client, tagged):
        client.force_login(make.staff())

        page = client.get(reverse("admin:admission_profile_change", args=[tagged.pk]))

        assert page.status_code == 404


class TestHouseholdFile:
    def test_the_file_says_who_is_called_what_and_since_when(self, client, officer, tagged):
        client.force_login(officer)

        page = client.get(
            reverse("admin:village_household_file", args=[tagged.household_id])
        ).content.decode()

        assert "高净值储户" in page
        for figure in ("贡献度", "忠诚度", "流失率"):
            assert f'<span class="figure-label">{figure}</span>' in page
        assert reverse("admin:admission_profile_change", args=[tagged.pk]) in page
        assert "2026-06-30" in page

    def test_profiles_of_others_are_not_in_it(self, tagged):
        assert not Profile.objects.visible_to(make.staff()).exists()
        assert tagging.tags_in_force()
