"""What other rooms know of people without anybody relying on it: what they work out every night,
and what files tell. It goes with the people of a roster that is undone, and comes again with them.

This room has never heard of those rows; whoever keeps them registers them (``config/wiring.py``).
"""

from django.db.models import Model

from village.services import copying

_followers: dict[str, type[Model]] = {}


def register(model: type[Model]) -> None:
    """Let the rows of ``model``, which name a ``customer``, go with them. Twice is once."""
    _followers[model._meta.db_table] = model


def let_go(number: int) -> None:
    """Remove such rows of the people whom one roster file brought."""
    for table in _followers:
        copying.run(
            f"DELETE FROM {table} t USING village_customer c "  # noqa: S608 - our own names
            "WHERE c.id = t.customer_id AND c.brought_by_id = %s",
            [number],
        )
