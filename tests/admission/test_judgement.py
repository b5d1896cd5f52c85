"""Hearing rules: one customer and a county agree, whatever is known."""

import datetime as dt
import json
from dataclasses import replace

import polars as pl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from admission import fault_words
from admission.features import CATALOGUE
from admission.features.table import DTYPES
from admission.judgement import (
    SILENT,
    OutcomeRule,
    RulesRefused,
    RuleText,
    answer_columns,
    answers,
    check_rule,
    compile_rules,
    differences,
    fingerprint_of,
    hear_each,
    judge,
    judge_all,
)
from admission.judgement.outcome import faults
from admission.judgement.verdict import FEW
from admission.judgement.wording import placeholders, said
from admission.reference.texts import first_rules
from core.expressions import Kind

BOOK = compile_rules([text for text, _, _ in first_rules()], OutcomeRule(), CATALOGUE)
WHOLE = st.integers(-3, 30) | st.sampled_from([0, 5, 6, 12, 365, 366])
FEN = st.integers(0, 10_000_000) | st.sampled_from([0, 50_000, 50_001, 50_000_000, 2**53])
VALUES = {
    Kind.BOOL: st.booleans(),
    Kind.INTEGER: WHOLE,
    Kind.DECIMAL: st.floats(0, 1.2) | st.sampled_from([0.8, 0.9, 0.55]),
    Kind.MONEY: FEN,
    Kind.DATE: st.dates(dt.date(2026, 6, 1), dt.date(2026, 7, 31)),
}


def values(field):
    if field.kind is Kind.TEXT:
        return st.none() | st.sampled_from(field.choices or ("甲", "乙"))
    return st.none() | VALUES[field.kind]


NAMES = sorted(BOOK.inputs)
ROWS = st.lists(
    st.fixed_dictionaries({name: values(CATALOGUE.fields[name]) for name in NAMES}),
    min_size=1,
    max_size=6,
)


def frame(rows):
    schema = {name: DTYPES[CATALOGUE.fields[name].kind] for name in NAMES}
    return pl.DataFrame(rows, schema=schema, orient="row")


@settings(max_examples=60, deadline=None, database=None)
@given(rows=ROWS)
def test_rules_heard_together_answer_as_each_alone(rows):
    for row in rows:
        alone = {each.text.code: each.expression.value(row) for each in BOOK.rules}
        assert answers(BOOK, row) == alone


@settings(max_examples=60, deadline=None, database=None)
@given(rows=ROWS)
def test_one_customer_and_a_county_are_judged_alike(rows):
    county = frame(rows)

    columns = answer_columns(BOOK, county)

    for row, heard in zip(rows, columns.rows(named=True), strict=True):
        assert {code: heard[code] for code in answers(BOOK, row)} == answers(BOOK, row)
    one_by_one = [judge(BOOK, row) for row in rows]
    assert judge_all(BOOK, county) == one_by_one
    assert judge_all(BOOK, frame(rows * (FEW + 1))) == one_by_one * (FEW + 1)


@settings(max_examples=60, deadline=None, database=None)
@given(rows=ROWS, silent=st.integers(1, 4))
def test_nobody_is_admitted_while_a_source_was_silent(rows, silent):
    known = [row | {SILENT: silent} for row in rows]

    outcomes = answer_columns(BOOK, frame(known))["outcome"]

    assert not set(outcomes) & {"admit", "notice"}
    assert list(outcomes) == [judge(BOOK, row).outcome for row in known]


def test_a_silent_source_turns_a_yes_into_a_question_and_leaves_a_no():
    book = compile_rules([rule(), rule("H1", "high", "age > 60")], OutcomeRule(), CATALOGUE)

    def outcome(age, silent):
        return judge(book, {"age": age, SILENT: silent}).outcome

    assert (outcome(30, 0), outcome(30, 1)) == ("admit", "manual")
    assert (outcome(17, None), outcome(17, 1)) == ("notice", "manual")
    assert (outcome(61, 0), outcome(61, 1)) == ("refuse", "refuse")


@settings(max_examples=60, deadline=None, database=None)
@given(rows=ROWS)
def test_what_a_verdict_says_can_be_kept_as_json(rows):
    for verdict in judge_all(BOOK, frame(rows)):
        kept = [each.as_json() for each in (*verdict.hits, *verdict.unknowns)]

        assert json.loads(json.dumps(kept)) == kept
        assert all(each["says"] for each in kept)


@settings(max_examples=80, deadline=None, database=None)
@given(rows=ROWS)
def test_a_high_rule_that_holds_or_must_wait_never_admits(rows):
    for verdict in judge_all(BOOK, frame(rows)):
        if any(each.level == "high" for each in verdict.hits):
            assert (verdict.outcome, verdict.limit_factor) == ("refuse", 0)
        if any(each.on_unknown == "block_until_available" for each in verdict.unknowns):
            assert verdict.outcome in ("wait", "refuse")


def test_nothing_known_is_never_a_yes():
    verdict = judge(BOOK, {})

    assert verdict.outcome == "wait"
    assert len(verdict.unknowns) > 30


def rule(code="R1", level="low", expression="age < 18", on_unknown="pass", **more):
    told = {"name": code, "params": {}, "says": "年龄 {age}", "says_to_customer": f"{code} 说明"}
    made = {"code": code, "level": level, "expression": expression, "on_unknown": on_unknown}
    return RuleText(**told | made | more)


def outcome_of(*rules, **known):
    return judge(compile_rules(rules, OutcomeRule(), CATALOGUE), known).outcome


@pytest.mark.parametrize(
    ("level", "on_unknown", "age", "outcome"),
    [
        ("high", "pass", 17, "refuse"),
        ("medium", "pass", 17, "manual"),
        ("low", "pass", 17, "notice"),
        ("low", "pass", 18, "admit"),
        ("high", "block_until_available", None, "wait"),
        ("high", "manual_review", None, "manual"),
        ("medium", "pass_with_notice", None, "notice"),
        ("medium", "pass", None, "admit"),
    ],
)
def test_levels_and_unknowns_lead_where_they_are_drawn_to(level, on_unknown, age, outcome):
    assert outcome_of(rule(level=level, on_unknown=on_unknown), age=age) == outcome


ONLINE_ONLY = {"refuse_when": "product_is_online"}


@pytest.mark.parametrize(
    ("online", "outcome", "level"),
    [(True, "refuse", "high"), (False, "notice", "low"), (None, "notice", "low")],
)
def test_a_treatment_makes_a_rule_refuse_where_its_condition_holds(online, outcome, level):
    book = compile_rules([rule(treatment=ONLINE_ONLY)], OutcomeRule(), CATALOGUE)
    row = {"age": 17, "product_is_online": online}

    (one,) = [judge(book, row)]
    many = judge_all(book, frame([row] * 20))

    assert {each.outcome for each in (one, *many)} == {outcome}
    assert {each.hits[0].level for each in (one, *many)} == {level}
    assert one.hits[0].as_json().get("raised_from") == ("low" if level == "high" else None)


def test_what_a_treatment_asks_for_is_kept_with_the_hit():
    asks = {
        "head_office_when": "age < 17",
        "limit_at_most": 50000,
        "before_drawing": "visit",
        "rebind_phone_when": "age < 17",
        "use_check_when": "age < 17",
    }
    book = compile_rules([rule(treatment=asks)], OutcomeRule(), CATALOGUE)

    ((young,), (older,)) = (judge(book, {"age": age}).hits for age in (16, 17))

    assert young.as_json()["head_office"] is True
    assert "head_office" not in older.as_json()
    assert older.as_json()["limit_at_most"] == 50_000_00
    assert older.as_json()["before_drawing"] == "visit"
    assert young.as_json()["before_signing"] == "phone"
    assert young.as_json()["after_drawing"] == "use_check"
    assert "after_drawing" not in older.as_json()
    assert "before_signing" not in older.as_json()


@pytest.mark.parametrize(
    "asks",
    [
        {"refuse_if": "age < 18"},
        {"refuse_when": "no_such_field"},
        {"head_office_when": "age"},
        {"limit_at_most": "viel"},
        {"limit_at_most": 0},
        {"before_drawing": "prayer"},
        {"rebind_phone_when": "age"},
        {"use_check_when": "age"},
    ],
)
def test_a_treatment_that_cannot_be_read_is_refused(asks):
    with pytest.raises(RulesRefused) as refused:
        compile_rules([rule(treatment=asks)], OutcomeRule(), CATALOGUE)

    assert [each.part for each in refused.value.faults] == ["treatment"]


UNGUARDED = "asked_amount / hv_net_asset > 2"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ({"expression": UNGUARDED}, "expression"),
        ({"treatment": {"refuse_when": UNGUARDED}}, "treatment"),
    ],
)
def test_a_rule_that_may_divide_by_zero_is_not_saved_and_one_of_before_is_still_heard(text, part):
    written = rule(says="说明", **text)

    (fault,) = check_rule(written, CATALOGUE)
    assert (fault.part, fault.error.code, fault.error.column) == (part, "divisor_unproven", 16)
    with pytest.raises(RulesRefused):
        compile_rules([written], OutcomeRule(), CATALOGUE, is_new=True)

    assert compile_rules([written], OutcomeRule(), CATALOGUE)


def test_no_delivered_rule_may_divide_by_zero():
    texts = [text for text, _, _ in first_rules()]

    assert compile_rules(texts, OutcomeRule(), CATALOGUE, is_new=True)


def test_a_set_without_treatments_keeps_its_fingerprint():
    plain_one, treated = rule(), rule(treatment=ONLINE_ONLY)

    assert fingerprint_of([plain_one], OutcomeRule()) != fingerprint_of([treated], OutcomeRule())
    assert fingerprint_of([plain_one], OutcomeRule()) == (
        fingerprint_of([rule(treatment={})], OutcomeRule())
    )


def test_four_low_rules_weigh_as_one_medium():
    low = [rule(f"L{n}") for n in range(4)]

    assert outcome_of(*low[:3], age=17) == "notice"
    assert outcome_of(*low, age=17) == "manual"


def test_all_rules_are_heard_after_the_first_refusal():
    book = compile_rules(
        [rule("H1", "high"), rule("H2", "high"), rule("L1")], OutcomeRule(), CATALOGUE
    )

    verdict = judge(book, {"age": 17})

    assert [each.code for each in verdict.hits] == ["H1", "H2", "L1"]
    assert verdict.told == ("H1 说明", "H2 说明")


def test_a_customer_hears_of_what_decided_and_of_nothing_when_admitted():
    low = [rule(f"L{n}") for n in range(4)]
    mediums = [rule(f"M{n}", "medium") for n in range(4)]

    def told(*rules):
        return judge(compile_rules(rules, OutcomeRule(), CATALOGUE), {"age": 17}).told

    assert told(*mediums, low[0]) == ("M0 说明", "M1 说明", "M2 说明", "M3 说明")
    assert told(*low) == ("L0 说明", "L1 说明", "L2 说明", "L3 说明")
    assert told(low[0]) == ()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("'admit'", "high rule"),
        ("'refuse' if high_hits > 0 else 'admit'", "must be known first"),
        (
            "'refuse' if high_hits > 0 else 'wait' if to_wait > 0 else 'admit'",
            "nobody has looked at",
        ),
        ("'refuse' if high_hits > 0 else 'perhaps'", "does not exist"),
        ("'refuse' if hihg_hits > 0 else 'wait'", "hihg_hits"),
        ("high_hits", "is wanted"),
    ],
)
def test_an_outcome_that_would_let_the_wrong_people_in_is_refused(outcome, reason):
    found = faults(OutcomeRule(outcome=outcome))

    assert any(reason in each.reason for each in found)


@pytest.mark.parametrize("factor", ["1.5", "0.7 - 0.3 * high_hits", "medium_hits / low_hits"])
def test_a_factor_outside_nought_to_one_is_refused(factor):
    assert [each.part for each in faults(OutcomeRule(limit_factor=factor))] == ["limit_factor"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{pb_cur_od_amt} 元", "1,234.50 元"),
        ("{pb_card_util_6m:.0%}", "93%"),
        ("{gov_dishonest}", "是"),
        ("{as_of}", "2026-06-30"),
        ("{age}", "未知"),
        ("{types}", "甲、乙"),
        ("{limit}", "50,000"),
        ("无字段", "无字段"),
    ],
)
def test_figures_are_said_as_people_read_them(text, expected):
    row = {
        "pb_cur_od_amt": 123_450,
        "pb_card_util_6m": 0.934,
        "gov_dishonest": True,
        "as_of": dt.date(2026, 6, 30),
    }

    assert said(text, row, {"types": ["甲", "乙"], "limit": 50_000}, CATALOGUE) == expected


@pytest.mark.parametrize("text", ["{age.real}", "{age[0]}", "{age!r}", "{}", "{age:{age}}", "{"])
def test_a_text_reaches_into_nothing_but_named_fields(text):
    with pytest.raises(ValueError, match=r".*"):
        placeholders(text)


@pytest.mark.parametrize("spec", ["", ",", ".0f", ".1f", ",.2f", ".0%", "d", ">8", "08.1f", "+.1f"])
def test_a_figure_may_be_written_in_the_formats_that_people_read(spec):
    written = rule(expression="age > n", params={"n": 3}, says=f"{{n:{spec}}}")

    assert check_rule(written, CATALOGUE) == []


@pytest.mark.parametrize("spec", [">5000000", ".5000000f", "0>>٥٠٠٠٠٠٠", "999", "c", "x", "n", " "])
def test_a_text_of_any_width_is_refused_before_it_is_filled_in(spec):
    written = rule(expression="age > n", params={"n": 3}, says=f"年龄 {{age:{spec}}}")

    (fault,) = check_rule(written, CATALOGUE)

    assert fault.part == "says"
    assert f"the format in {{age:{spec}}} is none of figures" in fault.reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{age", "花括号没有配对"),
        ("age}", "花括号没有配对"),
        ("{age.real}", "{age.real}"),
        ("{as_of:{age}}", "{as_of}"),
        ("{as_of!r}", "{as_of}"),
        ("{age:>5000000}", "{age:>5000000} 的格式"),
        ("{words:.0f}", "{words:.0f} 的格式"),
    ],
)
def test_what_is_wrong_with_the_braces_of_a_text_is_said_in_the_readers_language(text, why):
    written = rule(expression="age > n", params={"n": 3, "words": "x"}, says=text)

    (fault,) = check_rule(written, CATALOGUE)

    with translation.override("zh-hans"):
        assert fault_words.reason(fault).startswith(f"文字无法填入数值：{why}")


class TestDiffering:
    def test_what_was_added_removed_and_changed_is_told_part_by_part(self):
        before = [rule("A"), rule("B", params={"n": 1}), rule("C")]
        after = [rule("A"), rule("B", params={"n": 2}, level="high"), rule("D")]

        found = differences(before, after, OutcomeRule(), OutcomeRule())

        told = [(each.code, each.kind, [part.part for part in each.parts]) for each in found]
        assert told[0] == ("B", "changed", ["level", "params"])
        assert [each[:2] for each in told[1:]] == [("D", "added"), ("C", "removed")]
        assert (found[0].parts[1].before, found[0].parts[1].after) == ({"n": 1}, {"n": 2})

    def test_other_line_ends_are_no_difference(self):
        before, after = (
            rule(expression="age < 18\n or age > 65"),
            rule(expression="age < 18\r\n or age > 65"),
        )

        assert differences([before], [after], OutcomeRule(), OutcomeRule()) == []

    def test_how_the_outcome_is_found_differs_for_the_set_as_a_whole(self):
        (found,) = differences([], [], OutcomeRule(), OutcomeRule(outcome="'admit'"))

        assert (found.code, [each.part for each in found.parts]) == ("—", ["outcome"])


@settings(max_examples=30, deadline=None, database=None)
@given(rows=ROWS)
def test_each_rule_heard_by_itself_says_what_the_verdict_says(rows):
    for row in rows:
        verdict, each = judge(BOOK, row), hear_each(BOOK, row)

        assert tuple(one for one, answer in each if answer) == verdict.hits
        assert tuple(one for one, answer in each if answer is None) == verdict.unknowns


class TestThreeInARowOrSixInAll:
    """H09: six months late are looked for on one account, or on all together where the set says."""

    def book(self, *, all_accounts):
        (text,) = [each for each, _, _ in first_rules() if each.code == "H09"]
        chosen = replace(text, params=dict(text.params) | {"all_accounts": all_accounts})
        return compile_rules([chosen], OutcomeRule(), CATALOGUE)

    @pytest.mark.parametrize(
        ("row", "one", "together"),
        [
            ({"pb_od_max_24": 1, "pb_od_months_24": 4, "pb_od_months_24_all": 7}, False, True),
            ({"pb_od_max_24": 1, "pb_od_months_24": 6, "pb_od_months_24_all": 6}, True, True),
            ({"pb_od_max_24": 3, "pb_od_months_24": 3, "pb_od_months_24_all": 3}, True, True),
            ({"pb_od_max_24": 1, "pb_od_months_24": 4, "pb_od_months_24_all": 5}, False, False),
            ({"pb_od_max_24": 1, "pb_od_months_24": 4, "pb_od_months_24_all": None}, False, None),
        ],
    )
    def test_the_set_chooses_and_one_is_judged_as_a_county(self, row, one, together):
        for all_accounts, holds in ((False, one), (True, together)):
            book = self.book(all_accounts=all_accounts)
            schema = {name: pl.Int64() for name in row}

            assert answers(book, row)["H09"] is holds
            assert answer_columns(book, pl.DataFrame([row], schema=schema))["H09"].item() is holds

    def test_it_stands_for_one_account_unless_somebody_chooses(self):
        (text,) = [each for each, _, _ in first_rules() if each.code == "H09"]

        assert text.params["all_accounts"] is False
        one, all_of_them = self.book(all_accounts=False), self.book(all_accounts=True)
        assert one.fingerprint != all_of_them.fingerprint
        assert "pb_od_months_24_all" in one.inputs
