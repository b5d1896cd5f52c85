"""Who is married to whom: as it was written down, or as head and spouse of one household."""

from collections.abc import Collection, Iterable

from django.db import connection

from village.models import Customer, Relation

_COUPLE = (Customer.Role.HEAD, Customer.Role.SPOUSE)
_ALIVE = [each for each in Customer.State if each != Customer.State.DIED]

_SPOUSES = """
WITH couple AS (
    SELECT one_id AS person, other_id AS partner, 1 AS rank FROM village_relation
     WHERE one_id = ANY(%(asked)s) AND kind = %(spouse)s AND ended_on IS NULL
     UNION ALL
    SELECT other_id, one_id, 1 FROM village_relation
     WHERE other_id = ANY(%(asked)s) AND kind = %(spouse)s AND ended_on IS NULL
     UNION ALL
    SELECT one.id, other.id, 2
      FROM village_customer one JOIN village_customer other USING (household_id)
     WHERE one.id = ANY(%(asked)s) AND ARRAY[one.role, other.role] <@ %(couple)s
       AND one.role <> other.role
),
alive AS (
    SELECT couple.*, min(rank) OVER (PARTITION BY person) AS best
      FROM couple JOIN village_customer c ON c.id = partner WHERE c.state <> %(died)s
)
SELECT person, array_agg(DISTINCT partner ORDER BY partner) FROM alive
 WHERE rank = best GROUP BY person
"""
"""What was written down ranks before the roles of a household."""


def spouses_of(customer_ids: Collection[int]) -> dict[int, list[int]]:
    """By person: who is registered as their spouse; nobody where nothing is known. One query.

    A marriage that was written down counts before the roles of a household; one that death has
    ended counts no more, though nobody wrote that down.
    """
    ids = list(set(customer_ids))
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _SPOUSES,
            {
                "asked": ids,
                "spouse": Relation.Kind.SPOUSE,
                "couple": list(_COUPLE),
                "died": Customer.State.DIED,
            },
        )
        return dict(cursor.fetchall())


def couples_at_home(members: Iterable[Customer]) -> dict[int, list[str]]:
    """Whom a household's other members are married to within it: by person, names. Head and spouse
    are left out, whose roles say it. One query."""
    here = {each.pk: each for each in members}
    rows = Relation.objects.marriages().filter(one__in=here, other__in=here).order_by()
    found: dict[int, list[str]] = {}
    for one, other in rows.values_list("one_id", "other_id"):
        for person, partner in ((one, other), (other, one)):
            if here[person].role not in _COUPLE and here[partner].state in _ALIVE:
                found.setdefault(person, []).append(here[partner].name)
    return found
