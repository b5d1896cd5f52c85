"""Pieces of every page, each put together in one place."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from core import pieces

TODAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def _on_a_day_in_english(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: TODAY)
    with translation.override("en"):
        yield


def test_a_badge_wears_the_colour_of_its_state_with_the_mark_of_that_colour():
    drawn = pieces.badge("Refused", state="refused")
    assert 'class="badge badge-red"' in drawn
    assert "#red" in drawn
    assert drawn.endswith("Refused</span>")


def test_a_level_goes_before_a_state():
    assert "badge-green" in pieces.badge("Paid late", state="overdue", level="green")


def test_words_of_people_are_escaped():
    for drawn in (
        pieces.badge("<b>", state="open"),
        pieces.list_badge("white", "<b>"),
        pieces.figure("<b>", "<b>", unit="<b>", source="<b>"),
    ):
        assert "<b>" not in drawn
        assert "&lt;b&gt;" in drawn


@pytest.mark.parametrize(
    ("flag", "colour", "mark"),
    [("white", "white", "green"), ("grey", "grey-list", "yellow"), ("black", "black", "red")],
)
def test_each_list_has_its_colour_and_its_mark(flag, colour, mark):
    drawn = pieces.list_badge(flag, "word")
    assert f'"badge badge-{colour}"' in drawn
    assert f"#{mark}" in drawn


def test_who_is_on_no_list_has_no_badge():
    assert pieces.list_badge("", "") == ""


def test_an_unknown_figure_says_so_and_has_no_unit():
    drawn = pieces.figure("Income", None, unit="yuan")
    assert "is-unknown" in drawn
    assert "unknown</span>" in drawn
    assert "yuan" not in drawn


def test_a_nought_is_known():
    assert "is-unknown" not in pieces.figure("Income", 0, unit="yuan")


def test_who_says_so_stands_beside_a_figure_with_its_age():
    drawn = pieces.figure("Income", "1.00", source="Tax office", day=date(2026, 6, 20))
    assert 'Tax office · <time datetime="2026-06-20" title="2026-06-20">10 days ago' in drawn
    assert "figure-old" not in drawn


def test_a_figure_of_more_than_a_year_warns():
    assert "figure-old" in pieces.said_by("Tax office", date(2025, 6, 29))
    assert "figure-old" not in pieces.said_by("Tax office", date(2025, 6, 30))


def test_without_somebody_who_says_so_there_is_no_day_either():
    assert pieces.said_by("", date(2026, 6, 20)) == ""


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 2, 28, 16, 30, tzinfo=ZoneInfo("UTC")), "2026-03-01"),
        (None, ""),
    ],
)
def test_a_day_is_written_as_the_bank_counts_days(moment, written):
    page = Template("{% load dates %}{{ moment|iso }}").render(Context({"moment": moment}))
    assert page == written
