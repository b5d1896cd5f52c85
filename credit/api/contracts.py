"""Reading the contract, being shown what it costs, signing."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import documents, idempotency
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput
from credit.api.principal import CustomerView
from credit.errors import CodeRefused
from credit.models import Contract, SmsCode
from credit.services import contracts, phone_binding, sessions


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for PDF; the view answers with the file itself."""

    media_type, format, charset = "application/pdf", "pdf", None

    def render(self, data: object, *args: object) -> bytes:
        """Only refusals come this way."""
        return JSONRenderer().render(data)


class CostOutput(serializers.Serializer):
    """One cost: what it is, how it is reckoned, what it comes to, who receives it."""

    name = serializers.CharField()
    how = serializers.CharField()
    rate = serializers.CharField()
    amount = serializers.CharField()
    payee = serializers.CharField()


class CostSheetOutput(serializers.Serializer):
    """综合融资成本明示表: all a loan costs, annualised, and what breaking the contract costs."""

    principal = serializers.CharField(source="cost_sheet.principal")
    drawn_on = serializers.DateField(source="cost_sheet.drawn_on")
    term_months = serializers.IntegerField(source="cost_sheet.term_months")
    costs = CostOutput(many=True, source="cost_sheet.costs")
    total = serializers.CharField(source="cost_sheet.total")
    annualised = serializers.CharField(source="cost_sheet.disclosed")
    annualised_effective = serializers.CharField(source="cost_sheet.effective")
    when_overdue = CostOutput(many=True, source="cost_sheet.when_overdue")
    statement = serializers.CharField(source="cost_sheet.statement")
    shown_at = serializers.DateTimeField(source="cost_shown_at")
    seconds_to_read = serializers.IntegerField()


class ContractOutput(serializers.Serializer):
    """A contract as far as it has come."""

    number = serializers.CharField()
    status = serializers.CharField()
    signed_at = serializers.DateTimeField(allow_null=True)


def own_contract(view: CustomerView, number: str) -> Contract:
    """The contract of the customer's own application of that number."""
    own = Contract.objects.filter(application__customer=view.customer)
    return get_object_or_404(
        own.select_related("application__admission", "document", "signed_document"),
        application__number=number,
    )


class ContractView(CustomerView):
    """The contract itself."""

    renderer_classes = [JSONRenderer, PdfRenderer]

    @extend_schema(
        operation_id="contract",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """The paper as PDF: signed and sealed, or as it lies before the customer."""
        contract = own_contract(self, number)
        document = contract.signed_document or contract.document
        answer = HttpResponse(documents.content(document), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{document.name}"'
        return answer


class CostSheetView(CustomerView):
    """What the loan costs, all in."""

    @extend_schema(operation_id="cost_sheet", request=None, responses=CostSheetOutput)
    def post(self, request: Request, number: str) -> Response:
        """Show the sheet; the time to read it begins when it is first shown."""
        at = timezone.now()
        shown = contracts.show_cost_sheet(own_contract(self, number).pk, at=at)
        shown.seconds_to_read = contracts.reading_seconds_left(shown, at=at)
        return Response(CostSheetOutput(shown).data)


class SigningCodeView(CustomerView):
    """A code to sign with."""

    @extend_schema(
        operation_id="signing_code", request=None, responses={202: None, 409: ErrorOutput}
    )
    def post(self, request: Request, number: str) -> Response:
        """Send a code to the registered mobile, good for this signature alone. Where admission
        found the number under another name, the operator is asked about the one on file now."""
        phone_binding.ask(own_contract(self, number).application)
        sessions.code_for(self.customer, SmsCode.Purpose.CONTRACT, at=timezone.now())
        return Response(status=status.HTTP_202_ACCEPTED)


class SignView(CustomerView):
    """The signature."""

    class SignInput(serializers.Serializer):
        code = serializers.CharField(max_length=6)

    @extend_schema(
        operation_id="sign",
        parameters=[IDEMPOTENCY_KEY],
        request=SignInput,
        responses={200: ContractOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: str) -> Response:
        """Sign what was read, with the code sent for it."""
        body = self.SignInput(data=request.data)
        body.is_valid(raise_exception=True)
        contract = own_contract(self, number)
        code = body.validated_data["code"]
        try:
            return idempotency.once(
                request, request.user.pk, f"sign/{number}", lambda: self._sign(contract.pk, code)
            )
        except CodeRefused:
            sessions.count_wrong_try(self.customer, SmsCode.Purpose.CONTRACT)
            raise

    def _sign(self, pk: int, code: str) -> tuple[int, object]:
        at = timezone.now()
        used = sessions.use_code(self.customer, SmsCode.Purpose.CONTRACT, code, at=at)
        signature = contracts.Signature(method="sms", reference=f"code-{used}")
        return status.HTTP_200_OK, ContractOutput(
            contracts.sign(pk, signature=signature, at=at)
        ).data
