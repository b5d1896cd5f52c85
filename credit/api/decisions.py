"""Why the bank decided as it did about me, and asking for a person to look again."""

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from admission.models import Appeal, Decision
from admission.services import appeals
from credit.api import decisions_staff
from credit.api.appeals import AppealingView, SecondLookOutput
from credit.api.clock import now_on, today
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput
from credit.api.principal import CustomerAuthentication, CustomerView, Principal


class AppealOutput(SecondLookOutput):
    """An appeal as the customer follows it."""

    decision = serializers.IntegerField(source="decision_id")
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


EITHER = PolymorphicProxySerializer(
    component_name="EitherDecision",
    serializers=[DecisionOutput, decisions_staff.FullDecisionOutput],
    resource_type_field_name=None,
)
EITHER_MANY = PolymorphicProxySerializer(
    component_name="EitherDecisions",
    serializers=[DecisionOutput, decisions_staff.FullDecisionOutput],
    resource_type_field_name=None,
    many=True,
)


def own_decisions(view: CustomerView) -> QuerySet[Decision]:
    """The customer's own, the newest first; another's is not found."""
    return (
        Decision.objects.standing()
        .filter(customer=view.customer)
        .prefetch_related(Prefetch("appeals", Appeal.objects.order_by("-id")))
        .defer("inputs", "hits", "unknowns", "records")
    )


class BothSidesView(CustomerView):
    """One address for the mini-program and for staff: each is told what they may know."""

    authentication_classes = [CustomerAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]

    @property
    def is_customer(self) -> bool:
        """Whether a customer asks, about themselves, and not a member of staff."""
        return isinstance(self.request.user, Principal)


class DecisionsView(BothSidesView):
    """What was decided: about the customer who asks, or about those whom staff may see."""

    @extend_schema(
        operation_id="decisions",
        parameters=[OpenApiParameter("customer", int, description="Staff: of this customer.")],
        responses=EITHER_MANY,
    )
    def get(self, request: Request) -> Response:
        """The newest fifty: in plain words, or for staff with all that they rest on."""
        if not self.is_customer:
            return decisions_staff.listed(request)
        return Response(DecisionOutput(own_decisions(self)[:50], many=True).data)

    @extend_schema(
        operation_id="decide",
        parameters=[IDEMPOTENCY_KEY],
        request=decisions_staff.DecideInput,
        responses={201: decisions_staff.FullDecisionOutput, 409: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        """Have a decision made, for staff alone: sources asked, rules heard, score worked out."""
        if self.is_customer:
            raise PermissionDenied
        return decisions_staff.made(request)


class DecisionView(BothSidesView):
    """One decision."""

    @extend_schema(operation_id="decision", responses=EITHER)
    def get(self, request: Request, number: int) -> Response:
        """Its reasons in plain words, or for staff all that it rests on."""
        if not self.is_customer:
            return decisions_staff.one(request, number)
        return Response(DecisionOutput(get_object_or_404(own_decisions(self), pk=number)).data)


class AppealsView(AppealingView):
    """Asking for a person to look at a decision again."""

    class AppealInput(serializers.Serializer):
        statement = serializers.CharField(
            max_length=1000, help_text="What is wrong with the decision, in the customer's words."
        )

    Input, Output = AppealInput, AppealOutput

    @extend_schema(
        operation_id="appeal",
        parameters=[IDEMPOTENCY_KEY],
        request=AppealInput,
        responses={201: AppealOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """Appeal; it is answered by a person within twenty days."""
        found = get_object_or_404(own_decisions(self), pk=number)
        return self.taken_down(
            request,
            found,
            among="decisions",
            open_appeal=lambda statement: appeals.open_appeal(
                found.pk, customer_id=self.customer.pk, statement=statement, at=now_on(today())
            ),
        )
