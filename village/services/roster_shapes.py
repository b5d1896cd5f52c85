"""Remembering how files of one shape are to be read, so that headings are explained only once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from village.errors import ImportRefused
from village.models import RosterImport, RosterShape
from village.roster.kinds import KINDS, Kind, Recognised, plain_heading

Known = Callable[[Sequence[str | None]], Recognised | None]


def known() -> Known:
    """Looks a line of headings up among the shapes that somebody explained."""
    shapes = {each.fingerprint: each for each in RosterShape.objects.all()}

    def recognise(headings: Sequence[str | None]) -> Recognised | None:
        found = shapes.get(fingerprint(headings)) if shapes else None
        return found and Recognised(kind(found.kind), found.places, frozenset(found.in_wan))

    return recognise


def kind(name: str) -> Kind:
    """The kind of file called ``name``."""
    return next(each for each in KINDS if each.name == name)


def fingerprint(headings: Sequence[str | None]) -> str:
    """What files of one shape have in common."""
    plain = "\x1f".join(plain_heading(each or "") for each in headings)
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def explain(
    import_id: int,
    *,
    headings: Sequence[str],
    kind_name: str,
    places: Mapping[str, int],
    in_wan: Sequence[str] = (),
    actor: User,
) -> RosterShape:
    """Remember what the columns of a received file mean; the file may then be tried out.

    ``places`` leads from our name of a column to its position from 0. Raises ImportRefused for a
    needed column without a place, or one column with two meanings.
    """
    made = RosterImport.objects.select_for_update(of=("self",)).get(pk=import_id)
    if made.status != RosterImport.Status.UNKNOWN_SHAPE:
        raise ImportRefused(_("The headings of this file are understood already."))
    wanted = kind(kind_name)
    missing = [each.heading for each in wanted.columns if each.needed and each.name not in places]
    if missing:
        raise ImportRefused(
            _("Say which column is: %(columns)s.") % {"columns": "、".join(missing)}
        )
    if len(set(places.values())) < len(places):
        raise ImportRefused(_("One column of the file has been given two meanings."))
    shape, _created = RosterShape.objects.update_or_create(
        fingerprint=fingerprint(headings),
        defaults={
            "headings": list(headings),
            "kind": kind_name,
            "places": dict(places),
            "in_wan": list(in_wan),
            "remembered_by": actor,
        },
    )
    made.kind, made.status = kind_name, RosterImport.Status.RECEIVED
    made.save(update_fields=["kind", "status"])
    audit.record(shape, "village.roster_shape.explained", actor=actor, kind=kind_name)
    return shape
