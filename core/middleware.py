"""What no request may ask, and what every answer to a signed-in person carries."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NoNullCharacters:
    """No name, code or number has a NUL in it, and PostgreSQL cannot even look for one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("A NUL stands in the address.")
        return self.get_response(request)


class NoStoreForSignedIn:
    """Pages of signed-in staff hold personal data: no shared cache and no back button keeps them.

    The manager's phone keeps what its service worker stores on purpose, and nothing else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response
