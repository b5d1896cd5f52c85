"""How values look at this door: money is yuan as text, two decimals; pictures are base64."""

import binascii
from base64 import b64decode
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from core import idempotency
from core.forms import SignatureField
from core.money import fen, yuan

IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "A new one for each new request. The same key with the same body replays the first answer; "
        "with another body it is refused (422), while the first is in work (409)."
    ),
)


@extend_schema_field({"type": "string", "pattern": r"^\d+\.\d{2}$", "example": "30000.00"})
class YuanField(serializers.Field):
    """An amount: fen inside, yuan as text outside."""

    default_error_messages = {"invalid": _("An amount is yuan as text, such as 30000.00.")}

    def to_internal_value(self, data: Any) -> int:
        """Fen from yuan; numbers are refused, since a float is not an amount."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            amount = Decimal(data)
        except ArithmeticError:
            self.fail("invalid")
        if not amount.is_finite() or amount <= 0 or amount >= 10**12 or fen(amount) != amount * 100:
            self.fail("invalid")
        return fen(amount)

    def to_representation(self, value: int) -> str:
        """Yuan from fen."""
        return str(yuan(value))


@extend_schema_field({"type": "string", "format": "byte", "maxLength": 14_000_000})
class PhotoField(serializers.Field):
    """A photo as base64: JPEG, PNG or WebP."""

    default_error_messages = {"invalid": _("A photo is base64 of a JPEG, PNG or WebP up to 10 MB.")}
    most = 14_000_000

    def to_internal_value(self, data: Any) -> bytes:
        """The bytes; what they show is looked at by the service that takes them."""
        if not isinstance(data, str) or len(data) > self.most:
            self.fail("invalid")
        try:
            return b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            self.fail("invalid")


@extend_schema_field({"type": "string", "format": "byte", "maxLength": 700_000})
class DrawnField(serializers.Field):
    """What was drawn with a finger, as base64 of a PNG."""

    default_error_messages = {"invalid": _("A signature is base64 of a PNG up to 512 KB.")}

    def to_internal_value(self, data: Any) -> bytes:
        """The bytes of a PNG. Refuses another kind of picture, and one larger than a signature."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return SignatureField().clean(f"data:image/png;base64,{data}")
        except (ValidationError, ValueError):
            self.fail("invalid")


class AgreedField(serializers.BooleanField):
    """A tick without which nothing is done."""

    default_error_messages = {"not_agreed": _("Without this consent nothing is done.")}

    def to_internal_value(self, data: Any) -> bool:
        """Yes; a no is refused."""
        agreed = super().to_internal_value(data)
        if not agreed:
            self.fail("not_agreed")
        return True


class ErrorOutput(serializers.Serializer):
    """A refusal: ``code`` is for machines, ``detail`` for people."""

    code = serializers.CharField()
    detail = serializers.CharField()
