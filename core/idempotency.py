"""Asked twice, done once: the second time gets the first time's answer."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import DomainError
from core.models import IdempotencyKey

HEADER = "Idempotency-Key"


class KeyMissing(DomainError):
    """A request that moves money or decides carries no key to recognise it by."""

    code = "idempotency_key_missing"


class KeyReused(DomainError):
    """The same key came with another request."""

    code = "idempotency_key_reused"


class StillWorking(DomainError):
    """The same request is being worked at this moment."""

    code = "in_flight"


def once(
    request: Request, principal: str, route: str, work: Callable[[], tuple[int, Any]]
) -> Response:
    """Do ``work`` (which returns status code and answer) unless this request was answered before.

    The answer is stored in the transaction of the work itself: either both stand or neither does.
    """
    key, fingerprint = _recognised(request)
    with transaction.atomic():
        _claim(_name(principal, route, key))
        known = _answered(request, principal, route)
        if known is not None:
            return known
        status_code, answer = work()
        # Through JSON and back, so that the first answer is to the letter what a replay will be.
        answer = json.loads(json.dumps(answer, default=str))
        IdempotencyKey.objects.create(
            principal=principal,
            route=route,
            key=key,
            fingerprint=fingerprint,
            status_code=status_code,
            answer=answer,
        )
    return Response(answer, status=status_code)


def once_outside(
    request: Request, principal: str, route: str, work: Callable[[], tuple[int, Any]]
) -> Response:
    """As :func:`once`, for work that asks others over the network and so holds no transaction.

    The key is held by the session until the answer is stored. Whoever dies in between has worked
    without an answer: the same request is then worked again.
    """
    name = _name(principal, route, _recognised(request)[0])
    _claim(name, "pg_try_advisory_lock")
    try:
        known = _answered(request, principal, route)
        if known is not None:
            return known
        done = work()
        return once(request, principal, route, lambda: done)
    finally:
        _ask("pg_advisory_unlock", name)


def _answered(request: Request, principal: str, route: str) -> Response | None:
    """The answer that this request was given before, if it was."""
    key, fingerprint = _recognised(request)
    known = IdempotencyKey.objects.filter(principal=principal, route=route, key=key).first()
    if known is None:
        return None
    if known.fingerprint != fingerprint:
        raise KeyReused(_("This Idempotency-Key was used for another request."))
    return Response(known.answer, status=known.status_code, headers={"Replayed": "true"})


def _recognised(request: Request) -> tuple[str, str]:
    """The key that the request carries, and the fingerprint of its body."""
    key = request.headers.get(HEADER, "").strip()[:80]
    if not key:
        raise KeyMissing(_("Send an Idempotency-Key header, a new one for each new request."))
    body = json.dumps(request.data, sort_keys=True, default=str)
    return key, hashlib.sha256(body.encode()).hexdigest()


def _name(principal: str, route: str, key: str) -> str:
    return f"{principal}|{route}|{key}"


def _claim(name: str, lock: str = "pg_try_advisory_xact_lock") -> None:
    """Hold the key until the transaction ends, or with another of PostgreSQL's locks; StillWorking
    when somebody else holds it."""
    if not _ask(lock, name):
        raise StillWorking(_("The same request is being worked. Ask again in a moment."))


def _ask(function: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])  # noqa: S608 - ours
        return cursor.fetchone()[0]


STATUS_OF = {
    KeyMissing.code: status.HTTP_400_BAD_REQUEST,
    KeyReused.code: status.HTTP_422_UNPROCESSABLE_ENTITY,
    StillWorking.code: status.HTTP_409_CONFLICT,
}
