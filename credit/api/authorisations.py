"""What I have allowed the bank to ask about me: seeing it, keeping the paper, taking it back."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from admission import services as admission
from admission.models import Authorisation
from core import documents
from credit.api.clock import today
from credit.api.contracts import PdfRenderer
from credit.api.principal import CustomerView

NEWEST = 50


class AuthorisationOutput(serializers.Serializer):
    """One authorisation. A request for a loan names it by its number."""

    number = serializers.IntegerField(source="pk")
    purpose = serializers.ChoiceField(choices=Authorisation.Purpose.choices)
    purpose_label = serializers.CharField(source="get_purpose_display")
    text_version = serializers.CharField()
    text_sha256 = serializers.CharField(source="text_hash")
    granted_at = serializers.DateTimeField()
    valid_until = serializers.DateField()
    state = serializers.SerializerMethodField()
    state_label = serializers.SerializerMethodField()
    has_paper = serializers.SerializerMethodField(help_text="Whether the signed form can be read.")

    def get_state(self, leave: Authorisation) -> str:
        """In force, its bureau query used, ended or withdrawn."""
        return leave.state_on(today()).value

    def get_state_label(self, leave: Authorisation) -> str:
        """That in words."""
        return str(leave.state_on(today()).label)

    def get_has_paper(self, leave: Authorisation) -> bool:
        """Whether the bank keeps the form as a file."""
        return leave.document_id is not None


def own_authorisations(view: CustomerView) -> QuerySet[Authorisation]:
    """The customer's own; another's is not found."""
    return Authorisation.objects.filter(customer=view.customer).select_related("document")


class AuthorisationsView(CustomerView):
    """My authorisations, however I gave them."""

    @extend_schema(operation_id="authorisations", responses=AuthorisationOutput(many=True))
    def get(self, request: Request) -> Response:
        """The newest fifty: signed here, by a link, or on paper."""
        found = own_authorisations(self).order_by("-id")[:NEWEST]
        return Response(AuthorisationOutput(found, many=True).data)


class AuthorisationPaperView(CustomerView):
    """The signed form."""

    renderer_classes = [JSONRenderer, PdfRenderer]

    @extend_schema(
        operation_id="authorisation_paper",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        """The form as it was signed and sealed."""
        signed = own_authorisations(self).filter(document__isnull=False)
        document = get_object_or_404(signed, pk=number).document
        answer = HttpResponse(documents.content(document), content_type=document.content_type)
        answer["Content-Disposition"] = f'inline; filename="{document.name}"'
        return answer


class AuthorisationWithdrawView(CustomerView):
    """Taking it back."""

    @extend_schema(
        operation_id="authorisation_withdraw", request=None, responses=AuthorisationOutput
    )
    def post(self, request: Request, number: int) -> Response:
        """From now on nobody is asked under it; what was asked and decided before stays."""
        found = get_object_or_404(own_authorisations(self), pk=number)
        ended = admission.withdraw(found.pk, actor=None, at=timezone.now())
        return Response(AuthorisationOutput(ended).data)
