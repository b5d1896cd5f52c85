"""Who is married to whom: as it was written down, or as head and spouse of one household."""

from collections.abc import Collection, Iterable

from django.db.models import F, Q, Value

from village.models import Customer, Relation

_WRITTEN_DOWN, _BY_ROLE = 1, 2
_COUPLE = (Customer.Role.HEAD, Customer.Role.SPOUSE)
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


def _best(found: list[tuple[int, int]]) -> list[int]:
    """Those of the better kind of knowledge, in their order."""
    best = min(rank for rank, _ in found)
    return sorted(partner for rank, partner in found if rank == best)
