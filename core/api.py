"""What every answer of the REST door has in common."""

from typing import Any

from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler as framework_handler
from rest_framework.views import set_rollback

from core import idempotency
from core.errors import DomainError


class Json(JSONParser):
    """What clients send. Lists within lists without end are a fault of theirs, not of ours."""

    def parse(self, *args: Any, **options: Any) -> Any:
        """The body as it was meant. Raises ParseError."""
        try:
            return super().parse(*args, **options)
        except RecursionError as exc:
            raise ParseError from exc


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """A refusal becomes 409 with its code and its sentence; the framework answers the rest.

    What Django says of a row that is not there names the table, in English; it is left out.
    """
    if isinstance(exc, Http404):
        exc = NotFound()
    if not isinstance(exc, DomainError):
        return framework_handler(exc, context)
    set_rollback()
    return Response(
        {"code": exc.code, "detail": str(exc)},
        status=idempotency.STATUS_OF.get(exc.code, status.HTTP_409_CONFLICT),
    )
