"""Whether people still bear the ID number under which they were asked about."""

from collections.abc import Mapping

from django.db import connection

_HELD = "SELECT id, id_index FROM village_customer WHERE id = ANY(%s) ORDER BY id FOR SHARE"


def renumbered(asked_under: Mapping[int, str]) -> set[int]:
    """Of these customers, each with the blind index asked under: whose number is another by now.

    The others keep theirs until the transaction ends: whoever corrects a number meanwhile waits,
    and finds what was written. Whoever ends an override waits as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(asked_under)])
        return {pk for pk, index in cursor.fetchall() if index != asked_under[pk]}
