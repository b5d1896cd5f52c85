"""What the benchmark of rules compares with says the same as what it measures."""

from admission.features import CATALOGUE
from admission.judgement import OutcomeRule, answer_columns, compile_rules
from admission.reference.texts import first_rules
from benchmarks.rules import _people, _plain

PEOPLE = 3_000


def test_the_plain_expressions_answer_as_the_rules_do():
    book = compile_rules([text for text, _, _ in first_rules()], OutcomeRule(), CATALOGUE)
    people = _people(book, PEOPLE)

    ours, plain = answer_columns(book, people), people.select(_plain(book))

    holding = 0
    for rule in book.rules:
        code = rule.text.code
        known = ours[code].is_not_null()
        assert ours[code].filter(known).equals(plain[code].filter(known)), code
        holding += ours[code].sum()
    assert holding > PEOPLE / 2


def test_its_people_come_to_every_outcome():
    book = compile_rules([text for text, _, _ in first_rules()], OutcomeRule(), CATALOGUE)

    outcomes = answer_columns(book, _people(book, PEOPLE))["outcome"].value_counts()

    assert set(outcomes["outcome"]) == {"admit", "notice", "manual", "wait", "refuse"}
