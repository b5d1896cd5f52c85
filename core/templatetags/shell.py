"""Pieces of every page: an icon, a state's colour, the place one is at."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import states

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """One drawing of ``static/icons/sprite.svg``; the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


@register.filter
def level(state: str) -> str:
    """The colour of a state: red, orange, yellow, green, grey, or blue for in work."""
    return states.level_of(state)


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
