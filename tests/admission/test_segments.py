"""Lists of customers by any combination of tags: whom they name, what they say of themselves."""

import importlib
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from admission.models import Profile, Segment, TagDefinition, TagWord
from admission.services import segments, tag_sets
from admission.services.segment_words import Sayer
from admission.tags.choosing import ALL, ANY, NONE, Choice, Group
from core import publishing
from core.models import AuditEntry
from core.roles import Role
from tests import make

DAY = "2026-06-30"


class TestGroups:
    @pytest.mark.parametrize(
        ("group", "written"),
        [
            (Group.of(ALL, [5, 3]), "all:3,5"),
            (Group.of(ANY, [5], [7, 6]), "any:5!6,7"),
            (Group.of(ANY, [], [7]), "any:!7"),
            (Group.of(NONE, [5]), "none:5"),
        ],
    )
    def test_it_stands_in_an_address_and_is_read_back(self, group, written):
        assert str(group) == written
        assert Group.read(written) == group

    @pytest.mark.parametrize(
        "text", ["", "all:", "some:3", "all:3;drop", "all:3!", "all:123456789"]
    )
    def test_what_is_no_group_is_read_as_none(self, text):
        assert Group.read(text) is None

    def test_none_of_some_without_others_is_none_of_them_all(self):
        assert Group.of(NONE, [3], [5]) == Group(NONE, (3, 5))

    def test_a_record_gives_back_what_was_kept(self):
        choice = Choice((Group.of(ANY, [1], [2]), Group.of(NONE, [3])), ANY)

        assert Choice.from_kept(choice.as_kept(), choice.joined) == choice


@pytest.fixture
def tags(officer):
    """甲 乙 丙 are yes or no; 地力 is one of two words."""
    drafted = tag_sets.draft_tag_set(officer)
    drafted.definitions.all().delete()
    for place, (code, name, expression) in enumerate(
        [("T1", "甲", "age > 1"), ("T2", "乙", "age > 2"), ("T3", "丙", "age > 3")]
    ):
        TagDefinition.objects.create(
            tag_set=drafted, place=place, code=code, kind="customer", family="客户标签",
            name=name, expression=expression,
        )  # fmt: skip
    TagDefinition.objects.create(
        tag_set=drafted, place=9, code="T9", kind="tag", family="土地", name="地力",
        expression="'肥' if age > 1 else '瘦'",
    )  # fmt: skip
    publisher = make.staff(Role.RISK_OFFICER)
    return publishing.publish(publishing.submit(drafted, actor=officer), actor=publisher)


@pytest.fixture
def words(tags):
    made = TagWord.objects.bulk_create(
        TagWord(code=code, word=word)
        for code, word in [("T1", "是"), ("T2", "是"), ("T3", "是"), ("T9", "肥"), ("T9", "瘦")]
    )
    return dict(zip(["甲", "乙", "丙", "肥", "瘦"], (each.pk for each in made), strict=True))


@pytest.fixture
def people(words):
    """A customer for every combination of the three, and two of land; by what they are called."""
    found = {}
    for called in ["", "甲", "乙", "丙", "甲乙", "甲丙", "乙丙", "甲乙丙", "甲肥", "甲瘦"]:
        one = make.customer(name=called or "无")
        Profile.objects.create(customer=one, words=[words[each] for each in called], first_on=DAY)
        found[one.pk] = called or "无"
    return found


def chosen(people, officer, *groups, joined=ALL):
    found = segments.carriers(Choice(groups, joined), user=officer)
    return {people[pk] for pk in found.values_list("pk", flat=True)}


class TestWhom:
    def test_all_and_a_group_of_any_and_none_of_another(self, people, words, officer):
        a, b, c = (words[each] for each in "甲乙丙")

        found = chosen(people, officer, Group.of(ALL, [a]), Group.of(ANY, [b, words["肥"]]),
                       Group.of(NONE, [c]))  # fmt: skip

        assert found == {"甲乙", "甲肥"}

    def test_groups_of_which_one_is_enough(self, people, words, officer):
        a, b, c = (words[each] for each in "甲乙丙")

        found = chosen(people, officer, Group.of(ALL, [a, b]), Group.of(ALL, [c], [a]), joined=ANY)

        assert found == {"甲乙", "甲乙丙", "丙", "乙丙"}

    def test_a_tag_that_is_not_carried_can_be_one_of_any(self, people, words, officer):
        found = chosen(people, officer, Group.of(ANY, [words["丙"]], [words["甲"]]))

        assert found == {"无", "乙", "丙", "甲丙", "乙丙", "甲乙丙"}

    def test_words_of_one_tag_are_alternatives_even_among_all(self, people, words, officer):
        found = chosen(people, officer, Group.of(ALL, [words[each] for each in "甲肥瘦"]))

        assert found == {"甲肥", "甲瘦"}

    def test_a_word_that_is_not_there_names_nobody(self, people, officer):
        assert chosen(people, officer, Group.of(ALL, [99_999_999])) == set()

    def test_however_many_groups_the_county_is_asked_once(self, people, words, officer):
        groups = [Group.of(ANY, [each], [words["甲"]]) for each in words.values()]

        with CaptureQueriesContext(
            connection,
        ) as seen:
            segments.carriers(Choice(tuple(groups)), user=officer).count()

        assert sum("admission_profile" in each["sql"] for each in seen) == 1


class TestWords:
    @pytest.mark.parametrize(
        ("groups", "joined", "said"),
        [
            ([(ALL, "甲", ""), (ANY, "乙丙", ""), (NONE, "肥", "")], ALL,
             "甲, and (乙 or 丙), and none of 地力：肥"),
            ([(ALL, "甲乙", ""), (ALL, "丙", "甲")], ANY, "(甲 and 乙), or (丙 and not 甲)"),
            ([(ALL, "甲肥瘦", "")], ALL, "甲 and (地力：肥 or 地力：瘦)"),
            ([(ANY, "甲乙", "")], ALL, "甲 or 乙"),
            ([(NONE, "甲乙", "")], ALL, "none of 甲 or 乙"),
        ],
    )  # fmt: skip
    def test_a_list_is_said_as_people_would(self, words, groups, joined, said):
        made = Choice(
            tuple(
                Group.of(how, [words[each] for each in yes], [words[each] for each in no])
                for how, yes, no in groups
            ),
            joined,
        )

        with translation.override("en"):
            assert Sayer([made]).choice(made) == said

    def test_what_a_model_found_is_said_beside_the_tags(self, words):
        made = Choice((Group.of(ANY, [words["甲"], words["乙"]]),))

        with translation.override("en"):
            said = Sayer([made]).choice(made, "age >= 50")

        assert said == "who meet age >= 50, and (甲 or 乙)"


class TestPages:
    add = property(lambda self: reverse("admin:admission_segment_add"))

    def test_a_second_group_stands_beside_the_first_and_is_kept(
        self, client, people, words, officer
    ):
        client.force_login(officer)
        first = {"word": words["甲"], "how": ALL, "more": "1"}
        page = client.get(self.add, first).context["page"]
        assert (page.said, page.at, page.number) == ("甲", 1, 2)

        second = {"g": [str(each) for each in page.others], "at": page.at, "how": NONE,
                  "word": [words["乙"], words["丙"]]}  # fmt: skip
        page = client.get(self.add, second).context["page"]
        assert page.count == 3
        client.post(self.add, {"g": [str(each) for each in page.choice.groups], "name": "一"})

        kept = Segment.objects.get()
        assert kept.choice == Choice((Group.of(ALL, [words["甲"]]),
                                      Group.of(NONE, [words["乙"], words["丙"]])))  # fmt: skip
        assert kept.counted == 3
        assert AuditEntry.objects.get(action="admission.segment.saved").detail["groups"]

    def test_a_group_is_changed_in_its_place(self, client, people, words, officer):
        client.force_login(officer)
        groups = [f"all:{words['甲']}", f"none:{words['丙']}"]

        shown = client.get(self.add, {"g": groups, "at": 0}).context["page"]
        changed = client.get(
            self.add, {"g": groups[1:], "at": 0, "how": ANY, "word": [words["乙"]]}
        ).context["page"]

        assert shown.open == Group.of(ALL, [words["甲"]])
        assert [str(each) for each in changed.choice.groups] == [f"any:{words['乙']}", groups[1]]

    def test_the_links_take_a_group_out_and_let_one_be_enough(self, client, people, words, officer):
        client.force_login(officer)
        groups = [f"all:{words['甲']}", f"all:{words['丙']}"]
        page = client.get(self.add, {"g": groups}).context["page"]

        less = client.get(f"{self.add}?{page.groups[0].without}").context["page"]
        ((query, _label, is_so),) = [each for each in page.joins if "join=any" in each[0]]
        wider = client.get(f"{self.add}?{query}").context["page"]

        assert [str(each) for each in less.choice.groups] == [groups[1]]
        assert not is_so
        assert (page.count, wider.count) == (2, 8)

    def test_a_saved_list_leads_back_to_its_very_choice(self, client, people, words, officer):
        choice = Choice(
            (Group.of(ANY, [words["甲"]], [words["乙"]]), Group.of(NONE, [words["丙"]])), ANY
        )
        kept = segments.save(name="一", choice=choice, note="", actor=officer)
        client.force_login(officer)

        page = client.get(reverse("admin:admission_segment_change", args=[kept.pk]))
        again = client.get(page.context["page"].again).context["page"]

        assert again.choice == choice
        assert again.count == page.context["page"].count == kept.counted
        assert page.context["page"].said in page.content.decode()

    def test_a_file_says_after_its_watermark_what_the_list_is(self, people, words, officer):
        kept = segments.save(
            name="走访", choice=Choice((Group.of(ALL, [words["甲"]]),)), note="", actor=officer
        )

        made = segments.export(kept, form="csv", reason="上门走访", actor=officer)

        rows = made.content.decode("utf-8-sig").splitlines()
        assert "上门走访" in rows[0]
        assert rows[1] == "走访: 甲"
        entry = AuditEntry.objects.get(action="admission.segment.exported")
        assert entry.detail["groups"] == kept.groups

    def test_ten_more_groups_cost_no_more_queries(self, client, people, words, officer):
        client.force_login(officer)

        def queries(groups):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(self.add, {"g": groups}).status_code == 200
            return len(seen)

        one = [f"all:{words['甲']}"]
        queries(one)
        assert queries(one * 11) == queries(one)

    def test_it_works_without_a_script(self, client, people, words, officer):
        client.force_login(officer)

        page = client.get(self.add, {"g": f"any:{words['甲']}!{words['乙']}", "at": 0})

        html = page.content.decode()
        assert re.search(rf'name="word" value="{words["甲"]}" checked', html)
        assert re.search(rf'name="without" value="{words["乙"]}" checked', html)
        assert re.search(r'name="how" value="any" checked', html)


@pytest.mark.django_db
def test_lists_saved_before_ask_for_what_they_asked_for():
    migration = importlib.import_module(
        "admission.migrations.0011_groups_of_tags_and_rules_over_the_county"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE admission_segment (words int[], without int[], groups jsonb)"
            " ON COMMIT DROP"
        )
        cursor.execute(
            "INSERT INTO admission_segment VALUES ('{3,5}', '{7}'), ('{3}', '{}'), ('{}', '{7}')"
        )
        cursor.execute(migration.AS_GROUPS)
        cursor.execute("SELECT groups::text FROM admission_segment")
        kept = [Choice.from_kept(json.loads(each), ALL) for (each,) in cursor]
        cursor.execute("DROP TABLE pg_temp.admission_segment")

    assert kept == [
        Choice((Group.of(ALL, [3, 5]), Group.of(NONE, [7]))),
        Choice((Group.of(ALL, [3]),)),
        Choice((Group.of(NONE, [7]),)),
    ]
