"""Who asks: a customer with a live session, and how often they may."""

from dataclasses import dataclass

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import permissions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from core import crypto
from credit.models import CustomerSession
from credit.services import sessions
from village.models import Customer

KEYWORD = "Bearer"


@dataclass(frozen=True)
class Principal:
    """A signed-in customer; never a member of staff."""

    customer: Customer
    is_authenticated: bool = True
    is_anonymous: bool = False

    @property
    def pk(self) -> str:
        """A name that no member of staff has."""
        return f"customer:{self.customer.pk}"


class CustomerAuthentication(BaseAuthentication):
    """A bearer token of a live session."""

    def authenticate(self, request: Request) -> tuple[Principal, CustomerSession] | None:
        """The customer whose session the token opens; None without a token."""
        keyword, _space, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if keyword.lower() != KEYWORD.lower() or not token.strip():
            return None
        session = sessions.session_of(token.strip(), at=timezone.now())
        if session is None:
            raise AuthenticationFailed
        return Principal(session.customer), session

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return KEYWORD


class IsCustomer(permissions.BasePermission):
    """Only customers come through this door; a member of staff signed in elsewhere does not."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a customer's session was opened."""
        return isinstance(request.user, Principal)


class CustomerView(APIView):
    """A page of the mini-program: for signed-in customers, about themselves alone."""

    authentication_classes = [CustomerAuthentication]
    permission_classes = [IsCustomer]

    @property
    def customer(self) -> Customer:
        """Who asks."""
        return self.request.user.customer


class OpenView(APIView):
    """What anybody may ask before they have signed in."""

    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes = [permissions.AllowAny]


class _PerPerson(SimpleRateThrottle):
    """So many tries for one ID number, wherever they come from."""

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """The ID number's blind index; nothing readable is kept."""
        person = crypto.blind_index(str(request.data.get("id_number", "")))
        return self.cache_format % {"scope": self.scope, "ident": person}


class _PerPlace(SimpleRateThrottle):
    """So many tries from one address."""

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """The address asked from."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class CodesPerPerson(_PerPerson):
    """Codes cost money and annoy."""

    scope, rate = "codes-per-person", "3/min"


class CodesPerPlace(_PerPlace):
    """One address cannot ask for everybody's codes."""

    scope, rate = "codes-per-place", "60/min"


class TriesPerPerson(_PerPerson):
    """Six digits must not be guessed."""

    scope, rate = "tries-per-person", "10/min"


class TriesPerPlace(_PerPlace):
    """One address cannot guess at everybody's codes."""

    scope, rate = "tries-per-place", "120/min"


class CustomerScheme(OpenApiAuthenticationExtension):
    """How the schema describes a customer's token."""

    target_class = "credit.api.principal.CustomerAuthentication"
    name = "customerSession"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}
