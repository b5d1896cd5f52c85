"""The pages of tags: sets, reasons, lists of customers, the dictionary, the household file."""

import io
import re

import openpyxl
import pytest
from django.urls import reverse

from admission.contexts_tags_picked import MOST_WORDS
from admission.features import FEATURES
from admission.models import FeatureFigures, Profile, Segment, TagDefinition, TagSet, TagWord
from admission.reference.feature_codes import CODES, FORMULAS, MEANINGS
from admission.services import measuring, segments, tag_sets, tagging
from admission.tags.choosing import ALL, NONE, Choice, Group
from core import publishing, runs
from core.models import AuditEntry, Outbox, Reading
from core.roles import Role
from tests import make
from tests.admission.test_services_tagging import DAY, deposit, run
from village.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def tags(officer):
    drafted = tag_sets.draft_tag_set(officer)
    publisher = make.staff(Role.RISK_OFFICER)
    return publishing.publish(publishing.submit(drafted, actor=officer), actor=publisher)


@pytest.fixture
def tagged(tags):
    """A customer who keeps a lot with the bank, tagged."""
    one = make.customer(name="张有余")
    deposit(one, average_3m=30_000_000)
    run()
    return one


def word(code, said="是"):
    return TagWord.objects.get(code=code, word=said).pk


def all_of(*words):
    return Group.of(ALL, words)


def kept_as(name, actor):
    choice = Choice((all_of(word("CT18")),))
    return segments.save(name=name, choice=choice, note="", actor=actor)


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

        assert client.get(f"{add}?tag_set={tags.pk}").status_code == 404
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

    def test_the_customer_of_another_grid_is_not_there(self, client, tagged):
        client.force_login(make.staff())

        page = client.get(reverse("admin:admission_profile_change", args=[tagged.pk]))

        assert page.status_code == 404


class TestSegments:
    def test_words_of_one_tag_are_alternatives_and_several_tags_all_hold(self, officer, tagged):
        other = make.customer()
        deposit(other)
        run()
        rich, some = word("T04-01", "1-5万"), word("CT18")

        both = segments.carriers(Choice((all_of(rich, some),)), user=officer)
        without = segments.carriers(Choice((all_of(rich), Group(NONE, (some,)))), user=officer)

        assert [each.pk for each in both] == [tagged.pk]
        assert [each.pk for each in without] == [other.pk]

    def test_a_choice_is_counted_shown_and_kept(self, client, officer, tagged):
        client.force_login(officer)
        add = reverse("admin:admission_segment_add")

        page = client.get(add, {"word": word("CT18")})
        answer = client.post(
            add, {"word": word("CT18"), "name": "大额储户", "note": "春节走访"}, follow=True
        )

        assert page.context["page"].count == 1
        assert "张有余" in page.content.decode()
        kept = Segment.objects.get()
        assert (kept.owner, kept.counted) == (officer, 1)
        assert "张有余" in answer.content.decode()

    def test_a_manager_sees_the_customers_of_the_own_grid_alone(self, client, tagged):
        stranger, own = make.staff(), tagged.household.village.grid.manager

        assert segments.carriers(Choice((all_of(word("CT18")),)), user=stranger).count() == 0
        assert segments.carriers(Choice((all_of(word("CT18")),)), user=own).count() == 1

    def test_somebody_else_s_list_is_not_there(self, client, officer, tagged):
        kept = kept_as("一", officer)
        client.force_login(make.staff())

        page = client.get(reverse("admin:admission_segment_change", args=[kept.pk]))

        assert page.status_code == 404

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_a_file_says_who_took_it_and_why(self, client, officer, tagged, form):
        kept = kept_as("一", officer)
        client.force_login(officer)

        answer = client.post(
            reverse("admin:admission_segment_export", args=[kept.pk]),
            {"reason": "春节前上门走访", "form": form},
        )

        if form == "csv":
            rows = answer.content.decode("utf-8-sig")
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
            rows = "\n".join(",".join(map(str, row)) for row in sheet.iter_rows(values_only=True))
        assert "春节前上门走访" in rows.splitlines()[0]
        assert officer.username in rows.splitlines()[0]
        assert "张有余" in rows
        assert tagged.id_number not in rows
        entry = AuditEntry.objects.get(action="admission.segment.exported")
        assert (entry.actor, entry.detail["customers"]) == (officer, 1)

    def test_without_a_reason_nothing_leaves_the_house(self, client, officer, tagged):
        kept = kept_as("一", officer)
        client.force_login(officer)

        answer = client.post(
            reverse("admin:admission_segment_export", args=[kept.pk]),
            {"reason": " x ", "form": "csv"},
        )

        assert "reason" in answer.context["form"].errors
        assert not AuditEntry.objects.filter(action="admission.segment.exported").exists()

    def test_a_cell_that_looks_like_a_formula_stays_text(self, officer, tagged):
        Customer.objects.filter(pk=tagged.pk).update(name="=1+1")
        kept = kept_as("一", officer)

        made = segments.export(kept, form="csv", reason="上门走访", actor=officer)

        assert "'=1+1" in made.content.decode("utf-8-sig")

    def test_ten_more_customers_cost_no_more_queries(
        self, client, officer, tagged, django_assert_max_num_queries
    ):
        for _ in range(10):
            deposit(make.customer(), average_3m=30_000_000)
        run()
        client.force_login(officer)

        with django_assert_max_num_queries(20):
            page = client.get(reverse("admin:admission_segment_add"), {"word": word("CT18")})

        assert page.context["page"].count == 11

    def test_before_the_first_run_the_page_says_how_to_make_it(self, client, officer):
        client.force_login(officer)

        page = client.get(reverse("admin:admission_segment_add"))

        assert "先发布一套标签" in page.content.decode()


class TestLongTags:
    """Grids and employers have more words than fit a list: they are searched for."""

    @pytest.fixture
    def many(self, client, officer, tagged):
        client.force_login(officer)
        TagWord.objects.bulk_create(
            TagWord(code="T07-01", word=f"云台{place}号网格") for place in range(MOST_WORDS + 1)
        )
        return TagWord.objects.get(code="T07-01", word="云台7号网格")

    def words(self, client, **asked):
        page = client.get(reverse("admin:admission_segment_add"), asked)
        chosen = [
            each
            for _family, choices, _picked in page.context["page"].families
            for each in choices
            if each.code == "T07-01"
        ]
        return page, chosen[0]

    def test_without_a_search_none_is_listed_and_the_page_says_how_many(self, client, many):
        page, choice = self.words(client)

        assert choice.words == []
        assert choice.many > MOST_WORDS
        assert "find" in page.content.decode()

    def test_a_search_finds_it_and_not_the_others(self, client, many):
        _page, choice = self.words(client, find="云台 7号")

        assert (many.pk, many.word, False) in choice.words
        assert {"云台7号网格", "云台17号网格"} <= {each for _n, each, _c in choice.words}
        assert "云台8号网格" not in {each for _n, each, _c in choice.words}

    def test_what_was_chosen_stays_whatever_is_searched_for(self, client, many):
        other = TagWord.objects.get(code="T07-01", word="云台8号网格")

        _page, choice = self.words(client, find="没有", word=many.pk, without=other.pk)

        assert choice.words == [(many.pk, many.word, True), (other.pk, other.word, False)]


class TestDictionary:
    def test_all_features_stand_there_and_the_first_run_is_explained(self, client, officer):
        client.force_login(officer)

        page = client.get(reverse("admin:admission_featurefigures_changelist"))

        assert len(page.context["page"].lines) >= 146
        assert "首次" in page.content.decode()

    def test_a_search_and_a_source_narrow_it(self, client, officer):
        client.force_login(officer)

        page = client.get(
            reverse("admin:admission_featurefigures_changelist"),
            {"q": "日均", "source": "deposits"},
        )

        names = {each.feature.name for each in page.context["page"].lines}
        assert "dep_avg_12m" in names
        assert names <= {"dep_avg_1m", "dep_avg_3m", "dep_avg_12m", "dep_hh_avg_12m"}

    def test_a_run_says_how_many_know_it_and_the_next_how_far_it_moved(self, client, officer):
        for place in range(20):
            deposit(make.customer(), average_12m=100_000 * place)
        make.customer()
        self._measure()
        Customer.objects.first().deposits.model.objects.update(average_12m=99_000_000)
        self._measure()

        first, second = FeatureFigures.objects.filter(name="dep_avg_12m").order_by("run_id")

        assert (first.customers, first.known, first.psi) == (21, 20, None)
        assert second.psi > 0.25
        client.force_login(officer)
        page = client.get(reverse("admin:admission_featurefigures_one", args=["dep_avg_12m"]))
        assert page.context["page"].line.level == "red"

    def test_people_measured_a_few_at_a_time_give_the_same_figures(self, monkeypatch):
        for place in range(20):
            deposit(make.customer(), average_12m=100_000 * place)
        self._measure()
        monkeypatch.setattr(measuring, "PEOPLE_AT_ONCE", 3)
        self._measure()

        first, second = FeatureFigures.objects.filter(name="dep_avg_12m").order_by("run_id")

        assert (second.customers, second.known, second.psi) == (20, 20, 0)
        assert (second.shape, second.bins) == (first.shape, first.bins)

    def test_every_feature_says_in_chinese_what_it_means_and_the_catalogues_its_formula(self):
        assert MEANINGS.keys() == FEATURES.keys()
        assert all(re.search("[一-鿿]", each) for each in MEANINGS.values())
        assert FORMULAS.keys() == CODES.keys()
        assert FORMULAS["dep_avg_12m"] == "sum(daily balance)/days"
        assert "same" not in FORMULAS.values()

    @pytest.mark.parametrize("address", ["changelist", "fetch"])
    def test_meaning_and_formula_are_shown_and_chinese_finds_a_feature(
        self, client, officer, address
    ):
        client.force_login(officer)

        shown = client.get(
            reverse(f"admin:admission_featurefigures_{address}"), {"q": "再前3个月 存款"}
        ).content.decode()

        assert MEANINGS["dep_drop_3m"] in shown
        assert "1-avg_3m/avg_prev3m" in shown
        assert MEANINGS["pb_score"] not in shown

    def test_the_dictionary_is_taken_along_as_csv(self, client, officer):
        client.force_login(officer)

        answer = client.get(reverse("admin:admission_featurefigures_fetch"), {"q": "dep_drop_3m"})

        rows = answer.content.decode("utf-8-sig").splitlines()
        assert rows[1].startswith("F006,dep_drop_3m")

    def test_a_customer_manager_does_not_read_the_dictionary(self, client):
        client.force_login(make.staff())

        assert client.get(reverse("admin:admission_featurefigures_fetch")).status_code == 403

    def _measure(self):
        opened = measuring.open_measuring(business_day=DAY, actor=None)
        for shard_id in runs.waiting(opened):
            measuring.work_shard(shard_id)


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
