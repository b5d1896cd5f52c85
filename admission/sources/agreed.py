"""What any answer must keep to, and a delivered file of the same data too."""

from collections.abc import Iterator
from datetime import date

from admission.deliveries.classes import FEEDING, Column
from admission.sources.errors import Unreadable
from admission.sources.reading import Values


def refuse_impossible(source: str, values: Values, today: date) -> None:
    """Refuse an answer with a figure beyond what its column may hold, as it is declared for files,
    or with a day that is still to come. Raises Unreadable.
    """
    if source in FEEDING:
        columns = {each.name: each for each in FEEDING[source].columns}
        for name, value in _told(values):
            if name in columns:
                _refuse_if_impossible(columns[name], value, today)


def _told(values: Values) -> Iterator[tuple[str, object]]:
    """Every single value with the name of its column, those of parts too."""
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _told(each)
            elif each is not None:
                yield name, each


def _refuse_if_impossible(column: Column, value: object, today: date) -> None:
    if column.is_figure and value > column.largest:
        raise Unreadable(f"{column.name} is larger than it can be.")
    if column.kind == "day" and not column.future and value > today.isoformat():
        raise Unreadable(f"{column.name} is a day to come.")
