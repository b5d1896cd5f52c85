"""Differences as people read them: with their sign."""

from django import template

from core import money

register = template.Library()


@register.filter
def signed(count: int) -> str:
    """A difference in number: +1,204, −12, 0."""
    return _signed(f"{abs(count):,}", count)


@register.filter
def signed_wan(amount_fen: int) -> str:
    """A difference in fen as 万元 with its sign."""
    return _signed(f"{money.wan(abs(amount_fen)):,.2f}", amount_fen)


def _signed(written: str, amount: int) -> str:
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return f"{sign}{written}"
