"""Where households stand on the drawing of relations."""

from hypothesis import given
from hypothesis import strategies as st

from village import relation_graph as graph


def test_pairs_become_one_edge_with_the_gravest_kind_first():
    (edge,) = graph.edges([(2, 1, "kin"), (1, 2, "guarantor"), (1, 1, "kin")])

    assert (edge.one, edge.other) == (1, 2)
    assert edge.kinds == ("guarantor", "kin")
    assert edge.kind == "guarantor"


def test_a_guarantee_that_comes_back_is_named_as_a_circle():
    ring = graph.edges([(1, 2, "guarantor"), (2, 3, "guarantor"), (1, 3, "guarantor")])
    over_a_third = graph.edges(
        [(1, 2, "guarantor"), (2, 9, "guarantor"), (9, 3, "guarantor"), (1, 3, "guarantor")]
    )
    only_kin = graph.edges([(1, 2, "guarantor"), (2, 3, "kin"), (1, 3, "guarantor")])

    assert graph.circles(1, ring) == [(1, 2, 3)]
    assert graph.circles(1, over_a_third) == [(1, 2, 9, 3)]
    assert graph.circles(1, only_kin) == []


@given(near=st.integers(1, 12), far=st.integers(0, 12))
def test_no_box_covers_another_or_leaves_the_paper(near, far):
    first, second = list(range(1, near + 1)), list(range(100, 100 + far))
    ties = graph.edges(
        [(0, each, "kin") for each in first]
        + [(first[at % near], each, "kin") for at, each in enumerate(second)]
    )

    drawing = graph.draw(0, first, second, ties)

    assert len(drawing.places) == 1 + near + far
    assert len(drawing.lines) == near + far
    for at, one in enumerate(drawing.places):
        assert 0 <= one.x <= drawing.width - graph.BOX_WIDTH
        assert 0 <= one.y <= drawing.height - graph.BOX_HEIGHT
        for other in drawing.places[at + 1 :]:
            assert one.step != other.step or abs(one.y - other.y) >= graph.BOX_HEIGHT
            assert one.step == other.step or abs(one.x - other.x) >= graph.BOX_WIDTH


def test_those_tied_to_each_other_stand_one_below_the_other():
    ties = graph.edges([(0, 1, "kin"), (0, 2, "kin"), (0, 3, "kin"), (1, 3, "guarantor")])

    drawing = graph.draw(0, [1, 2, 3], [], ties)

    assert [each.household for each in drawing.places if each.step == 1] == [1, 3, 2]
    assert len(drawing.lines) == 4
