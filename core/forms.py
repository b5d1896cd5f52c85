"""Fields that forms of several rooms have."""

import binascii
import io
from base64 import b64decode
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

DJANGOS_OWN = (gettext_noop("Null characters are not allowed."),)
"""What Django says of any field, and whose Chinese is wrong: ours takes its place."""
LARGEST_SIGNATURE = 512 * 1024
LONGEST_SIDE = 8_000
"""Pixels: a frame as wide as a desk's screen at three dots to the pixel."""


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
