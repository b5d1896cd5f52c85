"""Why the bank decided as it did about me, and asking for a person to look again."""

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from admission.models import Appeal, Decision
from admission.services import appeals
from core import idempotency
from credit.api.clock import now_on, today
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput
from credit.api.principal import CustomerView


class AppealOutput(serializers.Serializer):
    """An appeal as the customer follows it."""

    number = serializers.IntegerField(source="pk")
    decision = serializers.IntegerField(source="decision_id")
    statement = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField(source="get_status_display")
    opened_at = serializers.DateTimeField()
    due_on = serializers.DateField(help_text="The bank answers by this day.")
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    decided_again = serializers.IntegerField(source="decided_again_id", allow_null=True)


class DecisionOutput(serializers.Serializer):
    """A decision in plain words: reasons without figures or thresholds, and what can be done."""

    number = serializers.IntegerField(source="pk")
    purpose = serializers.CharField()
    purpose_label = serializers.CharField(source="get_purpose_display")
    as_of = serializers.DateField()
    outcome = serializers.CharField()
    outcome_label = serializers.CharField(source="get_outcome_display")
    text = serializers.CharField(source="customer_text", allow_blank=True)
    can_appeal = serializers.SerializerMethodField()
    appeals = AppealOutput(many=True)

    def get_can_appeal(self, decision: Decision) -> bool:
        """Whether a person can be asked to look again now."""
        is_open = any(each.status == Appeal.Status.OPENED for each in decision.appeals.all())
        return decision.outcome in appeals.MAY_BE_APPEALED and not is_open


def own_decisions(view: CustomerView) -> QuerySet[Decision]:
    """The customer's own, the newest first; another's is not found."""
    return (
        Decision.objects.filter(customer=view.customer)
        .prefetch_related(Prefetch("appeals", Appeal.objects.order_by("-id")))
        .defer("inputs", "hits", "unknowns", "records")
    )


class DecisionsView(CustomerView):
    """What was decided about the customer."""

    @extend_schema(operation_id="decisions", responses=DecisionOutput(many=True))
    def get(self, request: Request) -> Response:
        """The newest fifty, each with its reasons in plain words."""
        return Response(DecisionOutput(own_decisions(self)[:50], many=True).data)


class DecisionView(CustomerView):
    """One decision."""

    @extend_schema(operation_id="decision", responses=DecisionOutput)
    def get(self, request: Request, number: int) -> Response:
        """Its reasons in plain words."""
        return Response(DecisionOutput(get_object_or_404(own_decisions(self), pk=number)).data)


class AppealsView(CustomerView):
    """Asking for a person to look at a decision again."""

    class AppealInput(serializers.Serializer):
        statement = serializers.CharField(
            max_length=1000, help_text="What is wrong with the decision, in the customer's words."
        )

    @extend_schema(
        operation_id="appeal",
        parameters=[IDEMPOTENCY_KEY],
        request=AppealInput,
        responses={201: AppealOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """Appeal; it is answered by a person within twenty days."""
        found = get_object_or_404(own_decisions(self), pk=number)
        body = self.AppealInput(data=request.data)
        body.is_valid(raise_exception=True)
        return idempotency.once(
            request,
            request.user.pk,
            f"decisions/{number}/appeals",
            lambda: self._appeal(found.pk, body.validated_data["statement"]),
        )

    def _appeal(self, decision_id: int, statement: str) -> tuple[int, object]:
        made = appeals.open_appeal(
            decision_id, customer_id=self.customer.pk, statement=statement, at=now_on(today())
        )
        return status.HTTP_201_CREATED, AppealOutput(made).data
