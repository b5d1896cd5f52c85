"""Whoever is registered elsewhere: what is known of it, what rules and tags make of it."""

import pytest

from admission.features import Asked
from admission.models import KnownFeatures, Profile, Standing, TagWord
from tests import make
from tests.admission.conftest import allow, codes, decided, visited
from tests.admission.test_services_portfolio import run
from village.models import Customer

pytestmark = pytest.mark.django_db


class TestOutsiders:
    """Registered elsewhere and living elsewhere: what the police and the roster say together."""

    @pytest.mark.parametrize(("online", "outcome"), [(True, "refuse"), (False, "notice")])
    def test_an_online_product_refuses_them_and_others_notice(self, world, rules, online, outcome):
        customer = visited(world.customer("outsider", state=Customer.State.MOVED))
        allow(customer, purpose="application")

        decision = decided(customer, purpose="application", asked=Asked(is_online=online))

        assert (decision.outcome, codes(decision.hits)) == (outcome, ["L05"])
        assert decision.inputs["hukou_in_area"] is False

    @pytest.mark.parametrize(
        ("nickname", "state"),
        [
            ("outsider", Customer.State.LIVING),
            ("sound", Customer.State.MOVED),
            ("sound", Customer.State.AWAY),
        ],
    )
    def test_living_or_being_registered_here_is_enough(self, world, rules, nickname, state):
        customer = visited(world.customer(nickname, state=state))
        allow(customer)

        decision = decided(customer)

        assert "L05" not in codes(decision.hits) + codes(decision.unknowns)

    def test_where_the_police_do_not_say_it_is_not_known_and_a_person_looks(self, world, rules):
        customer = visited(world.customer("not said where", state=Customer.State.AWAY))
        allow(customer)

        decision = decided(customer)

        assert decision.inputs["hukou_in_area"] is None
        assert decision.outcome == "manual"
        assert "L05" in codes(decision.unknowns)


@pytest.mark.parametrize("state", [Customer.State.MOVED, Customer.State.LIVING])
def test_the_county_knows_an_outsider_as_a_decision_does(world, rules, tag_set, state):
    customer = visited(world.customer("outsider", state=state))
    allow(customer)
    decision = decided(customer)

    run()

    standing = Standing.objects.get(customer=customer)
    assert (standing.outcome, standing.hits) == (decision.outcome, codes(decision.hits))
    assert ("L05" in standing.hits) == (state == Customer.State.MOVED)
    known = KnownFeatures.objects.get(customer=customer).values
    assert known["hukou_in_area"] is decision.inputs["hukou_in_area"] is False


def test_new_citizens_live_here_and_are_registered_elsewhere_and_nobody_who_left_is_one(
    world, rules, tag_set
):
    here, left = world.customer("outsider"), world.customer("sound", state=Customer.State.MOVED)
    unsaid = world.customer("not said where")
    for each in (here, left, unsaid):
        allow(each)
        decided(each)
    never_asked = make.customer(state=Customer.State.MOVED)

    run()

    everybody = (here, left, unsaid, never_asked)
    assert [_called(each).get("CT01") for each in everybody] == ["是", None, None, None]
    assert [_called(each).get("T01-05") for each in everybody[:3]] == [
        "非本地户籍",
        None,
        "本村常住",
    ]
    assert [_called(each)["G"] for each in (here, unsaid)] == ["G6", "G5"]


def _called(customer):
    carried = Profile.objects.get(customer=customer).words
    return dict(TagWord.objects.filter(pk__in=carried).values_list("code", "word"))
