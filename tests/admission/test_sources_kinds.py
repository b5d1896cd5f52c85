"""The register of kinds of data: declared in full, and true to what is asked and delivered."""

import copy
import tomllib

import pytest

from admission.deliveries.classes import CLASSES
from admission.features.columns import OUTSIDE
from admission.sources import SOURCES
from admission.sources.kinds import DECLARED, KINDS, BadDeclaration, Way, read


@pytest.fixture
def declared():
    return copy.deepcopy(tomllib.loads(DECLARED.read_text(encoding="utf-8")))


def test_there_are_28_kinds_and_each_is_declared_in_full():
    assert len(KINDS) == 28
    for kind in KINDS.values():
        assert kind.zh
        assert kind.owner
        assert kind.ground
        assert kind.cost_fen >= 0
        assert kind.columns
        assert kind.live or kind.delivered


def test_every_source_and_every_class_of_files_is_a_kind_and_none_is_two():
    live = {name for name, each in KINDS.items() if each.live}
    files = {each.delivered.name for each in KINDS.values() if each.delivered}

    assert live == set(SOURCES)
    assert files == set(CLASSES)
    assert {each.name for each in KINDS.values() if each.way is Way.BOTH} == {
        each.feeds for each in CLASSES.values() if each.feeds
    }


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_columns_told_are_those_of_the_frame(name):
    told = {each.name for each in KINDS[name].columns if not each.inside}

    assert told == set(OUTSIDE[name])


def test_a_source_that_nobody_declared_is_refused(declared):
    del declared["phone"]

    with pytest.raises(BadDeclaration, match="phone"):
        read(declared)


def test_a_column_without_a_name_and_a_name_without_a_column_are_refused(declared):
    nameless, strange = copy.deepcopy(declared), declared
    del nameless["pboc"]["columns"]["accounts.lender"]
    strange["phone"]["columns"]["colour"] = "颜色"

    with pytest.raises(BadDeclaration, match="accounts.lender"):
        read(nameless)
    with pytest.raises(BadDeclaration, match="colour"):
        read(strange)


def test_what_is_asked_once_more_after_silence_costs_nothing_and_uses_up_no_leave():
    again = {name for name, each in KINDS.items() if each.is_repeatable}

    assert {"tax", "social_security", "core_bank"} <= again
    assert not any(KINDS[name].cost_fen or SOURCES[name].uses_up for name in again)


@pytest.mark.parametrize("name", ["pboc", "baihang", "valuers"])
def test_a_question_that_costs_is_not_declared_repeatable(declared, name):
    declared[name]["repeatable"] = True

    with pytest.raises(BadDeclaration, match=name):
        read(declared)


def test_every_source_says_whether_it_may_be_asked_again(declared):
    del declared["tax"]["repeatable"]

    with pytest.raises(BadDeclaration, match="tax"):
        read(declared)
