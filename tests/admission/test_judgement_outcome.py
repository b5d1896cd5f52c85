"""An outcome keeps its promises for any number of hits, whatever is written."""

import polars as pl
import pytest

from admission.features import CATALOGUE
from admission.judgement import OutcomeRule, RulesRefused, answer_columns, compile_rules, judge
from tests.admission.test_judgement import rule

FEW_COUNTED = (
    "'refuse' if 1 <= high_hits <= 5 else 'wait' if 1 <= to_wait <= 5 "
    "else 'manual' if 1 <= to_review <= 5 else 'admit'"
)


def test_a_new_set_is_tried_with_as_many_hits_as_it_has_rules():
    rules = [rule(f"H{n}", "high", "age > 60") for n in range(7)]
    outcome = OutcomeRule(outcome=FEW_COUNTED)

    compile_rules(rules, outcome, CATALOGUE)
    with pytest.raises(RulesRefused) as refused:
        compile_rules(rules, outcome, CATALOGUE, is_new=True)

    told = {each.reason for each in refused.value.faults}
    assert any("high rule" in each for each in told)
    assert any("must be known first" in each for each in told)
    assert any("nobody has looked at" in each for each in told)


@pytest.mark.parametrize(
    ("on_unknown", "age", "outcome"),
    [
        ("manual_review", 61, "refuse"),
        ("manual_review", 60, "admit"),
        ("block_until_available", None, "wait"),
        ("manual_review", None, "manual"),
    ],
)
@pytest.mark.parametrize("written", [FEW_COUNTED, "'admit' if high_hits < 6 else 'perhaps'"])
def test_nobody_passes_whatever_the_outcome_says_of_counts_that_nobody_tried(
    monkeypatch, written, on_unknown, age, outcome
):
    monkeypatch.setattr("admission.judgement.outcome.faults", lambda _rule, **_given: [])
    rules = [rule(f"H{n}", "high", "age > 60", on_unknown=on_unknown) for n in range(7)]
    book = compile_rules(rules, OutcomeRule(outcome=written), CATALOGUE)
    one, row = judge(book, {"age": age}), pl.DataFrame({"age": [age]}, schema={"age": pl.Int64})

    together = answer_columns(book, row)

    assert one.outcome == outcome
    assert together["outcome"].to_list() == [outcome]
