"""Amounts and rates as people read them."""

from decimal import Decimal

from django import template

from core import money

register = template.Library()


@register.filter
def yuan(amount_fen: int | None) -> str:
    """Fen as yuan with two decimals and thousands separated; a dash where nothing is known."""
    return "—" if amount_fen is None else f"{money.yuan(amount_fen):,.2f}"


@register.filter
def wan(amount_fen: int | None) -> str:
    """Fen as 万元 with two decimals; a dash where nothing is known."""
    return "—" if amount_fen is None else f"{money.wan(amount_fen):,.2f}"


@register.filter
def percent(fraction: Decimal | None) -> str:
    """A yearly fraction as per cent with two decimals: 0.0485 → 4.85%."""
    return "—" if fraction is None else f"{Decimal(fraction) * 100:.2f}%"
