"""Tagging a county: who is called what, since when, and that nothing is written twice."""

import json
from datetime import date
from io import StringIO

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from admission.errors import NoTagsInForce
from admission.models import Deposit, Profile, TagChange, TagSet, TagWord
from admission.services import tag_sets, tagging
from admission.services.known_features import features_of, features_of_homes
from core import publishing, runs
from core.errors import MoveNotAllowed, SameHands, Unsound
from core.models import Run
from core.roles import Role
from tests import make
from tests.admission.brought import bring
from tests.admission.tagging import DAY, deposit, run
from village.models import Customer

pytestmark = pytest.mark.django_db
LATER = date(2026, 7, 31)


def words(customer):
    carried = Profile.objects.get(customer=customer).words
    return dict(TagWord.objects.filter(pk__in=carried).values_list("code", "word"))


def test_everybody_living_is_called_by_what_is_known(tags):
    one, dead = make.customer(), make.customer(state=Customer.State.DIED)
    deposit(one)

    done = run()

    assert done.status == Run.Status.DONE
    said = words(one)
    assert said["T01-02"] == "46-55"
    assert said["T01-01"] == "男"
    assert said["T04-01"] == "1-5万"
    assert said["T09-02"] == "中"
    assert said["G"] == "G5"
    assert "T05-03" not in said
    assert not Profile.objects.filter(customer=dead).exists()
    assert Profile.objects.get(customer=one).figures["loyalty_score"] > 0


INSURED = "证件号码,数据日期,参保状态,连续缴存月数,近12月社保缴费月数,社保缴费基数(元)"


def members(home, *bases, **given):
    """Head, spouse and child of a household, each with the wage on which they pay in, if any."""
    people = [
        make.customer(home, **{"role": role} | given)
        for role, _base in zip(Customer.Role.values, bases, strict=False)
    ]
    rows = [
        f"{each.id_number},{DAY},正常,12,12,{base}"
        for each, base in zip(people, bases, strict=True)
        if base
    ]
    return people, rows


def labour(*people):
    return [words(each)["T08-02"] for each in people]


def test_whoever_of_a_household_earns_most_is_its_main_earner(tags):
    village = make.village()
    (head, wife, son), one = members(make.household(village), 5_000, 8_000, None)
    both, other = members(make.household(village), 6_000, 6_000)
    nobody, _none = members(make.household(village), None, None)
    bring(*one, *other, head=INSURED, name="social_security.csv")

    run()

    assert labour(head, wife, son) == ["辅助劳力", "主劳力", "辅助劳力"]
    assert labour(*both) == ["主劳力", "主劳力"]
    assert labour(*nobody) == ["主劳力", "辅助劳力"]


def test_who_is_too_old_has_moved_away_or_died_is_nobody_s_main_earner(tags):
    home = make.household(make.village())
    (head, wife, son), first = members(home, 5_000, 4_000, 9_000)
    old, second = members(home, 9_900, role="parent", born_on=date(1955, 1, 1))
    gone, third = members(home, 9_800, role="sibling", state=Customer.State.MOVED)
    dead, fourth = members(home, 9_700, role="sibling")
    bring(*first, *second, *third, *fourth, head=INSURED, name="social_security.csv")
    Customer.objects.filter(pk=dead[0].pk).update(state=Customer.State.DIED)

    run()

    assert labour(head, wife, son) == ["辅助劳力", "辅助劳力", "主劳力"]
    assert labour(*old, *gone) == ["被抚养", "辅助劳力"]


def test_one_customer_is_held_against_their_household_as_the_county_is(tags):
    village = make.village()
    told = [members(make.household(village), *bases) for bases in ((5, 8), (7, 7, None), (None,))]
    bring(*(row for _, rows in told for row in rows), head=INSURED, name="social_security.csv")
    people = [each.pk for of, _rows in told for each in of]

    together = features_of_homes(people, {"top_earner", "ss_base_now"}, as_of=DAY)
    apart = pl.concat(
        features_of([each], {"top_earner", "ss_base_now"}, as_of=DAY) for each in people
    )

    assert together.equals(apart)
    assert together["top_earner"].to_list() == [False, True, True, True, False, None]
    assert (
        features_of(people[::-1], {"top_earner"}, as_of=DAY)["customer_id"].to_list()
        == (people[::-1])
    )


def test_the_county_s_own_figures_are_stored_with_the_run(tags):
    for average in (1_000_000, 3_000_000):
        deposit(make.customer(), average_12m=average)

    done = run()

    assert done.settings["county"]["contribution_p95"] == 27_000
    assert done.settings["county"]["pf_base_p70"] is None


def test_the_same_run_again_writes_nothing(tags):
    deposit(make.customer())
    run()

    again = run()

    assert again.result["written"] == again.result["changed"] == 0


def test_a_tag_that_changes_says_since_when_and_what_it_was(tags):
    one = make.customer()
    kept = deposit(one)
    run()
    Deposit.objects.filter(pk=kept.pk).update(average_1m=9_000_000, transactions_3m=0)

    done = run(LATER)

    profile = Profile.objects.get(customer=one)
    assert profile.first_on == DAY
    assert profile.since["T04-01"] == "2026-07-31"
    assert "T01-01" not in profile.since
    change = TagChange.objects.select_related("before", "after").get(customer=one, code="T04-01")
    assert (change.before.word, change.after.word, change.on) == ("1-5万", "5-20万", LATER)
    assert done.result["changed"] == TagChange.objects.count()


def test_a_tag_that_goes_leaves_a_change_without_a_word_after_it(tags):
    one = make.customer()
    kept = deposit(one, average_3m=30_000_000)
    run()
    assert words(one)["CT18"] == "是"
    Deposit.objects.filter(pk=kept.pk).update(average_3m=1)

    run(LATER)

    assert "CT18" not in words(one)
    assert TagChange.objects.get(customer=one, code="CT18").after is None


def test_whoever_dies_is_called_nothing_any_more(tags):
    one = make.customer()
    run()
    Customer.objects.filter(pk=one.pk).update(state=Customer.State.DIED)

    done = run(LATER)

    assert done.result["gone"] == 1
    assert not Profile.objects.exists()


def test_a_run_that_was_cut_off_goes_on_with_the_figures_it_began_with(tags):
    deposit(make.customer())
    deposit(make.customer())
    opened = tagging.open_tagging(business_day=DAY, actor=None)
    tagging.work_shard(runs.waiting(opened)[0])
    Deposit.objects.update(average_12m=99_000_000)

    resumed = tagging.open_tagging(business_day=DAY, actor=None)

    assert resumed.pk == opened.pk
    assert resumed.settings == opened.settings
    assert len(runs.waiting(resumed)) == 1


def test_ten_more_customers_cost_no_more_queries(tags, django_assert_max_num_queries):
    village = make.village()
    make.customer(make.household(village))
    run()
    for _ in range(10):
        deposit(make.customer(make.household(village)))
    opened = tagging.open_tagging(business_day=LATER, actor=None)
    (shard,) = runs.waiting(opened)

    with django_assert_max_num_queries(55):
        tagging.work_shard(shard)


def test_without_published_tags_nobody_is_tagged(db):
    with pytest.raises(NoTagsInForce):
        tagging.open_tagging(business_day=DAY, actor=None)
    with pytest.raises(CommandError):
        call_command("compute_tags")


def test_the_command_tells_what_it_did_as_one_object(tags):
    deposit(make.customer())
    out = StringIO()

    call_command("compute_tags", "--all", "--json", "--day", "2026-06-30", stdout=out)

    told = json.loads(out.getvalue())
    assert (told["villages"], told["customers"], told["written"]) == (1, 1, 1)


def test_nobody_publishes_tags_of_their_own(db):
    author = make.staff(Role.RISK_OFFICER)
    drafted = publishing.submit(tag_sets.draft_tag_set(author), actor=author)

    with pytest.raises((SameHands, MoveNotAllowed)):
        publishing.publish(drafted, actor=author)


def test_a_set_with_a_broken_definition_says_where(db):
    drafted = tag_sets.draft_tag_set(make.staff(Role.RISK_OFFICER))
    drafted.definitions.filter(code="T01-01").update(expression="sexx")

    assert any("T01-01" in each for each in TagSet.objects.get(pk=drafted.pk).faults())


def test_a_set_that_may_divide_by_zero_is_not_put_into_force(db):
    author = make.staff(Role.RISK_OFFICER)
    drafted = tag_sets.draft_tag_set(author)
    drafted.definitions.filter(code="CT18").update(expression="dep_avg_3m / hv_net_asset > 2")

    with pytest.raises(Unsound, match="CT18.*hv_net_asset"):
        publishing.submit(drafted, actor=author)


def test_a_revised_set_begins_as_a_copy(tags):
    made = tag_sets.revise_tag_set(tags.pk, actor=make.staff(Role.RISK_OFFICER))

    assert made.version == tags.version + 1
    assert made.book().fingerprint == tags.book().fingerprint
