"""Asking for a second look from the mini-program, and following what becomes of it."""

from collections.abc import Callable

from django.db.models import Model
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import idempotency
from core.models import SecondLook
from credit.api.principal import CustomerView


class SecondLookOutput(serializers.Serializer):
    """An appeal of any kind as the customer follows it."""

    number = serializers.IntegerField(source="pk")
    statement = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField(source="get_status_display")
    opened_at = serializers.DateTimeField()
    due_on = serializers.DateField(help_text="The bank answers by this day.")
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class AppealingView(CustomerView):
    """Taking down once what the customer says about one decision of their own."""

    Input: type[serializers.Serializer]
    Output: type[SecondLookOutput]

    def taken_down(
        self,
        request: Request,
        decision: Model,
        *,
        among: str,
        open_appeal: Callable[[str], SecondLook],
    ) -> Response:
        """The appeal made of the ``statement``; the same key again is told the same."""
        body = self.Input(data=request.data)
        body.is_valid(raise_exception=True)

        def made() -> tuple[int, object]:
            appeal = open_appeal(body.validated_data["statement"])
            return status.HTTP_201_CREATED, self.Output(appeal).data

        return idempotency.once(request, request.user.pk, f"{among}/{decision.pk}/appeals", made)
