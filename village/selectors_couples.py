"""Who is married to whom: as it was written down, or as head and spouse of one household."""

from collections.abc import Collection

from django.db.models import F, Q, Value

from village.models import Customer, Relation

_WRITTEN_DOWN, _BY_ROLE = 1, 2
_ALIVE = [each for each in Customer.State if each != Customer.State.DIED]


def spouses_of(customer_ids: Collection[int]) -> dict[int, list[int]]:
    """By person: who is registered as their spouse; nobody where nothing is known. One query.

    A marriage that was written down counts before the roles of a household; one that death has
    ended counts no more, though nobody wrote that down.
    """
    ids = set(customer_ids)
    if not ids:
        return {}
    written = Relation.objects.marriages().annotate(rank=Value(_WRITTEN_DOWN)).order_by()
    head, spouse = Customer.Role.HEAD, Customer.Role.SPOUSE
    couples = (
        Customer.objects.filter(
            Q(role=head, household__members__role=spouse)
            | Q(role=spouse, household__members__role=head),
            pk__in=ids,
            household__members__state__in=_ALIVE,
        )
        .annotate(partner=F("household__members__pk"), rank=Value(_BY_ROLE))
        .order_by()
    )
    rows = (
        written.filter(one__in=ids, other__state__in=_ALIVE)
        .values_list("one_id", "other_id", "rank")
        .union(
            written.filter(other__in=ids, one__state__in=_ALIVE).values_list(
                "other_id", "one_id", "rank"
            ),
            couples.values_list("pk", "partner", "rank"),
            all=True,
        )
    )
    ranked: dict[int, list[tuple[int, int]]] = {}
    for person, partner, rank in rows:
        ranked.setdefault(person, []).append((rank, partner))
    return {person: _best(found) for person, found in ranked.items()}


def _best(found: list[tuple[int, int]]) -> list[int]:
    """Those of the better kind of knowledge, in their order."""
    best = min(rank for rank, _ in found)
    return sorted(partner for rank, partner in found if rank == best)
