"""Putting versions into force with four eyes."""

from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Max, Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, fsm
from core.errors import SameHands, Unsound
from core.models import AuditEntry, Publishable, PublishingState, User

Version = TypeVar("Version", bound=Publishable)

EDITS = ("changed", "edited", "cut")
"""How the deeds end by which somebody writes on a draft."""


def next_version(versions: type[Model], **of: Any) -> int:
    """The number of the next version, ``of`` one code or segment.

    Whoever begins one at the same moment, with a second click for example, waits until the first is
    written and has the number after it. Call it in the transaction that writes the version.
    """
    line = [versions._meta.label_lower, *(f"{name}={value}" for name, value in sorted(of.items()))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [":".join(line)])
    newest = versions._default_manager.filter(**of).aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


@transaction.atomic
def submit(version: Version, *, actor: User) -> Version:
    """Ask for a second pair of eyes."""
    locked = _locked(version)
    refuse_unsound(locked)
    with fsm.refusing(locked):
        locked.submit()
    return _saved(locked, "submitted", actor)


@transaction.atomic
def send_back(version: Version, *, actor: User, reason: str) -> Version:
    """Give a version back to its author, saying why."""
    locked = _locked(version)
    with fsm.refusing(locked):
        locked.send_back()
    return _saved(locked, "sent_back", actor, reason=reason)


@transaction.atomic
def publish(version: Version, *, actor: User) -> Version:
    """Put a version into force and take the one before it out.

    Raises SameHands for whoever wrote on it, Unsound for a version that cannot be worked with.
    """
    locked = _locked(version)
    refuse_unsound(locked)
    refuse_own_work(locked, actor)
    before = (
        type(version)
        .objects.select_for_update()
        .filter(code=locked.code, status=PublishingState.PUBLISHED)
        .first()
    )
    if before:
        retire(before, actor=actor)
    with fsm.refusing(locked):
        locked.publish(by=actor, at=timezone.now())
    return _saved(locked, "published", actor)


@transaction.atomic
def retire(version: Version, *, actor: User) -> Version:
    """Take a version out of force."""
    locked = _locked(version)
    with fsm.refusing(locked):
        locked.retire()
    return _saved(locked, "retired", actor)


def in_force(model: type[Version], code: str) -> Version | None:
    """The version of ``code`` that decides today."""
    return model.objects.filter(code=code, status=PublishingState.PUBLISHED).first()


def refuse_unsound(version: Publishable) -> None:
    """Let the version itself say what keeps it from being put into force."""
    if found := version.faults():
        raise Unsound("\n".join(found))


def has_written(user: User, version: Publishable) -> bool:
    """Whether this person began the version, or changed it since: their words stand in it."""
    if user.pk == version.author_id:
        return True
    ends = Q()
    for each in EDITS:
        ends |= Q(action__endswith=f".{each}")
    deeds = AuditEntry.objects.filter(
        ends, object_type=version._meta.label_lower, object_id=version.pk, actor=user
    )
    return deeds.exists()


def refuse_own_work(version: Publishable, actor: User) -> None:
    """What one person wrote, another puts into force. Raises SameHands."""
    if has_written(actor, version):
        raise SameHands(
            _("You wrote on this version yourself; somebody who did not has to put it into force.")
        )


def _locked(version: Version) -> Version:
    return type(version).objects.select_for_update().get(pk=version.pk)


def _saved(version: Version, deed: str, actor: User, **detail: str) -> Version:
    version.save(update_fields=["status", "publisher", "published_at"])
    audit.record(version, f"{version._meta.label_lower}.{deed}", actor=actor, **detail)
    return version
