"""A reviewer's link and the phone it belongs to: who else holds the link gets no sheet with it."""

import logging
import secrets

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import audit
from village import selectors
from village.errors import LinkRefused
from village.models import Reviewer

log = logging.getLogger("qianmo.village")


def new_device() -> str:
    """The secret by which a phone is known again."""
    return secrets.token_urlsafe(24)


def keep_to(reviewer: Reviewer, *, device: str) -> None:
    """Bind a link to the first device on which a household of it is opened.

    Raises LinkRefused on any other device, and on one that another reviewer of the village judges
    with; both are written down. Staff issue a new link to whoever changed their phone.
    """
    if not reviewer.device_hash:
        _bind(reviewer, device)
    check(reviewer, device=device)


def check(reviewer: Reviewer, *, device: str) -> None:
    """Raise LinkRefused on a device that the link, or the phone, keeps from this reviewer."""
    hashed = selectors.token_hash(device)
    if reviewer.device_hash:
        if reviewer.device_hash != hashed:
            raise _refused(reviewer, "other_device")
    elif device and reviewer.campaign.reviewers.filter(device_hash=hashed).exists():
        raise _refused(reviewer, "other_reviewer")


def _bind(reviewer: Reviewer, device: str) -> None:
    """The first one binds; the database lets no phone judge for two."""
    hashed = selectors.token_hash(device)
    try:
        with transaction.atomic():
            unbound = Reviewer.objects.filter(pk=reviewer.pk, device_hash="")
            if unbound.update(device_hash=hashed):
                audit.record(reviewer, "village.reviewer.device_bound", actor=None)
    except IntegrityError as exc:
        if "reviewer_device_once" not in str(exc):
            raise
    reviewer.refresh_from_db(fields=["device_hash"])


def _refused(reviewer: Reviewer, code: str) -> LinkRefused:
    log.warning("Review link refused: reviewer %s, %s.", reviewer.pk, code)
    audit.record(reviewer, "village.reviewer.link_refused", actor=None, code=code)
    message = {
        "other_device": _("This link belongs to another phone, on which it was opened first."),
        "other_reviewer": _("This phone already judges for another reviewer of your village."),
    }[code]
    return LinkRefused(message, code=code)
