"""Showing one's ID card: a picture of each side, what was read, and that it was compared.

A picture is read within seconds by a worker; the mini-program asks for it again until it is. None
of this needs an Idempotency-Key: another picture is another picture, and comparing again tells what
was compared.
"""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from admission.models import PhotographedPaper
from admission.readings import KINDS
from admission.services import own_cards
from core import throttling
from credit.api.fields import AgreedField, ErrorOutput, PhotoField
from credit.api.principal import CustomerView

MOST_PICTURES, WITHIN = 20, 24 * 3600
SIDES = list(own_cards.SIDES)
TOO_MANY = OpenApiResponse(description="Too many pictures today.")


class FieldOutput(serializers.Serializer):
    """One field as it was read."""

    name = serializers.CharField()
    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    confidence = serializers.FloatField(help_text="0 to 1; once compared it is 1.")
    is_sure = serializers.BooleanField(help_text="Whether a glance is enough.")
    doubt = serializers.CharField(allow_blank=True, help_text="What speaks against it, in words.")


class ProblemOutput(serializers.Serializer):
    """Why a picture cannot serve, and what to do."""

    code = serializers.CharField()
    detail = serializers.CharField(source="says")


class CardOutput(serializers.Serializer):
    """A picture of one side of the customer's ID card. A request for a loan names both."""

    number = serializers.IntegerField(source="pk")
    side = serializers.SerializerMethodField()
    status = serializers.CharField(
        help_text="waiting or reading: ask again; read: compare it; unreadable: take another; "
        "accepted: compared; discarded or taken_back: of no use."
    )
    status_label = serializers.CharField(source="get_status_display")
    taken_at = serializers.DateTimeField()

    def get_side(self, paper: PhotographedPaper) -> str:
        """front: the face; back: the emblem."""
        return own_cards.side_of(paper)


class CardPageOutput(CardOutput):
    """The same with what was read."""

    fields_read = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()

    @extend_schema_field(FieldOutput(many=True))
    def get_fields_read(self, paper: PhotographedPaper) -> list[dict[str, object]]:
        """What the customer compares; empty before it is read, and where there is a problem."""
        return FieldOutput(own_cards.fields_of(paper), many=True).data

    @extend_schema_field(ProblemOutput(allow_null=True))
    def get_problem(self, paper: PhotographedPaper) -> dict[str, object] | None:
        """Unreadable, or not the customer's own card."""
        problem = own_cards.problem_with(paper)
        return ProblemOutput(problem).data if problem else None


class CardsView(CustomerView):
    """The customer's pictures."""

    class ShowInput(serializers.Serializer):
        side = serializers.ChoiceField(choices=SIDES)
        photo = PhotoField()

    @extend_schema(operation_id="identity_cards", responses=CardOutput(many=True))
    def get(self, request: Request) -> Response:
        """The newest pictures, without what they say."""
        shown = own_cards.shown_by(self.customer.pk).defer("found", "accepted")
        return Response(CardOutput(shown[: own_cards.NEWEST], many=True).data)

    @extend_schema(
        operation_id="identity_card_show",
        request=ShowInput,
        responses={201: CardOutput, 409: ErrorOutput, 429: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        """Send a picture of one side: JPEG, PNG or WebP up to 10 MB. It is kept encrypted."""
        body = self.ShowInput(data=request.data)
        body.is_valid(raise_exception=True)
        who = str(self.customer.pk)
        if not throttling.allowed("identity-card", who, most=MOST_PICTURES, seconds=WITHIN):
            raise Throttled(wait=WITHIN)
        made = own_cards.show(
            self.customer.pk,
            side=body.validated_data["side"],
            content=body.validated_data["photo"],
            at=timezone.now(),
        )
        return Response(CardOutput(made).data, status=status.HTTP_201_CREATED)


class OneCardView(CustomerView):
    """One picture; another's is not found."""

    def found(self, number: int) -> PhotographedPaper:
        """It."""
        return get_object_or_404(own_cards.shown_by(self.customer.pk), pk=number)


class CardView(OneCardView):
    """What was read."""

    @extend_schema(operation_id="identity_card", responses=CardPageOutput)
    def get(self, request: Request, number: int) -> Response:
        """How far it is; once read, every field with how sure it is."""
        return Response(CardPageOutput(self.found(number)).data)


class CardConfirmView(OneCardView):
    """That it was compared."""

    class ConfirmInput(serializers.Serializer):
        compared = AgreedField(help_text="The customer has compared every field with the card.")
        corrections = serializers.DictField(
            child=serializers.CharField(max_length=200, allow_blank=True, trim_whitespace=True),
            default=dict,
            help_text="Fields that were misread, by name. What is not named stands as it was read.",
        )

    @extend_schema(
        operation_id="identity_card_confirm",
        request=ConfirmInput,
        responses={200: CardPageOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """Take over what was compared. A card of somebody else is refused, whatever is typed."""
        found = self.found(number)
        body = self.ConfirmInput(data=request.data)
        body.is_valid(raise_exception=True)
        corrections = body.validated_data["corrections"]
        if strange := sorted(corrections.keys() - set(KINDS[found.kind].fields)):
            says = f"This side has no field {', '.join(strange)}."
            raise serializers.ValidationError({"corrections": [says]})
        own_cards.confirm(found, corrections=corrections, at=timezone.now())
        return Response(CardPageOutput(self.found(number)).data)
