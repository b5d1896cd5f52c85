"""Whether what the platform stands on answers."""

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from redis import Redis, RedisError

PATIENCE_SECONDS = 2


def check() -> dict[str, bool]:
    """Database and Redis by name, and whether each answers."""
    return {"database": _database_answers(), "redis": _redis_answers()}


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        with Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
        ) as redis:
            return bool(redis.ping())
    except RedisError:
        return False
