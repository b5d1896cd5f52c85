"""State machines: turning a refused move into a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from core.errors import MoveNotAllowed


@contextmanager
def refusing(record: models.Model) -> Iterator[None]:
    """Run one transition of ``record``; a move that is not drawn becomes a readable refusal."""
    try:
        yield
    except TransitionNotAllowed as exc:
        state = getattr(record, "get_status_display", lambda: "")()
        raise MoveNotAllowed(
            _("%(record)s is “%(state)s”; this step is not possible from there.")
            % {"record": record, "state": state}
        ) from exc
