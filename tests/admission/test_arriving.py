"""Features worked out while others are waited for: the same, and never at the cost of an answer."""

from datetime import UTC, datetime

import pytest
from polars.testing import assert_frame_equal

from admission.features import Asked, table
from admission.services.arriving import Arriving
from admission.sources import SOURCES, Question, Subject
from admission.sources.asking import Heard, ask
from admission.sources.transport import Transport
from tests.admission.conftest import AS_OF


def heard_of(name, pk, values, status="answered"):
    question = Question(SOURCES[name], Subject(pk, "320799198005170013", "某", ""), 7, AS_OF)
    return Heard(question, status, datetime(2026, 6, 30, tzinfo=UTC), 5, values=values)


PHONE = {"name_match": True, "online_months": 30}


def test_a_source_is_worked_out_once_it_has_told_of_everybody():
    arriving = Arriving([1, 2], AS_OF)

    arriving.hear(heard_of("phone", 2, PHONE))
    assert not arriving.told
    arriving.hear(heard_of("phone", 1, PHONE | {"online_months": 2}))

    told = arriving.told["phone"].sort("customer_id")
    assert told["phone_online_months"].to_list() == [2, 30]


def test_a_source_that_was_silent_about_somebody_is_left_to_the_end():
    arriving = Arriving([1, 2], AS_OF)

    arriving.hear(heard_of("phone", 1, PHONE))
    arriving.hear(heard_of("phone", 2, None, status="failed"))

    assert not arriving.told
    assert not arriving.frames


@pytest.mark.parametrize("odd", [object(), "\ud800"])
def test_values_that_cannot_be_worked_out_do_not_keep_answers_from_being_kept(odd):
    arriving = Arriving([1], AS_OF)

    arriving.hear(heard_of("phone", 1, PHONE | {"online_months": odd}))

    assert not arriving.told


@pytest.mark.parametrize("nickname", ["sound", "four troubles"])
def test_features_worked_out_early_are_those_worked_out_at_the_end(world, nickname):
    person = world.person(nickname)
    subject = Subject(1, person["id_number"], person["name"], person["phone"])
    arriving = Arriving([1], AS_OF)
    with Transport(world.url) as transport:
        for each in SOURCES.values():
            arriving.hear(ask(Question(each, subject, 7, AS_OF), transport))

    frames = arriving.frames
    early = table([1], frames, as_of=AS_OF, asked=Asked(), told=arriving.told)

    assert frames.keys() == SOURCES.keys()
    assert_frame_equal(early, table([1], frames, as_of=AS_OF, asked=Asked()))
