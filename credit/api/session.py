"""Signing in and out."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.api import principal
from credit.api.fields import ErrorOutput
from credit.services import sessions


class CodeView(principal.OpenView):
    """A code to the registered mobile."""

    throttle_classes = [principal.CodesPerPerson, principal.CodesPerPlace]

    class CodeInput(serializers.Serializer):
        id_number = serializers.CharField(max_length=18)
        mobile = serializers.CharField(max_length=20)

    class CodeOutput(serializers.Serializer):
        detail = serializers.CharField()

    @extend_schema(
        operation_id="session_code",
        request=CodeInput,
        responses={202: CodeOutput, 429: OpenApiResponse(description="Too many tries.")},
    )
    def post(self, request: Request) -> Response:
        """Send a code. The answer is the same whether or not the two belong to a customer."""
        body = self.CodeInput(data=request.data)
        body.is_valid(raise_exception=True)
        sessions.ask_for_code(**body.validated_data, at=timezone.now())
        detail = _("If these belong to a customer of ours, a code is on its way to the mobile.")
        return Response({"detail": detail}, status=status.HTTP_202_ACCEPTED)


class SessionView(principal.CustomerView):
    """A session of half an hour."""

    class SessionInput(serializers.Serializer):
        id_number = serializers.CharField(max_length=18)
        mobile = serializers.CharField(max_length=20)
        code = serializers.CharField(max_length=6)

    class SessionOutput(serializers.Serializer):
        token = serializers.CharField()
        expires_at = serializers.DateTimeField(source="session.expires_at")

    def get_authenticators(self) -> list[object]:
        """Nobody has a session yet when they ask for one."""
        return [] if self._begins() else super().get_authenticators()

    def get_permissions(self) -> list[object]:
        """Whoever asks for a session may; only its owner ends one."""
        return [] if self._begins() else super().get_permissions()

    def get_throttles(self) -> list[object]:
        """Guessing is slowed down; signing out is not."""
        tries = [principal.TriesPerPerson(), principal.TriesPerPlace()]
        return tries if self._begins() else []

    def _begins(self) -> bool:
        """Whether somebody asks for a session; the schema is written without any request."""
        return self.request is not None and self.request.method == "POST"

    @extend_schema(
        operation_id="session_begin",
        auth=[],
        request=SessionInput,
        responses={201: SessionOutput, 409: ErrorOutput},
    )
    def post(self, request: Request) -> Response:
        """Open a session with a code; the token is shown this once."""
        body = self.SessionInput(data=request.data)
        body.is_valid(raise_exception=True)
        opened = sessions.sign_in(**body.validated_data, at=timezone.now())
        return Response(self.SessionOutput(opened).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="session_end", request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the session."""
        sessions.sign_out(request.auth.pk, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
