"""Saying in Chinese why a rule was refused: no English word is left standing in the sentence."""

import re

import pytest
from django.utils import translation

from core.expression_words import in_words
from core.expressions import Catalogue, ExpressionError, Field, Kind
from core.expressions.errors import PHRASES
from core.expressions.functions import FUNCTIONS

CATALOGUE = Catalogue([Field("age", Kind.INTEGER, "年龄")])


def refused(text):
    with pytest.raises(ExpressionError) as caught:
        CATALOGUE.parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("coalesce(age)", "“coalesce” 需要 2 个或更多，而不是 1。"),
        ("round(age, 1, 2)", "“round” 需要 1 或 2 个，而不是 3。"),
        ("age > 3 and and age", "无法读懂：此处缺少内容，或写了不该出现在此处的内容。"),
        ("(age > 3", "无法读懂：有括号没有闭合。"),
        ("age > 3)", "无法读懂：有括号没有开头。"),
        ("(age > 3]", "无法读懂：括号前后不配对。"),
        ("age > '3", "无法读懂：文字的引号没有闭合。"),
        ("3 if age > 3", "无法读懂：if 缺少与之对应的 else。"),
        ("(" * 999 + ")" * 999, "无法读懂：括号嵌套过多。"),
        ("age × 3", "无法读懂：有字符不属于本语言。"),
        ("age > 3abc", "无法读懂：数字的写法不对。"),
        ("age > 3\x00", "无法读懂：其中有空字符（NUL）。"),
    ],
)
def test_why_a_text_cannot_be_read_is_said_in_chinese(text, reason):
    with translation.override("zh-hans"):
        told = in_words(refused(text)).split("：", 1)[1].strip()

    assert told == reason


def test_in_english_the_same_words_are_english():
    with translation.override("en"):
        assert "takes 2 or more, not 1." in in_words(refused("coalesce(age)"))
        assert "a bracket is not closed." in in_words(refused("(age > 3"))


def test_however_many_values_a_function_takes_there_are_words_for_it():
    counts = {each.expected for each in FUNCTIONS.values()}

    assert {each for each in counts if not re.fullmatch("[0-9]+", each)} <= PHRASES
