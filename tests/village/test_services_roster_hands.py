"""Whose a roster file is: what a branch may bring in, what needs a second person, what fails."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from core import documents
from core.errors import SameHands
from core.models import AuditEntry
from tests import make
from tests.village.roster_files import ID, row, spouse, table
from village import tasks
from village.models import Customer, Household, ListFlag, Relation, RosterImport
from village.services import roster_undo, rosters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

DAY = date(2026, 6, 30)
Status = RosterImport.Status


@pytest.fixture
def president():
    return make.staff("branch_president")


@pytest.fixture
def ours(president):
    grid = make.grid(make.staff(branch=president.branch))
    return make.village(code="320723100200", grid=grid)


@pytest.fixture
def theirs():
    return make.village(code="320723100300")


def bring(content, actor):
    return rosters.import_content(content, name="f.csv", actor=actor, as_of=DAY)


def reasons(made):
    text = documents.content(made.refusals).decode("utf-8-sig") if made.refusals else ""
    return [line.rsplit(",", 1)[1] for line in text.splitlines()[2:]]


def received(content, actor):
    made = rosters.receive(content, name="f.csv", actor=actor, as_of=DAY)
    return rosters.try_out(made.pk)


def test_a_branch_brings_in_its_own_villages_and_gets_the_others_back(president, ours, theirs):
    here = row(组号="")
    there = row(组号="", 户号="H2", 村代码=theirs.code, 姓名="李四", born=date(1970, 1, 2))

    made = bring(table(here, there), president)

    assert (made.new, made.refused) == (1, 1)
    assert Household.objects.get().village == ours
    assert "head office" in reasons(made)[0]


def test_a_branch_does_not_draw_people_or_households_out_of_another(president, ours, theirs):
    person = make.customer(make.household(theirs, number="H7"))
    taken_person = row(组号="", 证件号码=person.id_number, born=person.born_on)
    taken_home = row(组号="", 户号="H7", 姓名="李四", born=date(1970, 1, 2))

    made = bring(table(taken_person, taken_home), president)

    assert (made.new, made.changed, made.refused) == (0, 0, 2)
    assert Household.objects.get().village == theirs


def test_means_and_lists_of_another_branch_come_back_and_a_tie_needs_one_foot_here(
    president, ours, theirs
):
    mine, other = make.customer(make.household(ours)), make.customer(make.household(theirs))
    third = make.customer(make.household(theirs))

    means = bring(
        f"户号,住房价值(元),家庭年收入(元)\n{other.household.number},1,1\n".encode(), president
    )
    lists = bring(f"证件号码,名单,原因\n{other.id_number},黑,x\n".encode(), president)
    ties = bring(
        f"证件号码,关联证件号码,关系\n{mine.id_number},{other.id_number},亲属\n"
        f"{third.id_number},{other.id_number},担保\n".encode(),
        president,
    )

    assert (means.refused, lists.refused) == (1, 1)
    assert (ties.new, ties.refused) == (1, 1)
    assert Relation.objects.get().kind == "kin"
    assert not Customer.objects.exclude(list_flag=ListFlag.NONE).exists()


def test_the_head_office_brings_in_every_village(ours, theirs):
    there = row(组号="", 户号="H2", 村代码=theirs.code, 姓名="李四", born=date(1970, 1, 2))

    made = bring(table(row(组号=""), there), make.staff("administrator"))

    assert (made.new, made.refused) == (2, 0)


def test_each_branch_sees_its_own_files_and_the_head_office_all(client, president, ours):
    office, neighbour = make.staff("administrator"), make.staff("branch_president")
    own = received(table(row(组号="")), president)
    county = received(table(spouse(组号="")), office)

    assert set(RosterImport.objects.visible_to(president)) == {own}
    assert set(RosterImport.objects.visible_to(office)) == {own, county}
    assert set(RosterImport.objects.visible_to(neighbour)) == set()
    client.force_login(neighbour)
    for name in ("change", "refusals", "undo", "explain"):
        address = reverse(f"admin:village_rosterimport_{name}", args=[own.pk])
        assert client.get(address).status_code == 404
    act = reverse("admin:village_rosterimport_act", args=[own.pk])
    assert client.post(act, {"act": "bring"}).status_code == 404


def test_lists_are_brought_in_by_somebody_else_than_whoever_handed_them_in(president, ours):
    person = make.customer(make.household(ours), list_flag=ListFlag.BLACK)
    office, third = make.staff("administrator"), make.staff("administrator")
    content = f"证件号码,名单,原因\n{person.id_number},移出,已清偿\n".encode()
    made = received(content, president)

    with pytest.raises(SameHands):
        rosters.order(made.pk, actor=president)
    assert president.pk not in RosterImport.objects.orderable_by(president).values_list("pk")
    rosters.order(made.pk, actor=office)
    brought = rosters.bring_in(made.pk)

    assert (brought.changed, brought.imported_by, brought.ordered_by) == (1, president, office)
    assert Customer.objects.get().list_flag == ListFlag.NONE
    for hands in (president, office):
        with pytest.raises(SameHands):
            roster_undo.undo(made.pk, because="弄错了", actor=hands)
    roster_undo.undo(made.pk, because="弄错了", actor=third)
    assert Customer.objects.get().list_flag == ListFlag.BLACK


def test_the_page_of_lists_says_that_a_second_person_is_needed(client, president, ours):
    person = make.customer(make.household(ours))
    made = received(f"证件号码,名单,原因\n{person.id_number},黑,x\n".encode(), president)
    page = reverse("admin:village_rosterimport_change", args=[made.pk])

    client.force_login(president)
    own = client.get(page).content.decode()
    client.force_login(make.staff("administrator"))
    second = client.get(page).content.decode()

    assert 'value="bring"' not in own
    assert 'value="discard"' in own
    assert 'value="bring"' in second


def test_a_file_that_breaks_has_failed_with_a_sentence_and_can_be_tried_again(client, ours):
    office = make.staff("administrator")
    content = table(row(组号=""))
    made = rosters.receive(content, name="f.csv", actor=office, as_of=DAY)
    address, made.source.address = made.source.address, "0" * 64
    made.source.save()

    tasks.try_roster(made.pk)

    made.refresh_from_db()
    assert made.status == Status.FAILED
    assert str(made.pk) in made.error
    assert "0000" not in made.error
    made.source.address = address
    made.source.save()
    client.force_login(office)
    client.post(reverse("admin:village_rosterimport_act", args=[made.pk]), {"act": "again"})
    tasks.try_roster(made.pk)
    made.refresh_from_db()
    assert (made.status, made.error, made.new) == (Status.TRIED, "", 1)


def test_a_file_that_no_worker_survives_is_given_up(ours):
    made = rosters.receive(
        table(row(组号="")), name="f.csv", actor=make.staff("administrator"), as_of=DAY
    )

    taken = [rosters.take_up(made.pk) for _ in range(rosters.TAKEN_UP_AT_MOST + 1)]

    assert taken == [True, True, True, False]
    made.refresh_from_db()
    assert made.status == Status.FAILED
    assert "by towns" in made.error


def test_the_sweep_takes_up_a_forgotten_file(ours):
    made = rosters.receive(
        table(row(组号="")), name="f.csv", actor=make.staff("administrator"), as_of=DAY
    )
    RosterImport.objects.update(imported_at=timezone.now() - tasks.FORGOTTEN_AFTER * 2)

    tasks.sweep_rosters()

    made.refresh_from_db()
    assert made.status == Status.TRIED


def test_odd_lines_and_characters_come_back_and_nothing_of_them_is_said_aloud(ours):
    bad = spouse(组号="", 姓名="杨\x00霞", 户号="H2")
    quoted = table(row(组号="")).decode() + f'H3,{ours.code},,户主,"老王"家,{ID},,\n'
    content = quoted + table(bad).decode().split("\n", 1)[1]

    made = received(content.encode(), make.staff("administrator"))

    assert (made.status, made.new, made.refused) == (Status.TRIED, 1, 2)
    assert "quotation mark" in reasons(made)[0]
    assert made.error == ""
    assert not AuditEntry.objects.filter(detail__icontains=ID).exists()
