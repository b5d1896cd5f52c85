"""Asking for a loan and following it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from admission.services import authorising_oneself, own_cards
from core import idempotency
from credit.api.clock import today
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput, YuanField
from credit.api.principal import CustomerView
from credit.contexts import WAITS_FOR
from credit.models import Application, ApplicationStep
from credit.nodes import REGISTRY
from credit.services import applications

PURPOSE = "application"
NO_LONGER = (
    "A yes or no is no authorisation. Show the text (GET authorisation-text), let the customer "
    "sign it (POST consents), and name what was signed as authorisation."
)


class StepOutput(serializers.Serializer):
    """One stop on the road."""

    name = serializers.CharField(source="node")
    label = serializers.SerializerMethodField()
    status = serializers.CharField()
    waits_for = serializers.SerializerMethodField(help_text="What it waits for, in words.")
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_label(self, step: ApplicationStep) -> str:
        """The stop in words."""
        return str(REGISTRY[step.node].label)

    def get_waits_for(self, step: ApplicationStep) -> str:
        """Nothing unless it is this step's turn."""
        if step.status != ApplicationStep.Status.ACTIVE:
            return ""
        return str(WAITS_FOR.get(step.outcome.get("waits_for", ""), ""))


class ApplicationOutput(serializers.Serializer):
    """A request for a loan, as the customer follows it."""

    number = serializers.CharField()
    product = serializers.CharField(source="product.name")
    status = serializers.CharField()
    asked_amount = YuanField()
    approved_amount = YuanField(allow_null=True)
    term_months = serializers.IntegerField()
    method = serializers.CharField()
    purpose = serializers.CharField()
    annual_rate = serializers.DecimalField(max_digits=8, decimal_places=6, allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    refusal = serializers.CharField(source="refusal_text", allow_blank=True)


class ApplicationPageOutput(ApplicationOutput):
    """The same with its road."""

    steps = StepOutput(many=True)


def own_applications(view: CustomerView) -> QuerySet[Application]:
    """The customer's own; another's is not found."""
    return Application.objects.filter(customer=view.customer).select_related("product")


class CardNamed(serializers.Serializer):
    """The customer's ID card: the numbers of both pictures, compared."""

    front = serializers.IntegerField(min_value=1)
    back = serializers.IntegerField(min_value=1)


class ApplicationsView(CustomerView):
    """Requests for a loan."""

    class ApplyInput(serializers.Serializer):
        product = serializers.CharField(max_length=40)
        amount = YuanField()
        term_months = serializers.IntegerField(min_value=1, max_value=360)
        method = serializers.CharField(max_length=24)
        purpose = serializers.CharField(max_length=60)
        authorisation = serializers.IntegerField(
            min_value=1,
            help_text="Number of the authorisation under which the bank asks about the customer.",
        )
        identity_card = CardNamed(
            required=False,
            help_text="A product may ask for it; the request then waits until both are compared.",
        )
        income_month = YuanField(
            required=False, help_text="What the customer earns a month, by their own word."
        )
        employer = serializers.CharField(
            max_length=100, required=False, help_text="By the name under which it pays in."
        )
        payee_name = serializers.CharField(max_length=60, required=False)
        payee_account = serializers.CharField(max_length=40, required=False)

        def to_internal_value(self, data: Any) -> dict[str, Any]:
            """Refuse what stood for an authorisation once, and say what stands there now."""
            if "allows_enquiries" in data:
                raise serializers.ValidationError({"allows_enquiries": [NO_LONGER]})
            return super().to_internal_value(data)

        def validate(self, attrs: dict[str, object]) -> dict[str, object]:
            """A payee has both a name and an account."""
            if ("payee_name" in attrs) != ("payee_account" in attrs):
                raise serializers.ValidationError(_("A payee has both a name and an account."))
            return attrs

    @extend_schema(operation_id="applications", responses=ApplicationOutput(many=True))
    def get(self, request: Request) -> Response:
        """The customer's own requests, the newest first."""
        return Response(ApplicationOutput(own_applications(self), many=True).data)

    @extend_schema(
        operation_id="apply",
        parameters=[IDEMPOTENCY_KEY],
        request=ApplyInput,
        responses={201: ApplicationOutput, 409: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        """Ask for a loan and hand the request in."""
        body = self.ApplyInput(data=request.data)
        body.is_valid(raise_exception=True)
        return idempotency.once(
            request, request.user.pk, "applications", lambda: self._apply(body.validated_data)
        )

    def _apply(self, said: dict[str, object]) -> tuple[int, object]:
        day = today()
        leave = authorising_oneself.leave_named(
            self.customer.pk, said["authorisation"], purpose=PURPOSE, on=day
        )
        card, payee = None, None
        if "identity_card" in said:
            card = own_cards.card_named(self.customer.pk, **said["identity_card"], on=day)
        if "payee_name" in said:
            payee = applications.Payee(said["payee_name"], said["payee_account"])
        draft = applications.apply(
            self.customer.pk,
            product_code=said["product"],
            amount=said["amount"],
            term_months=said["term_months"],
            method=said["method"],
            purpose=said["purpose"],
            channel=Application.Channel.MINI_PROGRAM,
            business_day=day,
            payee=payee,
            livelihood=applications.Livelihood(said.get("income_month"), said.get("employer", "")),
            authorisation_id=leave.pk,
            card=card,
        )
        made = applications.submit(draft.pk)
        return status.HTTP_201_CREATED, ApplicationOutput(made).data


class ApplicationView(CustomerView):
    """One request."""

    @extend_schema(operation_id="application", responses=ApplicationPageOutput)
    def get(self, request: Request, number: str) -> Response:
        """How far it has come."""
        found = get_object_or_404(own_applications(self).prefetch_related("steps"), number=number)
        return Response(ApplicationPageOutput(found).data)


class WithdrawView(CustomerView):
    """Taking a request back."""

    @extend_schema(
        operation_id="withdraw",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: ApplicationOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        """The customer no longer wants the loan."""
        found = get_object_or_404(own_applications(self), number=number)
        return idempotency.once(
            request, request.user.pk, f"withdraw/{number}", lambda: self._withdraw(found.pk)
        )

    def _withdraw(self, pk: int) -> tuple[int, object]:
        return status.HTTP_200_OK, ApplicationOutput(applications.withdraw(pk)).data
