"""Who I am, what I could borrow, under which line."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.models import PublishingState
from credit import selectors
from credit.api.clock import today
from credit.api.fields import YuanField
from credit.api.principal import CustomerView
from credit.models import CreditLine, Product


class MeView(CustomerView):
    """The customer who is signed in."""

    class MeOutput(serializers.Serializer):
        name = serializers.CharField()
        id_number = serializers.CharField(source="masked_id_number")
        mobile = serializers.CharField(source="masked_mobile")
        village = serializers.CharField(source="household.village.name")
        household = serializers.CharField(source="household.number")

    @extend_schema(operation_id="me", responses=MeOutput)
    def get(self, request: Request) -> Response:
        """Name, masked numbers, village and household."""
        return Response(self.MeOutput(self.customer).data)


class ProductsView(CustomerView):
    """What is on offer."""

    class ProductOutput(serializers.Serializer):
        code = serializers.CharField()
        name = serializers.CharField()
        amount_min = YuanField()
        amount_max = YuanField()
        term_months_max = serializers.IntegerField()
        methods = serializers.ListField(child=serializers.CharField())
        purposes = serializers.ListField(child=serializers.CharField())
        needs_line = serializers.BooleanField()

    @extend_schema(operation_id="products", responses=ProductOutput(many=True))
    def get(self, request: Request) -> Response:
        """Products in force."""
        offered = Product.objects.filter(status=PublishingState.PUBLISHED).order_by("code")
        return Response(self.ProductOutput(offered, many=True).data)


class LinesView(CustomerView):
    """What the household was granted."""

    class LineOutput(serializers.Serializer):
        status = serializers.CharField()
        amount = YuanField()
        room = serializers.SerializerMethodField()
        valid_from = serializers.DateField()
        valid_to = serializers.DateField()
        can_be_drawn = serializers.SerializerMethodField()

        @extend_schema_field(str)
        def get_room(self, line: CreditLine) -> str:
            """What may still be drawn, yuan."""
            return YuanField().to_representation(selectors.room_under(line))

        def get_can_be_drawn(self, line: CreditLine) -> bool:
            """Whether money may be drawn today."""
            return line.is_open_on(self.context["day"])

    @extend_schema(operation_id="lines", responses=LineOutput(many=True))
    def get(self, request: Request) -> Response:
        """The customer's own lines, the newest first."""
        lines = CreditLine.objects.filter(borrower=self.customer).order_by("-id")
        day = today()
        return Response(self.LineOutput(lines, many=True, context={"day": day}).data)
