"""What the customer owes, and paying it back."""

import hashlib

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import idempotency
from credit.api.clock import today
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput, YuanField
from credit.api.principal import CustomerView
from credit.models import Loan, Repayment
from credit.services import repayments


class LoanOutput(serializers.Serializer):
    """A loan as its borrower sees it."""

    number = serializers.CharField()
    product = serializers.CharField(source="product.name")
    status = serializers.CharField()
    principal = YuanField()
    principal_left = YuanField()
    annual_rate = serializers.DecimalField(max_digits=8, decimal_places=6)
    method = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    overdue_principal = YuanField()
    overdue_interest = YuanField()
    penalty_due = YuanField()
    days_past_due = serializers.IntegerField()


class InstalmentOutput(serializers.Serializer):
    """What falls due on one day, and how much of it was paid."""

    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal = YuanField()
    interest = YuanField()
    principal_paid = YuanField()
    interest_paid = YuanField()
    paid_on = serializers.DateField(allow_null=True)


def own_loans(view: CustomerView) -> QuerySet[Loan]:
    """The customer's own; another's is not found."""
    return Loan.objects.filter(customer=view.customer).select_related("product")


class LoansView(CustomerView):
    """What is owed."""

    @extend_schema(operation_id="loans", responses=LoanOutput(many=True))
    def get(self, request: Request) -> Response:
        """The customer's own loans, the newest first."""
        return Response(LoanOutput(own_loans(self), many=True).data)


class ScheduleView(CustomerView):
    """When what falls due."""

    @extend_schema(operation_id="schedule", responses=InstalmentOutput(many=True))
    def get(self, request: Request, number: str) -> Response:
        """Every instalment of one loan."""
        loan = get_object_or_404(own_loans(self), number=number)
        return Response(InstalmentOutput(loan.instalments.order_by("number"), many=True).data)


class RepaymentsView(CustomerView):
    """Money paid back."""

    class RepayInput(serializers.Serializer):
        amount = YuanField()

    class RepaymentOutput(serializers.Serializer):
        reference = serializers.CharField()
        amount = YuanField()
        received_on = serializers.DateField()
        to_principal = YuanField()
        to_interest = YuanField()
        to_penalty = YuanField()
        excess = YuanField()

    @extend_schema(
        operation_id="repay",
        parameters=[IDEMPOTENCY_KEY],
        request=RepayInput,
        responses={201: RepaymentOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        """Pay an amount: penalty, interest and principal that have fallen due, in that order."""
        body = self.RepayInput(data=request.data)
        body.is_valid(raise_exception=True)
        loan = get_object_or_404(own_loans(self), number=number)
        route, amount = f"repayments/{number}", body.validated_data["amount"]
        reference = self._reference(request, number)
        return idempotency.once(
            request, request.user.pk, route, lambda: self._repay(loan.pk, amount, reference)
        )

    def _repay(self, pk: int, amount: int, reference: str) -> tuple[int, object]:
        paid = repayments.repay(
            pk,
            amount=amount,
            received_on=today(),
            reference=reference,
            channel=Repayment.Channel.MINI_PROGRAM,
        )
        return status.HTTP_201_CREATED, self.RepaymentOutput(paid).data

    def _reference(self, request: Request, number: str) -> str:
        """The same for the same key, so that not even the books take a payment twice."""
        said = f"{request.user.pk}|{number}|{request.headers.get(idempotency.HEADER, '')}"
        return f"MP{hashlib.sha256(said.encode()).hexdigest()[:32].upper()}"
