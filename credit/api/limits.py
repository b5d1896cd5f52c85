"""Why the bank lends my household so much, and asking for a second look."""

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from credit.api.appeals import AppealingView, SecondLookOutput
from credit.api.clock import now_on, today
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput, YuanField
from credit.api.principal import CustomerView
from credit.letter_words import reasons_in_plain_words
from credit.models import LimitAppeal, LimitDecision
from credit.services import limit_appeals

NEWEST = 20


class LimitAppealOutput(SecondLookOutput):
    """A second look as the customer follows it."""

    limit = serializers.IntegerField(source="decision_id")
    amount_before = YuanField(source="limit_before")
    amount_after = YuanField(source="limit_after", allow_null=True)


class LimitOutput(serializers.Serializer):
    """A limit in plain words: no neighbour's answer and no list is ever named."""

    number = serializers.IntegerField(source="pk")
    decided_on = serializers.DateField()
    outcome = serializers.CharField()
    outcome_label = serializers.CharField(source="get_outcome_display")
    amount = YuanField(source="limit")
    reasons = serializers.SerializerMethodField()
    can_appeal = serializers.SerializerMethodField()
    appeals = LimitAppealOutput(many=True)

    def get_reasons(self, decision: LimitDecision) -> list[str]:
        """The sentences that stand in the letter."""
        return reasons_in_plain_words(decision.explanation)

    def get_can_appeal(self, decision: LimitDecision) -> bool:
        """Whether a person can be asked to look again now; only ever at the newest limit."""
        return decision.pk == self.context["newest"] and limit_appeals.may_be_appealed(decision)


def own_limits(view: CustomerView) -> QuerySet[LimitDecision]:
    """Limits of which the customer is the main borrower, the newest first."""
    return (
        LimitDecision.objects.filter(borrower=view.customer)
        .prefetch_related(Prefetch("appeals", LimitAppeal.objects.order_by("-id")))
        .order_by("-id")
    )


class LimitsView(CustomerView):
    """My household's limits."""

    @extend_schema(operation_id="limits", responses=LimitOutput(many=True))
    def get(self, request: Request) -> Response:
        """The newest twenty, each with its reasons and what was asked about it."""
        found = list(own_limits(self)[:NEWEST])
        newest = found[0].pk if found else None
        return Response(LimitOutput(found, many=True, context={"newest": newest}).data)


class LimitAppealsView(AppealingView):
    """Asking for a second look at a limit."""

    class LimitAppealInput(serializers.Serializer):
        statement = serializers.CharField(
            max_length=1000, help_text="Why the limit is not right, in the customer's words."
        )

    Input, Output = LimitAppealInput, LimitAppealOutput

    @extend_schema(
        operation_id="limit_appeal",
        parameters=[IDEMPOTENCY_KEY],
        request=LimitAppealInput,
        responses={201: LimitAppealOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """Ask; somebody who had no part in the limit answers within twenty days."""
        found = get_object_or_404(own_limits(self), pk=number)
        return self.taken_down(
            request,
            found,
            among="limits",
            open_appeal=lambda statement: limit_appeals.open_appeal(
                found.pk, statement=statement, at=now_on(today())
            ),
        )
