"""Pieces of every page: an icon, a state's colour, a figure, the place one is at."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import pieces

register = template.Library()
register.simple_tag(pieces.icon)
register.simple_tag(pieces.badge)
register.simple_tag(pieces.list_badge)
register.simple_tag(pieces.figure)


@register.simple_tag(takes_context=True)
def here(context: template.Context, *beginnings: str) -> SafeString | str:
    """``aria-current`` for the tab whose pages begin with one of these addresses.

    A beginning that ends in ``$`` is the whole address.
    """
    request = context.get("request")
    path = request.path if request else ""
    found = any(
        path == each[:-1] if each.endswith("$") else path.startswith(each) for each in beginnings
    )
    return format_html('aria-current="{}"', "page") if found else ""
