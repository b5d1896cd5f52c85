"""A signature drawn on a screen, and what somebody sends in its place."""

import base64
import io
import json

import pytest
from django.forms import CharField, ValidationError
from django.utils import translation
from PIL import Image

from core.forms import LARGEST_SIGNATURE, LONGEST_SIDE, SignatureField, WrittenJson


def sent(content, head="data:image/png;base64"):
    return f"{head},{base64.b64encode(content).decode()}"


def picture(size=(300, 180), kind="PNG"):
    held = io.BytesIO()
    Image.new("RGB", size).save(held, kind)
    return held.getvalue()


def test_a_drawn_signature_arrives_as_a_picture():
    assert SignatureField().clean(sent(picture())) == picture()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "data:image/png;base64,",
        "data:image/png;base64,???",
        sent(picture(kind="JPEG")),
        sent(picture(), head="data:text/html;base64"),
        sent(b"\x89PNG\r\n\x1a\n and then nothing of a picture"),
        sent(picture((LONGEST_SIDE + 1, 2))),
        sent(picture() + b"0" * LARGEST_SIGNATURE),
    ],
)
def test_what_is_no_signature_is_refused(value):
    with pytest.raises(ValidationError):
        SignatureField().clean(value)


def test_a_character_that_cannot_be_stored_is_refused_in_words_that_say_so():
    with pytest.raises(ValidationError) as refused, translation.override("zh-hans"):
        CharField().clean("邻里和睦\x00")

    assert refused.value.messages == ["含有无法保存的空字符，请删去后重试。"]


@pytest.mark.parametrize("text", ["[1]", '{"n": [1, "甲", {"a": null}]}', r'"\\u0000 spelt out"'])
def test_json_that_can_be_kept_is_read(text):
    assert WrittenJson().clean(text) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[" * 100_000,
        "[" * 21 + "]" * 21,
        "9" * 5_000,
        "1e999",
        "NaN",
        r'"\u0000"',
        r'"\ud800"',
    ],
)
def test_json_that_cannot_be_kept_is_refused_and_shown_as_it_was_typed(text):
    field = WrittenJson()

    with pytest.raises(ValidationError):
        field.clean(text)
    assert field.prepare_value(field.bound_data(text, None)) == text
    assert field.has_changed({}, text)
