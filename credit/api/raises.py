"""A higher line: what is offered, its paper, a code, the signature."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import documents, idempotency
from credit.api.clock import today
from credit.api.contracts import PdfRenderer
from credit.api.fields import IDEMPOTENCY_KEY, ErrorOutput, YuanField
from credit.api.principal import CustomerView
from credit.errors import CodeRefused
from credit.models import LineRaise, SmsCode
from credit.services import contracts, raises, sessions


class RaiseOutput(serializers.Serializer):
    """A higher line as offered, or as signed."""

    id = serializers.IntegerField()
    status = serializers.CharField()
    amount_before = YuanField(source="before")
    amount = YuanField()
    valid_to = serializers.DateField()
    offered_until = serializers.DateField()
    signed_at = serializers.DateTimeField(allow_null=True)


def own_raise(view: CustomerView, pk: int) -> LineRaise:
    """An offer to the customer who asks."""
    return get_object_or_404(LineRaise, pk=pk, line__borrower=view.customer)


class RaisesView(CustomerView):
    """What is on offer."""

    @extend_schema(operation_id="raises", responses=RaiseOutput(many=True))
    def get(self, request: Request) -> Response:
        """Offers that may be signed today."""
        offered = LineRaise.objects.open_on(today()).filter(line__borrower=self.customer)
        return Response(RaiseOutput(offered, many=True).data)


class RaisePaperView(CustomerView):
    """The paper."""

    renderer_classes = [JSONRenderer, PdfRenderer]

    @extend_schema(
        operation_id="raise_paper", responses={(200, "application/pdf"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """What is signed for, as PDF: as offered, or signed and sealed."""
        document = raises.paper(own_raise(self, pk).pk)
        answer = HttpResponse(documents.content(document), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{document.name}"'
        return answer


class RaiseCodeView(CustomerView):
    """A code to sign with."""

    @extend_schema(operation_id="raise_code", request=None, responses={202: None})
    def post(self, request: Request, pk: int) -> Response:
        """Send a code to the registered mobile, good for this signature alone."""
        own_raise(self, pk)
        sessions.code_for(self.customer, SmsCode.Purpose.LINE_RAISE, at=timezone.now())
        return Response(status=status.HTTP_202_ACCEPTED)


class RaiseSignView(CustomerView):
    """The signature."""

    class RaiseSignInput(serializers.Serializer):
        code = serializers.CharField(max_length=6)

    @extend_schema(
        operation_id="raise_sign",
        parameters=[IDEMPOTENCY_KEY],
        request=RaiseSignInput,
        responses={200: RaiseOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Sign for the higher line, with the code sent for it; it holds at once."""
        body = self.RaiseSignInput(data=request.data)
        body.is_valid(raise_exception=True)
        found, code = own_raise(self, pk), body.validated_data["code"]
        try:
            return idempotency.once(
                request, request.user.pk, f"raise/{pk}", lambda: self._sign(found.pk, code)
            )
        except CodeRefused:
            sessions.count_wrong_try(self.customer, SmsCode.Purpose.LINE_RAISE)
            raise

    def _sign(self, pk: int, code: str) -> tuple[int, object]:
        at = timezone.now()
        used = sessions.use_code(self.customer, SmsCode.Purpose.LINE_RAISE, code, at=at)
        signature = contracts.Signature(method="sms", reference=f"code-{used}")
        signed = raises.sign(pk, signature=signature, at=at, on=today())
        return status.HTTP_200_OK, RaiseOutput(signed).data
