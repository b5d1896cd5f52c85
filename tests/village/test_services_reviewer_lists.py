"""Who may be asked: proposed by one, approved by another, and why somebody may not."""

from datetime import date

import pytest
from django.db import IntegrityError

from core.errors import SameHands
from core.models import AuditEntry
from tests import make
from tests.village import neighbourhood
from village.errors import FileRefused, ReviewerRefused
from village.models import Customer, ListedReviewer, ListFlag
from village.services import reviewer_lists, reviewers

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    return neighbourhood.settled(10)


@pytest.fixture
def heads(village):
    mine = Customer.objects.filter(role="head", household__village=village)
    return list(mine.order_by("pk"))


def propose(village, people, by):
    return reviewer_lists.propose(village.pk, [each.pk for each in people], actor=by, on=make.DAY)


def test_panels_are_drawn_from_the_approved_list_and_nobody_else(village, heads):
    one, other = make.staff(), make.staff()
    propose(village, heads[:8], one)
    for listed in ListedReviewer.objects.order_by("pk")[:6]:
        reviewer_lists.approve(listed.pk, actor=other, on=make.DAY)

    campaign = neighbourhood.opened(village=village, panel_size=3)

    drawn = set(campaign.reviewers.values_list("customer", flat=True))
    assert drawn <= {each.pk for each in heads[:6]}


def test_who_proposed_does_not_approve(village, heads):
    one = make.staff()
    propose(village, heads[:1], one)

    with pytest.raises(SameHands):
        reviewer_lists.approve(ListedReviewer.objects.get().pk, actor=one, on=make.DAY)


def test_a_whole_list_is_approved_but_for_the_unfit_and_ones_own_proposals(village, heads):
    one, other = make.staff(), make.staff()
    propose(village, heads[:4], one)
    propose(village, heads[4:5], other)
    Customer.objects.filter(pk=heads[0].pk).update(list_flag=ListFlag.GREY)

    approved = reviewer_lists.approve_proposed(village.pk, actor=other, on=make.DAY)

    assert approved == 3
    left = ListedReviewer.objects.filter(status="proposed").values_list("customer", flat=True)
    assert set(left) == {heads[0].pk, heads[4].pk}
    deeds = AuditEntry.objects.filter(action="village.reviewer.approved", actor=other)
    assert deeds.count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"born_on": date(2010, 1, 1)},
        {"born_on": date(1940, 1, 1)},
        {"state": "away"},
        {"list_flag": ListFlag.GREY},
    ],
)
def test_who_may_not_judge_is_left_out_with_the_reason(village, heads, change):
    for name, value in change.items():
        setattr(heads[0], name, value)
    heads[0].save()

    done = propose(village, heads[:2], make.staff())

    assert (done.listed, len(done.refused)) == (1, 1)
    assert done.refused[0].who == heads[0].name
    assert len(done.refused[0].reasons) == 1


def test_a_stranger_to_the_village_is_refused(village):
    done = propose(village, [make.customer()], make.staff())

    assert (done.listed, len(done.refused)) == (0, 1)


def test_a_file_brings_the_list_and_says_which_lines_it_could_not_use(village, heads):
    lines = [
        "张王村评议员名单,",
        "姓名,证件号码",
        f"{heads[0].name},{heads[0].id_number}",
        f"别人,{heads[1].id_number}",
        "无名,320799198001010000",
    ]

    done = reviewer_lists.import_list(
        "\n".join(lines).encode("gb18030"),
        village_id=village.pk,
        actor=make.staff(),
        on=make.DAY,
    )

    assert (done.listed, len(done.refused)) == (1, 2)
    assert ["4" in each.who or "5" in each.who for each in done.refused] == [True, True]


def test_a_file_without_id_numbers_is_refused(village):
    with pytest.raises(FileRefused):
        reviewer_lists.import_list(
            "姓名\n张三".encode(), village_id=village.pk, actor=make.staff(), on=make.DAY
        )


def test_who_was_struck_off_says_why_and_may_be_proposed_again(village, heads):
    one, other = make.staff(), make.staff()
    propose(village, heads[:1], one)
    listed = ListedReviewer.objects.get()

    with pytest.raises(ReviewerRefused):
        reviewer_lists.strike_off(listed.pk, because=" ", actor=other)
    assert reviewer_lists.strike_off(listed.pk, because="拉票", actor=other).status == "struck_off"
    propose(village, heads[:1], other)

    again = ListedReviewer.objects.get()
    assert (again.status, again.proposed_by, again.struck_off_because) == ("proposed", other, "")


def test_who_moved_is_proposed_in_the_new_village_and_judges_there(village, heads):
    one, other = make.staff(), make.staff()
    propose(village, heads[:1], one)
    reviewer_lists.approve(ListedReviewer.objects.get().pk, actor=other, on=make.DAY)
    there = neighbourhood.settled(10)
    Customer.objects.filter(pk=heads[0].pk).update(
        household=make.household(there, group=None), role=Customer.Role.HEAD
    )
    heads[0].refresh_from_db()

    done = propose(there, heads[:1], one)
    again = propose(there, heads[:1], one)
    listed = ListedReviewer.objects.get(village=there)
    reviewer_lists.approve(listed.pk, actor=other, on=make.DAY)

    assert (done.listed, done.known, done.refused) == (1, 0, [])
    assert (again.listed, again.known) == (0, 1)
    asked = {"chosen": None, "wanted": 1, "on": make.DAY, "seed": 1}
    assert [each.person for each in reviewers.listed(there.pk, **asked)] == [heads[0].pk]
    assert heads[0].pk not in {each.person for each in reviewers.listed(village.pk, **asked)}


def test_nobody_is_on_the_list_of_one_village_twice(village, heads):
    one = make.staff()
    propose(village, heads[:1], one)

    with pytest.raises(IntegrityError, match="listed_once_in_a_village"):
        ListedReviewer.objects.create(
            village=village, customer=heads[0], proposed_by=one, proposed_at=neighbourhood.AT
        )
