"""Fields that forms of several rooms have."""

import binascii
import io
import json
import re
from base64 import b64decode
from typing import Any

from django import forms
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

DJANGOS_OWN = (gettext_noop("Null characters are not allowed."),)
"""What Django says of any field, and whose Chinese is wrong: ours takes its place."""
LARGEST_SIGNATURE = 512 * 1024
LONGEST_SIDE = 8_000
"""Pixels: a frame as wide as a desk's screen at three dots to the pixel."""

DEEPEST_JSON = 20
"""Lists within lists; what staff write has three or four."""
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def read_json(text: str) -> Any:
    """What somebody wrote as JSON. Raises ValueError for what is none, or what no table can keep:
    lists within lists without end, and NUL, half characters and infinite numbers."""
    try:
        read = json.loads(text)
    except RecursionError as exc:
        raise ValueError("too many lists within lists") from exc
    if _is_deep(read, DEEPEST_JSON) or _NUL.search(text):
        raise ValueError("not to be kept")
    json.dumps(read, allow_nan=False, ensure_ascii=False).encode()
    return read


def _is_deep(read: Any, levels: int) -> bool:
    if not isinstance(read, dict | list):
        return False
    inside = read.values() if isinstance(read, dict) else read
    return not levels or any(_is_deep(each, levels - 1) for each in inside)


class WrittenJson(forms.JSONField):
    """JSON that staff write by hand; Django's own field refuses only what has a fault of grammar,
    and fails at the rest."""

    def to_python(self, value: Any) -> Any:
        """What was written."""
        if isinstance(value, str) and value not in self.empty_values and self._is_none(value):
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            )
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is shown again: as it was typed, where it is none."""
        if isinstance(data, str) and not self.disabled and self._is_none(data):
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)

    @staticmethod
    def _is_none(text: str) -> bool:
        try:
            read_json(text)
        except ValueError:
            return True
        return False


class SignatureField(forms.CharField):
    """What was drawn in a ``<signature-pad>``: the bytes of a PNG picture."""

    widget = forms.HiddenInput
    default_error_messages = {"required": _("Sign in the frame.")}

    def clean(self, value: Any) -> bytes:
        """The picture. Refuses what is no PNG, or larger than a signature."""
        head, _comma, drawn = super().clean(value).partition(",")
        try:
            content = b64decode(drawn, validate=True)
        except binascii.Error:
            content = b""
        is_small = len(content) <= LARGEST_SIGNATURE
        if head != "data:image/png;base64" or not is_small or not _is_png(content):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return content


def _is_png(content: bytes) -> bool:
    """Whether it is a PNG picture of a size that a screen has; its pixels are not unpacked."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            return max(picture.size) <= LONGEST_SIDE
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return False
