"""So many tries in so long a time, counted in the cache that all processes share."""

from django.core.cache import cache

from core import crypto


def allowed(what: str, whom: str, *, most: int, seconds: int) -> bool:
    """Count one try of ``whom`` at ``what``; False from the one after ``most`` on.

    The count begins with the first try and is forgotten ``seconds`` later. Nothing readable about
    anybody is kept.
    """
    key = f"tries:{what}:{crypto.blind_index(whom)}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # forgotten between the two lines
        return True
