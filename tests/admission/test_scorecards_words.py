"""Whatever scorecards say in English can be said in the reader's language."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from admission.proposing import table
from admission.scorecard_words import LEFT_OUT, REMARKS, SENTENCES, fault_in_words, why_left_out
from admission.scorecards import Treated, cutting
from admission.scoring import history

FOLDERS = [Path(each.__file__).parent for each in (cutting, history, table)]


def said(name):
    """The first argument of every call of ``name`` that is a plain text."""
    for source in (each for folder in FOLDERS for each in folder.glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                yield from (each.value for each in node.args if isinstance(each, ast.Constant))


def test_every_refusal_is_named_for_translation():
    assert set(said("Unusable")) == set(SENTENCES)


def test_every_remark_is_named_for_translation():
    treated = Treated(["a"], ["b"], {}, {"c": 1}, {"d": 2})

    assert [each.template for each in treated.remarks()] == list(REMARKS)


def test_every_reason_to_leave_a_column_out_has_its_words():
    columns = {"…bad"}

    assert set(said("LeftOut")) - columns == set(LEFT_OUT)


@pytest.mark.parametrize("sentence", [*SENTENCES, *REMARKS])
def test_every_refusal_has_chinese(sentence):
    with translation.override(settings.LANGUAGE_CODE):
        assert translation.gettext(sentence) != sentence


def test_figures_stand_in_the_words():
    with translation.override("en"):
        told = why_left_out({"column": "x", "reason": "by_chance", "p": 0.3})
        fault = fault_in_words("%(file)s is empty.", {"file": "a.csv"})

    assert told == "could be chance beside the others: p 0.3"
    assert fault == "a.csv is empty."
