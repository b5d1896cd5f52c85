"""Who is married to whom: written down by hand or file, one spouse each, grown and living."""

import itertools
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.roles import Role
from tests import make
from tests.village.roster_files import HEADINGS, bring, row, table, village
from village.errors import TieRefused
from village.models import Relation
from village.selectors_couples import spouses_of
from village.services import relations, roster_undo

pytestmark = pytest.mark.django_db
_odd, _even = itertools.count(501, 2), itertools.count(500, 2)
__all__ = ["village"]


@pytest.fixture
def home():
    return make.household()


@pytest.fixture
def son(home):
    return make.customer(home, role="child", born_on=date(1990, 3, 1))


@pytest.fixture
def daughter_in_law(home):
    return make.customer(home, role="other", sex="female", born_on=date(1991, 3, 1))


def marry(one, other):
    return relations.tie(one.pk, other.pk, kind="spouse", actor=make.staff())


def test_head_and_spouse_of_a_household_are_known_without_a_line(home):
    head, wife = make.customer(home), make.customer(home, role="spouse")

    assert spouses_of([head.pk, wife.pk]) == {head.pk: [wife.pk], wife.pk: [head.pk]}


def test_a_married_child_is_known_by_the_line_written_down(son, daughter_in_law):
    assert spouses_of([son.pk]) == {}

    tie = marry(daughter_in_law, son)

    assert spouses_of([son.pk]) == {son.pk: [daughter_in_law.pk]}
    assert spouses_of([daughter_in_law.pk]) == {daughter_in_law.pk: [son.pk]}
    relations.end_tie(tie.pk, on=timezone.localdate(), because="离婚", actor=make.staff())
    assert spouses_of([son.pk]) == {}


def test_ten_more_people_cost_no_more_queries(
    home, son, daughter_in_law, django_assert_num_queries
):
    marry(son, daughter_in_law)
    people = [make.customer(make.household()).pk for _ in range(10)]

    with django_assert_num_queries(1):
        spouses_of([son.pk])
    with django_assert_num_queries(1):
        spouses_of([son.pk, daughter_in_law.pk, *people])


def test_nobody_has_two_spouses(home, son, daughter_in_law):
    marry(son, daughter_in_law)

    for one, other in ((son, make.customer()), (make.customer(), daughter_in_law)):
        with pytest.raises(TieRefused) as caught:
            marry(one, other)
        assert caught.value.code == "married"
    with pytest.raises(TieRefused):
        marry(daughter_in_law, son)


def test_the_database_holds_one_marriage_too(son, daughter_in_law):
    marry(son, daughter_in_law)

    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(one=son, other=make.customer(), kind="spouse")


@pytest.mark.parametrize(
    ("given", "code"),
    [({"state": "died"}, "died"), ({"born_on": date(2015, 1, 1)}, "not_of_age")],
)
def test_only_the_grown_and_living_are_married(son, given, code):
    with pytest.raises(TieRefused) as caught:
        marry(son, make.customer(**given))

    assert (caught.value.code, caught.value.field) == (code, "other")


def test_other_ties_stay_between_households(son, daughter_in_law):
    with pytest.raises(TieRefused) as caught:
        relations.tie(son.pk, daughter_in_law.pk, kind="guarantor", actor=None)

    assert caught.value.code == "same_household"


HEAD = "证件号码,关联证件号码,关系\n"


def ties_file(*rows):
    lines = [f"{one.id_number},{other.id_number},{word}" for one, other, word in rows]
    return bring((HEAD + "\n".join(lines) + "\n").encode())


class TestFiles:
    def test_a_file_of_relations_marries_within_a_household_and_divorces(
        self, son, daughter_in_law
    ):
        brought = ties_file((son, daughter_in_law, "夫妻"), (daughter_in_law, son, "配偶"))

        assert (brought.new, brought.unchanged, brought.refused) == (1, 1, 0)
        assert spouses_of([son.pk]) == {son.pk: [daughter_in_law.pk]}

        assert ties_file((son, daughter_in_law, "离婚")).changed == 1
        assert spouses_of([son.pk]) == {}

    def test_who_is_married_dead_or_a_child_is_married_by_no_file(self, son, daughter_in_law):
        marry(son, daughter_in_law)
        free, other = make.customer(), make.customer()

        brought = ties_file(
            (free, daughter_in_law, "夫妻"),
            (free, make.customer(state="died"), "夫妻"),
            (free, make.customer(born_on=date(2015, 1, 1)), "夫妻"),
            (other, make.customer(), "夫妻"),
            (make.customer(), other, "夫妻"),
        )

        assert (brought.new, brought.refused) == (1, 4)

    def test_the_roster_marries_the_daughter_in_law_to_the_only_son(self, village):
        born = {"born": date(1990, 3, 1)}
        home = [
            row(),
            row(与户主关系="儿子", 姓名="王小军", 证件号码=male(), **born),
            row(与户主关系="儿媳", 姓名="李梅", 证件号码=female(), **born),
        ]

        bring(table(*home))
        bring(table(*home))

        tie = Relation.objects.get()
        assert tie.kind == "spouse"
        assert {tie.one.name, tie.other.name} == {"王小军", "李梅"}
        assert tie.one.household == tie.other.household

    @pytest.mark.parametrize("more", ["second son", "divorced"])
    def test_where_two_could_be_meant_or_nobody_the_roster_marries_nobody(self, village, more):
        born = {"born": date(1990, 3, 1)}
        headings = [*HEADINGS, "婚姻状况"]
        home = [
            row(),
            row(与户主关系="长子", 姓名="王小军", 证件号码=male(), **born),
            row(与户主关系="儿媳", 姓名="李梅", 证件号码=female(), **born),
        ]
        if more == "second son":
            home.append(row(与户主关系="次子", 姓名="王小民", 证件号码=male(), **born))
        else:
            home[1]["婚姻状况"] = "离异"

        brought = bring(table(*home, headings=headings))

        assert brought.refused == 0
        assert not Relation.objects.exists()

    def test_undoing_the_roster_undoes_the_marriage(self, village):
        born = {"born": date(1990, 3, 1)}
        brought = bring(
            table(
                row(),
                row(与户主关系="女儿", 姓名="王小红", 证件号码=female(), **born),
                row(与户主关系="女婿", 姓名="赵强", 证件号码=male(), **born),
            )
        )
        assert Relation.objects.count() == 1

        roster_undo.undo(brought.pk, because="错误文件", actor=make.staff())

        assert not Relation.objects.exists()


def male():
    return make.id_number(date(1990, 3, 1), serial=next(_odd))


def female():
    return make.id_number(date(1990, 3, 1), serial=next(_even))


class TestDoors:
    ADD = "admin:village_relation_add"

    def test_a_marriage_is_written_down_by_two_numbers(self, client, son, daughter_in_law):
        client.force_login(son.household.village.grid.manager)

        client.post(
            reverse(self.ADD),
            {
                "one_number": son.id_number,
                "other_number": daughter_in_law.id_number,
                "kind": "spouse",
            },
        )

        assert spouses_of([son.pk]) == {son.pk: [daughter_in_law.pk]}
        shown = client.get(reverse("village:customer", args=[son.pk])).content.decode()
        assert reverse("village:customer", args=[daughter_in_law.pk]) in shown
        assert daughter_in_law.name in shown

    @pytest.mark.parametrize(
        ("field", "number"), [("one_number", "12"), ("other_number", make.id_number())]
    )
    def test_what_is_wrong_is_said_beside_its_field(
        self, client, son, daughter_in_law, field, number
    ):
        client.force_login(son.household.village.grid.manager)
        said = {
            "one_number": son.id_number,
            "other_number": daughter_in_law.id_number,
            "kind": "spouse",
        }

        answer = client.post(reverse(self.ADD), said | {field: number})

        assert list(answer.context["errors"])
        assert answer.context["adminform"].form.errors.keys() == {field}
        assert not Relation.objects.exists()

    def test_people_of_other_branches_are_theirs_to_tie(self, client, son, daughter_in_law):
        client.force_login(make.staff())

        client.post(
            reverse(self.ADD),
            {
                "one_number": son.id_number,
                "other_number": daughter_in_law.id_number,
                "kind": "spouse",
            },
        )

        assert not Relation.objects.exists()

    def test_an_approver_writes_no_ties(self, client):
        client.force_login(make.staff(Role.APPROVER))

        assert client.get(reverse(self.ADD)).status_code == 403


def test_a_day_in_the_future_ends_no_marriage(son, daughter_in_law):
    tie = marry(son, daughter_in_law)

    with pytest.raises(TieRefused):
        relations.end_tie(
            tie.pk,
            on=timezone.localdate() + timedelta(days=1),
            because="离婚",
            actor=make.staff(),
        )
