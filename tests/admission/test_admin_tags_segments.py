"""The pages of tags: lists of customers picked by them, and long tags."""

import io

import openpyxl
import pytest
from django.urls import reverse

from admission.contexts_tags_picked import MOST_WORDS
from admission.models import Segment, TagWord
from admission.services import segments
from admission.tags.choosing import NONE, Choice, Group
from core.models import AuditEntry
from tests import make
from tests.admission.picked import all_of, kept_as, word
from tests.admission.tagging import deposit, run
from village.models import Customer

pytestmark = pytest.mark.django_db


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
