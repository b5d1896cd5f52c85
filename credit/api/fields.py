"""How values look at this door: money is yuan as text, two decimals."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from core import idempotency
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

    default_error_messages = {"invalid": "An amount is yuan as text, such as 30000.00."}

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


class ErrorOutput(serializers.Serializer):
    """A refusal: ``code`` is for machines, ``detail`` for people."""

    code = serializers.CharField()
    detail = serializers.CharField()
