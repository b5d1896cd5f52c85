"""Authorising the bank: reading the text, saying who one is, showing one's face, signing.

The same steps as behind a customer manager's link, over the customer's own session. None needs an
Idempotency-Key: each can be taken only from the one before, and signing again tells what was
signed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from admission.errors import LinkDead
from admission.models import Authorisation, AuthorisationRequest
from admission.services import authorising, authorising_oneself
from core import throttling
from credit.api.authorisations import AuthorisationOutput
from credit.api.fields import AgreedField, DrawnField, ErrorOutput, PhotoField
from credit.api.principal import CustomerView

MOST_STEPS, WITHIN = 40, 600
PURPOSE = Authorisation.Purpose.APPLICATION
Status = AuthorisationRequest.Status


class TextOutput(serializers.Serializer):
    """What is signed, word for word, and what names it."""

    purpose = serializers.ChoiceField(choices=Authorisation.Purpose.choices)
    text_version = serializers.CharField(source="text.version")
    text_sha256 = serializers.CharField(source="text.sha256")
    text = serializers.CharField(source="text.text")
    valid_until = serializers.DateField(
        source="text.valid_until", help_text="Until when it holds if it is signed today."
    )


class PurposeInput(serializers.Serializer):
    """What the authorisation is for."""

    purpose = serializers.ChoiceField(choices=Authorisation.Purpose.choices, default=PURPOSE)


class ConsentOutput(serializers.Serializer):
    """How far the customer has come."""

    number = serializers.IntegerField(source="pk")
    purpose = serializers.ChoiceField(choices=Authorisation.Purpose.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    status_label = serializers.CharField(source="get_status_display")
    next_step = serializers.SerializerMethodField(help_text="identity, face, sign or nothing.")
    expires_at = serializers.DateTimeField()
    text_version = serializers.CharField()
    text_sha256 = serializers.CharField(source="text_hash")
    authorisation = AuthorisationOutput(allow_null=True)

    def get_next_step(self, asked: AuthorisationRequest) -> str:
        """Where to go on."""
        steps = {Status.OPENED: "identity", Status.IDENTIFIED: "face", Status.RECOGNISED: "sign"}
        return steps.get(asked.status, "")


@contextmanager
def in_plain_words() -> Iterator[None]:
    """A refusal to go on says what to do, to somebody who has no link."""
    try:
        yield
    except LinkDead as exc:
        raise LinkDead(authorising_oneself.says(exc), code=exc.code) from exc


class ConsentText(CustomerView):
    """The text."""

    @extend_schema(
        operation_id="authorisation_text",
        parameters=[OpenApiParameter("purpose", enum=Authorisation.Purpose.values)],
        responses=TextOutput,
    )
    def get(self, request: Request) -> Response:
        """The text in force. Show all of it; version and SHA-256 go into what follows."""
        wanted = PurposeInput(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        purpose = wanted.validated_data["purpose"]
        text = authorising_oneself.text_in_force(purpose, at=timezone.now())
        return Response(TextOutput({"purpose": purpose, "text": text}).data)


class ConsentsView(CustomerView):
    """The beginning."""

    class BeginInput(PurposeInput):
        text_version = serializers.CharField(max_length=20)
        text_sha256 = serializers.CharField(max_length=64)

    @extend_schema(
        operation_id="consent_begin",
        request=BeginInput,
        responses={201: ConsentOutput, 409: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        """Begin, with the text on the screen; what was begun before for the same is called off."""
        body = self.BeginInput(data=request.data)
        body.is_valid(raise_exception=True)
        said = body.validated_data
        made = authorising_oneself.begin(
            self.customer.pk,
            purpose=said["purpose"],
            text_version=said["text_version"],
            text_hash=said["text_sha256"],
            at=timezone.now(),
        )
        return Response(ConsentOutput(made).data, status=status.HTTP_201_CREATED)


class OneConsentView(CustomerView):
    """One that was begun: the customer's own, in this session, and still good."""

    def found(self, number: int, *, at: datetime) -> AuthorisationRequest:
        """It. Raises Http404, LinkDead."""
        mine, session = self.customer.pk, self.request.auth.token_hash
        try:
            return authorising_oneself.find(mine, number, session=session, at=at)
        except AuthorisationRequest.DoesNotExist as exc:
            raise Http404 from exc

    def step(self, number: int, *, at: datetime) -> AuthorisationRequest:
        """The same before a step is taken; nobody takes steps without end."""
        if not throttling.allowed("authorising", str(number), most=MOST_STEPS, seconds=WITHIN):
            raise Throttled(wait=WITHIN)
        return self.found(number, at=at)

    def told(self, number: int, *, at: datetime) -> Response:
        """How far it has come now."""
        return Response(ConsentOutput(self.found(number, at=at)).data)


class ConsentView(OneConsentView):
    """How far one has come."""

    @extend_schema(operation_id="consent", responses={200: ConsentOutput, 409: ErrorOutput})
    def get(self, request: Request, number: int) -> Response:
        """The next step, and the authorisation once it is signed."""
        with in_plain_words():
            return self.told(number, at=timezone.now())


class ConsentIdentityView(OneConsentView):
    """Who one is."""

    class IdentityInput(serializers.Serializer):
        name = serializers.CharField(max_length=40, help_text="As on the ID card.")
        id_number = serializers.CharField(max_length=18)

    @extend_schema(
        operation_id="consent_identity",
        request=IdentityInput,
        responses={200: ConsentOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """Name and ID number, checked with the register and the police. Five wrong tries end it."""
        body = self.IdentityInput(data=request.data)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        with in_plain_words():
            authorising.identify(
                self.step(number, at=at).pk,
                name=body.validated_data["name"],
                id_number=body.validated_data["id_number"].strip().upper(),
                at=at,
                phone=request.auth.token_hash,
            )
            return self.told(number, at=at)


class ConsentFaceView(OneConsentView):
    """One's face."""

    class FaceInput(serializers.Serializer):
        photo = PhotoField()
        agrees_to_comparison = AgreedField(
            help_text="A face needs a consent of its own: compared with the picture on file."
        )

    @extend_schema(
        operation_id="consent_face",
        request=FaceInput,
        responses={200: ConsentOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """A photo, compared by the police with the one they have. Five wrong tries end it."""
        body = self.FaceInput(data=request.data)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        with in_plain_words():
            found = self.step(number, at=at)
            authorising.show_face(found.pk, photo=body.validated_data["photo"], at=at)
            return self.told(number, at=at)


class ConsentSignView(OneConsentView):
    """The signature."""

    class ConsentSignInput(serializers.Serializer):
        text_sha256 = serializers.CharField(
            max_length=64, help_text="Of the text on the screen while the customer signs."
        )
        agrees = AgreedField(help_text="The customer has read the text and agrees to it.")
        signature = DrawnField(help_text="What the customer drew.")

    @extend_schema(
        operation_id="consent_sign",
        request=ConsentSignInput,
        responses={200: ConsentOutput, 409: ErrorOutput},
    )
    def post(self, request: Request, number: int) -> Response:
        """Sign; the form is printed, sealed and kept. Signed already, it is told again."""
        body = self.ConsentSignInput(data=request.data)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        with in_plain_words():
            found = self.step(number, at=at)
            if found.status != Status.SIGNED:
                authorising.sign(
                    found.pk,
                    text_hash=body.validated_data["text_sha256"],
                    signature=body.validated_data["signature"],
                    at=at,
                )
            return self.told(number, at=at)


class ConsentDeclineView(OneConsentView):
    """The customer does not want to."""

    @extend_schema(
        operation_id="consent_decline", request=None, responses={204: None, 409: ErrorOutput}
    )
    def post(self, request: Request, number: int) -> Response:
        """Nobody is asked about them."""
        at = timezone.now()
        with in_plain_words():
            authorising.decline(self.step(number, at=at).pk, at=at)
        return Response(status=status.HTTP_204_NO_CONTENT)
