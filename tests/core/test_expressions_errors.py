"""What the rule language refuses, where it points, and how it says so."""

import datetime as dt

import pytest

from core.expressions import Catalogue, ExpressionError, Field, Kind
from core.expressions.errors import MESSAGES

CATALOGUE = Catalogue(
    [
        Field("age", Kind.INTEGER),
        Field("ratio", Kind.DECIMAL),
        Field("balance", Kind.MONEY),
        Field("income", Kind.MONEY),
        Field("town", Kind.TEXT),
        Field("grade", Kind.TEXT, choices=("正常", "关注", "次级")),
        Field("married", Kind.BOOL),
        Field("born_on", Kind.DATE),
    ]
)


def refused(text, params=None, want=None):
    with pytest.raises(ExpressionError) as caught:
        CATALOGUE.parse(text, params=params, want=want)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "empty", 1, 1),
        (" \n ", "empty", 1, 1),
        ("age >", "syntax", 1, 6),
        ("age > 3 and and married", "syntax", 1, 13),
        ("age = 3", "single_equals", 1, 5),
        ("age > 3 && married", "use_word", 1, 10),
        ("married & married", "use_word", 1, 1),
        ("!married", "use_word", 1, 1),
        ("（age > 3)", "full_width", 1, 1),
        ("age ＞ 3", "full_width", 1, 5),
        ("grade == “正常”", "full_width", 1, 10),
        ("age > 3 # grown up", "comment", 1, 9),
        ("grade in ['正常' '关注']", "missing_comma", 1, 16),
        ("married\n  and agee > 3", "unknown_name_close", 2, 7),
        ("grade == '正常' and zzzzzzzz > 3", "unknown_name", 1, 19),
        ("grade == '正堂'", "not_a_choice", 1, 10),
        ("'优' != grade", "not_a_choice", 1, 1),
        ("grade in ['正常', '优']", "not_a_choice", 1, 17),
        ("town > 'a'", "not_ordered", 1, 1),
        ("married < True", "not_ordered", 1, 1),
        ("min(town, 'a')", "not_ordered", 1, 5),
        ("town == 5", "kinds_differ", 1, 9),
        ("age == 'x'", "kinds_differ", 1, 8),
        ("married == 1", "kinds_differ", 1, 12),
        ("5 if married else 'x'", "kinds_differ", 1, 19),
        ("balance > age", "only_written_yuan", 1, 11),
        ("balance + ratio", "only_written_yuan", 1, 11),
        ("balance > 500.005", "yuan_and_fen", 1, 11),
        ("balance * income", "money_times_money", 1, 1),
        ("1 / balance", "number_by_money", 1, 1),
        ("age / 0", "division_by_zero", 1, 7),
        ("age / (1 - 1.0)", "division_by_zero", 1, 8),
        ("age and married", "not_a_condition", 1, 1),
        ("not balance", "not_a_condition", 1, 5),
        ("town + 'x'", "not_calculable", 1, 1),
        ("-married", "not_calculable", 1, 1),
        ("married in [True]", "not_calculable", 1, 1),
        ("born_on + 3", "dates_in_days", 1, 1),
        ("born_on > '2026-02-30'", "not_a_date", 1, 11),
        ("age == None", "none_comparison", 1, 8),
        ("age is 5", "is_needs_none", 1, 8),
        ("None", "kind_unknown", 1, 1),
        ("coalesce(None, None)", "kind_unknown", 1, 10),
        ("age in 5", "not_a_list", 1, 8),
        ("age in [age]", "not_a_list", 1, 9),
        ("age in [1, 'x']", "list_item", 1, 12),
        ("age in [1, 2.5]", "list_item", 1, 12),
        ("town in ['x', None]", "list_item", 1, 15),
        ("len(town)", "unknown_function", 1, 1),
        ("town.upper()", "unknown_function", 1, 1),
        ("min(age)", "argument_count", 1, 1),
        ("min(age, default=3)", "no_keywords", 1, 18),
        ("min(age, 3, key=3)", "no_keywords", 1, 17),
        ("min(*[1, 2], 3)", "not_in_language", 1, 5),
        ("round(ratio, age)", "digits", 1, 14),
        ("round(ratio, 7)", "digits", 1, 14),
        ("clip(age, 5, 3)", "bounds_crossed", 1, 1),
        ("age > 99999999999999999999", "number_too_large", 1, 7),
        ("age > 1e400", "number_too_large", 1, 7),
        ("9007199254740991 * 2 > age", "number_too_large", 1, 1),
        ("balance > 90071992547410", "number_too_large", 1, 11),
        ("town.upper", "not_in_language", 1, 1),
        ("town[0] == 'x'", "not_in_language", 1, 1),
        ("lambda: age", "not_in_language", 1, 1),
        ("f'{town}' == 'x'", "not_in_language", 1, 1),
        ("(age := 3) > 2", "not_in_language", 1, 2),
        ("[age]", "not_in_language", 1, 1),
        ("any(x for x in [1])", "unknown_function", 1, 1),
        ("age ** 2", "not_in_language", 1, 1),
        ("age // 2", "not_in_language", 1, 1),
        ("+age", "not_in_language", 1, 1),
        ("1 in [1] in [2]", "not_in_language", 1, 1),
        ("b'x' == town", "not_in_language", 1, 1),
        ("age == 1j", "not_in_language", 1, 8),
        ("__import__('os')", "unknown_function", 1, 1),
        ("age > 3\x00", "syntax", 1, 8),
    ],
)
def test_a_refusal_points_at_the_place(text, code, line, column):
    error = refused(text)

    assert (error.code, error.line, error.column) == (code, line, column)
    assert error.text == text
    assert str(error) == f"Line {line}, column {column}: {error.reason}"


def test_the_sentence_can_be_made_again_in_another_language_from_code_and_params():
    error = refused("agee > 3")

    assert error.reason == "There is no field or parameter 'agee'; did you mean age?"
    assert MESSAGES[error.code].format(**error.params) == error.reason
    assert refused("town == 5").reason == "A text and a whole number cannot be put together."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("age > 1 or " * 190 + "age > 1", "too_long"),
        ("-" * 31 + "age", "too_deep"),
        ("(" * 100 + "not " * 40 + "married" + ")" * 100, "too_deep"),
        ("not " * 490 + "married", "too_deep"),
        ("+".join(["age"] * 31), "too_deep"),
        (" or ".join(["age>1"] * 150), "too_many_parts"),
        (f"age in {list(range(201))}", "too_long_list"),
        (f"min({', '.join(['age'] * 201)})", "argument_count"),
        ("(" * 999 + ")" * 999, "syntax"),
        ("max(ratio, age / " * 12 + "ratio" + ")" * 12, "too_heavy"),
    ],
)
def test_the_size_of_a_rule_is_bounded(text, code):
    assert refused(text).code == code


def test_the_largest_rules_allowed_do_run():
    many = CATALOGUE.parse(" or ".join(["age>1"] * 99))
    deep = CATALOGUE.parse("-" * 29 + "age")
    long_list = CATALOGUE.parse(f"age in {list(range(200))}")

    assert many.value({"age": 2}) is True
    assert deep.value({"age": 2}) == -2
    assert long_list.value({"age": 199}) is True


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"age": 3}, "parameter_is_field"),
        ({"n": object()}, "parameter_value"),
        ({"n": float("nan")}, "parameter_value"),
        ({"n": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "parameter_value"),
        ({"n": [1, [2]]}, "parameter_value"),
        ({"n": 2**53}, "parameter_value"),
        ({"n": [1]}, "list_misplaced"),
        ({"n": "x"}, "kinds_differ"),
        ({"n": None}, "none_comparison"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_refused(params, code):
    assert refused("married and 5 > n", params).code == code


def test_a_list_parameter_is_held_to_the_choices_and_the_length():
    assert refused("grade in l", {"l": ["优"]}).code == "not_a_choice"
    assert refused("age in l", {"l": list(range(201))}).code == "too_long_list"
    assert refused("age in l", {"l": [1, None]}).code == "list_item"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("age", Kind.BOOL),
        ("age > 1", Kind.INTEGER),
        ("ratio", Kind.INTEGER),
        ("balance", Kind.DECIMAL),
        ("town", Kind.DATE),
    ],
)
def test_a_result_of_another_kind_than_wanted_is_refused(text, want):
    assert refused(text, want=want).code == "wrong_kind"


def test_whole_numbers_pass_where_a_number_is_wanted():
    assert CATALOGUE.parse("age", want=Kind.DECIMAL).value({"age": 3}) == 3.0
