"""Telling people what happened. The row is the message; the socket only says that there is one."""

import logging
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from redis.exceptions import RedisError

from core.models import Branch, Notice, NoticeCursor, User

log = logging.getLogger("qianmo.notices")

EVERYBODY = "live.everybody"
MOST_AT_ONCE = 50
LONGEST = 200


def send(
    title: str | Promise,
    about: Mapping[str, Any] | None = None,
    *,
    user: User | None = None,
    role: str = "",
    branch: Branch | None = None,
    level: str = Notice.Level.INFO,
    url: str = "",
) -> Notice:
    """Tell one person, or a role in a branch (and above it), once the change has committed.

    Who reads it may have chosen another language than who causes it: give the sentence unfinished
    (``gettext_lazy``), with what it is ``about``, and it is kept in every language.
    """
    said = {code: _said(title, about, code) for code, _name in settings.LANGUAGES}
    own = said.pop(settings.LANGUAGE_CODE)
    notice = Notice.objects.create(
        title=own,
        in_other_languages={code: text for code, text in said.items() if text != own},
        user=user,
        role=role,
        branch=branch,
        level=level,
        url=url,
    )
    group = f"live.user.{user.pk}" if user else EVERYBODY
    transaction.on_commit(lambda: nudge(group, after=notice.pk))
    return notice


def _said(title: str | Promise, about: Mapping[str, Any] | None, language: str) -> str:
    """The sentence in one language."""
    with translation.override(language):
        return str(title if about is None else title % about)[:LONGEST]


def nudge(group: str, **what: int | str) -> None:
    """Say over the live socket that something is there to be fetched. Losing this loses nothing."""
    try:
        async_to_sync(get_channel_layer().group_send)(group, {"type": "live.nudge", "what": what})
    except (RedisError, OSError):
        log.warning("The live layer is away; pages will find notices when they next ask.")


def unread(user: User) -> list[Notice]:
    """The newest notices that ``user`` has not marked as read, the newest first."""
    cursor = NoticeCursor.objects.filter(user=user).first()
    after = cursor.read_up_to if cursor else 0
    return list(Notice.objects.visible_to(user).filter(pk__gt=after)[:MOST_AT_ONCE])


def mark_read(user: User, *, up_to: int) -> None:
    """Remember that ``user`` has seen everything up to one notice; never goes backwards."""
    cursor, _created = NoticeCursor.objects.get_or_create(user=user)
    if up_to > cursor.read_up_to:
        cursor.read_up_to = up_to
        cursor.save(update_fields=["read_up_to"])
