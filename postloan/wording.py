"""Figures behind a warning as people read them."""

from core.expressions import Catalogue, Field, Kind
from core.templatetags.money import percent, yuan
from postloan.models import Warning


def figures_of(warning: Warning, catalogue: Catalogue) -> list[tuple[str, str]]:
    """What the signal saw: label and value in words, in the order of names."""
    fields = catalogue.fields
    return [
        (fields[name].label, _written(fields[name], value))
        for name, value in warning.values.items()
        if name in fields
    ]


def _written(field: Field, value: object) -> str:
    if value is None:
        return "—"
    match field.kind:
        case Kind.MONEY:
            return f"{yuan(value)} 元"
        case Kind.DECIMAL:
            return percent(value)
        case Kind.BOOL:
            return "是" if value else "否"
    return f"{value} {field.unit}".strip()
